/* SPDX-License-Identifier: MIT */
/* remote.c - fences of another hart, by SBI; see stale.h. */
#include <stddef.h>

#include "lib/hart.h"
#include "lib/sbi.h"
#include "stale.h"

enum { PLACES = 2, ASID = 3 };
#define LEAF (WINDOW + 8 * GIGA_PAGE)

/* Where the other hart is to look, and what it saw; it is its turn while `turn` is odd. */
static volatile uint64_t turn, place[PLACES];
static Access seen[PLACES];
static uint64_t frames[PLACES][PAGE_SIZE / sizeof(uint64_t)] __attribute__((aligned(PAGE_SIZE)));

static void look(void *unused)
{
    (void)unused;
    csr_write(satp, satp_of(stale.root, ASID & stale.asids));
    sfence_vma();
    for (;;) {
        while (turn % 2 == 0)
            pause();
        fence();
        for (unsigned i = 0; i < PLACES; i++)
            seen[i] = access_load(place[i]);
        fence();
        turn++;
    }
}

static void have_look(uint64_t first, uint64_t second)
{
    place[0] = first;
    place[1] = second;
    fence();
    turn++;
    while (turn % 2)
        pause();
    fence();
}

static void forget(uint64_t start, uint64_t size, bool by_asid)
{
    SbiResult result = sbi_call5(SBI_RFENCE, by_asid ? SBI_SFENCE_VMA_ASID : SBI_SFENCE_VMA, 1,
                                 stale.other, start, size, ASID & stale.asids);
    check(!result.error, "a remote fence", (uint64_t)result.error);
}

/* Two pages that change places. */
static void change_pages(bool by_asid)
{
    static const struct {
        uint64_t start, size;
    } ranges[] = { { WINDOW, 2 * PAGE_SIZE },
                   { WINDOW, PAGE_SIZE + 1 },
                   { 0, 0 },
                   { 0, -1ul },
                   { WINDOW - GIGA_PAGE, 2 * GIGA_PAGE } };
    for (unsigned i = 0; i < 2 * sizeof(ranges) / sizeof(ranges[0]); i++) {
        uint64_t first = (uintptr_t)frames[i % 2], second = (uintptr_t)frames[(i + 1) % 2];
        paging_map(stale.root, SV39, WINDOW, first, PAGE_SIZE, PTE_RW);
        paging_map(stale.root, SV39, WINDOW + PAGE_SIZE, second, PAGE_SIZE, PTE_RW);
        forget(ranges[i / 2].start, ranges[i / 2].size, by_asid);
        have_look(WINDOW, WINDOW + PAGE_SIZE);
        for (unsigned j = 0; j < PLACES; j++)
            check(!seen[j].cause && seen[j].value == (i + j) % 2,
                  "the page of before on the other hart",
                  (uint64_t)i << 32 | (uint64_t)j << 16 | seen[j].value);
    }
}

/* A leaf of 1 GiB that goes, by a fence of one page of it. */
static void take_leaf(bool by_asid)
{
    uint64_t ram = (uintptr_t)frames & -MEGA_PAGE, at = LEAF + ram % GIGA_PAGE;
    *root_entry(LEAF) = pte_make(ram & -GIGA_PAGE, PTE_RW | PTE_V);
    forget(at, PAGE_SIZE, by_asid);
    have_look(at, at + 4 * MEGA_PAGE);
    check(!seen[0].cause && !seen[1].cause, "loads by a leaf", seen[0].cause | seen[1].cause);
    *root_entry(LEAF) = 0;
    forget(at, PAGE_SIZE, by_asid);
    have_look(at, at + 4 * MEGA_PAGE);
    check(seen[0].cause == CAUSE_LOAD_PAGE && seen[1].cause == CAUSE_LOAD_PAGE,
          "loads by a leaf that went", seen[0].cause << 32 | seen[1].cause);
}

bool check_remote(void)
{
    if (stale.other == stale.hart)
        return false;
    frames[1][0] = 1;
    if (stale.own)
        *stale.own = 'R';
    long error = hart_start(stale.other, look, NULL);
    check(!error, "a hart that can be started", (uint64_t)error);
    for (unsigned by_asid = 0; by_asid < 2; by_asid++) {
        change_pages(by_asid);
        take_leaf(by_asid);
    }
    check(!stale.own || *stale.own == 'R', "memory of the guest's that somebody else wrote", 0);
    return true;
}
