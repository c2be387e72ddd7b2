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
