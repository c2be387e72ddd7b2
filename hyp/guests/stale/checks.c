/* SPDX-License-Identifier: MIT */
/* checks.c - what one hart does to its own tables; see stale.h. */
#include "lib/mmio.h"
#include "stale.h"

enum { SPACES = 10, MXR_BIT = 19, RET_AT = 8 };

static uint64_t frames[SPACES][PAGE_SIZE / sizeof(uint64_t)] __attribute__((aligned(PAGE_SIZE)));

static void expect(uint64_t cause, uint64_t want, const char *what)
{
    check(cause == want, what, cause);
}

/* A leaf goes as a whole, whatever its size and whatever of it is used. */
bool check_leaves(void)
{
    uint64_t *entry = root_entry(WINDOW), ram = (uintptr_t)frames & -MEGA_PAGE;
    uint64_t at = WINDOW + ram % GIGA_PAGE;
    for (unsigned i = 0; i < 2; i++) {
        *entry = pte_make(ram & -GIGA_PAGE, PTE_RW | PTE_V);
        expect(load(at), 0, "a load by the leaf");
        expect(load(at + 4 * MEGA_PAGE), 0, "another load by the leaf");
        *entry = 0;
        sfence_vma_page(i ? at + 4 * MEGA_PAGE : at);
        expect(load(at), CAUSE_LOAD_PAGE, "a load after the fence");
        expect(load(at + 4 * MEGA_PAGE), CAUSE_LOAD_PAGE, "another load after the fence");
    }
    return true;
}

/* More address spaces than ASIDs, these used over and over; and a page that all have by G. */
bool check_spaces(void)
{
    uint64_t *roots[SPACES];
    for (unsigned i = 0; i < SPACES; i++) {
        roots[i] = make_root();
        frames[i][0] = i;
        paging_map(roots[i], SV39, WINDOW, (uintptr_t)frames[i], PAGE_SIZE, PTE_RW);
        paging_map(roots[i], SV39, WINDOW + PAGE_SIZE, (uintptr_t)frames[0], PAGE_SIZE,
                   PTE_RW | PTE_G);
    }
    for (unsigned i = 0; i < 4 * SPACES; i++) {
        uint64_t asid = (i % 3 + 1) & stale.asids, space = i % SPACES;
        csr_write(satp, satp_of(roots[space], asid));
        __asm__ volatile("sfence.vma zero, %0" ::"r"(asid) : "memory");
        expect(load(WINDOW), 0, "a load in a space");
        check(loaded() == space, "the page of another space", loaded());
        expect(load(WINDOW + PAGE_SIZE), 0, "a load from a global page");
    }
    csr_write(satp, satp_of(stale.root, 0));
    sfence_vma();
    return true;
}

/* A page that may be written from now on: a hart that is not told may fault once, and not after its own fence. */
bool check_upgrade(void)
{
    uint64_t *entry = paging_entry(stale.root, SV39, WINDOW);
    *entry = pte_make((uintptr_t)frames[0], PTE_R | PTE_A | PTE_V);
    sfence_vma();
    expect(load(WINDOW), 0, "a load");
    expect(store(WINDOW, 1), CAUSE_STORE_PAGE, "a store to what may be read");
    *entry = pte_make((uintptr_t)frames[0], PTE_RW | PTE_V);
    if (store(WINDOW, 1)) {
        sfence_vma_page(WINDOW);
        expect(store(WINDOW, 1), 0, "a store to what may be written now");
    }
    *entry = pte_make((uintptr_t)frames[0], PTE_R | PTE_A | PTE_V);
    sfence_vma_page(WINDOW);
    expect(store(WINDOW, 2), CAUSE_STORE_PAGE, "a store to what may no longer be");
    return true;
}

/* A and D: either the access faults and they stay, or it does what it should and they are set. With Svade, the former. */
bool check_bits(void)
{
    uint64_t *entry = paging_entry(stale.root, SV39, WINDOW),
             base = pte_make((uintptr_t)frames[0], PTE_R | PTE_W | PTE_V);
    static const uint64_t before[] = { 0, PTE_A, 0 },
                          after[] = { PTE_A, PTE_A | PTE_D, PTE_A | PTE_D };
    for (unsigned i = 0; i < 3; i++) {
        *entry = base | before[i];
        sfence_vma_page(WINDOW);
        if (i == 1)
            expect(load(WINDOW), 0, "a load with A");
        uint64_t cause = i ? store(WINDOW, 3) : load(WINDOW), seen = *(volatile uint64_t *)entry;
        check(!cause || cause == (i ? CAUSE_STORE_PAGE : CAUSE_LOAD_PAGE), "another cause", cause);
        check(cause || !stale.svade, "an access without A or D, with Svade", i);
        check(seen == (base | (cause ? before[i] : after[i])), "bits of the entry", seen);
        *entry = base | PTE_A | PTE_D; /* as a handler sets them */
        sfence_vma_page(WINDOW);
        expect(store(WINDOW, 3), 0, "a store with A and D");
    }
    return true;
}

/* sstatus.SUM and MXR need no fence. */
bool check_user_pages(void)
{
    uint64_t *entry = paging_entry(stale.root, SV39, WINDOW);
    *entry = pte_make((uintptr_t)user_code, PTE_RWX | PTE_U | PTE_V);
    sfence_vma_page(WINDOW);
    for (unsigned i = 0; i < 2; i++) {
        expect(load(WINDOW), CAUSE_LOAD_PAGE, "a load from U-mode's page");
        csr_set(sstatus, SSTATUS_SUM);
        expect(load(WINDOW), 0, "a load from U-mode's page with SUM");
        expect(fetch(WINDOW + RET_AT), CAUSE_FETCH_PAGE, "a fetch from U-mode's page with SUM");
        csr_clear(sstatus, SSTATUS_SUM);
    }
    *entry = pte_make((uintptr_t)user_code, PTE_X | PTE_A | PTE_V);
    sfence_vma_page(WINDOW);
    for (unsigned i = 0; i < 2; i++) {
        expect(fetch(WINDOW + RET_AT), 0, "a fetch from what may be executed");
        expect(load(WINDOW), CAUSE_LOAD_PAGE, "a load from what may be executed");
        csr_set(sstatus, BIT(MXR_BIT));
        expect(load(WINDOW), 0, "a load from what may be executed, with MXR");
        expect(store(WINDOW, 0), CAUSE_STORE_PAGE, "a store to what may be executed, with MXR");
        csr_clear(sstatus, BIT(MXR_BIT));
    }
    return true;
}

/* What no entry may be: norm:Sv39_pte_future_rsv, and what every mode with pages refuses. norm:Sv39_va_signext */
bool check_reserved(void)
{
    uint64_t *leaf = paging_entry(stale.root, SV39, WINDOW), *root = root_entry(WINDOW);
    uint64_t good = pte_make((uintptr_t)frames[0], PTE_RW | PTE_V), table = *root;
    const uint64_t bad[] = { good & ~(uint64_t)PTE_V, good & ~(uint64_t)PTE_R, good | BIT(54),
                             pte_make((uintptr_t)frames[0], PTE_V) };
    const uint64_t bad_tables[] = { table | PTE_A,
                                    table | PTE_D,
                                    table | PTE_U,
                                    table | BIT(54),
                                    pte_make(PAGE_SIZE, PTE_RW | PTE_V),
                                    pte_make(MEGA_PAGE, PTE_RW | PTE_V) };
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        *leaf = bad[i];
        sfence_vma_page(WINDOW);
        expect(load(WINDOW), CAUSE_LOAD_PAGE, "a load by a bad leaf");
    }
    *leaf = good;
    for (unsigned i = 0; i < sizeof(bad_tables) / sizeof(bad_tables[0]); i++) {
        *root = bad_tables[i];
        sfence_vma();
        expect(load(WINDOW), CAUSE_LOAD_PAGE, "a load by a bad table");
    }
    *root = table;
    sfence_vma();
    expect(load(WINDOW), 0, "a load by a good leaf");
    expect(load(WINDOW | BIT(39)), CAUSE_LOAD_PAGE,
           "a load with bits 63 to 39 that are not bit 38");
    return true;
}

/* MODE takes effect at once, without a fence. norm:satp_mode_bare */
bool check_bare(void)
{
    uint64_t frame = (uintptr_t)frames[0], satp, *root = make_root();
    for (uint64_t at = 0; at < GIGA_PAGE; at += MEGA_PAGE)
        paging_map(root, SV39, 2 * GIGA_PAGE + at, 2 * GIGA_PAGE + at, MEGA_PAGE, PTE_RWX);
    for (uint64_t at = frame & -MEGA_PAGE; at < (frame & -MEGA_PAGE) + MEGA_PAGE; at += PAGE_SIZE)
        paging_map(root, SV39, at, at == frame ? (uintptr_t)frames[1] : at, PAGE_SIZE, PTE_RWX);
    frames[0][0] = 100;
    frames[1][0] = 101;
    satp = satp_of(root, 0);
    csr_write(satp, satp);
    sfence_vma();
    for (unsigned i = 0; i < 3; i++) {
        expect(load(frame), 0, "a load by the table");
        uint64_t by_table = loaded();
        csr_write(satp, 0);
        uint64_t cause = load(frame), bare = loaded();
        csr_write(satp, satp);
        expect(cause, 0, "a load without translation");
        check(by_table == 101 && bare == 100, "the frame of the other mode", by_table << 32 | bare);
    }
    csr_write(satp, satp_of(stale.root, 0));
    sfence_vma();
    return true;
}

/* U-mode has what its pages permit, registers too: the threshold of the PLIC, which is 0 or what we wrote there. */
bool check_user_mode(void)
{
    uint64_t code = WINDOW, page = WINDOW + PAGE_SIZE;
    paging_map(stale.root, SV39, code, (uintptr_t)user_code, PAGE_SIZE, PTE_RX | PTE_U);
    paging_map(stale.root, SV39, page, (uintptr_t)frames[3], PAGE_SIZE, PTE_RW | PTE_U);
    frames[3][0] = 77;
    sfence_vma();
    expect(user_load(code, page), CAUSE_ECALL_U, "a load in U-mode");
    check(loaded() == 77, "a load in U-mode gives another value", loaded());
    expect(user_load(code, (uintptr_t)frames[3]), CAUSE_LOAD_PAGE,
           "a load in U-mode from a page of S-mode");
    expect(user_load((uintptr_t)user_code, page), CAUSE_FETCH_PAGE,
           "a fetch in U-mode from a page of S-mode");
    if (!stale.threshold)
        return true;
    write32(stale.threshold, 5);
    paging_map(stale.root, SV39, page, stale.threshold & -PAGE_SIZE, PAGE_SIZE, PTE_RW | PTE_U);
    sfence_vma_page(page);
    expect(user_load(code, page), CAUSE_ECALL_U, "a load of registers in U-mode");
    check(loaded() == 5, "the threshold in U-mode", loaded());
    write32(stale.threshold, 0);
    return true;
}
