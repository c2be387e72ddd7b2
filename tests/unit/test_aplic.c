/* SPDX-License-Identifier: MIT */
/* test_aplic.c - registers, sources and domains of the APLIC. Section names are the AIA specification's. */
#include "tests/unit/test_aplic_setup.h"

TestSuite(aplic, .init = setup, .fini = teardown);

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
