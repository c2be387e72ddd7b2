/* SPDX-License-Identifier: MIT */
/*
 * sv39.h - a window of pages for the programs that stress translation.
 */
#ifndef TESTS_BENCH_SV39_H
#define TESTS_BENCH_SV39_H
#include "bench.h"

/* Maps pages at WINDOW_BASE onto as many at POOL_BASE, fills each with its number. */
static inline void window_map(unsigned pages)
{
    paging_start();
    for (unsigned i = 0; i < pages; i++) {
        volatile uint64_t *page = (volatile uint64_t *)(POOL_BASE + (uint64_t)i * PAGE_SIZE);

        paging_map(WINDOW_BASE + (uint64_t)i * PAGE_SIZE, (uintptr_t)page, PTE_DATA);
        for (unsigned line = 0; line < 64; line++) {
            page[8 * line] = i;
        }
    }
}

/* The same, and selects address space 1. */
static inline void window_start(unsigned pages)
{
    window_map(pages);
    CSR_WRITE(satp, paging_satp(1));
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* Reads one word of a page; neighbouring pages use different cache lines. */
static inline uint64_t window_load(uint64_t page)
{
    return *(const volatile uint64_t *)(WINDOW_BASE + page * PAGE_SIZE + (page & 63) * 64);
}

static inline uint64_t window_load_many(unsigned pages)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < pages; i++) {
        sum += window_load(i);
    }
    return sum;
}
#endif
