/* SPDX-License-Identifier: MIT */
/*
 * corner.S - into a mode and back.
 *
 * The handlers of HS-mode and VS-mode do nothing but call M-mode, which finds in their CSRs what they would have seen. There
 * is one for each interrupt, for vectored handlers.
 */
    .text
    .balign 256
    .option norvc
    .globl corner_hs_entry
corner_hs_entry:
    .rept   64
    ecall
    .endr
    .globl corner_vs_entry
corner_vs_entry:
    .rept   64
    ecall
    .endr
    .option rvc
    .globl corner_back
corner_back:
    ecall

/* void corner_enter(uintptr_t pc, uint64_t a0, uint64_t a1, uintptr_t ra): as mstatus says, until the next trap to M-mode. */
    .globl corner_enter
corner_enter:
    addi    sp, sp, -112
    sd      ra, 0(sp)
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sd      s\n, 8 * \n + 8(sp)
    .endr
    la      t0, corner_sp
    sd      sp, 0(t0)
    csrw    mepc, a0
    mv      a0, a1
    mv      a1, a2
    mv      ra, a3
    mret

/* Where the trap handler goes on, in M-mode. */
    .globl corner_leave
corner_leave:
    la      t0, corner_sp
    ld      sp, 0(t0)
    ld      ra, 0(sp)
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ld      s\n, 8 * \n + 8(sp)
    .endr
    addi    sp, sp, 112
    ret

/* HTIF: Spike and Bulkhead end when something is written here. */
    .section .tohost, "aw"
    .balign 64
    .globl tohost
tohost:
    .dword  0
    .balign 64
    .globl fromhost
fromhost:
    .dword  0

    .bss
    .balign 8
corner_sp:
    .space  8
