/* SPDX-License-Identifier: MIT */
/* memory.c - attacks by addresses; see attacker.h. */
#include "attacker.h"

#include "lib/hart.h"
#include "lib/paging.h"

uint64_t attack_none(uint64_t n)
{
    return n;
}

uint64_t attack_store(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        *(volatile uint64_t *)(attacker.at + 8 * i) = 0x6b63617474610000 + i;
    return n;
}

uint64_t attack_load(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        (void)*(volatile uint64_t *)(attacker.at + 8 * i);
    return n;
}

uint64_t attack_atomic(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        __atomic_fetch_add((uint64_t *)(attacker.at + 8 * i), 1, __ATOMIC_RELAXED);
    return n;
}

uint64_t attack_jump(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        ((void (*)(void))(attacker.at + 4 * i))();
    return n;
}

/* The address of the root is that of a walk's first read: an access that no instruction makes. */
uint64_t attack_tables(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        csr_write(satp, ATP_SV39 << ATP_MODE | (attacker.at + i * PAGE_SIZE) >> 12);
        sfence_vma();
        csr_write(satp, 0);
    }
    return n;
}

/* An entry of two tables that lead to each other, to themselves, to at=, and anywhere. */
static uint64_t any_entry(uint64_t (*maze)[512], uint64_t any)
{
    uint64_t flags = any >> 8 & 0xff;
    switch (any % 4) {
    case 0: return pte_make((uintptr_t)maze[any >> 2 & 1], PTE_V);
    case 1: return pte_make(attacker.at, flags | PTE_V);
    case 2: return pte_make(any >> 4 & -PAGE_SIZE, flags | PTE_V);
    default: return any;
    }
}

/* Loads by page tables that nobody would write, but for the gigabyte that we are in. */
uint64_t attack_maze(uint64_t n)
{
    static uint64_t maze[2][512] __attribute__((aligned(PAGE_SIZE)));
    uint64_t state = seed();
    for (uint64_t i = 0; i < n; i++) {
        for (unsigned j = 0; j < 2 * 512; j++)
            maze[j / 512][j % 512] = any_entry(maze, next_random(&state));
        maze[0][2] = pte_make(2 * GIGA_PAGE, PTE_RWX | PTE_V);
        csr_write(satp, ATP_SV39 << ATP_MODE | (uintptr_t)maze[0] >> 12);
        sfence_vma();
        for (unsigned j = 0; j < 64; j++)
            (void)*(volatile uint64_t *)((int64_t)(next_random(&state) << 25) >> 25 & -8l);
        csr_write(satp, 0);
        sfence_vma();
    }
    return n;
}

/* Two instructions, `li a0, N` and `ret`, written anew for each run of them; other harts write them as well, with numbers
 * of their own, so that what is executed is one or the other. Every second time without the fence that it takes. */
static uint32_t code[2] __attribute__((aligned(64)));

uint64_t attack_selfmod(uint64_t n)
{
    uint64_t well = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint32_t number = (uint32_t)(i & 0x3ff) << 1 | (hart_self()->id & 1);
        __atomic_store_n(&code[1], 0x00008067u, __ATOMIC_RELAXED);
        __atomic_store_n(&code[0], number << 20 | 0x513u, __ATOMIC_RELAXED);
        if (i & 1)
            fence_i();
        well += ((uint64_t(*)(void))code)() < 0x800;
    }
    return well;
}

/* The handler of the trap is the next trap. */
uint64_t attack_crash(uint64_t n)
{
    csr_write(stvec, 0);
    __asm__ volatile("unimp");
    return n;
}

uint64_t attack_hang(uint64_t n)
{
    csr_clear(sstatus, SSTATUS_SIE);
    for (;;)
        __asm__ volatile("");
    return n;
}
