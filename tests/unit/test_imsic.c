/* SPDX-License-Identifier: MIT */
/* test_imsic.c - interrupt files: messages in, priorities, claims, delivery. */
#include <criterion/criterion.h>

#include "devices/imsic.h"
#include "tests/lib/device_rig.h"

/* Three harts, so that there are pages of a fourth to fill up; three files a hart in the space of four. */
enum { HARTS = 3, GUESTS = 2, FILES = 1 + GUESTS, PAGES = 16, LAST = IMSIC_IDENTITIES };
enum { EIDELIVERY = 0x70, EITHRESHOLD = 0x72, EIP = 0x80, EIE = 0xc0 };

/* Machine level lies behind supervisor level; wires of hart h are M_WIRE + h and S_WIRE + FILES * h + file. */
enum { M_BASE = PAGES * PAGE_SIZE, M_WIRE = 0, S_WIRE = 10 };

typedef struct {
    Rig rig;
    Imsic *machine, *supervisor;
    ImsicPort port[HARTS];
    IrqLine out_m[HARTS], out_s[HARTS * FILES];
} Setup;

static Setup its;

static void make(Setup *at, bool may_bypass)
{
    rig_init(&at->rig);
    DeviceSite site = rig_site(&at->rig, "imsic.s");
    at->supervisor = (Imsic *)device_alloc(&imsic_type, &site);
    site.id = "imsic.m";
    site.base.v += M_BASE;
    at->machine = (Imsic *)device_alloc(&imsic_type, &site);
    for (unsigned i = 0; i < HARTS; i++)
        at->out_m[i] = rig_wire(&at->rig, M_WIRE + i);
    for (unsigned i = 0; i < HARTS * FILES; i++)
        at->out_s[i] = rig_wire(&at->rig, S_WIRE + i);
    at->machine->is_machine = true;
    at->supervisor->guests = GUESTS;
    at->machine->n_harts = at->supervisor->n_harts = HARTS;
    at->machine->may_bypass = at->supervisor->may_bypass = may_bypass;
    at->machine->out = at->out_m;
    at->supervisor->out = at->out_s;
    rig_start(&at->supervisor->dev);
    rig_start(&at->machine->dev);
    for (unsigned i = 0; i < HARTS; i++)
        imsic_port_init(&at->port[i], at->machine, at->supervisor, i);
}

static void unmake(Setup *at)
{
    device_free(&at->machine->dev);
    device_free(&at->supervisor->dev);
    rig_free(&at->rig);
}

static void setup(void)
{
    make(&its, false);
}

static void teardown(void)
{
    unmake(&its);
}

TestSuite(imsic, .init = setup, .fini = teardown);

/* The n-th file of a hart: M, S, then guests, by its number, its page and its wire. */
static unsigned number_of(unsigned n)
{
    return n < 2 ? n : AIA_FILE_GUEST + n - 1;
}

static uint64_t page_of(unsigned hart, unsigned n)
{
    return n ? (4 * hart + n - 1) * (uint64_t)PAGE_SIZE : M_BASE + hart * (uint64_t)PAGE_SIZE;
}

static unsigned wire_of(unsigned hart, unsigned n)
{
    return n ? S_WIRE + FILES * hart + n - 1 : M_WIRE + hart;
}

enum { ALL_FILES = 1 + FILES };

static void put(unsigned hart, unsigned n, unsigned select, uint64_t value)
{
    const AiaPort *port = &its.port[hart].port;
    cr_assert(port->write(port->to, number_of(n), select, value), "select 0x%x", select);
}

static uint64_t get(unsigned hart, unsigned n, unsigned select)
{
    const AiaPort *port = &its.port[hart].port;
    uint64_t value = ~0ull;
    cr_assert(port->read(port->to, number_of(n), select, &value), "select 0x%x", select);
    return value;
}

static unsigned topei(unsigned hart, unsigned n)
{
    const AiaPort *port = &its.port[hart].port;
    return port->topei(port->to, number_of(n));
}

static void claim(unsigned hart, unsigned n)
{
    const AiaPort *port = &its.port[hart].port;
    port->claim(port->to, number_of(n));
}

static void send(unsigned hart, unsigned n, uint32_t identity)
{
    rig_write(&its.rig, page_of(hart, n), 4, identity);
}

static void enable_all(unsigned hart, unsigned n)
{
    for (unsigned select = EIE; select < EIE + 8; select += 2)
        put(hart, n, select, ~0ull);
    put(hart, n, EIDELIVERY, 1);
}

static unsigned levels(void)
{
    unsigned high = 0;
    for (unsigned wire = 0; wire < RIG_WIRES; wire++)
        high += its.rig.level[wire];
    return high;
}

/* "Memory region for an interrupt file", "Arrangement of the memory regions of multiple interrupt files" */
Test(imsic, message_reaches_the_one_file_whose_page_it_names)
{
    for (unsigned hart = 0; hart < HARTS; hart++)
        for (unsigned n = 0; n < ALL_FILES; n++)
            enable_all(hart, n);
    for (unsigned hart = 0; hart < HARTS; hart++)
        for (unsigned n = 0; n < ALL_FILES; n++) {
            send(hart, n, 7 + n);
            for (unsigned h = 0; h < HARTS; h++)
                for (unsigned f = 0; f < ALL_FILES; f++)
                    cr_expect_eq(topei(h, f), h == hart && f == n ? 7 + n : 0, "%u/%u", h, f);
            cr_expect(its.rig.level[wire_of(hart, n)]);
            cr_expect_eq(levels(), 1);
            claim(hart, n);
            cr_expect_eq(levels(), 0);
        }
}

Test(imsic, every_identity_can_be_made_pending_and_claimed)
{
    enable_all(1, 2);
    for (unsigned identity = 1; identity <= LAST; identity++) {
        send(1, 2, identity);
        for (unsigned word = 0; word < 32; word++)
            cr_expect_eq(get(1, 2, EIP + 2 * word),
                         word == identity / 64 ? 1ull << identity % 64 : 0);
        cr_expect_eq(topei(1, 2), identity);
        claim(1, 2);
        cr_expect_eq(topei(1, 2), 0);
        cr_expect_eq(get(1, 2, EIP + 2 * (identity / 64)), 0);
    }
}

Test(imsic, identities_that_are_not_there_are_ignored)
{
    static const uint32_t wrong[] = { 0, LAST + 1, 0x100, 0x800, 0x10001, 0x01000000, 0xffffffff };
    enable_all(0, 1);
    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++)
        send(0, 1, wrong[i]);
    for (unsigned word = 0; word < 32; word++)
        cr_expect_eq(get(0, 1, EIP + 2 * word), 0);
    cr_expect_eq(rig_guest_errors(&its.rig), G_N_ELEMENTS(wrong));
}

Test(imsic, big_endian_port_takes_the_bytes_the_other_way_round)
{
    rig_write(&its.rig, page_of(2, 1) + 4, 4, 0x2a000000);
    cr_expect_eq(get(2, 1, EIP), 1ull << 0x2a);
    rig_write(&its.rig, page_of(2, 1) + 4, 4, 0x2b);
    cr_expect_eq(get(2, 1, EIP), 1ull << 0x2a, "that is identity 0x2b000000");
}

/* What is written where, in any size, changes nothing but by the two ports. */
Test(imsic, all_other_bytes_are_read_only_zeros)
{
    uint64_t before_m = rig_hash(&its.machine->dev), before_s = rig_hash(&its.supervisor->dev);
    for (uint64_t offset = 0; offset < M_BASE + 4 * PAGE_SIZE; offset++)
        for (unsigned size = 1; size <= 8; size *= 2) {
            bool fine = size == 4 && offset % 4 == 0;
            cr_assert_eq(rig_read_faults(&its.rig, offset, size), !fine);
            if (fine)
                cr_assert_eq(rig_read(&its.rig, offset, size), 0);
            if (!fine || offset % PAGE_SIZE > 4)
                cr_assert_eq(rig_write_faults(&its.rig, offset, size, 0x0101010101010101u), !fine);
        }
    cr_expect_eq(before_m, rig_hash(&its.machine->dev));
    cr_expect_eq(before_s, rig_hash(&its.supervisor->dev));
}

Test(imsic, pages_without_a_file_are_read_only_zeros)
{
    const uint64_t unused[] = { 3 * PAGE_SIZE, 7 * PAGE_SIZE, 12 * PAGE_SIZE, 15 * PAGE_SIZE,
                                M_BASE + 3 * PAGE_SIZE };
    uint64_t before_m = rig_hash(&its.machine->dev), before_s = rig_hash(&its.supervisor->dev);
    for (unsigned i = 0; i < G_N_ELEMENTS(unused); i++) {
        rig_write(&its.rig, unused[i], 4, 5);
        cr_expect_eq(rig_read(&its.rig, unused[i], 4), 0);
    }
    cr_expect_eq(before_m, rig_hash(&its.machine->dev));
    cr_expect_eq(before_s, rig_hash(&its.supervisor->dev));
    cr_expect(rig_write_faults(&its.rig, M_BASE + 4 * PAGE_SIZE, 4, 5), "behind the last page");
    cr_expect_eq(imsic_guest_bits(its.supervisor), 2);
    cr_expect_eq(imsic_guest_bits(its.machine), 0);
}

/* "Interrupt priorities" */
Test(imsic, lower_identities_go_first)
{
    static const unsigned sent[] = { 200, 64, 255, 3, 63, 128 };
    static const unsigned order[] = { 3, 63, 64, 128, 200, 255, 0 };
    enable_all(0, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(sent); i++)
        send(0, 0, sent[i]);
    for (unsigned i = 0; i < G_N_ELEMENTS(order); i++) {
        cr_expect_eq(topei(0, 0), order[i]);
        claim(0, 0);
    }
    cr_expect_not(its.rig.level[wire_of(0, 0)]);
}

Test(imsic, reading_claims_nothing_and_a_claim_without_interrupt_does_nothing)
{
    enable_all(0, 1);
    send(0, 1, 9);
    cr_expect_eq(topei(0, 1), 9);
    cr_expect_eq(topei(0, 1), 9);
    put(0, 1, EIE, ~0ull & ~(1ull << 9));
    claim(0, 1);
    cr_expect_eq(get(0, 1, EIP), 1ull << 9, "it was not reported, so it was not claimed");
}

/* "External interrupt enable threshold register (eithreshold)" */
Test(imsic, threshold_masks_its_own_identity_and_those_above)
{
    enable_all(0, 1);
    send(0, 1, 100);
    for (unsigned threshold = 0; threshold <= LAST; threshold++) {
        bool seen = !threshold || threshold > 100;
        put(0, 1, EITHRESHOLD, threshold);
        cr_expect_eq(get(0, 1, EITHRESHOLD), threshold);
        cr_expect_eq(topei(0, 1), seen ? 100 : 0, "threshold %u", threshold);
        cr_expect_eq(its.rig.level[wire_of(0, 1)], seen);
    }
    put(0, 1, EITHRESHOLD, 100);
    claim(0, 1);
    cr_expect_eq(get(0, 1, EIP + 2), 1ull << 36, "what is not reported cannot be claimed");
}

/* "External interrupt delivery enable register (eidelivery)": it decides about the wire alone. */
Test(imsic, delivery_decides_about_the_wire_and_not_about_topei)
{
    for (unsigned n = 0; n < ALL_FILES; n++) {
        enable_all(1, n);
        put(1, n, EIDELIVERY, 0);
        send(1, n, 5);
        cr_expect_eq(topei(1, n), 5);
        cr_expect_not(its.rig.level[wire_of(1, n)]);
        put(1, n, EIDELIVERY, 1);
        cr_expect(its.rig.level[wire_of(1, n)]);
        put(1, n, EIDELIVERY, 0);
        cr_expect_not(its.rig.level[wire_of(1, n)]);
        claim(1, n);
        cr_expect_eq(topei(1, n), 0);
    }
}

Test(imsic, delivery_holds_zero_and_one)
{
    static const uint64_t values[] = { 0,          1,          2,     3,         0x40000000,
                                       0x40000001, 0x80000000, ~0ull, 1ull << 32 };
    for (unsigned n = 0; n < ALL_FILES; n++)
        for (unsigned i = 0; i < G_N_ELEMENTS(values); i++) {
            put(0, n, EIDELIVERY, values[i]);
            cr_expect_leq(get(0, n, EIDELIVERY), 1, "value 0x%lx", (unsigned long)values[i]);
            if (values[i] < 2)
                cr_expect_eq(get(0, n, EIDELIVERY), values[i]);
        }
}

/* "CSRs for external interrupts via an IMSIC" */
Test(imsic, registers_are_those_of_rv64)
{
    const AiaPort *port = &its.port[0].port;
    for (unsigned n = 0; n < ALL_FILES; n++)
        for (unsigned select = 0; select < 0x400; select++) {
            uint64_t value = 0;
            bool exists = select >= 0x70 && select <= 0xff && (select < 0x80 || select % 2 == 0);
            unsigned word = (select & 0x3f) / 2;
            uint64_t bits = word ? ~0ull : ~1ull;
            cr_expect_eq(port->write(port->to, number_of(n), select, ~0ull), exists, "0x%x",
                         select);
            cr_expect_eq(port->read(port->to, number_of(n), select, &value), exists, "0x%x",
                         select);
            if (exists && select < 0x80)
                cr_expect_eq(value, select == EIDELIVERY ? 1 : select == EITHRESHOLD ? LAST : 0);
            else if (exists)
                cr_expect_eq(value, word < 4 ? bits : 0, "0x%x", select);
        }
}

Test(imsic, pending_and_enable_bits_can_be_written)
{
    put(2, 3, EIDELIVERY, 1);
    put(2, 3, EIP + 6, 1ull << 63);
    cr_expect_eq(topei(2, 3), 0);
    put(2, 3, EIE + 6, 1ull << 63);
    cr_expect_eq(topei(2, 3), 255);
    cr_expect(its.rig.level[wire_of(2, 3)]);
    put(2, 3, EIE + 6, 0);
    cr_expect_not(its.rig.level[wire_of(2, 3)]);
    put(2, 3, EIE + 6, ~0ull);
    put(2, 3, EIP + 6, 0);
    cr_expect_not(its.rig.level[wire_of(2, 3)]);
}

Test(imsic, nothing_is_delivered_after_reset)
{
    for (unsigned hart = 0; hart < HARTS; hart++)
        for (unsigned n = 0; n < ALL_FILES; n++) {
            enable_all(hart, n);
            put(hart, n, EITHRESHOLD, 200);
            send(hart, n, 3);
        }
    cr_expect_eq(levels(), HARTS * ALL_FILES);
    device_reset(&its.machine->dev);
    device_reset(&its.supervisor->dev);
    cr_expect_eq(levels(), 0);
    for (unsigned n = 0; n < ALL_FILES; n++)
        for (unsigned select = 0x70; select <= 0xff; select += 2)
            cr_expect_eq(get(0, n, select), 0, "0x%x", select);
}

/* An APLIC in place of the file: eidelivery 0x40000000, which guest files do not have. */
Test(imsic, aplic_can_stand_in_for_files_that_are_not_guests)
{
    unmake(&its);
    make(&its, true);
    for (unsigned n = 0; n < ALL_FILES; n++) {
        bool may = n < 2;
        cr_expect_eq(get(1, n, EIDELIVERY), may ? 0x40000000 : 0, "reset");
        put(1, n, EIDELIVERY, 0);
        put(1, n, EIDELIVERY, 0x40000000);
        cr_expect_eq(get(1, n, EIDELIVERY), may ? 0x40000000 : 0);
    }
    for (unsigned n = 0; n < 2; n++) {
        Imsic *imsic = n ? its.supervisor : its.machine;
        imsic_set_aplic(imsic, 1, true);
        cr_expect(its.rig.level[wire_of(1, n)]);
        cr_expect_eq(levels(), 1);
        put(1, n, EIDELIVERY, 1);
        cr_expect_not(its.rig.level[wire_of(1, n)], "now the file delivers");
        put(1, n, EIDELIVERY, 0x40000000);
        cr_expect(its.rig.level[wire_of(1, n)]);
        imsic_set_aplic(imsic, 1, false);
        enable_all(1, n);
        put(1, n, EIDELIVERY, 0x40000000);
        send(1, n, 1);
        cr_expect_eq(topei(1, n), 1);
        cr_expect_not(its.rig.level[wire_of(1, n)], "the file's interrupts are held back");
        put(1, n, EIDELIVERY, 0);
        imsic_set_aplic(imsic, 1, true);
        cr_expect_not(its.rig.level[wire_of(1, n)]);
    }
}

Test(imsic, messages_and_claims_are_traced)
{
    its.rig.trace.on[TRACE_imsic_set] = its.rig.trace.on[TRACE_imsic_claim] = true;
    put(2, 2, EIE, 1 << 5);
    send(2, 2, 5);
    send(2, 2, 5);
    claim(2, 2);
    fflush(its.rig.trace.out);
    cr_expect_str_eq(
        its.rig.trace_text,
        "0 0 imsic.set h=2 m=U p=0 vmid=0 ic=0 file=3 eiid=5 enabled=1 threshold=0 was_pending=0\n"
        "1 0 imsic.set h=2 m=U p=0 vmid=0 ic=0 file=3 eiid=5 enabled=1 threshold=0 was_pending=1\n"
        "2 0 imsic.claim h=2 m=U p=0 vmid=0 ic=0 file=3 eiid=5\n");
}

Test(imsic, state_survives_saving)
{
    enable_all(2, 3);
    put(2, 3, EITHRESHOLD, 77);
    send(2, 3, 70);
    send(2, 3, 65);
    enable_all(0, 0);
    g_autoptr(GByteArray) saved = rig_save(&its.supervisor->dev);
    uint64_t hash = rig_hash(&its.supervisor->dev);
    unmake(&its);
    make(&its, false);
    rig_load(&its.rig, &its.supervisor->dev, saved);
    cr_expect_eq(rig_hash(&its.supervisor->dev), hash);
    cr_expect_eq(topei(2, 3), 65);
    claim(2, 3);
    cr_expect_eq(topei(2, 3), 70);
    claim(2, 3);
    send(2, 3, 77);
    cr_expect_eq(topei(2, 3), 0);
}
