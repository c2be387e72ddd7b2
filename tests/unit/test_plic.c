/* SPDX-License-Identifier: MIT */
/* test_plic.c - priorities, claims and gateways of the PLIC. */
#include <criterion/criterion.h>

#include "devices/plic.h"
#include "tests/lib/device_rig.h"

enum { CONTEXTS = 4, LAST = 95 };

static Rig rig;
static Plic *plic;
static IrqLine out[CONTEXTS];

static Plic *make_plic(Rig *where)
{
    DeviceSite site = rig_site(where, "plic");
    Plic *made = (Plic *)device_alloc(&plic_type, &site);
    for (unsigned context = 0; context < CONTEXTS; context++)
        out[context] = rig_wire(where, context);
    made->n_contexts = CONTEXTS;
    made->out = out;
    rig_start(&made->dev);
    return made;
}

static void setup(void)
{
    rig_init(&rig);
    plic = make_plic(&rig);
}

static void teardown(void)
{
    device_free(&plic->dev);
    rig_free(&rig);
}

TestSuite(plic, .init = setup, .fini = teardown);

static uint64_t claim_at(unsigned context)
{
    return 0x200004 + 0x1000 * context;
}

static void set_priority(unsigned source, unsigned priority)
{
    rig_write(&rig, 4 * source, 4, priority);
}

static void enable(unsigned context, unsigned source)
{
    uint64_t at = 0x2000 + 0x80 * context + 4 * (source / 32);
    rig_write(&rig, at, 4, rig_read(&rig, at, 4) | BIT(source % 32));
}

static void set_threshold(unsigned context, unsigned threshold)
{
    rig_write(&rig, 0x200000 + 0x1000 * context, 4, threshold);
}

static bool is_pending(unsigned source)
{
    return rig_read(&rig, 0x1000 + 4 * (source / 32), 4) & BIT(source % 32);
}

Test(plic, every_source_reaches_the_context_that_enables_it)
{
    for (unsigned source = 1; source <= LAST; source++) {
        unsigned context = source % CONTEXTS;
        set_priority(source, 1);
        enable(context, source);
        plic_set_source(plic, source, true);
        cr_expect(is_pending(source));
        for (unsigned other = 0; other < CONTEXTS; other++)
            cr_expect_eq(rig.level[other], other == context, "source %u at %u", source, other);
        cr_expect_eq(rig_read(&rig, claim_at(context), 4), source);
        cr_expect_not(is_pending(source));
        cr_expect_not(rig.level[context]);
        plic_set_source(plic, source, false);
        rig_write(&rig, claim_at(context), 4, source);
    }
    cr_expect_eq(rig_read(&rig, claim_at(0), 4), 0, "nothing left");
}

Test(plic, source_zero_and_those_past_the_last_do_not_exist)
{
    rig_write(&rig, 0, 4, 7);
    cr_expect_eq(rig_read(&rig, 0, 4), 0);
    rig_write(&rig, 0x2000, 4, 0xffffffff);
    cr_expect_eq(rig_read(&rig, 0x2000, 4), 0xfffffffe);
    rig_write(&rig, 0x200c, 4, 0xffffffff);
    cr_expect_eq(rig_read(&rig, 0x200c, 4), 0);
    rig_write(&rig, 4 * (LAST + 1), 4, 7);
    cr_expect_eq(rig_read(&rig, 4 * (LAST + 1), 4), 0);
    rig_write(&rig, 0x2000 + 0x80 * CONTEXTS, 4, 2);
    cr_expect_eq(rig_read(&rig, 0x2000 + 0x80 * CONTEXTS, 4), 0);
    cr_expect_eq(rig_read(&rig, claim_at(CONTEXTS), 4), 0);
    rig_write(&rig, 0x1000, 4, 0xffffffff);
    cr_expect_eq(rig_read(&rig, 0x1000, 4), 0, "pending is read-only");
}

Test(plic, highest_priority_then_lowest_number_is_claimed)
{
    static const struct {
        unsigned source, priority;
    } sources[] = { { 3, 2 }, { 90, 7 }, { 40, 7 }, { 64, 5 }, { 5, 0 }, { 2, 2 } };
    static const unsigned order[] = { 40, 90, 64, 2, 3, 0 };
    for (unsigned i = 0; i < G_N_ELEMENTS(sources); i++) {
        set_priority(sources[i].source, sources[i].priority);
        enable(1, sources[i].source);
        plic_set_source(plic, sources[i].source, true);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(order); i++)
        cr_expect_eq(rig_read(&rig, claim_at(1), 4), order[i], "claim %u", i);
    cr_expect(is_pending(5), "priority 0 never interrupts");
}

Test(plic, threshold_masks_the_notification_but_not_the_claim)
{
    set_priority(10, 3);
    enable(0, 10);
    plic_set_source(plic, 10, true);
    for (unsigned threshold = 0; threshold <= 7; threshold++) {
        set_threshold(0, threshold);
        cr_expect_eq(rig.level[0], threshold < 3, "threshold %u", threshold);
        cr_expect_eq(rig_read(&rig, 0x200000, 4), threshold);
    }
    cr_expect_eq(rig_read(&rig, claim_at(0), 4), 10);
}

Test(plic, a_level_is_one_request_until_completed)
{
    set_priority(8, 1);
    enable(1, 8);
    plic_set_source(plic, 8, true);
    cr_expect_eq(rig_read(&rig, claim_at(1), 4), 8);
    plic_set_source(plic, 8, false);
    plic_set_source(plic, 8, true);
    cr_expect_not(is_pending(8), "in service");
    cr_expect_not(rig.level[1]);
    rig_write(&rig, claim_at(1), 4, 8);
    cr_expect(is_pending(8), "still high");
    cr_expect(rig.level[1]);
    cr_expect_eq(rig_read(&rig, claim_at(1), 4), 8);
    plic_set_source(plic, 8, false);
    rig_write(&rig, claim_at(1), 4, 8);
    cr_expect_not(is_pending(8));
    cr_expect_eq(rig_read(&rig, claim_at(1), 4), 0);
}

Test(plic, a_request_stays_when_the_level_falls_before_the_claim)
{
    set_priority(8, 1);
    enable(1, 8);
    plic_set_source(plic, 8, true);
    plic_set_source(plic, 8, false);
    cr_expect(rig.level[1]);
    cr_expect_eq(rig_read(&rig, claim_at(1), 4), 8);
}

Test(plic, completion_of_a_source_not_enabled_is_ignored)
{
    static const unsigned wrong[] = { 0, 9, 96, 0xffffffff };
    set_priority(8, 1);
    enable(1, 8);
    plic_set_source(plic, 8, true);
    rig_read(&rig, claim_at(1), 4);
    rig_write(&rig, claim_at(2), 4, 8);
    cr_expect_not(is_pending(8));
    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++)
        rig_write(&rig, claim_at(1), 4, wrong[i]);
    cr_expect_not(is_pending(8));
    rig_write(&rig, claim_at(1), 4, 8);
    cr_expect(is_pending(8));
}

Test(plic, one_of_two_contexts_gets_the_claim)
{
    set_priority(8, 1);
    enable(1, 8);
    enable(3, 8);
    plic_set_source(plic, 8, true);
    cr_expect(rig.level[1] && rig.level[3]);
    cr_expect_eq(rig_read(&rig, claim_at(3), 4), 8);
    cr_expect(!rig.level[1] && !rig.level[3]);
    cr_expect_eq(rig_read(&rig, claim_at(1), 4), 0);
}

Test(plic, only_words_may_be_accessed)
{
    static const unsigned sizes[] = { 1, 2, 8 };
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        cr_expect(rig_read_faults(&rig, 0x1000, sizes[i]));
        cr_expect(rig_write_faults(&rig, 0x200000, sizes[i], 0));
    }
}

Test(plic, state_survives_saving)
{
    Rig other;
    rig_init(&other);
    set_priority(90, 6);
    set_priority(3, 7);
    enable(2, 90);
    enable(2, 3);
    set_threshold(2, 5);
    plic_set_source(plic, 90, true);
    plic_set_source(plic, 3, true);
    cr_expect_eq(rig_read(&rig, claim_at(2), 4), 3);
    g_autoptr(GByteArray) saved = rig_save(&plic->dev);
    Plic *copy = make_plic(&other);
    rig_load(&other, &copy->dev, saved);
    cr_expect_eq(rig_hash(&plic->dev), rig_hash(&copy->dev));
    cr_expect_eq(rig_read(&other, claim_at(2), 4), 90);
    rig_write(&other, claim_at(2), 4, 3);
    cr_expect(other.level[2]);
    device_free(&copy->dev);
    rig_free(&other);
}
