/* SPDX-License-Identifier: MIT */
/* paging.c - phases C and D: page tables that change, and address spaces that take turns. */
#include "lib/paging.h"

#include "lib/string.h"
#include "wl.h"

enum { WINDOW_PAGES = 64, FRAMES = 8, SPACES = 4, ENTRIES = PAGE_SIZE / sizeof(uint64_t) };

static uint64_t frames[FRAMES][ENTRIES] __attribute__((aligned(PAGE_SIZE)));
/* The page that is touched next, its entry, and what shall be there: for the handler of the fault. */
static uint64_t *volatile wanted;
static volatile uint64_t wanted_page, wanted_frame, faults;

/* A store to a page that is not mapped: map it and go on. */
static bool map_page(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    (void)frame;
    if (cause != CAUSE_STORE_PAGE || tval / PAGE_SIZE != wanted_page / PAGE_SIZE)
        return false;
    if (*wanted & PTE_V) { /* a hart may fault once more where it remembers the entry of before */
        sfence_vma_page(tval);
        return true;
    }
    faults++;
    *wanted = pte_make(wanted_frame, PTE_RW | PTE_V);
    return true;
}

uint64_t phase_map(uint64_t n)
{
    uint64_t *entries = paging_entry(wl.root, SV39, WINDOW_BASE);
    faults = 0;
    hooks.exception = map_page;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t *frame = frames[i % FRAMES], word = i % ENTRIES;
        wanted = &entries[i % WINDOW_PAGES];
        wanted_page = WINDOW_BASE + i % WINDOW_PAGES * PAGE_SIZE;
        wanted_frame = (uintptr_t)frame;
        ((volatile uint64_t *)wanted_page)[word] = i + 1;
        check(*(volatile uint64_t *)&frame[word] == i + 1, "a store to this frame", frame[word]);
        *wanted = 0;
        sfence_vma_page(wanted_page);
    }
    hooks.exception = NULL;
    return faults;
}

/* An address space with the kernel, and a page at the window that tells its number. */
static uint64_t make_space(uint64_t number, uint64_t asid)
{
    static uint64_t *roots[SPACES];
    uint64_t *frame = frames[number];
    if (!roots[number]) {
        roots[number] = paging_root(SV39);
        memcpy(roots[number], wl.root, PAGE_SIZE);
        roots[number][WINDOW_BASE / GIGA_PAGE] = 0;
        *paging_entry(roots[number], SV39, WINDOW_BASE) =
            pte_make((uintptr_t)frame, PTE_RW | PTE_V);
    }
    frame[0] = number;
    return ATP_SV39 << ATP_MODE | asid << SATP_ASID | (uintptr_t)roots[number] >> 12;
}

uint64_t phase_switch(uint64_t n)
{
    uint64_t satps[SPACES], done = 0;
    csr_set(satp, SATP_ASIDS << SATP_ASID);
    uint64_t asids = csr_read(satp) >> SATP_ASID & SATP_ASIDS;
    for (unsigned i = 0; i < SPACES; i++)
        satps[i] = make_space(i, asids < SPACES ? 0 : i + 1);
    sfence_vma();
    for (; done < n; done++) {
        csr_write(satp, satps[done % SPACES]);
        if (asids < SPACES)
            sfence_vma();
        uint64_t number = *(volatile uint64_t *)WINDOW_BASE;
        check(number == done % SPACES, "the page of this address space", number);
    }
    paging_on();
    return done;
}
