/* SPDX-License-Identifier: MIT */
/* test_cat.c - associative memory in place of page tables: -cpu cat=64. */
#include <inttypes.h>
#include <string.h>

#include "cpu/csr.h"
#include "mmu/pte.h"
#include "tests/unit/test_monitor_setup.h"

enum {
    RAM = 0x80000000,
    RAM_PAGES = 60,
    CLOSED = 7,
    BASE = RAM
}; /* frames 60 to 63 are no memory */

static uint64_t seed = 1;

static uint64_t rnd(void)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return seed >> 33;
}

/* The machine as its description says, without a cache of anything. */
typedef struct {
    uint64_t frame[64];
    unsigned vm;
    uint8_t memory[RAM_PAGES * PAGE_SIZE];
} Naive;

/* The cause that one part of an access ends in; 0: it may be done, in `*frame`. */
static unsigned naive_part(const Naive *n, uint64_t va, Access access, int *frame)
{
    static const unsigned pages[] = { 13, 15, 12 }, accesses[] = { 5, 7, 1 };
    *frame = -1;
    for (int i = 63; va < 0x40000 && i >= 0; i--)
        if (n->frame[i] & 1 && (n->frame[i] >> 4 & 15) == n->vm &&
            (n->frame[i] >> 8 & 63) == va >> 12)
            *frame = i;
    if (*frame < 0)
        return pages[access];
    return *frame == CLOSED || *frame >= RAM_PAGES ? accesses[access] : 0;
}

/* Likewise of `size` bytes; `*tval` is the part's address. Does a store of `value`, or loads into it. */
static unsigned naive_access(Naive *n, uint64_t va, unsigned size, Access access, uint64_t *value,
                             uint64_t *tval)
{
    int frames[2] = { 0, 0 };
    uint64_t at[2] = { va, (va | 0xfff) + 1 };
    unsigned parts = (va & 0xfff) + size > PAGE_SIZE ? 2 : 1;
    for (unsigned i = 0; i < parts; i++) {
        *tval = at[i];
        unsigned cause = naive_part(n, at[i], access, &frames[i]);
        if (cause)
            return cause;
    }
    for (unsigned i = 0; i < parts; i++)
        n->frame[frames[i]] |= 1 << 16 | (access == ACCESS_WRITE) << 17;
    uint64_t loaded = 0;
    for (unsigned i = 0; i < size; i++) {
        uint64_t byte = va + i;
        uint8_t *where = &n->memory[(uint64_t)frames[byte >= at[1]] * PAGE_SIZE + (byte & 0xfff)];
        if (access == ACCESS_WRITE)
            *where = (uint8_t)(*value >> 8 * i);
        loaded |= (uint64_t)*where << 8 * i;
    }
    *value = loaded;
    return 0;
}

/* The fast path as the interpreter has it, then the slow one. */
static bool real_access(Mmu *mmu, uint64_t va, unsigned size, Access access, uint64_t *value)
{
    const TlbEntry *entry = bank_entry(mmu->data, va);
    const uint64_t tag = va & (~(uint64_t)PAGE_OFFSET | (size - 1));
    uint16_t parcel = 0;
    if (access == ACCESS_FETCH) {
        bool ok = mmu_fetch_parcel(mmu, (Gva){ va }, &parcel);
        *value = parcel;
        return ok;
    }
    if (access == ACCESS_WRITE) {
        if (entry->write_tag != tag)
            return mmu_store(mmu, (Gva){ va }, size, *value);
        memcpy((char *)(va + entry->addend), value, size);
        return true;
    }
    if (entry->read_tag != tag)
        return mmu_load(mmu, (Gva){ va }, size, value);
    *value = 0;
    memcpy(value, (const char *)(va + entry->addend), size);
    return true;
}

typedef struct {
    Bus bus;
    Trace trace;
    Mmu mmu;
} Side;

static Side *side_new(void)
{
    Side *side = g_new0(Side, 1);
    cr_assert(bus_init(&side->bus, (Spa){ RAM }, RAM_PAGES * PAGE_SIZE, &side->trace, NULL));
    mmu_init(&side->mmu, 0, &side->bus, &side->trace);
    side->mmu.cat = g_new0(Cat, 1);
    pmp_write_addr(&side->mmu.pmp, 0, (RAM + CLOSED * PAGE_SIZE) >> 2 | 0x1ff);
    pmp_write_cfg(&side->mmu.pmp, 0, 0x18);
    pmp_write_addr(&side->mmu.pmp, 1, ~0ull);
    pmp_write_cfg(&side->mmu.pmp, 1, 0x1f);
    mmu_reset(&side->mmu);
    side->mmu.satp =
        8ull << 60; /* a table that is all zeros, at no memory: nothing would get through */
    mmu_write_catbase(&side->mmu, BASE | 0xabc);
    return side;
}

static void set_mode(Mmu *mmu)
{
    mmu->priv = rnd() & 1 ? PRIV_M : PRIV_U; /* M-mode has MPRV set, for U-mode */
    mmu->data_priv = PRIV_U;
    mmu->sum = rnd() & 1;
    mmu->mxr = rnd() & 1;
    mmu_context_changed(mmu);
}

static void change(Mmu *mmu, Naive *n)
{
    const unsigned frame = (unsigned)(rnd() & 63);
    uint64_t value = rnd() ^ rnd() << 31;
    switch (rnd() % 8) {
    case 0:
        n->vm = (unsigned)(rnd() & 3);
        mmu_write_catctl(mmu, ~0xf0ull | n->vm << 4);
        return;
    case 1: set_mode(mmu); return;
    case 2: value = n->frame[frame] & ~((uint64_t)3 << 16); break; /* clears use and change */
    case 3: value &= ~1ull; break;
    default: value = (value & 0x70000) | 1 | (rnd() & 3) << 4 | (rnd() & 15) << 8; break;
    }
    n->frame[frame] = value & 0x73ff1;
    mmu_write_cat(mmu, frame, value);
}

/* One of 16 pages that are mostly there, at its end more often than not; sometimes anything. */
static uint64_t random_address(void)
{
    uint64_t va = (rnd() & 15) << 12 | (rnd() & 1 ? 0xff0 | (rnd() & 15) : rnd() & 0xfff);
    unsigned kind = rnd() % 16;
    return kind == 0 ? 0x40000 - (rnd() & 15) : kind == 1 ? rnd() << (rnd() & 31) : va;
}

static void compare(Mmu *mmu, Naive *n, unsigned step)
{
    static const Access accesses[] = { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH, ACCESS_READ };
    Access access = accesses[rnd() & 3];
    const bool fetch = access == ACCESS_FETCH;
    uint64_t va = random_address() & (fetch ? ~1ull : ~0ull), tval = 0;
    unsigned size = fetch ? 2 : 1u << (rnd() & 3);
    uint64_t wanted = rnd() << 32 | rnd(), got = wanted;
    if (fetch && mmu->priv == PRIV_M)
        return;
    unsigned cause = naive_access(n, va, size, access, &wanted, &tval);
    bool ok = real_access(mmu, va, size, access, &got);
    cr_assert_eq(ok, !cause, "step %u: %u of 0x%" PRIx64, step, access, va);
    if (cause) {
        cr_assert_eq(mmu->fault.cause, cause, "step %u: %u of 0x%" PRIx64, step, access, va);
        cr_assert_eq(mmu->fault.gva.v, tval, "step %u", step);
    } else if (access != ACCESS_WRITE) {
        cr_assert_eq(got, wanted, "step %u: %u of 0x%" PRIx64, step, access, va);
    }
    cr_assert(!memcmp(mmu->cat->frame, n->frame, sizeof n->frame),
              "step %u: use or change differs after %u of 0x%" PRIx64, step, access, va);
}

Test(cat, does_what_its_registers_say_and_at_once)
{
    Side *side = side_new();
    Naive *n = g_new0(Naive, 1);
    n->vm = 1;
    mmu_write_catctl(&side->mmu, 1 | 1 << 4);
    set_mode(&side->mmu);
    unsigned steps = CONFIG_TORTURE ? 50000 : 400000;
    for (unsigned step = 0; step < steps; step++) {
        if (rnd() % 6 == 0)
            change(&side->mmu, n);
        compare(&side->mmu, n, step);
    }
    cr_expect(!memcmp(bus_ram_at(&side->bus, (Spa){ RAM }), n->memory, sizeof n->memory));
}

/* Through instructions. */

enum {
    LD_A0_A1 = 0x0005b503,
    SD_A0_A1 = 0x00a5b023,
    READ = 2 << 12 | 10 << 7 | 0x73, /* csrr a0 */
    WRITE = 1 << 12 | 10 << 15 | 0x73,
};

static uint32_t with_csr(unsigned number, uint32_t raw)
{
    return number << 20 | raw;
}

/* A hart in U-mode whose page 0 is its code, as virtual machine 3. */
static Machine *machine_in_u(const char *cpu)
{
    Machine *it = rig_in(PRIV_U, cpu);
    Hart *hart = &it->harts[0];
    csr_write(hart, CSR_catbase, BOARD_RAM);
    csr_write(hart, CSR_CAT0 + 1, 1 | 3 << 4 | 0 << 8);
    csr_write(hart, CSR_CAT0 + 2, 1 | 3 << 4 | 5 << 8);
    csr_write(hart, CSR_CAT0 + 4, 1 | 4 << 4 | 6 << 8);
    csr_write(hart, CSR_catctl, 1 | 3 << 4);
    return it;
}

/* U-mode executes `raw` at address 0 of its own. */
static bool execute_in_u(Machine *it, uint32_t raw, uint64_t a0, uint64_t a1)
{
    Hart *hart = &it->harts[0];
    rig_write64(it, BOARD_RAM + PAGE_SIZE, raw);
    hart->pc = 0;
    hart->mmu.priv = PRIV_U;
    hart_update_context(hart);
    hart->x[10] = a0;
    hart->x[11] = a1;
    rig_run(it, 1);
    return hart->mmu.priv == PRIV_U;
}

Test(cat, registers_are_there_when_asked_for_and_machine_mode_s_alone)
{
    static const unsigned numbers[] = { 0x7c0, 0x7ff, 0xbc0, 0xbc1 };
    static const uint64_t masks[] = { 0x73ff1, 0x73ff1, 0xf1, 0xfffffffffff000 };
    for (unsigned i = 0; i < G_N_ELEMENTS(numbers); i++) {
        Machine *with = rig_in(PRIV_M, "max,cat=64"), *without = rig_in(PRIV_M, "max,cat=0");
        with->harts[0].x[10] = ~0ull & ~1ull; /* not: enable */
        cr_expect(rig_execute(with, with_csr(numbers[i], WRITE)));
        cr_expect(rig_execute(with, with_csr(numbers[i], READ)));
        cr_expect_eq(with->harts[0].x[10], masks[i] & ~1ull, "%x", numbers[i]);
        cr_expect(!rig_execute(without, with_csr(numbers[i], READ)));
        cr_expect_eq(without->harts[0].csr.mcause, CAUSE_ILLEGAL);
        Machine *s = rig_in(PRIV_S, "max,cat=64");
        cr_expect(!rig_execute(s, with_csr(numbers[i], READ)));
        cr_expect_eq(s->harts[0].csr.mcause, CAUSE_ILLEGAL);
        machine_free(with);
        machine_free(without);
        machine_free(s);
    }
    g_autoptr(GError) error = NULL;
    Isa isa;
    cr_expect(!isa_parse(&isa, "max,cat=63", &error));
}

Test(cat, user_mode_is_mapped_and_a_page_that_is_not_there_is_a_page_fault)
{
    Machine *it = machine_in_u("max,cat=64");
    Hart *hart = &it->harts[0];
    csr_write(hart, CSR_satp, 8ull << 60 | 0x12345); /* not looked at */
    rig_write64(it, BOARD_RAM + 2 * PAGE_SIZE + 8, 77);
    cr_expect(execute_in_u(it, LD_A0_A1, 0, 0x5008));
    cr_expect_eq(hart->x[10], 77);
    cr_expect_eq(hart->mmu.cat->frame[1], 1 | 3 << 4 | 1 << 16);
    cr_expect_eq(hart->mmu.cat->frame[2], 1 | 3 << 4 | 5 << 8 | 1 << 16);
    cr_expect(execute_in_u(it, SD_A0_A1, 78, 0x5008));
    cr_expect_eq(rig_read64(it, BOARD_RAM + 2 * PAGE_SIZE + 8), 78);
    cr_expect_eq(hart->mmu.cat->frame[2], 1 | 3 << 4 | 5 << 8 | 3 << 16);
    cr_expect(!execute_in_u(it, LD_A0_A1, 0, 0x6010)); /* another virtual machine's */
    cr_expect_eq(hart->csr.mcause, CAUSE_LOAD_PAGE);
    cr_expect_eq(hart->csr.mtval, 0x6010);
    cr_expect(!execute_in_u(it, SD_A0_A1, 0, 0x40000));
    cr_expect_eq(hart->csr.mcause, CAUSE_STORE_PAGE);
    cr_expect_eq(hart->csr.mtval, 0x40000);
    cr_expect(!execute_in_u(it, 0x00058067, 0, 0x7000) || hart->pc == 0x7000); /* jr a1 */
    rig_run(it, 1);
    cr_expect_eq(hart->csr.mcause, CAUSE_FETCH_PAGE);
    cr_expect_eq(hart->csr.mepc, 0x7000);
    csr_write(hart, CSR_medeleg, BIT(CAUSE_LOAD_PAGE)); /* like any page fault */
    execute_in_u(it, LD_A0_A1, 0, 0x6010);
    cr_expect_eq(hart->mmu.priv, PRIV_S);
    cr_expect_eq(hart->csr.scause, CAUSE_LOAD_PAGE);
    cr_expect_eq(hart->csr.stval, 0x6010);
    machine_free(it);
}

Test(cat, use_is_set_again_by_every_kind_of_access_after_software_cleared_it)
{
    Machine *it = machine_in_u("max,cat=64");
    Hart *hart = &it->harts[0];
    for (unsigned i = 0; i < 4; i++) {
        bool store = i & 1;
        cr_expect(execute_in_u(it, store ? SD_A0_A1 : LD_A0_A1, i, 0x5008));
        cr_expect_eq(hart->mmu.cat->frame[1] >> 16, 1, "fetch, round %u", i);
        cr_expect_eq(hart->mmu.cat->frame[2] >> 16, store ? 3 : 1, "round %u", i);
        csr_write(hart, CSR_CAT0 + 1, hart->mmu.cat->frame[1] & 0xffff);
        csr_write(hart, CSR_CAT0 + 2, hart->mmu.cat->frame[2] & 0xffff);
        cr_expect_eq(hart->mmu.cat->frame[2] >> 16, 0);
    }
    machine_free(it);
}

Test(cat, mprv_accesses_are_mapped_and_machine_mode_s_own_are_not)
{
    Machine *it = machine_in_u("max,cat=64");
    Hart *hart = &it->harts[0];
    rig_write64(it, BOARD_RAM + 2 * PAGE_SIZE + 8, 99);
    hart->mmu.priv = PRIV_M;
    csr_write(hart, CSR_mstatus, MSTATUS_MPRV); /* MPP = U */
    hart->pc = BOARD_RAM;
    hart->x[11] = 0x5008;
    cr_expect(rig_execute(it, LD_A0_A1));
    cr_expect_eq(hart->x[10], 99);
    cr_expect_eq(hart->mmu.cat->frame[2] >> 16, 1);
    csr_write(hart, CSR_mstatus, 0);
    hart->pc = BOARD_RAM;
    hart->x[11] = BOARD_RAM + 2 * PAGE_SIZE + 8;
    cr_expect(rig_execute(it, LD_A0_A1));
    cr_expect_eq(hart->x[10], 99);
    machine_free(it);
}

/* S-mode has satp as ever, and U-mode has it back when the mapper is off. */
Test(cat, other_modes_have_page_tables_as_ever)
{
    Machine *it = machine_in_u("max,cat=64");
    Hart *hart = &it->harts[0];
    WalkResult result;
    rig_write64(it, BOARD_RAM + 0x10000, 0x80000000ull >> 2 | 0xdf); /* 0 is RAM */
    csr_write(hart, CSR_satp, 8ull << 60 | (BOARD_RAM + 0x10000) >> 12);
    hart->mmu.priv = PRIV_S;
    hart_update_context(hart);
    cr_expect(mmu_peek_translate(&hart->mmu, (Gva){ 0x123 }, &result));
    cr_expect_eq(result.spa.v, BOARD_RAM + 0x123);
    hart->mmu.priv = PRIV_U;
    hart_update_context(hart);
    cr_expect(mmu_peek_translate(&hart->mmu, (Gva){ 0x123 }, &result));
    cr_expect_eq(result.spa.v, BOARD_RAM + 0x1123);
    csr_write(hart, CSR_catctl, 3 << 4);
    cr_expect(mmu_peek_translate(&hart->mmu, (Gva){ 0x123 }, &result));
    cr_expect_eq(result.spa.v, BOARD_RAM + 0x123);
    machine_free(it);
}

Test(cat, registers_are_saved_and_make_the_state)
{
    Machine *it = machine_in_u("max,cat=64");
    Hart *hart = &it->harts[0];
    uint64_t before = machine_state_hash(it);
    csr_write(hart, CSR_CAT0 + 63, 1 << 18);
    uint64_t after = machine_state_hash(it);
    cr_expect_neq(before, after);
    csr_write(hart, CSR_CAT0 + 63, 0);
    cr_expect_eq(machine_state_hash(it), before);
    hart_reset(hart, BOARD_RAM);
    cr_expect_eq(hart->mmu.cat->ctl | hart->mmu.cat->base | hart->mmu.cat->frame[1], 0);
    machine_free(it);
}

Test(cat, what_people_are_told_is_what_the_registers_say)
{
    const uint32_t code[] = { NOP };
    begin(1, code, 1);
    CHECK({ "info cat", "the hart has no associative memory; -cpu max,cat=64 gives it one\n" });
    end();
    begin(1, code, 1);
    machine_free(m);
    monitor.machine = m = machine_in_u("max,cat=64");
    execute_in_u(m, LD_A0_A1, 0, 0x5008);
    cr_expect(says("info cat", "hart 0: associative memory on, virtual machine 3\n"));
    cr_expect(says("info cat",
                   "\n    2 0000000080002000   3     5  u--\n    3 0000000080003000   -     -\n"));
    cr_expect(says("info cat json", "\"frame\":2"));
    cr_expect(says("info tlb", "U-mode: associative memory"));
    cr_expect(says("info mem", "U-mode: associative memory, virtual machine 3"));
    CHECK({ "gva2gpa 0x5008", "gpa: 0x80002008\n" }, { "gva2gpa 0x6008", "Unmapped\n" });
    cr_expect(says("walk 0x5008", "associative memory, virtual machine 3\n"));
    cr_expect(says("walk 0x5008", "spa 0x80002008, by cat2"));
    cr_expect(says("walk 0x6008", "no valid register holds this page"));
    cr_expect(says("walk 0x40008", "256 KiB"));
    cr_expect(says("csr cat2", "vpage"));
    cr_expect(says("info mem", "No translation or protection but that of U-mode\n"));
    m->harts[0].mmu.priv = PRIV_M; /* the mapper is U-mode's, and one may ask as that */
    hart_update_context(&m->harts[0]);
    cr_expect(says("walk 0x5008", "by M: no first stage"));
    cr_expect(says("walk 0x5008 priv U", "by U-mode: associative memory, virtual machine 3\n"));
    cr_expect(says("walk 0x5008 priv U", "spa 0x80002008, by cat2"));
    cr_expect(says("print $catctl", "0x31"));
}
