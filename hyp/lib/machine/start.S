/* SPDX-License-Identifier: MIT */
/*
 * start.S - where a program without firmware begins, in M-mode: a0 holds the number of the hart, a1 the address of
 * the device tree. Hart 0 goes on to main(fdt), the others wait forever.
 */
    .section .text.machine, "ax"
    .globl machine_start
machine_start:
    csrw    mie, zero
    csrw    mscratch, zero
    la      t0, machine_trap
    csrw    mtvec, t0
    bnez    a0, 2f
    la      t0, bss_start
    la      t1, bss_end
1:  sd      zero, 0(t0)
    addi    t0, t0, 8
    bltu    t0, t1, 1b
    la      sp, machine_stack_end
    mv      a0, a1
    call    main
2:  wfi
    j       2b

/* A trap of ours is a mistake of ours. */
    .balign 4
    .globl machine_trap
machine_trap:
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    la      sp, machine_stack_end
    j       machine_die

    .section .bss.stacks, "aw", @nobits
    .balign 16
    .skip   16384
machine_stack_end:
