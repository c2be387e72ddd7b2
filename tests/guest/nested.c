/* SPDX-License-Identifier: MIT */
/*
 * nested.c - traps inside trap handlers, a hundred deep, of three kinds in turn; each level must find its own registers
 * again on the way back.
 *
 * args:
 * exit: 0
 * console: nested: done
 */
#include "lib/guest.h"

enum { DEPTH = 100 };

static unsigned depth, deepest;
static uint64_t causes[DEPTH + 1], epcs[DEPTH + 1];

/* One trap, by a different instruction at each level; `level` must be in the same register behind it. */
static __attribute__((noinline)) uint64_t trap_once(unsigned level)
{
    register uint64_t s2 __asm__("s2") = level * 0x0101010101010101ul;
    if (level % 3 == 0)
        __asm__ volatile("ecall" : "+r"(s2)::"memory");
    else if (level % 3 == 1) /* a write to mvendorid, which is read-only */
        __asm__ volatile(".insn 4, 0xf1101073" : "+r"(s2)::"memory");
    else
        __asm__ volatile("lw zero, 0(zero)" : "+r"(s2)::"memory");
    return s2;
}

static const uint64_t expected_cause[] = { ECALL_M, ILLEGAL, LOAD_ACCESS };

static bool go_deeper(unsigned hart, TrapFrame *frame)
{
    (void)hart;
    unsigned level = depth++;
    if (depth > deepest)
        deepest = depth;
    causes[level] = frame->cause;
    epcs[level] = frame->epc;
    uint64_t mpp = CSR_READ(mstatus) >> 11 & 3;
    guest_check("MPP", level, mpp, PRIV_M);
    if (depth < DEPTH)
        guest_check("register", depth, trap_once(depth), depth * 0x0101010101010101ul);
    guest_check("cause", level, frame->cause, expected_cause[level % 3]);
    guest_check("mepc of this level", level, frame->epc, epcs[level]);
    frame->epc += 4;
    depth--;
    return true;
}

int main(unsigned hart)
{
    if (hart)
        return 0;
    guest_exception = go_deeper;
    for (unsigned round = 0; round < 10; round++) {
        guest_check("register", 0, trap_once(0), 0);
        guest_check("depth", round, deepest, DEPTH);
        deepest = 0;
    }
    guest_print("nested: done\n");
    return (int)guest_failures;
}
