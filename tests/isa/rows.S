# SPDX-License-Identifier: MIT
# rows.S - the instructions and registers that random programs leave out, because they wait, trap for good, or say which
# machine this is, and registers that nothing is behind. Checks what each does; ends with exit code 0, or 1 to 63: the number of the check that failed.

        .equ FINISHER, 0x100000
        .equ TYPE_DISABLED, 15

        # The value of CSR number after writing `value` must be `expected`.
        .macro holds number, value, expected
        li      t0, \value
        csrw    \number, t0
        csrr    t1, \number
        li      t2, \expected
        li      a0, \@ + 1
        bne     t1, t2, fail
        .endm

        .globl _start
_start:
        la      t0, skip
        csrw    mtvec, t0
        csrw    mstatus, zero                   # MDT is set out of reset, and NMIE is clear: either makes a
        csrsi   0x744, 8                        # trap the last
        csrsi   mie, 2                          # wfi ends at once: an interrupt is pending that is not taken
        csrsi   mip, 2
        wfi
        .option push
        .option rvc
        li      sp, 0x80100000
        c.addi16sp sp, 32
        c.addi16sp sp, -16
        .option pop
        li      t0, 0x80100010
        li      a0, 50
        bne     sp, t0, fail
        fence.tso
        .insn   i 0x0f, 0, x0, x0, 0x010        # pause

        # wrs.nto ends at once when there is no reservation, wrs.sto in a short time even when there is.
        .insn   i 0x73, 0, x0, x0, 0x00d
        lr.d    t0, (sp)
        .insn   i 0x73, 0, x0, x0, 0x01d

        csrr    t0, mvendorid
        csrr    t1, marchid
        or      t0, t0, t1
        csrr    t1, 0xf15                       # mconfigptr
        or      t0, t0, t1
        li      a0, 58
        bnez    t0, fail
        holds   0x30d, -1, 1 << 63              # mstateen1
        holds   0x7a8, -1, 0x1fff               # mcontext
        holds   0x5a8, -1, 0xffffffff           # scontext
        holds   0x7a0, 3, 3                     # tselect
        holds   0x7a1, 0, 15 << 60              # tdata1: writing 0 disables
        holds   0x7a2, 0x1234, 0x1234           # tdata2
        holds   0x7a3, 0, 0                     # tdata3
        holds   0x7c0, -1, 0x73ff1              # cat0, of -cpu cat=64; docs/history/cp40.md
        holds   0xbc0, 0xf0, 0xf0               # catctl: virtual machine 15, not enabled
        holds   0xbc1, -1, 0xfffffffffff000     # catbase
        csrr    t0, 0x7a4                       # tinfo: version 1, types 3, 4, 5, 6 and 15
        li      t1, 0x1008078
        li      a0, 51
        bne     t0, t1, fail

        # Counter 3 is the supervisor's with menvcfg.CDE: behind siselect 0x43 are its value and its event.
        csrr    t0, 0x015                       # seed may not be only read: the handler skips it
        csrrw   t0, 0x015, x0
        srli    t0, t0, 30
        li      t1, 2                           # ES16
        li      a0, 54
        bne     t0, t1, fail
        li      t0, 1 << 60
        csrs    0x30a, t0                       # menvcfg.CDE
        csrsi   0x306, 8                        # mcounteren
        holds   0x150, 0x43, 0x43               # siselect
        holds   0x152, 1, 1                     # sireg2: cycles
        holds   0x120, 8, 8                     # scountinhibit
        holds   0x151, 1234, 1234               # sireg
        csrr    t0, 0xb03                       # mhpmcounter3
        li      t1, 1234
        li      a0, 55
        bne     t0, t1, fail
        csrr    t0, 0x10c                       # sstateen0
        holds   0x350, 0x43, 0x43               # miselect: there is nothing behind it
        li      s0, 0
        .irp    number, 0x351, 0x352, 0x353, 0x355, 0x356, 0x357, 0x153, 0x155, 0x156, 0x157
        csrr    t0, \number
        .endr
        li      t0, 10
        li      a0, 56
        bne     s0, t0, fail

        # What belongs to guests. M-mode may do everything.
        holds   0x747, 1 << 8, 1 << 8           # mseccfg: USEED
        holds   0x321, -1, 0x7c << 56           # mcyclecfg
        holds   0x322, -1, 0x7c << 56           # minstretcfg
        holds   0x34a, -1, -1                   # mtinst
        holds   0x34b, -1, -1                   # mtval2
        holds   0x242, -1, -1                   # vscause
        holds   0x6a8, -1, 0x3fff               # hcontext
        holds   0x30c, -1, 0xda8 << 52          # mstateen0
        holds   0x181, -1, 0xfff0fff            # srmcfg
        holds   0x60c, -1, 0xda << 56           # hstateen0
        holds   0x30e, -1, 1 << 63              # mstateen2
        holds   0x30f, -1, 1 << 63              # mstateen3
        holds   0x60d, -1, 1 << 63              # hstateen1
        holds   0x60e, -1, 1 << 63              # hstateen2
        holds   0x60f, -1, 1 << 63              # hstateen3
        holds   0x603, -1, 0x444                # hideleg: the VS level's own
        holds   0x604, -1, 0x444                # hie
        holds   0x644, -1, 4                    # hip: only VSSIP can be written
        holds   0x244, -1, 2                    # vsip: the same, one place lower
        .option push
        .option arch, +h, +svinval
        hfence.gvma
        hfence.vvma
        hinval.gvma x0, x0
        hinval.vvma x0, x0
        .option pop

        # Advanced interrupts without interrupt files: SSI is pending for M-mode and, one place lower, VSSI for the guest.
        csrr    t0, 0xfb0                       # mtopi: SSI, whose priority is below the external interrupt's
        li      t1, 0x100ff
        li      a0, 59
        bne     t0, t1, fail
        csrr    t0, 0xeb0                       # vstopi
        li      t1, 0x10001
        li      a0, 60
        bne     t0, t1, fail
        csrsi   mideleg, 2
        csrr    t0, 0xdb0                       # stopi
        li      t1, 0x100ff
        li      a0, 61
        bne     t0, t1, fail
        csrci   mideleg, 2
        holds   0x308, -1, ~0x1dfd              # mvien: 63 to 13, SEI and SSI
        holds   0x309, 2, 2                     # mvip
        csrw    0x308, zero
        holds   0x608, -1, ~0x1fff              # hvien
        csrw    0x608, zero
        holds   0x609, -1, 0x4fff03ff           # hvictl
        csrw    0x609, zero
        holds   0x646, -1, 0xffffff00ff00ff00   # hviprio1
        holds   0x647, -1, -1                   # hviprio2
        holds   0x350, 0x30, 0x30               # miselect: priorities of the first eight interrupts
        holds   0x351, -1, 0xff00ff00ff00ff00
        csrw    0x351, zero
        holds   0x250, 0x43, 0x43               # vsiselect: there is nothing behind it
        li      s0, 0
        .irp    number, 0x251, 0x252, 0x253, 0x255, 0x256, 0x257, 0x35c, 0x15c, 0x25c
        csrr    t0, \number
        .endr
        li      t0, 9
        li      a0, 62
        bne     s0, t0, fail

        # mnret goes where mnepc says, in the mode mnstatus says, and enables RNMIs.
        holds   0x740, 0x55aa, 0x55aa           # mnscratch
        holds   0x742, 7, 7                     # mncause
        la      t0, after
        csrw    0x741, t0                       # mnepc
        li      t0, 3 << 11
        csrw    0x744, t0                       # mnstatus: M-mode
        .insn   r 0x73, 0, 0x38, x0, x0, x2     # mnret
        li      a0, 52
        j       fail
after:
        csrr    t0, 0x744
        andi    t0, t0, 8
        li      a0, 53
        beqz    t0, fail
        li      t0, FINISHER
        li      t1, 0x5555
        sw      t1, 0(t0)
1:      j       1b

        # An illegal instruction is counted and skipped; anything else is a failure.
        .balign 4
skip:   csrr    t6, mcause
        addi    t6, t6, -2
        li      a0, 57
        bnez    t6, fail
        addi    s0, s0, 1
        csrr    t6, mepc
        addi    t6, t6, 4
        csrw    mepc, t6
        mret
fail:
        slli    a0, a0, 16
        li      t1, 0x3333
        or      a0, a0, t1
        li      t0, FINISHER
        sw      a0, 0(t0)
2:      j       2b
