/* SPDX-License-Identifier: MIT */
/*
 * bench.c - console, end of the run, page tables and the two functions the compiler expects.
 */
#include "bench.h"

#define UART          ((volatile uint8_t *)0x10000000)
#define UART_LSR      5
#define LSR_THRE      0x20
#define FINISHER      ((volatile uint32_t *)0x100000)
#define FINISHER_PASS 0x5555u
#define FINISHER_FAIL 0x13333u

#define SATP_SV39     (8ull << 60)
#define WINDOW_TABLES 64 /* 2 MiB each */

static uint64_t root[512] __attribute__((aligned(4096)));
static uint64_t middle[512] __attribute__((aligned(4096)));
static uint64_t leaves[WINDOW_TABLES][512] __attribute__((aligned(4096)));

static void console_text(const char *text)
{
    for (; *text; text++) {
        while (!(UART[UART_LSR] & LSR_THRE)) {
        }
        UART[0] = (uint8_t)*text;
    }
}

static void console_hex(const char *label, uint64_t value)
{
    char text[18] = { 0 };

    for (unsigned i = 0; i < 16; i++) {
        text[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
    }
    text[16] = '\n';
    console_text(label);
    console_text(text);
}

void bench_finish(uint64_t checksum, uint64_t instructions)
{
    console_hex("checksum ", checksum);
    console_hex("instructions ", instructions);
    *FINISHER = FINISHER_PASS;
}

void bench_fail(uint64_t cause, uint64_t pc, uint64_t value)
{
    console_hex("unexpected trap ", cause);
    console_hex("at ", pc);
    console_hex("value ", value);
    *FINISHER = FINISHER_FAIL;
}

static uint64_t pte_of(uint64_t pa, uint64_t flags)
{
    return pa >> 12 << 10 | flags;
}

void paging_start(void)
{
    root[0] = pte_of(0, PTE_DATA);
    root[USER_BASE >> 30] = pte_of(RAM_BASE, PTE_DATA | PTE_X | PTE_U);
    root[RAM_BASE >> 30] = pte_of(RAM_BASE, PTE_DATA | PTE_X);
    root[WINDOW_BASE >> 30] = pte_of((uintptr_t)middle, PTE_V);
    for (unsigned i = 0; i < WINDOW_TABLES; i++) {
        middle[i] = pte_of((uintptr_t)leaves[i], PTE_V);
    }
}

void paging_map(uint64_t va, uint64_t pa, uint64_t flags)
{
    leaves[(va - WINDOW_BASE) >> 21][va >> 12 & 511] = pte_of(pa, flags);
}

uint64_t paging_satp(uint64_t asid)
{
    return SATP_SV39 | asid << 44 | (uintptr_t)root >> 12;
}

void *memset(void *to, int value, size_t size)
{
    uint8_t *bytes = to;

    while (size--) {
        *bytes++ = (uint8_t)value;
    }
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    uint8_t *bytes = to;
    const uint8_t *source = from;

    while (size--) {
        *bytes++ = *source++;
    }
    return to;
}
