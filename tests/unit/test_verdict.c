/* SPDX-License-Identifier: MIT */
/* test_verdict.c - what a verdict counts of events: exits, time, stays, interrupts, what others took. */
#include <criterion/criterion.h>

#include "emu/verdict/histogram.h"
#include "tests/unit/test_verdict_setup.h"

static const VerdictConfig whole_run;

Test(verdict, exits_are_entries_of_the_hypervisor_and_no_others)
{
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 7);
    trap(&s, ECALL_VS, IN_HS, BY_ECALL, 0x54494d45);
    trap(&s, ECALL_HS, IN_M, NO_EXIT, 0x54494d45); /* for the guest, but no exit */
    back(&s, IN_HS);
    back(&s, IN_VS);
    trap(&s, M_TIMER, IN_M, BY_IRQ, 0); /* a guest is left for M-mode */
    back(&s, IN_VS);
    trap(&s, LOAD_GUEST_PAGE, IN_HS, BY_MMIO, 0);
    trap(&s, S_TIMER, IN_HS, NO_EXIT, 0); /* within the host */
    back(&s, IN_HS);
    back(&s, IN_VS);
    back(&s, IN_VU);
    trap(&s, ECALL_U, IN_VS, NO_EXIT, 0); /* its own */
    const PartCounts *c = counts_of(v, "vmid7");
    cr_assert(c->seen);
    cr_expect_eq(c->exits, 2);
    cr_expect_eq(c->exit_cause[ECALL_VS], 1);
    cr_expect_eq(c->exit_cause[LOAD_GUEST_PAGE], 1);
    cr_expect_eq(c->exit_kind[BY_MMIO], 1);
    cr_expect_eq(c->mtraps, 2);
    cr_expect_eq(c->mtrap_cause[M_TIMER], 1);
    cr_expect_eq(c->guest_traps, 1);
    cr_expect_eq(c->guest_cause[ECALL_U], 1);
    cr_expect_eq(c->stays.n, 3);
    cr_expect_eq(c->calls->len, 1);
    cr_expect_eq(g_array_index(c->calls, CallCount, 0).extension, 0x54494d45);
    cr_expect_eq(g_array_index(c->host_calls, CallCount, 0).n, 1);
    verdict_free(v);
}

/* Encodings of the manual's listings; registers do not matter. */
Test(verdict, instructions_that_a_guest_may_not_execute_are_told_apart)
{
    static const struct {
        uint32_t raw;
        Vinst is;
    } cases[] = {
        { 0x18051073, VINST_SATP },   { 0x180025f3, VINST_SATP },   { 0x12000073, VINST_SFENCE },
        { 0x16a58073, VINST_SFENCE }, { 0x18000073, VINST_SFENCE }, { 0x18100073, VINST_SFENCE },
        { 0x10500073, VINST_WFI },    { 0x00d00073, VINST_WFI },    { 0x01d00073, VINST_WFI },
        { 0x22000073, VINST_HFENCE }, { 0x62000073, VINST_HFENCE }, { 0x26000073, VINST_HFENCE },
        { 0x60051073, VINST_CSR },    { 0x64502573, VINST_CSR },    { 0x10200073, VINST_SRET },
        { 0x6c054573, VINST_OTHER },  { 0, VINST_OTHER },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
        Story s;
        begin(&s, v, 1);
        trap(&s, VIRTUAL, IN_HS, BY_VINST, cases[i].raw);
        for (unsigned kind = 0; kind < VINSTS; kind++)
            cr_expect_eq(counts_of(v, "vmid1")->vinst[kind], kind == cases[i].is, "0x%08x as %s",
                         cases[i].raw, vinst_names[kind]);
        verdict_free(v);
    }
}

Test(verdict, every_unit_of_time_is_spent_once)
{
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    work(&s, 500);
    back(&s, IN_VU);
    work(&s, 70);
    trap(&s, ECALL_U, IN_VS, NO_EXIT, 0); /* the trap's unit is the kernel's */
    work(&s, 30);
    trap(&s, ECALL_VS, IN_HS, BY_ECALL, 1);
    work(&s, 9);
    trap(&s, ECALL_HS, IN_M, NO_EXIT, 1);
    work(&s, 5);
    back(&s, IN_HS);
    work(&s, 2);
    TELL(&s, wfi, 0);
    s.own += 4000;
    TELL(&s, wake, 0);
    work(&s, 3);
    back(&s, IN_VS);
    const PartCounts *c = counts_of(v, "vmid1");
    static const uint64_t want[SPENTS] = {
        [SPENT_VU] = 70, [SPENT_VS] = 531, [SPENT_HS] = 15, [SPENT_M] = 6, [SPENT_IDLE] = 4000
    };
    uint64_t sum = 0;
    for (unsigned i = 0; i < SPENTS; i++) {
        cr_expect_eq(c->ns[i], want[i], "%s: %lu", spent_names[i], c->ns[i]);
        sum += c->ns[i];
    }
    cr_expect_eq(sum, s.own - 1100, "from its first instruction on");
    cr_expect_eq(c->insns[SPENT_VS], 530, "traps are no instructions");
    cr_expect_eq(c->stays.max, 4021, "it did not ask to wait");
    verdict_free(v);
}

/* The same stay, of a guest that had its hart suspended. */
Test(verdict, what_a_guest_asked_to_wait_is_no_stay)
{
    enum { HSM = 0x48534d, SUSPEND = 3 };
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    TELL(&s, trap, 0, 0, ECALL_VS, 0, ECALL_VS, IN_HS, 0, 0, 0, 0, 0, 0, 0, BY_ECALL, HSM, SUSPEND);
    s.mode = IN_HS;
    work(&s, 10);
    TELL(&s, wfi, 0);
    s.own += 4000;
    TELL(&s, wake, 0);
    work(&s, 3);
    back(&s, IN_VS);
    cr_expect_eq(counts_of(v, "vmid1")->stays.max, 13);
    verdict_free(v);
}

Test(verdict, only_the_window_counts)
{
    const VerdictConfig config = { .from = { true, true, true, 0, 1, 'E' },
                                   .to = { true, true, false, 0, 2, 0 } };
    Verdict *v = verdict_new(&config, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    trap(&s, ECALL_VS, IN_HS, BY_ECALL, 1);
    work(&s, 1000);
    back(&s, IN_VS); /* longest of all, before */
    TELL(&s, mark, 0, 1, 'D');
    cr_expect(!verdict_is_open(v), "another value");
    work(&s, 400);
    TELL(&s, mark, 0, 1, 'E');
    cr_expect(verdict_is_open(v));
    work(&s, 60);
    trap(&s, ECALL_VS, IN_HS, BY_ECALL, 1);
    work(&s, 10);
    back(&s, IN_VS);
    work(&s, 40);
    trap(&s, ECALL_VS, IN_HS, BY_ECALL, 1);
    work(&s, 500);
    cr_expect(!verdict_is_over(v));
    TELL(&s, mark, 0, 2, 0); /* within a stay */
    cr_expect(verdict_is_over(v));
    work(&s, 500);
    back(&s, IN_VS);
    trap(&s, ECALL_VS, IN_HS, BY_ECALL, 1);
    const PartCounts *c = counts_of(v, "vmid1");
    cr_expect_eq(c->exits, 2);
    cr_expect_eq(c->stays.n, 1, "one that ended in the window");
    cr_expect_eq(c->stays.max, 11);
    cr_expect_eq(c->open_stay_ns, 501, "and one that did not");
    cr_expect_eq(longest_stay(c), 501);
    cr_expect_eq(c->ns[SPENT_VS], 100);
    cr_expect_eq(c->ns[SPENT_HS], 11 + 501);
    cr_expect_eq(window_ns(v), 100 + 11 + 501);
    verdict_free(v);
}

/* Of another hart only the machine's time is known when a mark comes: a stretch that it cuts counts in proportion. */
Test(verdict, another_harts_stretch_is_cut_where_time_says)
{
    const VerdictConfig config = { .from = { true, true, false, 0, 1, 0 } };
    Verdict *v = verdict_new(&config, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    Story other = s;
    other.hart = 1;
    other.mode = IN_HS;
    back(&other, IN_VS);
    work(&s, 600);
    TELL(&s, mark, 0, 1, 0); /* at 1700 */
    work(&other, 1000);      /* 1100 to 2100 */
    trap(&other, ECALL_VS, IN_HS, BY_ECALL, 1);
    const PartCounts *c = counts_of(v, "vmid1");
    cr_expect_eq(c->ns[SPENT_VS], 400);
    cr_expect_eq(c->insns[SPENT_VS], 400);
    cr_expect_eq(c->exits, 1);
    verdict_free(v);
}

/* Edges that are times need no event there. */
Test(verdict, times_cut_as_marks_do)
{
    const VerdictConfig config = { .from = { true, false, false, 1150, 0, 0 },
                                   .to = { true, false, false, 1250, 0, 0 } };
    Verdict *v = verdict_new(&config, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    work(&s, 100);
    trap(&s, ECALL_VS, IN_HS, BY_ECALL, 1); /* at 1200 */
    work(&s, 99);
    back(&s, IN_VS); /* at 1300 */
    const PartCounts *c = counts_of(v, "vmid1");
    cr_expect_eq(c->ns[SPENT_VS], 50);
    cr_expect_eq(c->ns[SPENT_HS], 50);
    cr_expect_eq(c->exits, 1);
    cr_expect_eq(c->stays.n, 0, "it was not over");
    cr_expect_eq(window_ns(v), 100);
    verdict_free(v);
}

/* By an imitated interrupt controller: 3 exits, 5 stages. */
static void emulated_interrupt(Story *s, uint64_t off)
{
    TELL(s, irq_line, 11, 1);
    TELL(s, irq_pend, 9);
    TELL(s, irq_deliver, IN_HS, 9, 3);
    trap(s, S_EXTERNAL, IN_HS, BY_IRQ, 0);
    work(s, 99);
    TELL(s, irq_inject, 10, 0, 0);
    work(s, 50);
    back(s, IN_VS);
    work(s, 1 + off); /* the return itself; the guest has interrupts off */
    TELL(s, irq_deliver, IN_VS, 9, 3);
    trap(s, S_EXTERNAL, IN_VS, NO_EXIT, 0);
    work(s, 1);
    TELL(s, handler, 9);
    work(s, 18);
    trap(s, LOAD_GUEST_PAGE, IN_HS, BY_MMIO, 0);
    work(s, 79);
    TELL(s, irq_claim, 1, 11);
    back(s, IN_VS);
    work(s, 70);
    TELL(s, irq_line, 11, 0);
    trap(s, STORE_GUEST_PAGE, IN_HS, BY_MMIO, 0);
    work(s, 59);
    TELL(s, irq_done, 1, 11);
    back(s, IN_VS);
    work(s, 1000);
}

Test(verdict, an_interrupt_by_the_hypervisor_has_all_stages)
{
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    for (unsigned i = 0; i < 3; i++)
        emulated_interrupt(&s, 0);
    emulated_interrupt(&s, 5000);
    const PartCounts *c = counts_of(v, "vmid1");
    const IrqCounts *irq = &c->irq[KIND_EXTERNAL];
    static const uint64_t want[STAGES] = {
        [STAGE_INJECT] = 100, [STAGE_CLAIM] = 18, [STAGE_DONE] = 150
    };
    cr_expect_eq(c->exits, 12);
    cr_expect_eq(irq->emulated, 4);
    cr_expect_eq(irq->direct, 0);
    cr_expect_eq(irq->total.n, 4);
    cr_expect_eq(irq->total.min, 152);
    cr_expect_eq(irq->total.max, 153, "what the guest has off is not the host's fault");
    cr_expect_eq(irq->masked_ns, 5001);
    cr_expect_eq(irq->stages[STAGE_HANDLER].max, 53);
    for (unsigned stage = STAGE_PENDING; stage < STAGES; stage++) {
        cr_expect_eq(irq->stages[stage].n, 4, "%s", stage_names[stage]);
        if (stage != STAGE_HANDLER)
            cr_expect_eq(irq->stages[stage].max, want[stage], "%s", stage_names[stage]);
    }
    verdict_free(v);
}

/* The timer's time comes while it is off in sie and the guest waits; something else wakes it 4000 later. */
Test(verdict, what_is_off_while_a_guest_waits_is_its_own_fault)
{
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    TELL(&s, wfi, 0);
    s.own += 500;
    TELL(&s, timer, 2, 0, 0);
    s.own += 4000;
    TELL(&s, irq_pend, 64);
    s.own += 30; /* until it is its turn */
    TELL(&s, wake, 0);
    TELL(&s, irq_deliver, IN_VS, 9, 3);
    trap(&s, S_EXTERNAL, IN_VS, NO_EXIT, 0);
    work(&s, 1);
    TELL(&s, handler, 9);
    work(&s, 20);
    TELL(&s, irq_deliver, IN_VS, 5, 2);
    trap(&s, S_TIMER, IN_VS, NO_EXIT, 0);
    work(&s, 1);
    TELL(&s, handler, 5);
    const PartCounts *c = counts_of(v, "vmid1");
    cr_expect_eq(c->irq[KIND_EXTERNAL].total.max, 32, "it may, so it wakes for it");
    cr_expect_eq(c->irq[KIND_EXTERNAL].masked_ns, 0);
    cr_expect_eq(c->irq[KIND_TIMER].total.max, 32, "%lu", c->irq[KIND_TIMER].total.max);
    cr_expect_eq(c->irq[KIND_TIMER].masked_ns, 4000 + 22);
    verdict_free(v);
}

/* Two messages, one rise of the file: of the second nothing is known but that it was there. */
Test(verdict, an_interrupt_of_which_nothing_is_known_has_no_latency)
{
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    TELL(&s, irq_pend, 64);
    s.own += 100;
    for (unsigned i = 0; i < 2; i++) {
        TELL(&s, irq_deliver, IN_VS, 9, 3);
        trap(&s, S_EXTERNAL, IN_VS, NO_EXIT, 0);
        work(&s, 1);
        TELL(&s, handler, 9);
        work(&s, 46);
        TELL(&s, imsic_claim, 2, 5);
    }
    const IrqCounts *irq = &counts_of(v, "vmid1")->irq[KIND_EXTERNAL];
    cr_expect_eq(irq->direct, 2);
    cr_expect_eq(irq->unknown, 1);
    cr_expect_eq(irq->total.n, 1);
    cr_expect_eq(irq->total.min, 102);
    cr_expect_eq(irq->stages[STAGE_CLAIM].n, 2);
    verdict_free(v);
}

/* A source of the APLIC that the PLIC does not have. */
Test(verdict, the_first_stage_is_there_for_all_sources)
{
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    TELL(&s, irq_line, 1000, 1);
    s.own += 40;
    TELL(&s, irq_pend, 9);
    TELL(&s, irq_deliver, IN_HS, 9, 3);
    trap(&s, S_EXTERNAL, IN_HS, BY_IRQ, 0);
    TELL(&s, irq_claim, 1, 1000);
    TELL(&s, irq_inject, 10, 0, 0);
    back(&s, IN_VS);
    TELL(&s, irq_deliver, IN_VS, 9, 3);
    trap(&s, S_EXTERNAL, IN_VS, NO_EXIT, 0);
    work(&s, 1);
    TELL(&s, handler, 9);
    const IrqCounts *irq = &counts_of(v, "vmid1")->irq[KIND_EXTERNAL];
    cr_expect_eq(irq->stages[STAGE_PENDING].max, 40);
    cr_expect_eq(irq->total.max, 43);
    verdict_free(v);
}

/* What a guest calls is its own choice: there are only so many rows, and those of SBI among them. */
Test(verdict, a_guest_cannot_make_rows_without_end)
{
    enum { N = 5000, RFENCE = 0x52464e43 };
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    g_autoptr(GString) json = g_string_new(NULL), text = g_string_new(NULL);
    Story s;
    begin(&s, v, 1);
    for (unsigned i = 0; i < N; i++) {
        trap(&s, ECALL_VS, IN_HS, BY_ECALL, UINT64_MAX - i);
        back(&s, IN_VS);
    }
    for (unsigned i = 0; i < 3; i++) {
        trap(&s, ECALL_VS, IN_HS, BY_ECALL, RFENCE);
        back(&s, IN_VS);
    }
    const PartCounts *c = counts_of(v, "vmid1");
    uint64_t sum = 0;
    for (unsigned i = 0; i < c->calls->len; i++)
        sum += g_array_index(c->calls, CallCount, i).n;
    cr_expect_eq(sum, N + 3, "none is forgotten");
    cr_expect_leq(c->calls->len, STRANGE_CALLS + 2);
    cr_assert(verdict_judge(v, NULL));
    verdict_json(v, json);
    verdict_text(v, text);
    g_autofree char *others = g_strdup_printf("\"other\":%u", N - STRANGE_CALLS);
    cr_expect(strstr(json->str, others) && strstr(json->str, "\"RFENCE.0\":3"), "%s", json->str);
    cr_expect(strstr(text->str, "other 4968"), "%s", text->str);
    verdict_free(v);
}

Test(verdict, an_interrupt_without_the_hypervisor_is_direct)
{
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    TELL(&s, irq_inject, 2, 2, 0); /* VGEIN */
    TELL(&s, irq_pend, 66);
    TELL(&s, irq_deliver, IN_VS, 9, 3);
    trap(&s, S_EXTERNAL, IN_VS, NO_EXIT, 0);
    s.own += 60; /* a line of the cache was gone */
    work(&s, 1);
    TELL(&s, handler, 9);
    work(&s, 46);
    TELL(&s, imsic_claim, 3, 5);
    TELL(&s, timer, 2, 0, 0);
    TELL(&s, irq_deliver, IN_VS, 5, 2);
    trap(&s, S_TIMER, IN_VS, NO_EXIT, 0);
    work(&s, 1);
    TELL(&s, handler, 5);
    const PartCounts *c = counts_of(v, "vmid1");
    const IrqCounts *external = &c->irq[KIND_EXTERNAL], *timer = &c->irq[KIND_TIMER];
    cr_expect_eq(c->exits + c->mtraps, 0);
    cr_expect_eq(external->direct, 1);
    cr_expect_eq(external->emulated, 0);
    cr_expect_eq(external->total.max, 62);
    cr_expect_eq(external->stages[STAGE_CLAIM].max, 46);
    cr_expect_eq(external->stages[STAGE_DONE].max, 0, "one write does both");
    cr_expect_eq(timer->direct, 1);
    cr_expect_eq(timer->total.max, 2);
    verdict_free(v);
}

/* What the host keeps for itself is no latency of the guest, and the next one does not begin with it. */
Test(verdict, interrupts_of_the_host_are_its_own)
{
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    TELL(&s, timer, 1, 0, 0);
    TELL(&s, irq_deliver, IN_HS, 5, 2);
    trap(&s, S_TIMER, IN_HS, BY_IRQ, 0);
    work(&s, 300);
    back(&s, IN_VS);
    work(&s, 10000);
    TELL(&s, timer, 1, 0, 0);
    TELL(&s, irq_deliver, IN_HS, 5, 2);
    trap(&s, S_TIMER, IN_HS, BY_IRQ, 0);
    work(&s, 29);
    TELL(&s, irq_inject, 6, 0, 0);
    back(&s, IN_VS);
    TELL(&s, irq_deliver, IN_VS, 5, 2);
    trap(&s, S_TIMER, IN_VS, NO_EXIT, 0);
    work(&s, 1);
    TELL(&s, handler, 5);
    const PartCounts *c = counts_of(v, "vmid1");
    cr_expect_eq(c->irq[KIND_TIMER].total.n, 1);
    cr_expect_eq(c->irq[KIND_TIMER].total.max, 32);
    cr_expect_eq(c->exits, 2, "but it was left");
    verdict_free(v);
}

/* The hart goes from one guest to another and back; the first wanted to run, or waited by itself. */
static uint64_t steal_of_first(unsigned cause, unsigned exit, uint64_t word)
{
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    trap(&s, cause, IN_HS, exit, word);
    work(&s, 99);
    s.vmid = 2;
    back(&s, IN_VS);
    work(&s, 5000);
    trap(&s, S_TIMER, IN_HS, BY_IRQ, 0);
    work(&s, 99);
    s.vmid = 1;
    back(&s, IN_VS);
    const PartCounts *first = counts_of(v, "vmid1"), *second = counts_of(v, "vmid2");
    uint64_t steal = first->steal_ns;
    cr_expect(first->shares && second->shares);
    cr_expect_eq(first->ns[SPENT_HS], 100, "what the host does for the second is not done for it");
    cr_expect_eq(second->ns[SPENT_VS], 5000);
    verdict_free(v);
    return steal;
}

Test(verdict, time_that_others_take_is_stolen_from_who_wants_it)
{
    enum { SRST = 0x53525354 };
    cr_expect_eq(steal_of_first(S_TIMER, BY_IRQ, 0), 5100);
    cr_expect_eq(steal_of_first(ECALL_VS, BY_ECALL, 0x10), 5100);
    cr_expect_eq(steal_of_first(VIRTUAL, BY_WFI, 0x10500073), 0);
    cr_expect_eq(steal_of_first(ECALL_VS, BY_ECALL, SRST), 0);
}

/* The first waits by itself, until a message comes into its file, and the second runs on. */
Test(verdict, who_waits_wants_to_run_when_something_is_pending)
{
    Verdict *v = verdict_new(&whole_run, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    TELL(&s, irq_inject, 3, 2, 0); /* VGEIN */
    trap(&s, VIRTUAL, IN_HS, BY_WFI, 0x10500073);
    work(&s, 99);
    TELL(&s, irq_inject, 4, 2, 0);
    s.vmid = 2;
    back(&s, IN_VS);
    work(&s, 5000);
    TELL(&s, irq_pend, 64 + 4);
    work(&s, 500);
    TELL(&s, irq_pend, 64 + 3);
    work(&s, 2000);
    trap(&s, S_TIMER, IN_HS, BY_IRQ, 0);
    work(&s, 99);
    s.vmid = 1;
    back(&s, IN_VS);
    cr_expect_eq(counts_of(v, "vmid1")->steal_ns, 2100);
    verdict_free(v);
}

Test(verdict, declared_partitions_have_their_names)
{
    Partitions *parts = partitions_new();
    partitions_declare(parts, "rt", 1, PARTITION_ANY_VMID, NULL, 3);
    partitions_declare(parts, "idle", 2, 9, NULL, 4);
    Verdict *v = verdict_new(&whole_run, parts, UINT64_MAX);
    Story s;
    begin(&s, v, 4);
    trap(&s, ECALL_VS, IN_HS, BY_ECALL, 1);
    cr_expect_eq(counts_of(v, "rt")->exits, 1);
    cr_expect(counts_of(v, "idle")->seen, "though it did not run");
    cr_expect(!counts_of(v, "vmid4")->seen);
    verdict_free(v);
    partitions_free(parts);
}

/* Against all numbers, sorted. */
Test(verdict, histograms_are_right_to_a_32nd)
{
    enum { N = 20000 };
    static uint64_t all[N];
    uint64_t seed = 1;
    for (unsigned round = 0; round < 4; round++) {
        Histogram h = { 0 };
        for (unsigned i = 0; i < N; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            all[i] = seed >> (round * 15 + (seed & 7));
            histogram_add(&h, all[i]);
        }
        for (unsigned permille = 1; permille <= 1000; permille += 37) {
            uint64_t got = histogram_at(&h, permille), below = 0, near = 0;
            for (unsigned i = 0; i < N; i++) {
                below += all[i] <= got;
                near += all[i] < got - got / 31;
            }
            cr_expect_geq(below * 1000, (uint64_t)permille * N, "%u: %lu", permille, got);
            cr_expect_lt(near * 1000, (uint64_t)permille * N, "%u: %lu", permille, got);
        }
        uint64_t sum = 0;
        for (unsigned bits = 0; bits <= 64; bits++)
            sum += histogram_power(&h, bits);
        cr_expect_eq(sum, N);
        histogram_clear(&h);
    }
    cr_expect_eq(histogram_at(&(Histogram){ 0 }, 500), 0);
}
