/* SPDX-License-Identifier: MIT */
/* test_aplic_messages.c - interrupts that the APLIC delivers as messages. Section names are the AIA specification's. */
#include "tests/unit/test_aplic_setup.h"

TestSuite(aplic_messages, .init = setup, .fini = teardown);

/* "Interrupt forwarding by MSIs" */

Test(aplic_messages, messages_go_to_the_page_of_hart_and_guest)
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
Test(aplic_messages, address_is_made_of_group_hart_and_guest)
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
Test(aplic_messages, level_is_sent_once_until_it_falls_or_software_asks)
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

Test(aplic_messages, level_that_falls_before_it_could_be_sent_is_forgotten)
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

Test(aplic_messages, messages_wait_for_ie_and_enable)
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
Test(aplic_messages, genmsi_sends_a_message_whatever_ie_says)
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
Test(aplic_messages, message_may_go_to_another_domain)
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

Test(aplic_messages, message_to_itself_does_not_keep_the_emulator_busy)
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
