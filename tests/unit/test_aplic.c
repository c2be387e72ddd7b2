/* SPDX-License-Identifier: MIT */
/* test_aplic.c - sources, domains and delivery of the APLIC. Section names are the AIA specification's. */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/aplic.h"
#include "tests/lib/device_rig.h"

enum { HARTS = 4, GUESTS = 3, LAST = APLIC_SOURCES };

/* Domain M lies before domain S; wires of hart h are M_WIRE + h and S_WIRE + h. */
enum { M = 0, S = 0x8000, M_WIRE = 0, S_WIRE = 10 };

enum {
    DOMAINCFG = 0x0000,
    SOURCECFG = 0x0000, /* + 4 * source */
    MMSIADDRCFG = 0x1bc0,
    MMSIADDRCFGH = 0x1bc4,
    SMSIADDRCFG = 0x1bc8,
    SMSIADDRCFGH = 0x1bcc,
    SETIP = 0x1c00,
    SETIPNUM = 0x1cdc,
    IN_CLRIP = 0x1d00,
    CLRIPNUM = 0x1ddc,
    SETIE = 0x1e00,
    SETIENUM = 0x1edc,
    CLRIE = 0x1f00,
    CLRIENUM = 0x1fdc,
    SETIPNUM_LE = 0x2000,
    SETIPNUM_BE = 0x2004,
    GENMSI = 0x3000,
    TARGET = 0x3000, /* + 4 * source */
    IDC = 0x4000,
    IDELIVERY = 0x00,
    IFORCE = 0x04,
    ITHRESHOLD = 0x08,
    TOPI = 0x18,
    CLAIMI = 0x1c,
};
enum { IE = 0x100, DM = 4, D = 0x400 };
enum { INACTIVE = 0, DETACHED = 1, EDGE1 = 4, EDGE0 = 5, LEVEL1 = 6, LEVEL0 = 7 };

/* Where messages go: machine level to MSI_M, supervisor level to MSI_S, four pages a hart. */
#define MSI_M 0x24000000ull
#define MSI_S 0x28000000ull

enum { MAX_MESSAGES = 64 };

typedef struct {
    Rig rig;
    Aplic *root, *child;
    IrqLine out[2][HARTS];
    struct {
        uint64_t address;
        uint32_t data;
    } messages[MAX_MESSAGES];
    unsigned n_messages;
} Setup;

static Setup its;

static bool sink_read(void *opaque, uint64_t offset, unsigned size, uint64_t *value)
{
    (void)opaque;
    (void)offset;
    (void)size;
    *value = 0;
    return true;
}

static bool sink_write(void *opaque, uint64_t offset, unsigned size, uint64_t value)
{
    Setup *at = opaque;
    cr_assert_eq(size, 4);
    cr_assert_lt(at->n_messages, MAX_MESSAGES);
    at->messages[at->n_messages].address = MSI_M + offset;
    at->messages[at->n_messages++].data = (uint32_t)value;
    return true;
}

static const BusOps sink_ops = { sink_read, sink_write };

static void make(Setup *at, bool has_direct, bool has_msi)
{
    rig_init(&at->rig);
    at->n_messages = 0;
    cr_assert(
        bus_add_mmio(&at->rig.bus, "messages", (Spa){ MSI_M }, 0x8000000, &sink_ops, at, NULL));
    DeviceSite site = rig_site(&at->rig, "aplic.m");
    at->root = (Aplic *)device_alloc(&aplic_type, &site);
    site.id = "aplic.s";
    site.base.v += S;
    at->child = (Aplic *)device_alloc(&aplic_type, &site);
    at->child->parent = at->root;
    for (unsigned i = 0; i < HARTS; i++) {
        at->out[0][i] = rig_wire(&at->rig, M_WIRE + i);
        at->out[1][i] = rig_wire(&at->rig, S_WIRE + i);
    }
    at->root->out = at->out[0];
    at->child->out = at->out[1];
    at->root->n_harts = at->child->n_harts = HARTS;
    at->root->guests = at->child->guests = GUESTS;
    at->root->has_direct = at->child->has_direct = has_direct;
    at->root->has_msi = at->child->has_msi = has_msi;
    rig_start(&at->root->dev);
    rig_start(&at->child->dev);
}

static void unmake(Setup *at)
{
    device_free(&at->child->dev);
    device_free(&at->root->dev);
    rig_free(&at->rig);
}

static void setup(void)
{
    make(&its, true, true);
}

static void teardown(void)
{
    unmake(&its);
}

TestSuite(aplic, .init = setup, .fini = teardown);

static uint32_t get(uint32_t domain, uint32_t reg)
{
    return (uint32_t)rig_read(&its.rig, domain + reg, 4);
}

static void put(uint32_t domain, uint32_t reg, uint32_t value)
{
    rig_write(&its.rig, domain + reg, 4, value);
}

static void wire(unsigned source, bool level)
{
    aplic_set_source(its.root, source, level);
}

static uint32_t idc(unsigned hart, uint32_t reg)
{
    return IDC + 32 * hart + reg;
}

static bool has_bit(uint32_t domain, uint32_t array, unsigned source)
{
    return get(domain, array + 4 * (source / 32)) >> source % 32 & 1;
}

static bool pending(uint32_t domain, unsigned source)
{
    return has_bit(domain, SETIP, source);
}

/* A source that `domain` has in this mode, enabled, for hart 0. */
static void configure(uint32_t domain, unsigned source, unsigned mode)
{
    put(M, SOURCECFG + 4 * source, domain == S ? D : mode);
    if (domain == S)
        put(S, SOURCECFG + 4 * source, mode);
    put(domain, SETIENUM, source);
}

static void deliver_directly(uint32_t domain)
{
    put(domain, DOMAINCFG, IE);
    for (unsigned hart = 0; hart < HARTS; hart++)
        put(domain, idc(hart, IDELIVERY), 1);
}

/* Messages to MSI_M + hart * 4 KiB and MSI_S + hart * 16 KiB + guest * 4 KiB. */
static void set_addresses(void)
{
    put(M, MMSIADDRCFG, MSI_M >> 12);
    put(M, SMSIADDRCFG, MSI_S >> 12);
    put(M, SMSIADDRCFGH, 2 << 20);
    put(M, MMSIADDRCFGH, 2 << 12);
}

static void deliver_by_messages(uint32_t domain)
{
    set_addresses();
    put(domain, DOMAINCFG, IE | DM);
}

static unsigned levels(void)
{
    unsigned high = 0;
    for (unsigned number = 0; number < RIG_WIRES; number++)
        high += its.rig.level[number];
    return high;
}

static void expect_message(uint64_t address, uint32_t data)
{
    cr_expect_eq(its.n_messages, 1, "%u messages", its.n_messages);
    cr_expect_eq(its.messages[0].address, address, "to 0x%lx",
                 (unsigned long)its.messages[0].address);
    cr_expect_eq(its.messages[0].data, data, "data %u", its.messages[0].data);
    its.n_messages = 0;
}

/* Registers. */

/* "Domain configuration (domaincfg)" */
Test(aplic, domaincfg_has_ie_and_dm)
{
    static const struct {
        bool direct, msi;
        uint32_t initial, all;
    } kinds[] = { { true, true, 0, IE | DM },
                  { true, false, 0, IE },
                  { false, true, DM, IE | DM } };
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
        unmake(&its);
        make(&its, kinds[i].direct, kinds[i].msi);
        for (uint32_t domain = M; domain <= S; domain += S) {
            cr_expect_eq(get(domain, DOMAINCFG), 0x80000000u | kinds[i].initial);
            put(domain, DOMAINCFG, 0xffffffff);
            cr_expect_eq(get(domain, DOMAINCFG), 0x80000000u | kinds[i].all);
            put(domain, DOMAINCFG, 0);
            cr_expect_eq(get(domain, DOMAINCFG), 0x80000000u | kinds[i].initial);
        }
    }
}

/* "Source configurations" */
Test(aplic, sourcecfg_holds_the_modes_there_are_or_a_delegation)
{
    for (unsigned value = 0; value < 0x800; value++) {
        unsigned mode = value & 7, legal = mode == 2 || mode == 3 ? INACTIVE : mode;
        put(M, SOURCECFG + 4, value);
        cr_expect_eq(get(M, SOURCECFG + 4), value & D ? D : legal, "0x%x", value);
        put(M, SOURCECFG + 8, D);
        put(S, SOURCECFG + 8, value);
        cr_expect_eq(get(S, SOURCECFG + 8), value & D ? 0 : legal, "leaf 0x%x", value);
    }
}

Test(aplic, sources_that_are_not_there_are_read_only_zeros)
{
    static const unsigned absent[] = { LAST + 1, 128, 1023 };
    for (unsigned i = 0; i < G_N_ELEMENTS(absent); i++) {
        put(M, SOURCECFG + 4 * absent[i], DETACHED);
        put(M, TARGET + 4 * absent[i], 5);
        put(M, SETIENUM, absent[i]);
        put(M, SETIPNUM, absent[i]);
        cr_expect_eq(get(M, SOURCECFG + 4 * absent[i]), 0);
        cr_expect_eq(get(M, TARGET + 4 * absent[i]), 0);
    }
    for (unsigned source = 1; source <= LAST; source++)
        put(M, SOURCECFG + 4 * source, DETACHED);
    for (unsigned word = 0; word < 32; word++) {
        uint32_t all = word < 3 ? 0xffffffff - !word : word == 3;
        put(M, SETIE + 4 * word, 0xffffffff);
        put(M, SETIP + 4 * word, 0xffffffff);
        cr_expect_eq(get(M, SETIE + 4 * word), all);
        cr_expect_eq(get(M, SETIP + 4 * word), all);
        cr_expect_eq(get(M, CLRIE + 4 * word), 0);
        cr_expect_eq(get(M, IN_CLRIP + 4 * word), 0, "detached sources have no input");
        put(M, CLRIE + 4 * word, 0xffffffff);
        put(M, IN_CLRIP + 4 * word, 0xffffffff);
        cr_expect_eq(get(M, SETIE + 4 * word), 0);
        cr_expect_eq(get(M, SETIP + 4 * word), 0);
    }
}

Test(aplic, inactive_sources_have_read_only_zeros)
{
    configure(M, 40, DETACHED);
    put(M, SETIPNUM, 40);
    put(M, TARGET + 4 * 40, 3);
    for (unsigned round = 0; round < 3; round++) {
        static const uint32_t inactive[] = { INACTIVE, D, 3 };
        configure(M, 40, DETACHED);
        put(M, SETIPNUM, 40);
        put(M, SOURCECFG + 4 * 40, inactive[round]);
        put(M, SETIPNUM, 40);
        put(M, SETIENUM, 40);
        put(M, SETIP + 4, 0xffffffff);
        put(M, SETIE + 4, 0xffffffff);
        put(M, TARGET + 4 * 40, 3);
        cr_expect_eq(get(M, SETIP + 4), 0);
        cr_expect_eq(get(M, SETIE + 4), 0);
        cr_expect_eq(get(M, TARGET + 4 * 40), 0);
        put(M, SOURCECFG + 4 * 40, DETACHED);
        cr_expect_not(pending(M, 40) || has_bit(M, SETIE, 40), "zeros when it becomes active");
    }
}

/* "Source configurations": the target is unspecified when a source becomes active. Here it is what was written last,
 * in the format of the delivery mode there is now. */
Test(aplic, targets_written_too_early_are_not_lost)
{
    for (uint32_t domain = M; domain <= S; domain += S) {
        for (uint32_t mode = 0; mode <= DM; mode += DM) {
            uint32_t target = 1 << 18 | 5, defaults = mode ? 0 : 1;
            unmake(&its);
            make(&its, true, true);
            put(domain, DOMAINCFG, mode);
            if (domain == S)
                put(M, SOURCECFG + 4 * 40, D);
            put(domain, TARGET + 4 * 41, target);
            put(domain, TARGET + 4 * 40, target);
            cr_expect_eq(get(domain, TARGET + 4 * 40), 0);
            put(domain, SOURCECFG + 4 * 40, EDGE1);
            cr_expect_eq(get(domain, TARGET + 4 * 40), target);
            put(domain, SOURCECFG + 4 * 40, INACTIVE);
            cr_expect_eq(get(domain, TARGET + 4 * 40), 0);
            put(domain, DOMAINCFG, DM - mode);
            put(domain, DOMAINCFG, mode);
            put(domain, SOURCECFG + 4 * 40, EDGE1);
            cr_expect_eq(get(domain, TARGET + 4 * 40), defaults, "another mode has another format");
            put(M, SOURCECFG + 4 * 41, D);
            put(S, SOURCECFG + 4 * 41, EDGE1);
            if (domain == S)
                cr_expect_eq(get(S, TARGET + 4 * 41), defaults, "it was not in this domain");
        }
    }
}

/* Interrupt domains: what is not delegated to a domain is not there. */
Test(aplic, delegation_moves_a_source_and_forgets_what_it_was)
{
    put(S, SOURCECFG + 4 * 9, LEVEL1);
    cr_expect_eq(get(S, SOURCECFG + 4 * 9), 0, "not delegated");
    configure(M, 9, LEVEL1);
    wire(9, true);
    cr_expect(pending(M, 9));
    put(M, SOURCECFG + 4 * 9, D);
    cr_expect_not(pending(M, 9));
    cr_expect_eq(get(S, SOURCECFG + 4 * 9), 0, "zero until written");
    configure(S, 9, LEVEL1);
    cr_expect(pending(S, 9) && !pending(M, 9));
    cr_expect(has_bit(S, IN_CLRIP, 9) && !has_bit(M, IN_CLRIP, 9));
    put(M, SOURCECFG + 4 * 9, D);
    cr_expect(pending(S, 9), "writing what is there already changes nothing");
    put(M, SOURCECFG + 4 * 9, DETACHED);
    cr_expect_eq(get(S, SOURCECFG + 4 * 9), 0);
    cr_expect_not(pending(S, 9) || has_bit(S, SETIE, 9));
    put(M, SOURCECFG + 4 * 9, D);
    cr_expect_eq(get(S, SOURCECFG + 4 * 9), 0);
}

Test(aplic, byte_order_of_the_ports_is_fixed)
{
    configure(M, 9, DETACHED);
    put(M, SETIPNUM_BE, 9);
    cr_expect_not(pending(M, 9));
    put(M, SETIPNUM_BE, 0x09000000);
    cr_expect(pending(M, 9));
    put(M, CLRIPNUM, 9);
    cr_expect_not(pending(M, 9));
    put(M, SETIPNUM_LE, 9);
    cr_expect(pending(M, 9));
    cr_expect_eq(get(M, SETIPNUM) | get(M, SETIPNUM_LE) | get(M, SETIPNUM_BE) | get(M, CLRIPNUM),
                 0);
    put(M, CLRIENUM, 9);
    cr_expect_not(has_bit(M, SETIE, 9));
}

/* "Machine MSI address configuration", "Supervisor MSI address configuration" */
Test(aplic, message_addresses_are_locked_by_one_bit)
{
    static const uint32_t masks[] = { 0xffffffff, 0x1f77ffff, 0xffffffff, 0x00700fff };
    for (unsigned i = 0; i < 4; i++) {
        put(M, MMSIADDRCFG + 4 * i, 0x7fffffff);
        cr_expect_eq(get(M, MMSIADDRCFG + 4 * i), 0x7fffffff & masks[i]);
        put(S, MMSIADDRCFG + 4 * i, 0xffffffff);
        cr_expect_eq(get(S, MMSIADDRCFG + 4 * i), 0, "not at supervisor level");
    }
    put(M, MMSIADDRCFGH, 0x80001000);
    for (unsigned i = 0; i < 4; i++)
        put(M, MMSIADDRCFG + 4 * i, 0x12345);
    cr_expect_eq(get(M, MMSIADDRCFG), 0x7fffffff);
    cr_expect_eq(get(M, MMSIADDRCFGH), 0x80001000);
    cr_expect_eq(get(M, SMSIADDRCFG), 0x7fffffff);
    cr_expect_eq(get(M, SMSIADDRCFGH), 0x00700fff);
    device_reset(&its.root->dev);
    cr_expect_eq(get(M, MMSIADDRCFGH), 0);
    unmake(&its);
    make(&its, true, false);
    put(M, MMSIADDRCFG, 5);
    cr_expect_eq(get(M, MMSIADDRCFG), 0, "nobody sends messages");
}

/* "Interrupt targets" */
Test(aplic, targets_have_the_format_of_the_delivery_mode)
{
    for (uint32_t domain = M; domain <= S; domain += S) {
        put(domain, DOMAINCFG, 0);
        configure(domain, 7, DETACHED);
        for (unsigned priority = 0; priority < 256; priority++) {
            put(domain, TARGET + 28, 0x000ff800 | priority);
            cr_expect_eq(get(domain, TARGET + 28), 3 << 18 | (priority ? priority : 1));
        }
        put(domain, DOMAINCFG, DM);
        put(domain, TARGET + 28, 0xffffffff);
        cr_expect_eq(get(domain, TARGET + 28), domain == S ? 0xfffc37ff : 0xfffc07ff);
        put(domain, DOMAINCFG, 0);
        cr_expect_neq(get(domain, TARGET + 28) & 0xff, 0, "a legal priority, whatever it was");
        cr_expect_eq(get(domain, TARGET + 28) & 0x3ff00, 0);
    }
}

/* "Precise effects on interrupt-pending bits" */

typedef struct {
    unsigned mode;
    bool by_message;
    bool level;   /* of the wire */
    bool can_set; /* by setip and setipnum */
    bool can_clear;
    bool rectified;
} PendingCase;

static const PendingCase pending_cases[] = {
    { DETACHED, false, false, true, true, false },  { DETACHED, false, true, true, true, false },
    { EDGE1, false, false, true, true, false },     { EDGE1, false, true, true, true, true },
    { EDGE0, false, false, true, true, true },      { EDGE0, false, true, true, true, false },
    { LEVEL1, false, false, false, false, false },  { LEVEL1, false, true, false, false, true },
    { LEVEL0, false, false, false, false, true },   { LEVEL0, false, true, false, false, false },
    { DETACHED, true, false, true, true, false },   { DETACHED, true, true, true, true, false },
    { EDGE1, true, false, true, true, false },      { EDGE1, true, true, true, true, true },
    { EDGE0, true, false, true, true, true },       { EDGE0, true, true, true, true, false },
    { LEVEL1, true, false, false, true, false },    { LEVEL1, true, true, true, true, true },
    { LEVEL0, true, false, true, true, true },      { LEVEL0, true, true, false, true, false },
    { INACTIVE, false, true, false, false, false }, { INACTIVE, true, true, false, false, false },
};

/* Writes by number in odd rounds, by word in even ones. */
static void write_both_ways(uint32_t domain, bool by_number, uint32_t array, unsigned source)
{
    if (by_number)
        put(domain, array == SETIP ? SETIPNUM : CLRIPNUM, source);
    else
        put(domain, array + 4 * (source / 32), 1u << source % 32);
}

static void check_software(uint32_t domain, unsigned source, const PendingCase *c, bool by_number)
{
    put(domain, DOMAINCFG, c->by_message ? DM : 0); /* IE is zero: nothing leaves */
    wire(source, c->level);
    configure(domain, source, c->mode);
    cr_expect_eq(has_bit(domain, IN_CLRIP, source), c->rectified, "mode %u", c->mode);
    put(domain, CLRIPNUM, source);
    bool before = pending(domain, source);
    write_both_ways(domain, by_number, SETIP, source);
    cr_expect_eq(pending(domain, source), before || c->can_set, "set, mode %u", c->mode);
    before = pending(domain, source);
    write_both_ways(domain, by_number, IN_CLRIP, source);
    cr_expect_eq(pending(domain, source), before && !c->can_clear, "clear, mode %u", c->mode);
    put(M, SOURCECFG + 4 * source, 0);
}

Test(aplic, software_sets_and_clears_pending_as_the_mode_allows)
{
    static const unsigned sources[] = { 1, 31, 32, 63, 64, LAST };
    for (unsigned i = 0; i < G_N_ELEMENTS(pending_cases); i++)
        for (unsigned j = 0; j < G_N_ELEMENTS(sources); j++)
            for (unsigned by_number = 0; by_number < 2; by_number++) {
                check_software(M, sources[j], &pending_cases[i], by_number);
                check_software(S, sources[j], &pending_cases[i], by_number);
            }
}

/* What a change of the wire does. Nothing can be delivered. */
Test(aplic, wires_set_and_clear_pending_as_the_mode_says)
{
    static const struct {
        unsigned mode;
        bool to, from_clear, from_set; /* pending afterwards, when it was clear and set before */
    } cases[] = {
        { DETACHED, true, false, true }, { DETACHED, false, false, true },
        { EDGE1, true, true, true },     { EDGE1, false, false, true },
        { EDGE0, true, false, true },    { EDGE0, false, true, true },
        { LEVEL1, true, true, true },    { LEVEL1, false, false, false },
        { LEVEL0, true, false, false },  { LEVEL0, false, true, true },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
        for (unsigned by_message = 0; by_message < 2; by_message++)
            for (unsigned was_set = 0; was_set < 2; was_set++) {
                bool is_level = cases[i].mode >= LEVEL1;
                put(S, DOMAINCFG, by_message ? DM : 0);
                wire(50, !cases[i].to);
                configure(S, 50, cases[i].mode);
                put(S, was_set ? SETIPNUM : CLRIPNUM, 50);
                if (!is_level)
                    cr_assert_eq(pending(S, 50), was_set);
                wire(50, cases[i].to);
                cr_expect_eq(pending(S, 50), was_set ? cases[i].from_set : cases[i].from_clear,
                             "mode %u to %u, was %u", cases[i].mode, cases[i].to, was_set);
                put(M, SOURCECFG + 4 * 50, 0);
            }
}

/* A write to sourcecfg clears a pending bit only by making the source inactive, or a level that is low. */
Test(aplic, changing_the_mode_keeps_what_is_pending)
{
    configure(M, 4, EDGE1);
    put(M, SETIPNUM, 4);
    put(M, SOURCECFG + 16, EDGE0);
    cr_expect(pending(M, 4));
    put(M, SOURCECFG + 16, DETACHED);
    cr_expect(pending(M, 4));
    cr_expect(has_bit(M, SETIE, 4));
    put(M, SOURCECFG + 16, LEVEL0);
    cr_expect(pending(M, 4));
    put(M, SOURCECFG + 16, LEVEL1);
    cr_expect_not(pending(M, 4), "its input is low");
    put(M, SOURCECFG + 16, EDGE0);
    cr_expect_not(pending(M, 4), "its input is high, but that is no edge");
}

Test(aplic, pending_follows_the_level_when_delivery_becomes_direct)
{
    put(M, DOMAINCFG, DM);
    configure(M, 4, LEVEL1);
    wire(4, true);
    put(M, CLRIPNUM, 4);
    cr_expect_not(pending(M, 4));
    put(M, DOMAINCFG, 0);
    cr_expect(pending(M, 4));
}

/* "Interrupt delivery directly by the APLIC" */

Test(aplic, every_source_reaches_the_hart_it_is_targeted_at)
{
    for (uint32_t domain = M; domain <= S; domain += S) {
        deliver_directly(domain);
        for (unsigned source = 1; source <= LAST; source++) {
            unsigned hart = source % HARTS, priority = 1 + 37 * source % 255;
            configure(domain, source, LEVEL1);
            put(domain, TARGET + 4 * source, hart << 18 | priority);
            wire(source, true);
            cr_expect(its.rig.level[(domain == S ? S_WIRE : M_WIRE) + hart]);
            cr_expect_eq(levels(), 1, "source %u", source);
            for (unsigned h = 0; h < HARTS; h++)
                cr_expect_eq(get(domain, idc(h, TOPI)), h == hart ? source << 16 | priority : 0);
            cr_expect_eq(get(domain, idc(hart, CLAIMI)), source << 16 | priority);
            cr_expect(pending(domain, source), "a claim does not clear a level");
            wire(source, false);
            cr_expect_eq(levels(), 0);
            cr_expect_eq(get(domain, idc(hart, CLAIMI)), 0);
        }
    }
}

Test(aplic, claim_clears_edges_and_detached_sources)
{
    deliver_directly(S);
    configure(S, 20, EDGE1);
    configure(S, 21, DETACHED);
    wire(20, true);
    put(S, SETIPNUM, 21);
    cr_expect_eq(get(S, idc(0, CLAIMI)), 20 << 16 | 1);
    cr_expect_not(pending(S, 20));
    cr_expect(its.rig.level[S_WIRE]);
    cr_expect_eq(get(S, idc(0, TOPI)), 21 << 16 | 1);
    cr_expect_eq(get(S, idc(0, CLAIMI)), 21 << 16 | 1);
    cr_expect_not(its.rig.level[S_WIRE]);
    cr_expect_eq(get(S, idc(0, CLAIMI)), 0);
}

Test(aplic, smaller_priority_then_smaller_number_goes_first)
{
    static const struct {
        unsigned source, priority;
    } sources[] = { { 3, 5 }, { 90, 1 }, { 40, 1 }, { 64, 2 }, { 96, 7 }, { 2, 5 } };
    static const unsigned order[] = { 40, 90, 64, 2, 3, 96, 0 };
    deliver_directly(M);
    for (unsigned i = 0; i < G_N_ELEMENTS(sources); i++) {
        configure(M, sources[i].source, DETACHED);
        put(M, TARGET + 4 * sources[i].source, 2 << 18 | sources[i].priority);
        put(M, SETIPNUM, sources[i].source);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(order); i++)
        cr_expect_eq(get(M, idc(2, CLAIMI)) >> 16, order[i]);
}

Test(aplic, threshold_masks_its_own_priority_and_those_below)
{
    deliver_directly(M);
    configure(M, 30, DETACHED);
    put(M, TARGET + 4 * 30, 1 << 18 | 4);
    put(M, SETIPNUM, 30);
    for (unsigned threshold = 0; threshold < 512; threshold++) {
        bool seen = !(threshold & 255) || (threshold & 255) > 4;
        put(M, idc(1, ITHRESHOLD), threshold);
        cr_expect_eq(get(M, idc(1, ITHRESHOLD)), threshold & 255);
        cr_expect_eq(get(M, idc(1, TOPI)) >> 16, seen ? 30 : 0, "threshold %u", threshold);
        cr_expect_eq(its.rig.level[M_WIRE + 1], seen);
    }
    put(M, idc(1, ITHRESHOLD), 4);
    get(M, idc(1, CLAIMI));
    cr_expect(pending(M, 30), "what is not reported cannot be claimed");
}

Test(aplic, delivery_needs_ie_and_idelivery_which_topi_does_not)
{
    configure(M, 30, DETACHED);
    put(M, SETIPNUM, 30);
    for (unsigned both = 0; both < 4; both++) {
        put(M, DOMAINCFG, both & 1 ? IE : 0);
        put(M, idc(0, IDELIVERY), both >> 1);
        cr_expect_eq(get(M, idc(0, IDELIVERY)), both >> 1);
        cr_expect_eq(get(M, idc(0, TOPI)), 30 << 16 | 1);
        cr_expect_eq(its.rig.level[M_WIRE], both == 3);
    }
    put(M, CLRIENUM, 30);
    cr_expect_not(its.rig.level[M_WIRE]);
    put(M, SETIENUM, 30);
    cr_expect(its.rig.level[M_WIRE]);
    put(M, DOMAINCFG, IE | DM);
    cr_expect_not(its.rig.level[M_WIRE], "not by wire any more");
    cr_expect_eq(get(M, idc(0, TOPI)), 0);
}

Test(aplic, forced_interrupt_is_spurious_and_goes_with_its_claim)
{
    put(S, idc(3, IFORCE), 1);
    cr_expect_not(its.rig.level[S_WIRE + 3]);
    deliver_directly(S);
    cr_expect(its.rig.level[S_WIRE + 3]);
    cr_expect_eq(get(S, idc(3, IFORCE)), 1);
    configure(S, 11, DETACHED);
    put(S, TARGET + 44, 3 << 18 | 1);
    put(S, SETIPNUM, 11);
    cr_expect_eq(get(S, idc(3, CLAIMI)), 11 << 16 | 1);
    cr_expect(its.rig.level[S_WIRE + 3], "the claim was not of the spurious one");
    cr_expect_eq(get(S, idc(3, CLAIMI)), 0);
    cr_expect_eq(get(S, idc(3, IFORCE)), 0);
    cr_expect_not(its.rig.level[S_WIRE + 3]);
}

Test(aplic, harts_that_are_not_there_hear_nothing)
{
    deliver_directly(M);
    configure(M, 30, DETACHED);
    put(M, TARGET + 4 * 30, (uint32_t)HARTS << 18 | 1);
    put(M, SETIPNUM, 30);
    put(M, TARGET + 4 * 30, 0xfffc0001);
    cr_expect_eq(levels(), 0);
    for (uint32_t reg = 0; reg < 32; reg += 4) {
        put(M, idc(HARTS, reg), 1);
        cr_expect_eq(get(M, idc(HARTS, reg)), 0);
    }
    configure(M, 31, LEVEL1);
    put(M, TARGET + 4 * 31, 0xfffc0001);
    wire(31, true);
    cr_expect_eq(levels(), 0);
}

/* "Interrupt forwarding by MSIs" */

Test(aplic, messages_go_to_the_page_of_hart_and_guest)
{
    deliver_by_messages(M);
    deliver_by_messages(S);
    for (unsigned hart = 0; hart < HARTS; hart++) {
        configure(M, 10, EDGE1);
        put(M, TARGET + 40, hart << 18 | 0x1000 | 2047);
        wire(10, true);
        expect_message(MSI_M + hart * 0x1000, 2047);
        cr_expect_not(pending(M, 10), "sent is not pending");
        wire(10, false);
        put(M, SOURCECFG + 40, 0);
        for (unsigned guest = 0; guest <= GUESTS; guest++) {
            configure(S, 10, EDGE1);
            put(S, TARGET + 40, hart << 18 | guest << 12 | 63);
            wire(10, true);
            expect_message(MSI_S + hart * 0x4000 + guest * 0x1000, 63);
            wire(10, false);
        }
    }
}

/* "Addresses and data for outgoing MSIs": the example of the IMSIC chapter with groups of harts. */
Test(aplic, address_is_made_of_group_hart_and_guest)
{
    enum { HHXW = 2, LHXW = 3, HHXS = 1, LHXS_M = 1, LHXS_S = 2 };
    put(M, MMSIADDRCFG, MSI_M >> 12);
    put(M, SMSIADDRCFG, MSI_S >> 12);
    put(M, SMSIADDRCFGH, LHXS_S << 20);
    put(M, MMSIADDRCFGH, HHXS << 24 | LHXS_M << 20 | HHXW << 16 | LHXW << 12);
    put(M, DOMAINCFG, DM);
    put(S, DOMAINCFG, DM);
    for (unsigned index = 0; index < 64; index++) {
        uint64_t group = (index >> 3 & 3) << 13, hart = index & 7;
        if (group)
            continue; /* far beyond the pages that this test looks at */
        put(M, GENMSI, index << 18 | 7);
        expect_message(MSI_M + ((hart << LHXS_M) << 12), 7);
        put(S, GENMSI, index << 18 | 8);
        expect_message(MSI_S + ((hart << LHXS_S) << 12), 8);
    }
    its.rig.trace.on[TRACE_msi_send] = true;
    put(M, MMSIADDRCFG, 0x80000000);
    put(M, MMSIADDRCFGH, HHXS << 24 | LHXS_M << 20 | HHXW << 16 | LHXW << 12 | 0x801);
    put(M, GENMSI, (2 << 3 | 5) << 18 | 9);
    put(M, MMSIADDRCFGH, 31u << 24 | 7 << 16);
    put(M, GENMSI, 0x7f << 18 | 10);
    fflush(its.rig.trace.out);
    /* (0x80180000000 | 2 << 13 | 5 << 1) << 12 */
    cr_expect(
        strstr(its.rig.trace_text, "msi.send h=none src=7 addr=0x8018000400a000 data=9 taken=0"),
        "%s", its.rig.trace_text);
}

/* "Special consideration for level-sensitive interrupt sources" */
Test(aplic, level_is_sent_once_until_it_falls_or_software_asks)
{
    deliver_by_messages(S);
    configure(S, 10, LEVEL1);
    put(S, TARGET + 40, 5);
    wire(10, true);
    expect_message(MSI_S, 5);
    cr_expect_not(pending(S, 10));
    cr_expect(has_bit(S, IN_CLRIP, 10), "still asserted");
    wire(10, true);
    cr_expect_eq(its.n_messages, 0);
    put(S, SETIPNUM, 10);
    expect_message(MSI_S, 5);
    put(S, SETIPNUM_LE, 10);
    expect_message(MSI_S, 5);
    wire(10, false);
    put(S, SETIPNUM, 10);
    cr_expect_eq(its.n_messages, 0, "not asserted any more");
    wire(10, true);
    expect_message(MSI_S, 5);
}

Test(aplic, level_that_falls_before_it_could_be_sent_is_forgotten)
{
    deliver_by_messages(S);
    configure(S, 10, LEVEL0);
    put(S, CLRIENUM, 10);
    wire(10, true);
    its.n_messages = 0;
    wire(10, false);
    cr_expect(pending(S, 10));
    wire(10, true);
    cr_expect_not(pending(S, 10));
    put(S, SETIENUM, 10);
    cr_expect_eq(its.n_messages, 0);
}

Test(aplic, messages_wait_for_ie_and_enable)
{
    set_addresses();
    put(S, DOMAINCFG, DM);
    for (unsigned source = 1; source <= LAST; source++) {
        put(M, SOURCECFG + 4 * source, D);
        put(S, SOURCECFG + 4 * source, DETACHED);
        put(S, TARGET + 4 * source, source);
    }
    put(S, SETIPNUM, 9);
    put(S, SETIPNUM, 90);
    put(S, SETIPNUM, 96);
    put(S, SETIENUM, 9);
    put(S, SETIENUM, 96);
    cr_expect_eq(its.n_messages, 0);
    put(S, DOMAINCFG, DM | IE);
    cr_expect_eq(its.n_messages, 2);
    cr_expect_eq(its.messages[0].data, 9);
    cr_expect_eq(its.messages[1].data, 96);
    its.n_messages = 0;
    put(S, SETIE + 8, 1u << (90 - 64));
    expect_message(MSI_S, 90);
    put(S, SETIP, 1u << 9);
    expect_message(MSI_S, 9);
}

/* "Generate MSI (genmsi)" */
Test(aplic, genmsi_sends_a_message_whatever_ie_says)
{
    set_addresses();
    put(S, GENMSI, 3 << 18 | 77);
    cr_expect_eq(get(S, GENMSI), 0, "read-only zero in direct delivery mode");
    put(S, DOMAINCFG, DM);
    put(S, GENMSI, 0xffffffff);
    its.n_messages = 0;
    put(S, GENMSI, 3 << 18 | 2 << 12 | 77);
    expect_message(MSI_S + 3 * 0x4000, 77);
    cr_expect_eq(get(S, GENMSI), 3 << 18 | 77, "no guest, not Busy");
    put(M, DOMAINCFG, DM);
    put(M, GENMSI, 1 << 18 | 78);
    expect_message(MSI_M + 0x1000, 78);
}

/* Messages that come back to the APLIC itself: to setipnum_le, as a port for messages, and round and round. */
Test(aplic, message_may_go_to_another_domain)
{
    put(M, MMSIADDRCFG, (RIG_BASE + S + SETIPNUM_LE) >> 12);
    put(M, SMSIADDRCFG, MSI_S >> 12);
    put(M, DOMAINCFG, DM);
    put(S, DOMAINCFG, IE | DM);
    configure(S, 33, DETACHED);
    put(S, TARGET + 4 * 33, 44);
    put(M, GENMSI, 33);
    rig_run_until(&its.rig, 10000);
    expect_message(MSI_S, 44);
}

Test(aplic, message_to_itself_does_not_keep_the_emulator_busy)
{
    put(M, MMSIADDRCFG, (RIG_BASE + M + SETIPNUM_LE) >> 12);
    put(M, DOMAINCFG, IE | DM);
    configure(M, 5, DETACHED);
    put(M, TARGET + 20, 5);
    its.rig.trace.on[TRACE_msi_send] = true;
    put(M, SETIPNUM, 5);
    rig_run_until(&its.rig, 1000000);
    cr_expect_leq(its.rig.trace.seq, 1001, "%lu", (unsigned long)its.rig.trace.seq);
    cr_expect_geq(its.rig.trace.seq, 10, "it goes on, though");
    put(M, CLRIENUM, 5);
    uint64_t seq = its.rig.trace.seq;
    rig_run_until(&its.rig, 2000000);
    cr_expect_eq(its.rig.trace.seq, seq);
    put(M, MMSIADDRCFG, (RIG_BASE + M + GENMSI) >> 12);
    put(M, GENMSI, 9);
    cr_expect_eq(get(M, GENMSI), 0x1009, "Busy: the message wrote it again");
    put(M, GENMSI, 10);
    cr_expect_eq(get(M, GENMSI), 0x1009, "while Busy, writes are ignored");
    put(M, DOMAINCFG, 0);
    rig_run_until(&its.rig, 3000000);
    cr_expect_eq(get(M, GENMSI), 0);
}

/* "Memory-mapped control region for an interrupt domain" */
Test(aplic, garbage_anywhere_in_any_size_is_harmless)
{
    static const uint64_t values[] = { 0,     ~0ull, 0x100,      0x104,
                                       0x400, 6,     0x24001fff, 0x5a5a5a5a5a5a5a5a };
    for (unsigned i = 0; i < G_N_ELEMENTS(values); i++)
        for (uint32_t offset = 0; offset < 2 * S; offset++)
            for (unsigned size = 1; size <= 8; size *= 2) {
                bool fine = size == 4 && offset % 4 == 0;
                uint64_t ignored;
                its.n_messages = 0;
                bool done = bus_write(&its.rig.bus, (Spa){ RIG_BASE + offset }, size, values[i],
                                      requester_hart(0));
                cr_assert_eq(done, fine, "0x%x", offset);
                done = bus_read(&its.rig.bus, (Spa){ RIG_BASE + offset }, size, &ignored,
                                requester_hart(0));
                cr_assert_eq(done, fine, "0x%x", offset);
                wire(1 + offset % LAST, offset & 128);
            }
}

Test(aplic, reserved_bytes_are_read_only_zeros)
{
    static const uint32_t gaps[][2] = {
        { 0x1000, 0x1bc0 }, { 0x1bd0, 0x1c00 }, { 0x1c80, 0x1cdc },
        { 0x1ce0, 0x1d00 }, { 0x1d80, 0x1ddc }, { 0x1fe0, 0x2000 },
        { 0x2008, 0x3000 }, { 0x400c, 0x4018 }, { 0x4080, 0x8000 }
    };
    uint64_t hash = rig_hash(&its.root->dev) ^ rig_hash(&its.child->dev);
    for (unsigned i = 0; i < G_N_ELEMENTS(gaps); i++)
        for (uint32_t offset = gaps[i][0]; offset < gaps[i][1]; offset += 4)
            for (uint32_t domain = M; domain <= S; domain += S) {
                put(domain, offset, 0xffffffff);
                cr_expect_eq(get(domain, offset), 0, "0x%x", offset);
            }
    cr_expect_eq(hash, rig_hash(&its.root->dev) ^ rig_hash(&its.child->dev));
}

Test(aplic, nothing_is_left_after_reset)
{
    uint64_t hash = rig_hash(&its.root->dev) ^ rig_hash(&its.child->dev);
    deliver_directly(M);
    deliver_by_messages(S);
    configure(M, 3, LEVEL1);
    configure(S, 4, EDGE1);
    wire(3, true);
    wire(4, true);
    put(S, GENMSI, 9);
    cr_expect(its.rig.level[M_WIRE]);
    device_reset(&its.root->dev);
    device_reset(&its.child->dev);
    cr_expect_eq(levels(), 0);
    its.root->resend.order = 0;
    cr_expect_eq(hash, rig_hash(&its.root->dev) ^ rig_hash(&its.child->dev));
}

Test(aplic, state_survives_saving)
{
    deliver_directly(M);
    deliver_by_messages(S);
    configure(M, 3, LEVEL1);
    configure(M, 64, EDGE1);
    put(M, TARGET + 4 * 64, 1 << 18 | 2);
    configure(S, 90, LEVEL0);
    put(S, TARGET + 4 * 90, 2 << 18 | 1 << 12 | 17);
    wire(90, true);
    wire(64, true);
    g_autoptr(GByteArray) m = rig_save(&its.root->dev), s = rig_save(&its.child->dev);
    uint64_t hash = rig_hash(&its.root->dev) ^ rig_hash(&its.child->dev);
    unmake(&its);
    make(&its, true, true);
    rig_load(&its.rig, &its.root->dev, m);
    rig_load(&its.rig, &its.child->dev, s);
    cr_expect_eq(hash, rig_hash(&its.root->dev) ^ rig_hash(&its.child->dev));
    cr_expect_eq(get(M, idc(1, CLAIMI)), 64 << 16 | 2);
    wire(90, false);
    expect_message(MSI_S + 2 * 0x4000 + 0x1000, 17);
    wire(3, true);
    cr_expect(its.rig.level[M_WIRE]);
}

Test(aplic, a_damaged_snapshot_adds_no_sources)
{
    deliver_directly(M);
    its.root->pending[1] = its.root->enabled[1] = ~0ull;
    g_autoptr(GByteArray) m = rig_save(&its.root->dev);
    unmake(&its);
    make(&its, true, true);
    rig_load(&its.rig, &its.root->dev, m);
    cr_expect_eq(get(M, SETIP + 4 * (LAST / 32)), 0);
    cr_expect_eq(get(M, SETIE + 4 * (LAST / 32)), 0);
    cr_expect_eq(get(M, idc(0, TOPI)), 0);
}
