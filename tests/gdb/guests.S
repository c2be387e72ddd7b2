# SPDX-License-Identifier: MIT
# guests.S - a guest to debug: M-mode starts a hypervisor in HS-mode, which starts a kernel in VS-mode, which starts a
# process in VU-mode. The process counts, calls its kernel, loads from where its kernel has nothing, and from where the
# hypervisor has nothing, and begins again. At each call the kernel puts another page of code where the process runs: the
# two pages differ in what they count by. When `finish` is set the hypervisor ends the run with exit code 0.

        .option arch, +h
        .equ FINISHER, 0x100000
        .equ PASS, 0x5555
        .equ PROCESS, 0x40000000        # its code; its data is one page on
        .equ HOLE, PROCESS + 0x5000     # not mapped by the kernel
        .equ FOREIGN, PROCESS + 0x6000  # mapped by the kernel, not by the hypervisor
        .equ VMID, 2
        .equ ASID, 1
        .equ PTE_TABLE, 0x01
        .equ PTE_KERNEL, 0xcf           # D A X W R V
        .equ PTE_USER, 0xdf             # and U

        .macro entry table, index, target, flags, load=la
        la      t0, \table
        \load  t1, \target
        srli    t1, t1, 2
        ori     t1, t1, \flags
        sd      t1, 8 * \index(t0)
        .endm

        .globl _start
_start:
        csrr    t0, mhartid
        bnez    t0, .
        la      t0, m_handler
        csrw    mtvec, t0
        li      t0, -1                  # everything is open below M-mode
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        li      t0, 0xf0b5ff            # all but calls of HS- and M-mode
        csrw    medeleg, t0
        li      t0, 0x222
        csrw    mideleg, t0
        li      t0, 3 << 11
        csrc    mstatus, t0
        li      t0, 1 << 11
        csrs    mstatus, t0
        la      t0, hs_entry
        csrw    mepc, t0
m_start_mret:
        mret

        .balign 4
m_handler:
        csrr    t2, mepc
        addi    t2, t2, 4
        csrw    mepc, t2
m_mret: mret

# The hypervisor: one gigabyte of memory as it is.
hs_entry:
        la      t0, hs_handler
        csrw    stvec, t0
        entry   g_root, 2, 0x80000000, PTE_USER, li
        li      t0, 0xb1ff & ~(1 << 9)  # the guest's own exceptions
        csrw    hedeleg, t0
        li      t0, 0x444
        csrw    hideleg, t0
        csrsi   sie, 2
        la      t0, g_root
        srli    t0, t0, 12
        li      t1, 8 << 60 | VMID << 44
        or      t0, t0, t1
        csrw    hgatp, t0
        hfence.gvma
        li      t0, 1 << 7 | 1 << 8     # SPV, SPVP
        csrs    hstatus, t0
        li      t0, 1 << 8
        csrs    sstatus, t0
        la      t0, vs_entry
        csrw    sepc, t0
hs_start_sret:
        sret

        .balign 4
hs_handler:
        csrr    t2, scause
        bltz    t2, hs_interrupt
        csrr    t2, sepc
        addi    t2, t2, 4
        csrw    sepc, t2
        ld      t2, finish
        bnez    t2, hs_finish
hs_ecall:
        ecall                           # to M-mode and back
hs_sret:
        sret
hs_interrupt:
        csrci   sip, 2
hs_interrupt_sret:
        sret
hs_finish:
        li      t0, FINISHER
        li      t1, PASS
        sw      t1, 0(t0)
        j       .

# The kernel: itself as it is, the process's pages, a page of the process that the hypervisor has not.
vs_entry:
        la      t0, vs_handler
        csrw    stvec, t0
        csrsi   sie, 2
        entry   vs_root, 2, 0x80000000, PTE_KERNEL, li
        entry   vs_root, 1, vs_middle, PTE_TABLE
        entry   vs_middle, 0, vs_last, PTE_TABLE
        entry   vs_last, 0, page_a, PTE_USER
        entry   vs_last, 1, data, PTE_USER
        entry   vs_last, 6, 0x40000000, PTE_USER, li
        la      t0, vs_root
        srli    t0, t0, 12
        li      t1, 8 << 60 | ASID << 44
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        li      t0, 1 << 8
        csrc    sstatus, t0
        li      t0, PROCESS
        csrw    sepc, t0
vs_start_sret:
        sret

        .balign 4
vs_handler:
        csrr    t3, scause
        bltz    t3, vs_interrupt
        csrr    t4, sepc
        addi    t4, t4, 4
        csrw    sepc, t4
        li      t4, 8
        bne     t3, t4, vs_sret
        la      t3, vs_last             # the other page of code
        ld      t4, 0(t3)
        la      t5, page_a
        la      t6, page_b
        xor     t5, t5, t6
        srli    t5, t5, 2
        xor     t4, t4, t5
        sd      t4, 0(t3)
        sfence.vma
vs_ecall:
        ecall                           # to the hypervisor and back
vs_sret:
        sret
vs_interrupt:
        csrci   sip, 2
vs_interrupt_sret:
        sret

# The process, twice.
        .macro process name, step
        .balign 4096
\name:
        addi    s0, s0, \step
        ecall
        li      a0, HOLE
        lw      a1, 0(a0)
        li      a0, FOREIGN
        lw      a1, 0(a0)
        li      a0, PROCESS + 0x1000
        sd      s0, 0(a0)
        j       \name
        .balign 4096
        .endm

        process page_a, 1
        process page_b, 16

        .set vu_start, PROCESS
        .set vu_ecall, PROCESS + 4
        .set vu_after, PROCESS + 8
        .set vu_load, PROCESS + 12
        .set vu_loaded, PROCESS + 16
        .set vu_foreign, PROCESS + 20
        .set vu_gone_on, PROCESS + 24
        .set vu_store, PROCESS + 28
        .set vu_stored, PROCESS + 32
        .set vu_data, PROCESS + 0x1000
        .globl vu_start, vu_ecall, vu_after, vu_load, vu_loaded, vu_foreign, vu_gone_on, vu_store, vu_stored, vu_data

        .data
        .balign 16384
g_root: .fill 2048, 8, 0
vs_root: .fill 512, 8, 0
vs_middle: .fill 512, 8, 0
vs_last: .fill 512, 8, 0
data:   .fill 512, 8, 0
finish: .dword 0
