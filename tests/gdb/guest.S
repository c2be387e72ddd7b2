# SPDX-License-Identifier: MIT
# guest.S - something to debug: M-mode opens the machine, S-mode starts U-mode, U-mode calls S-mode, S-mode calls
# M-mode, and back. Hart 1 counts. When `finish` is set, the next turn ends the run with exit code 0.

        .equ FINISHER, 0x100000
        .equ PASS, 0x5555

        .globl _start
_start:
        csrr    t0, mhartid
        bnez    t0, other_hart
        la      t0, m_handler
        csrw    mtvec, t0
        la      t0, s_handler
        csrw    stvec, t0
        li      t0, 1 << 8              # environment calls from U-mode go to S-mode
        csrw    medeleg, t0
        li      t0, -1                  # everything is open to S- and U-mode
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        li      t0, 3 << 11 | 3 << 13
        csrc    mstatus, t0
        li      t0, 1 << 11 | 1 << 13
        csrs    mstatus, t0
        la      t0, s_entry
        csrw    mepc, t0
m_start_mret:
        mret

s_entry:
        la      t0, u_entry
        csrw    sepc, t0
        li      t0, 1 << 8
        csrc    sstatus, t0
s_start_sret:
        sret

u_entry:
        li      s0, 0
        li      t1, 0x3ff8000000000000  # 1.5
        fmv.d.x fa0, t1
u_loop:
        addi    s0, s0, 1
u_ecall:
        ecall
u_back:
        j       u_loop

        .balign 4
s_handler:
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
s_ecall:
        ecall
s_back:
        lw      t0, finish
        bnez    t0, leave
s_sret:
        sret

        .balign 4
m_handler:
        csrr    t0, mepc
        addi    t0, t0, 4
        csrw    mepc, t0
m_mret:
        mret

leave:
        li      t0, FINISHER
        li      t1, PASS
        sw      t1, 0(t0)
        j       .

other_hart:
        li      s1, 0
other_loop:
        addi    s1, s1, 1
        j       other_loop

        .data
        .balign 8
finish: .dword  0
words:  .dword  0x1122334455667788, 0x99aabbccddeeff00
