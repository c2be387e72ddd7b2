/* SPDX-License-Identifier: MIT */
/*
 * bench.h - what the bare programs share: control registers, random numbers, pages, modes.
 *
 * A program defines bench_main, which returns a checksum of its work. The checksum must not depend
 * on time.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H
#include <stddef.h>
#include <stdint.h>

#ifndef SCALE
#define SCALE 100 /* length of the run in per cent */
#endif
#define ROUNDS(n) ((uint64_t)(n)*SCALE / 100 + 1)

#define CSR_READ(name)                                      \
    ({                                                      \
        uint64_t value_;                                    \
        __asm__ volatile("csrr %0, " #name : "=r"(value_)); \
        value_;                                             \
    })
#define CSR_WRITE(name, value) \
    __asm__ volatile("csrw " #name ", %0" ::"r"((uint64_t)(value)) : "memory")
#define CSR_SET(name, value) \
    __asm__ volatile("csrs " #name ", %0" ::"r"((uint64_t)(value)) : "memory")

enum { MODE_U = 0, MODE_S = 1 };
enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_U = 16, PTE_A = 64, PTE_D = 128 };
#define PTE_DATA  (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)
#define PAGE_SIZE 4096u

#define RAM_BASE    0x80000000ull
#define POOL_BASE   0x88000000ull /* RAM that no program's image reaches */
#define USER_BASE   0x40000000ull /* second view of RAM, for U-mode, once paging_start has run */
#define WINDOW_BASE 0xc0000000ull /* paging_map puts pages here and up */

/* The program. Runs in M-mode with translation off. */
uint64_t bench_main(void);
/* The compiler may call these; a program that copies by hand says so. */
void *memset(void *to, int value, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
/* See start.S. */
uint64_t bench_enter(unsigned mode, const void *entry, uint64_t argument, const void *handler);
void bench_leave(void);
/* Prints the checksum and the count of retired instructions, and switches the machine off. */
void bench_finish(uint64_t checksum, uint64_t instructions);
/* Prints the trap nobody expected and ends the machine with a failure. */
void bench_fail(uint64_t cause, uint64_t pc, uint64_t value);

/* Builds Sv39 tables: RAM and devices at their own addresses for S-mode, RAM at USER_BASE for
 * U-mode. */
void paging_start(void);
/* Maps one page of 4 KiB at or above WINDOW_BASE, with a table for each 2 MiB. */
void paging_map(uint64_t va, uint64_t pa, uint64_t flags);
/* Value for satp that selects these tables with an address-space number. */
uint64_t paging_satp(uint64_t asid);

static inline uint64_t random_next(uint64_t *state)
{
    uint64_t x = *state;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    return x;
}

static inline uint64_t checksum_add(uint64_t sum, uint64_t value)
{
    return (sum ^ value) * 0x100000001b3ull;
}
#endif
