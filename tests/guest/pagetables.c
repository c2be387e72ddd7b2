/* SPDX-License-Identifier: MIT */
/*
 * pagetables.c - stores into page tables that are in use: pages moved, taken away and given back, tables that map
 * themselves, a table that lies in the page of the running code, A and D bits. SFENCE.VMA stands wherever the manual
 * asks for one, and nowhere else.
 *
 * args:
 * exit: 0
 * console: pagetables: done
 */
#include "lib/sv39.h"

enum { PAGES = 64, LEAF = PTE_V | PTE_RWX | PTE_AD };

static uint64_t pages[PAGES][512] __attribute__((aligned(4096)));

static volatile uint64_t *window(unsigned page)
{
    return (volatile uint64_t *)(WINDOW + (uintptr_t)page * PAGE);
}

static void fence_page(unsigned page)
{
    __asm__ volatile("sfence.vma %0, zero" ::"r"(window(page)) : "memory");
}

static void map(unsigned page, unsigned to, uint64_t flags)
{
    sv39_leaves[page] = sv39_pte(pages[to], flags);
    fence_page(page);
}

/* One page of the window goes through all physical pages. */
static void move_page(void)
{
    for (unsigned i = 0; i < PAGES; i++)
        pages[i][5] = i * 3;
    for (unsigned i = 0; i < 4 * PAGES; i++) {
        map(0, i % PAGES, LEAF);
        guest_check("moved page", i, window(0)[5], i % PAGES * 3);
        window(0)[6] = i;
        guest_check("store to a moved page", i, pages[i % PAGES][6], i);
    }
}

static void expect_fault(const char *what, uint64_t cause, uint64_t tval)
{
    Caught caught = guest_take();
    guest_check(what, tval, caught.count, 1);
    guest_check(what, tval, caught.cause, cause);
    guest_check(what, tval, caught.tval, tval);
}

static void take_permissions(void)
{
    uintptr_t va = (uintptr_t)window(1);
    map(1, 1, LEAF);
    guest_check("present", va, window(1)[5], 3);
    map(1, 1, LEAF & ~PTE_V);
    (void)window(1)[5];
    expect_fault("load of nothing", LOAD_PAGE, va + 40);
    window(1)[5] = 1;
    expect_fault("store to nothing", STORE_PAGE, va + 40);
    guest_jump(va);
    expect_fault("fetch of nothing", FETCH_PAGE, va);
    map(1, 1, PTE_V | PTE_R | PTE_AD);
    guest_check("read-only", va, window(1)[5], 3);
    window(1)[5] = 1;
    expect_fault("store to a read-only page", STORE_PAGE, va + 40);
    guest_jump(va);
    expect_fault("fetch of a page without X", FETCH_PAGE, va);
    map(1, 1, PTE_V | PTE_W | PTE_AD); /* reserved */
    (void)window(1)[5];
    expect_fault("W without R", LOAD_PAGE, va + 40);
    map(1, 1, LEAF | PTE_U); /* S without SUM; fetches never */
    (void)window(1)[5];
    expect_fault("user page", LOAD_PAGE, va + 40);
    guest_jump(va);
    expect_fault("fetch of a user page", FETCH_PAGE, va);
    map(1, 1, LEAF | 1ul << 54); /* reserved */
    (void)window(1)[5];
    expect_fault("reserved bit", LOAD_PAGE, va + 40);
}

/* The leaf table mapped into the window it describes: entries are written through the window. */
static void write_own_table(void)
{
    sv39_leaves[2] = sv39_pte(sv39_leaves, PTE_V | PTE_R | PTE_W | PTE_AD);
    fence_page(2);
    for (unsigned i = 0; i < PAGES; i++) {
        window(2)[3] = sv39_pte(pages[i], LEAF);
        fence_page(3);
        guest_check("through the own table", i, window(3)[5], i * 3);
    }
    window(2)[2] = 0; /* the table takes itself away */
    fence_page(2);
    window(2)[3] = 0;
    expect_fault("table without itself", STORE_PAGE, (uintptr_t)window(2) + 24);
}

/* A whole table replaced by one entry of the level above. */
static void replace_table(void)
{
    uint64_t *other = pages[PAGES - 1];
    map(4, 4, LEAF);
    guest_check("table", 0, window(4)[5], 12);
    other[4] = sv39_pte(pages[7], LEAF);
    sv39_middle[0] = sv39_pte(other, PTE_V);
    SFENCE();
    guest_check("other table", 0, window(4)[5], 21);
    sv39_middle[0] = sv39_pte(sv39_leaves, PTE_V);
    SFENCE();
    guest_check("first table again", 0, window(4)[5], 12);
    sv39_middle[0] = sv39_pte((void *)RAM, LEAF) | 1ul << 10; /* a misaligned superpage */
    SFENCE();
    (void)window(4)[5];
    expect_fault("misaligned superpage", LOAD_PAGE, (uintptr_t)window(4) + 40);
    sv39_middle[0] = sv39_pte((void *)(1ul << 40), PTE_V); /* a table where there is no memory */
    SFENCE();
    (void)window(4)[5];
    expect_fault("table in nowhere", LOAD_ACCESS, (uintptr_t)window(4) + 40);
    sv39_middle[0] = sv39_pte(sv39_leaves, PTE_V);
    SFENCE();
}

/* Code in the same page as the entries it changes. */
static void table_beside_code(void)
{
    uint64_t *mixed = pages[PAGES - 1];
    uint32_t *code = (uint32_t *)&mixed[256];
    code[0] = 0x00b53023; /* sd a1, 0(a0) */
    code[1] = 0x12060073; /* sfence.vma a2, zero */
    code[2] = 0x02863503; /* ld a0, 40(a2) */
    code[3] = 0x00008067; /* ret */
    FENCE_I();
    mixed[0] = sv39_pte(pages[0], LEAF);
    sv39_middle[0] = sv39_pte(mixed, PTE_V);
    SFENCE();
    for (unsigned i = 0; i < PAGES - 1; i++) {
        uint64_t (*change)(uint64_t *, uint64_t, volatile uint64_t *) =
            (uint64_t(*)(uint64_t *, uint64_t, volatile uint64_t *))(uintptr_t)code;
        guest_check("code in its table", i, change(&mixed[0], sv39_pte(pages[i], LEAF), window(0)),
                    i * 3);
    }
    sv39_middle[0] = sv39_pte(sv39_leaves, PTE_V);
    SFENCE();
}

static long supervisor(long unused)
{
    (void)unused;
    move_page();
    take_permissions();
    write_own_table();
    replace_table();
    table_beside_code();
    return 0;
}

/* menvcfg.ADUE decides whether the walk sets A and D or faults: Svadu. */
static long touch(long store)
{
    if (store)
        window(8)[9] = 1;
    else
        (void)window(8)[9];
    return 0;
}

static void check_bits(bool update, bool store, uint64_t had)
{
    static const uint64_t fault[] = { LOAD_PAGE, STORE_PAGE };
    uint64_t needed = store ? PTE_AD : PTE_A, bare = LEAF & ~PTE_AD;
    bool faults = !update && (had & needed) != needed;
    map(8, 8, bare | had);
    guest_call_as(PRIV_S, touch, store);
    Caught caught = guest_take();
    guest_check("A/D traps", had, caught.count, faults);
    if (faults)
        guest_check("A/D cause", had, caught.cause, fault[store]);
    guest_check("A/D bits", had, sv39_leaves[8] & PTE_AD, update ? had | needed : had);
}

static void check_accessed_dirty(void)
{
    for (unsigned update = 0; update < 2; update++) {
        if (update)
            CSR_SET(0x30a, 1ul << 61);
        else
            CSR_CLEAR(0x30a, 1ul << 61);
        SFENCE();
        for (unsigned store = 0; store < 2; store++) {
            check_bits(update, store, 0);
            check_bits(update, store, PTE_A);
            check_bits(update, store, PTE_AD);
        }
    }
}

int main(unsigned hart)
{
    if (hart)
        return 0;
    guest_expect(true);
    sv39_start();
    guest_call_as(PRIV_S, supervisor, 0);
    check_accessed_dirty();
    sv39_stop();
    guest_check("traps nobody looked at", 0, guest_take().count, 0);
    guest_print("pagetables: done\n");
    return (int)guest_failures;
}
