/* SPDX-License-Identifier: MIT */
/*
 * selfmod.c - programs that change themselves: the next instruction, their own loop, across the end of a page, through
 * another virtual address, from another hart. FENCE.I stands wherever the manual asks for one.
 *
 * args: -smp 2
 * exit: 0
 * console: selfmod: done
 */
#include "lib/sv39.h"

enum { ROUNDS = 200 };

#define ADDI_A0(n) (0x00000513u | (uint32_t)(n) << 20) /* li a0, n */
#define RET        0x00008067u
#define C_RET      0x8082
#define C_LI_A0(n) (uint16_t)(0x4501 | (n) << 2) /* c.li a0, n (0..31) */

static uint32_t code[2048] __attribute__((aligned(4096)));

static long call(const void *function)
{
    return ((long (*)(void))(uintptr_t)function)();
}

static void store16(void *to, uint16_t value)
{
    *(volatile uint16_t *)to = value;
}

static void store32(void *to, uint32_t value)
{
    *(volatile uint32_t *)to = value;
}

/* The store, FENCE.I, and what was stored, one after the other. */
static long next_instruction(uint32_t insn)
{
    register long a0 __asm__("a0") = -1;
    __asm__ volatile("la t0, 1f\n"
                     "sw %1, 0(t0)\n"
                     "fence.i\n"
                     ".balign 4\n"
                     "1: .insn 4, 0x00000013\n"
                     : "+r"(a0)
                     : "r"(insn)
                     : "t0", "memory");
    return a0;
}

static void change_next(void)
{
    for (unsigned i = 0; i < ROUNDS; i++)
        guest_check("next instruction", i, (uint64_t)next_instruction(ADDI_A0(i)), i);
}

/* A loop whose body adds to a0 and raises the immediate of that very addition each time: 0 + 1 + ... + n-1. */
static long growing_loop(long count)
{
    register long a0 __asm__("a0") = 0;
    register long a1 __asm__("a1") = count;
    __asm__ volatile("la t0, 1f\n"
                     "li t2, 1 << 20\n"
                     "li t1, 0x00050513\n" /* addi a0, a0, 0 */
                     "sw t1, 0(t0)\n"
                     "2: fence.i\n"
                     ".balign 4\n"
                     "1: .insn 4, 0x00050513\n"
                     "lw t1, 0(t0)\n"
                     "add t1, t1, t2\n"
                     "sw t1, 0(t0)\n"
                     "addi a1, a1, -1\n"
                     "bnez a1, 2b\n"
                     : "+r"(a0), "+r"(a1)::"t0", "t1", "t2", "memory");
    return a0;
}

/* An instruction in two pages, of which now one half, now the other changes; and an instruction that becomes two. */
static void straddle(void)
{
    char *at = (char *)code + PAGE - 2;
    store16(at + 4, C_RET);
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t insn = ADDI_A0(i);
        store16(at, (uint16_t)insn);
        store16(at + 2, (uint16_t)(insn >> 16));
        FENCE_I();
        guest_check("straddling", i, (uint64_t)call(at), i);
        store16(at + 2, (uint16_t)(ADDI_A0(i + 1) >> 16)); /* only the half in the second page */
        FENCE_I();
        guest_check("second half", i, (uint64_t)call(at), i + 1);
        store16(
            at,
            C_LI_A0(i % 32
                        ? i % 31
                        : 7)); /* only the half in the first page: now an instruction of its own */
        store16(at + 2, C_RET);
        FENCE_I();
        long small = (long)(i % 32 ? i % 31 : 7);
        guest_check("first half", i, (uint64_t)(call(at) & 31), (uint64_t)small);
    }
}

/* The same code at its own address and at WINDOW. */
static long alias_rounds(long unused)
{
    char *alias = (char *)WINDOW;
    (void)unused;
    code[1] = RET;
    for (unsigned i = 0; i < ROUNDS; i++) {
        store32(i % 2 ? (char *)code : alias, ADDI_A0(i));
        FENCE_I();
        guest_check("through an alias", i, (uint64_t)call(code), i);
        guest_check("of an alias", i, (uint64_t)call(alias), i);
        store32(i % 2 ? alias : (char *)code, ADDI_A0(i + 1));
        FENCE_I();
        guest_check("through an alias, again", i, (uint64_t)call(alias), i + 1);
        guest_check("of an alias, again", i, (uint64_t)call(code), i + 1);
    }
    return 0;
}

static void change_alias(void)
{
    sv39_start();
    sv39_leaves[0] = sv39_pte(code, PTE_V | PTE_RWX | PTE_AD);
    guest_call_as(PRIV_S, alias_rounds, 0);
    sv39_stop();
}

/* Hart 1 executes what hart 0 wrote: turn odd: hart 1's. */
static volatile uint64_t turn, answer;

static void execute_others(void)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        while (turn != 2 * i + 1)
            ;
        FENCE();
        FENCE_I();
        answer = (uint64_t)call(&code[16]);
        FENCE();
        turn = 2 * i + 2;
    }
}

static void change_for_other(void)
{
    store32(&code[17], RET);
    for (unsigned i = 0; i < ROUNDS; i++) {
        store32(&code[16], ADDI_A0(i));
        FENCE();
        turn = 2 * i + 1;
        while (turn != 2 * i + 2)
            ;
        FENCE();
        guest_check("from another hart", i, answer, i);
    }
}

int main(unsigned hart)
{
    if (hart) {
        execute_others();
        return 0;
    }
    change_next();
    guest_check("own loop", 0, (uint64_t)growing_loop(1000), 1000 * 999 / 2);
    straddle();
    change_alias();
    change_for_other();
    guest_print("selfmod: done\n");
    return (int)guest_failures;
}
