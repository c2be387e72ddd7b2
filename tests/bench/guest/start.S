/* SPDX-License-Identifier: MIT */
/*
 * start.S - from reset to bench_main, and the way into S-mode and U-mode and back.
 *
 * Reset leaves us in M-mode with translation off. One PMP entry opens all memory to the lower
 * modes.
 */
#define PMP_ALL_NAPOT 0x1f
#define MSTATUS_FS_INITIAL 0x2000
#define MSTATUS_MPP 0x1800
#define CAUSE_ECALL_U 8
#define CAUSE_ECALL_S 9

    .section .text.start, "ax"
    .globl _start
_start:
    csrr t0, mhartid
    bnez t0, park
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, stack_top
    la t0, trap_unexpected
    csrw mtvec, t0
    li t0, -1
    csrw pmpaddr0, t0
    li t0, PMP_ALL_NAPOT
    csrw pmpcfg0, t0
    li t0, MSTATUS_FS_INITIAL
    csrs mstatus, t0
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  call bench_main
    csrr a1, minstret
    call bench_finish
park:
    wfi
    j park

    .balign 4
trap_unexpected:
    la sp, stack_top
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    call bench_fail
    j park

/*
 * uint64_t bench_enter(unsigned mode, void *entry, uint64_t argument, void *handler)
 * Calls entry(argument) in U-mode (0) or S-mode (1) on this stack. handler receives the traps that
 * come to M-mode; it jumps to bench_leave when one of them is the last. Returns what a0 holds then.
 * An S-mode entry may simply return.
 */
    .globl bench_enter
bench_enter:
    addi sp, sp, -112
    sd ra, 0(sp)
    sd s0, 8(sp)
    sd s1, 16(sp)
    sd s2, 24(sp)
    sd s3, 32(sp)
    sd s4, 40(sp)
    sd s5, 48(sp)
    sd s6, 56(sp)
    sd s7, 64(sp)
    sd s8, 72(sp)
    sd s9, 80(sp)
    sd s10, 88(sp)
    sd s11, 96(sp)
    la t0, entered_sp
    sd sp, 0(t0)
    csrw mtvec, a3
    csrw mepc, a1
    li t0, MSTATUS_MPP
    csrc mstatus, t0
    slli t0, a0, 11
    csrs mstatus, t0
    mv a0, a2
    la ra, call_machine
    mret
call_machine:
    ecall

/* Handler for programs that expect nothing but the ecall above. */
    .balign 4
    .globl bench_leave
bench_leave:
    csrr t0, mcause
    li t1, CAUSE_ECALL_S
    beq t0, t1, 1f
    li t1, CAUSE_ECALL_U
    bne t0, t1, trap_unexpected
1:  la t0, trap_unexpected
    csrw mtvec, t0
    la t0, entered_sp
    ld sp, 0(t0)
    ld ra, 0(sp)
    ld s0, 8(sp)
    ld s1, 16(sp)
    ld s2, 24(sp)
    ld s3, 32(sp)
    ld s4, 40(sp)
    ld s5, 48(sp)
    ld s6, 56(sp)
    ld s7, 64(sp)
    ld s8, 72(sp)
    ld s9, 80(sp)
    ld s10, 88(sp)
    ld s11, 96(sp)
    addi sp, sp, 112
    ret

    .section .bss
    .balign 8
entered_sp:
    .dword 0
