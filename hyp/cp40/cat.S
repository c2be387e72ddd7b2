/* SPDX-License-Identifier: MIT */
/* cat.S - registers of the associative memory; see cp40.h. A CSR's number is part of the instruction, so there is one for each. */
#define CAT0    0x7c0
#define CATCTL  0xbc0
#define CATBASE 0xbc1

    .option norvc
    .text
    .globl cat_read, cat_write, cat_select, cat_base, cat_is_there
/* bool cat_is_there(void): a hart without these registers traps, and goes on behind the attempt. */
cat_is_there:
    la      t0, 1f
    csrrw   t0, mtvec, t0
    li      a0, 0
    csrr    t1, CATCTL
    li      a0, 1
    .balign 4
1:  csrw    mtvec, t0
    ret

/* uint64_t cat_read(unsigned frame) */
cat_read:
    la      t0, 1f
    slli    a0, a0, 3
    add     t0, t0, a0
    jr      t0
1:  .set    n, 0
    .rept   64
    csrr    a0, CAT0 + n
    ret
    .set    n, n + 1
    .endr

/* void cat_write(unsigned frame, uint64_t value) */
cat_write:
    la      t0, 1f
    slli    a0, a0, 3
    add     t0, t0, a0
    jr      t0
1:  .set    n, 0
    .rept   64
    csrw    CAT0 + n, a1
    ret
    .set    n, n + 1
    .endr

/* void cat_select(unsigned vm): and it is enabled. */
cat_select:
    slli    a0, a0, 4
    ori     a0, a0, 1
    csrw    CATCTL, a0
    ret

/* void cat_base(uintptr_t address) */
cat_base:
    csrw    CATBASE, a0
    ret
