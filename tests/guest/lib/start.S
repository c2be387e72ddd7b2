/* SPDX-License-Identifier: MIT */
/*
 * start.S - where every hart of a guest starts, how traps reach C, and how less privileged code is called.
 *
 * Each hart calls main with its number on a stack of its own. What hart 0 returns ends the run; the others wait.
 */
#define FRAME 288

    .section .text.start, "ax"
    .globl _start
_start:
    csrr    a0, mhartid
    mv      tp, a0              /* for guest_hart, in every privilege */
    addi    t0, a0, 1
    slli    t0, t0, 16
    la      sp, guest_stacks
    add     sp, sp, t0
    la      t0, guest_trap_entry
    csrw    mtvec, t0
    li      t0, -1
    csrw    pmpaddr0, t0
    li      t0, 0x1f            /* one region, everything, for every privilege */
    csrw    pmpcfg0, t0
    call    main
    mv      t0, tp
    bnez    t0, park
    call    guest_exit
park:
    wfi
    j       park

    .text
    .balign 4
    .globl guest_trap_entry
guest_trap_entry:
    addi    sp, sp, -FRAME
    .irp    n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sd      x\n, 8 * \n(sp)
    .endr
    addi    t0, sp, FRAME
    sd      t0, 16(sp)
    csrr    t0, mepc
    sd      t0, 256(sp)
    csrr    t0, mcause
    sd      t0, 264(sp)
    csrr    t0, mtval
    sd      t0, 272(sp)
    csrr    t0, mstatus         /* traps in handlers change MPP */
    sd      t0, 280(sp)
    mv      a0, sp
    call    guest_trap
    ld      t0, 280(sp)
    csrw    mstatus, t0
    ld      t0, 256(sp)
    csrw    mepc, t0
    .irp    n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld      x\n, 8 * \n(sp)
    .endr
    ld      sp, 16(sp)
    mret

/* long guest_call_as(unsigned privilege, long (*function)(long), long argument) */
    .globl guest_call_as
guest_call_as:
    addi    sp, sp, -16
    sd      ra, 0(sp)
    li      t0, 0x1880          /* MPP, and MPIE: M-mode goes on without interrupts */
    csrc    mstatus, t0
    slli    a0, a0, 11
    csrs    mstatus, a0
    csrw    mepc, a1
    mv      a0, a2
    la      ra, 1f
    mret
1:  li      a7, 0x600d          /* GUEST_BACK: the trap handler goes on here in M-mode */
    ecall
    ld      ra, 0(sp)
    addi    sp, sp, 16
    ret

/* void guest_jump(uintptr_t address): a fault on the way comes back to the caller. */
    .globl guest_jump
guest_jump:
    addi    sp, sp, -16
    sd      ra, 0(sp)
    jalr    a0
    ld      ra, 0(sp)
    addi    sp, sp, 16
    ret

    .bss
    .balign 4096
guest_stacks:
    .space  65536 * 4
