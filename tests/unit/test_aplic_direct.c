/* SPDX-License-Identifier: MIT */
/* test_aplic_direct.c - interrupts that the APLIC delivers by wire. Section names are the AIA specification's. */
#include "tests/unit/test_aplic_setup.h"

TestSuite(aplic_direct, .init = setup, .fini = teardown);

/* "Interrupt delivery directly by the APLIC" */

Test(aplic_direct, every_source_reaches_the_hart_it_is_targeted_at)
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

Test(aplic_direct, claim_clears_edges_and_detached_sources)
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

Test(aplic_direct, smaller_priority_then_smaller_number_goes_first)
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

Test(aplic_direct, threshold_masks_its_own_priority_and_those_below)
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

Test(aplic_direct, delivery_needs_ie_and_idelivery_which_topi_does_not)
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

Test(aplic_direct, forced_interrupt_is_spurious_and_goes_with_its_claim)
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

Test(aplic_direct, harts_that_are_not_there_hear_nothing)
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
