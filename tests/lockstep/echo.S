# SPDX-License-Identifier: MIT
# echo.S - hart 0 waits for the serial port's interrupt, mixes what comes into s0 and says it again; '!' starts the machine
# anew (it begins with '>'), '.' ends the run with exit code 0. The other harts count, yield now and then, and mix the time into s2.

        .equ    UART, 0x10000000
        .equ    PLIC, 0xc000000
        .equ    FINISHER, 0x100000

        .globl  _start
_start: csrr    t0, mhartid
        bnez    t0, other
        li      a0, UART
        li      t0, 1
        sb      t0, 1(a0)               # interrupts when something came
        li      a1, PLIC
        sw      t0, 40(a1)              # priority of interrupt 10
        li      t1, 1 << 10
        li      a2, PLIC + 0x2000
        sw      t1, 0(a2)               # hart 0, M-mode wants it
        li      a3, PLIC + 0x200000
        li      t1, 1 << 11
        csrw    mie, t1
        li      t4, '>'
        sb      t4, 0(a0)
loop:   wfi
        lw      t2, 4(a3)               # claims it
        sw      t2, 4(a3)
more:   lbu     t3, 5(a0)
        andi    t3, t3, 1
        beqz    t3, loop
        lbu     t4, 0(a0)
        slli    t5, s0, 5
        sub     s0, t5, s0
        add     s0, s0, t4
        sb      t4, 0(a0)
        li      t6, FINISHER
        li      t5, '!'
        beq     t4, t5, again
        li      t5, '.'
        bne     t4, t5, more
        li      t5, 0x5555
        sw      t5, 0(t6)
again:  li      t5, 0x7777
        sw      t5, 0(t6)
        j       more

other:  addi    s1, s1, 1
        andi    t0, s1, 63
        bnez    t0, other
        .word   0x0100000f              # pause
        csrr    t0, time
        xor     s2, s2, t0
        j       other
