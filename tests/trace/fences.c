/* SPDX-License-Identifier: MIT */
/*
 * fences.c - tables that change, with a fence that covers the change, with one that does not, and with none.
 *
 * Each story has a page of its own, so that its address names it. What is loaded shows that a forgotten fence is
 * really forgotten: the old translation is used.
 */
#include "mprv.h"

enum { PAGES = 16, OLD = 0x0ed, NEW = 0x4e3, RW = PTE_R | PTE_W | PTE_AD };
static uint64_t s_root[512] __attribute__((aligned(4096)));
static uint64_t s_middle[512] __attribute__((aligned(4096)));
static uint64_t s_leaves[512] __attribute__((aligned(4096)));
static uint64_t other_root[512] __attribute__((aligned(4096)));
static uint64_t other_middle[512] __attribute__((aligned(4096)));
static uint64_t other_leaves[512] __attribute__((aligned(4096)));
static uint64_t g_root[2048] __attribute__((aligned(16384)));
static uint64_t g_middle[512] __attribute__((aligned(4096)));
static uint64_t g_leaves[512] __attribute__((aligned(4096)));
static uint64_t old_page[512] __attribute__((aligned(4096)));
static uint64_t new_page[512] __attribute__((aligned(4096)));

/* Virtual addresses, and guest physical ones beyond RAM for the guest's data. */
#define WINDOW    0x100000000ul
#define VA(page)  (WINDOW + (page)*4096ul)
#define GPA(page) ((void *)(0xc0000000ul + (page)*4096ul))

#define SFENCE_ADDRESS(va) __asm__ volatile("sfence.vma %0" ::"r"(va) : "memory")
#define SFENCE_ASID(va, asid) \
    __asm__ volatile("sfence.vma %0, %1" ::"r"(va), "r"((uint64_t)(asid)) : "memory")
#define HFENCE_VVMA(va)  __asm__ volatile("hfence.vvma %0" ::"r"(va) : "memory")
#define HFENCE_GVMA(gpa) __asm__ volatile("hfence.gvma %0" ::"r"((uintptr_t)(gpa) >> 2) : "memory")

static uint64_t atp(const void *root, uint64_t id)
{
    return 8ul << 60 | id << 44 | (uintptr_t)root >> 12;
}

static void expect_load(bool guest, unsigned page, uint64_t expected)
{
    guest_check("load", VA(page), load_as_supervisor(guest, VA(page)), expected);
}

static void begin(bool guest, unsigned page)
{
    s_leaves[page] = guest ? pte(GPA(page), RW) : pte(old_page, RW);
    g_leaves[page] = pte(old_page, RW | PTE_U);
    expect_load(guest, page, OLD);
}

/* S-mode. */

static void nothing_forgotten(unsigned page)
{
    begin(false, page);
    s_leaves[page] = pte(new_page, RW);
    SFENCE_ADDRESS(VA(page));
    expect_load(false, page, NEW);
    s_leaves[page] =
        pte(new_page, RW | PTE_X | PTE_U); /* X is new: nobody must fence; U only with SUM */
    SFENCE_ASID(VA(page), 1);
    s_leaves[page] = pte(new_page, RW | PTE_X);
    expect_load(false, page, NEW);
    s_leaves[page] &= ~(uint64_t)PTE_A; /* a sample of what is in use */
    expect_load(false, page, NEW);
}

static void moved(unsigned page)
{
    begin(false, page);
    s_leaves[page] = pte(new_page, RW);
    expect_load(false, page, OLD); /* reported */
    expect_load(false, page, OLD); /* once */
    s_leaves[page] = pte(old_page, RW);
    expect_load(false, page, OLD);
    s_leaves[page] = pte(new_page, RW);
    expect_load(false, page, OLD); /* and again when it changed again */
    SFENCE_ADDRESS(VA(page));
    s_leaves[page] = pte(old_page, RW);
    expect_load(false, page, OLD);
    s_leaves[page] = pte(new_page, RW);
    expect_load(false, page, OLD); /* and of the next translation */
    SFENCE_ADDRESS(VA(page));
    expect_load(false, page, NEW);
}

static void gone(unsigned page)
{
    begin(false, page);
    s_leaves[page] = 0;
    expect_load(false, page, OLD);
}

static void write_protected(unsigned page)
{
    begin(false, page);
    store_as_supervisor(false, VA(page) + 8, 1);
    s_leaves[page] = pte(old_page, PTE_R | PTE_AD);
    expect_load(false, page, OLD); /* may be read, both before and after */
    store_as_supervisor(false, VA(page) + 8, 2);
}

static void other_address_fenced(unsigned page)
{
    begin(false, page);
    s_leaves[page] = pte(new_page, RW);
    SFENCE_ADDRESS(VA(page + 1));
    expect_load(false, page, OLD);
}

static void other_asid_fenced(unsigned page)
{
    begin(false, page);
    s_leaves[page] = pte(new_page, RW);
    SFENCE_ASID(VA(page), 2);
    expect_load(false, page, OLD);
}

static void cleaned(unsigned page)
{
    begin(false, page);
    store_as_supervisor(false, VA(page) + 8, 1);
    s_leaves[page] &= ~(uint64_t)PTE_D;
    store_as_supervisor(false, VA(page) + 8, 2);
    guest_check("D stays clear", page, s_leaves[page] & PTE_D, 0);
}

static void address_space_reused(unsigned page)
{
    begin(false, page);
    other_leaves[page] = pte(new_page, RW);
    CSR_WRITE(satp, atp(other_root, 1));
    expect_load(false, page, OLD);
    CSR_WRITE(satp, atp(s_root, 1));
}

/* VS-mode. */

static void guest_nothing_forgotten(unsigned page)
{
    begin(true, page);
    s_leaves[page] = pte(GPA(page + 1), RW);
    g_leaves[page + 1] = pte(new_page, RW | PTE_U);
    HFENCE_VVMA(VA(page));
    expect_load(true, page, NEW);
    g_leaves[page + 1] = pte(old_page, RW | PTE_U);
    HFENCE_GVMA(GPA(page + 1));
    expect_load(true, page, OLD);
}

static void guest_moved(unsigned page)
{
    begin(true, page);
    g_leaves[page + 1] = pte(new_page, RW | PTE_U);
    s_leaves[page] = pte(GPA(page + 1), RW);
    expect_load(true, page, OLD);
}

static void guest_memory_moved(unsigned page)
{
    begin(true, page);
    g_leaves[page] = pte(new_page, RW | PTE_U);
    expect_load(true, page, OLD);
    HFENCE_GVMA(GPA(page + 1)); /* another's */
    expect_load(true, page, OLD);
}

static void guest_memory_gone(unsigned page)
{
    begin(true, page);
    g_leaves[page] = 0;
    expect_load(true, page, OLD);
}

/* What S-mode executes. */

static void code_moved(unsigned page)
{
    typedef long Code(long);
    s_root[2] = pte((void *)RAM, PTE_RWX | PTE_AD); /* it returns to here */
    s_leaves[page] = pte(old_page, PTE_RWX | PTE_AD);
    old_page[1] = new_page[1] = 0x8082ul; /* ret */
    FENCE_I();
    guest_call_as(PRIV_S, (Code *)(VA(page) + 8), 0);
    s_leaves[page] = pte(new_page, PTE_RWX | PTE_AD);
    guest_call_as(PRIV_S, (Code *)(VA(page) + 8), 0);
}

int main(unsigned hart)
{
    static void (*const stories[PAGES])(unsigned page) = {
        [0] = nothing_forgotten,
        [1] = moved,
        [2] = gone,
        [3] = write_protected,
        [4] = other_address_fenced,
        [5] = other_asid_fenced,
        [6] = cleaned,
        [7] = address_space_reused,
        [8] = code_moved,
        [9] = guest_nothing_forgotten,
        [11] = guest_moved,
        [13] = guest_memory_moved,
        [15] = guest_memory_gone,
    };
    if (hart)
        return 0;
    old_page[0] = OLD;
    new_page[0] = NEW;
    s_root[WINDOW >> 30] = pte(s_middle, 0);
    s_middle[0] = pte(s_leaves, 0);
    other_root[WINDOW >> 30] = pte(other_middle, 0);
    other_middle[0] = pte(other_leaves, 0);
    g_root[RAM >> 30] = pte((void *)RAM, PTE_RWX | PTE_U | PTE_AD);
    g_root[(uintptr_t)GPA(0) >> 30] = pte(g_middle, 0);
    g_middle[0] = pte(g_leaves, 0);
    CSR_WRITE(satp, atp(s_root, 1));
    CSR_WRITE(vsatp, atp(s_root, 1));
    CSR_WRITE(hgatp, atp(g_root, 3));
    for (unsigned page = 0; page < PAGES; page++)
        if (stories[page])
            stories[page](page);
    return guest_failures;
}
