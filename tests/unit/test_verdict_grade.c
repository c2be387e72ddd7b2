/* SPDX-License-Identifier: MIT */
/* test_verdict_grade.c - grades: never, bounded, unbounded; how much worse than with idle neighbours. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/test_verdict_setup.h"

enum { RFENCE = 0x52464e43, TIME = 0x54494d45 };

/* What the host does between two stretches of the guest. */
typedef struct {
    const char *what;
    unsigned exits, stay; /* how many, and how long each */
    uint64_t call;        /* 0: the exits are interrupts */
    bool mtrap, other;    /* firmware has a hand in it; another guest gets the hart */
    uint64_t bound;       /* 0: none was said */
    char grade;           /* 0: none can be given */
} Case;

static const Case cases[] = {
    { "nobody", 0, 0, 0, false, false, 0, 'A' },
    { "nobody, and a bound", 0, 0, 0, false, false, 1, 'A' },
    { "firmware alone", 0, 0, 0, true, false, 0, 0 },
    { "firmware alone, and a bound", 0, 0, 0, true, false, 50, 'B' },
    { "an exit", 1, 99, 0, false, false, 0, 0 },
    { "an exit as long as it may be", 1, 99, 0, false, false, 100, 'B' },
    { "one longer", 1, 99, 0, false, false, 99, 'C' },
    { "calls that could be left out", 5, 99, RFENCE, false, false, 0, 'B' },
    { "calls that could not", 5, 99, TIME, false, false, 0, 0 },
    { "another guest", 1, 99, 0, false, true, 1000000, 'C' },
    { "another guest, no bound", 1, 99, 0, false, true, 0, 'C' },
};

static void live_through(Story *s, const Case *c)
{
    work(s, 1000);
    for (unsigned i = 0; i < c->exits; i++) {
        trap(s, c->call ? ECALL_VS : S_TIMER, IN_HS, c->call ? BY_ECALL : BY_IRQ, c->call);
        work(s, c->stay);
        if (c->other) {
            s->vmid++;
            back(s, IN_VS);
            work(s, 10);
            trap(s, S_TIMER, IN_HS, BY_IRQ, 0);
            s->vmid--;
        }
        back(s, IN_VS);
    }
    if (c->mtrap) {
        trap(s, M_TIMER, IN_M, BY_IRQ, 0);
        work(s, 20);
        back(s, IN_VS);
    }
    work(s, 1000);
    TELL(s, end, 0, 0);
}

Test(verdict_grade, follows_from_who_intervened_and_for_how_long)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        const VerdictConfig config = { .has_bound = c->bound, .bound = c->bound };
        Verdict *v = verdict_new(&config, NULL, UINT64_MAX);
        g_autoptr(GString) text = g_string_new(NULL);
        g_autofree char *longest = g_strdup_printf("%u ns", c->stay + 1);
        Story s;
        begin(&s, v, 1);
        live_through(&s, c);
        cr_assert(verdict_judge(v, NULL));
        const PartCounts *counts = counts_of(v, "vmid1");
        cr_expect_eq(counts->grade, c->grade, "%s: %c, %s", c->what, counts->grade ?: '-',
                     counts->reason);
        cr_expect(counts->reason && !strchr(counts->reason, '\n'), "a sentence");
        if (!c->grade && c->exits)
            cr_expect(strstr(counts->reason, longest) && strstr(counts->reason, "bound="), "%s",
                      counts->reason);
        verdict_text(v, text);
        cr_expect(strstr(text->str, counts->reason), "%s", text->str);
        verdict_free(v);
    }
}

/* Who was left and did not come back. */
static const struct {
    const char *what;
    unsigned cause, exit;
    uint64_t call;
    bool host_waits;
    uint64_t bound;
    char grade;
} ends[] = {
    { "stopped for what it did", STORE_GUEST_PAGE, BY_MISSING, 0, true, 1000000, 'C' },
    { "and no bound", STORE_GUEST_PAGE, BY_MISSING, 0, true, 0, 'C' },
    { "the host works on", STORE_GUEST_PAGE, BY_MISSING, 0, false, 1000, 'C' },
    { "within what it may take", STORE_GUEST_PAGE, BY_MISSING, 0, false, 1000000, 'B' },
    { "a fence of others that never ends", ECALL_VS, BY_ECALL, RFENCE, false, 1000, 'C' },
    { "it asked for its end", ECALL_VS, BY_ECALL, 0x53525354, true, 1000, 'B' },
    { "it waits by itself", VIRTUAL, BY_WFI, 0, true, 1000, 'B' },
};

Test(verdict_grade, who_never_came_back_was_not_left_for_a_bounded_time)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        const VerdictConfig config = { .has_bound = ends[i].bound, .bound = ends[i].bound };
        Verdict *v = verdict_new(&config, NULL, UINT64_MAX);
        Story s;
        begin(&s, v, 1);
        trap(&s, ECALL_VS, IN_HS, BY_ECALL, TIME);
        back(&s, IN_VS);
        work(&s, 1000);
        trap(&s, ends[i].cause, IN_HS, ends[i].exit, ends[i].call);
        work(&s, 100);
        if (ends[i].host_waits)
            TELL(&s, wfi, 0);
        s.own += 60000;
        TELL(&s, end, 0, 0);
        cr_assert(verdict_judge(v, NULL));
        const PartCounts *c = counts_of(v, "vmid1");
        cr_expect_eq(c->grade, ends[i].grade, "%s: %c, %s", ends[i].what, c->grade ?: '-',
                     c->reason);
        verdict_free(v);
    }
}

/* Gone before the window and all of it: that nobody left the guest then is no A. */
Test(verdict_grade, who_was_gone_all_the_time_was_not_left_alone)
{
    const VerdictConfig config = { .from = { true, false, false, 2000, 0, 0 } };
    Verdict *v = verdict_new(&config, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    trap(&s, STORE_GUEST_PAGE, IN_HS, BY_MISSING, 0);
    work(&s, 50000);
    TELL(&s, end, 0, 0);
    cr_assert(verdict_judge(v, NULL));
    cr_expect_eq(counts_of(v, "vmid1")->grade, 'C');
    verdict_free(v);
}

/* An interrupt that needs so long. */
static Verdict *with_latency(const VerdictConfig *config, unsigned ns, GError **error)
{
    Verdict *v = verdict_new(config, NULL, UINT64_MAX);
    Story s;
    begin(&s, v, 1);
    TELL(&s, timer, 1, 0, 0);
    TELL(&s, irq_deliver, IN_HS, 5, 2);
    trap(&s, S_TIMER, IN_HS, BY_IRQ, 0);
    TELL(&s, irq_inject, 6, 0, 0);
    work(&s, ns - 3);
    back(&s, IN_VS);
    TELL(&s, irq_deliver, IN_VS, 5, 2);
    trap(&s, S_TIMER, IN_VS, NO_EXIT, 0);
    work(&s, 1);
    TELL(&s, handler, 5);
    TELL(&s, end, 0, 0);
    if (verdict_judge(v, error))
        return v;
    verdict_free(v);
    return NULL;
}

Test(verdict_grade, interference_is_the_ratio_of_worst_latencies)
{
    static const struct {
        unsigned ns;
        const char *suffix;
    } loads[] = { { 900, "+" }, { 1100, "+" }, { 1101, "" }, { 2000, "" }, { 2001, "-" } };
    const VerdictConfig alone = { .has_bound = true, .bound = 5000 };
    g_autofree char *path = g_strdup_printf("/tmp/verdict-base-%d.json", (int)getpid());
    g_autoptr(GString) json = g_string_new(NULL);
    Verdict *v = with_latency(&alone, 1000, NULL);
    verdict_write_as(v, path, json);
    cr_assert(g_file_set_contents(path, json->str, (gssize)json->len, NULL));
    cr_expect_null(counts_of(v, "vmid1")->suffix, "nothing to compare with");
    verdict_free(v);
    const VerdictConfig loaded = { .has_bound = true, .bound = 5000, .base = path };
    for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
        v = with_latency(&loaded, loads[i].ns, NULL);
        cr_assert(v);
        cr_expect_str_eq(counts_of(v, "vmid1")->suffix, loads[i].suffix, "%u", loads[i].ns);
        cr_expect_eq(counts_of(v, "vmid1")->ratio_1000, loads[i].ns);
        verdict_free(v);
    }
    static const char *const broken[] = { "",
                                          "{",
                                          "[]",
                                          "{\"version\":1}",
                                          "{\"version\":2,\"partitions\":[]}",
                                          "{\"version\":1,\"partitions\":{}}",
                                          "\xff\xfe" };
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(GError) error = NULL;
        cr_assert(g_file_set_contents(path, broken[i], -1, NULL));
        cr_expect_null(with_latency(&loaded, 1000, &error), "'%s'", broken[i]);
        cr_expect(error && strstr(error->message, "; "), "with a fix");
    }
    unlink(path);
}

/* A device that a partition has for itself, and no IOMMU. */
Test(verdict_grade, devices_that_reach_all_memory_are_flagged)
{
    static const VerdictConfig config;
    for (unsigned has = 0; has < 2; has++) {
        Partitions *parts = partitions_new();
        unsigned number = partitions_declare(parts, "rt", 1, PARTITION_ANY_VMID, NULL, 3);
        if (has)
            partitions_give_device(parts, 5, number);
        Verdict *v = verdict_new(&config, parts, UINT64_MAX);
        Story s;
        begin(&s, v, 1);
        work(&s, 10);
        TELL(&s, end, 0, 0);
        cr_assert(verdict_judge(v, NULL));
        const GPtrArray *flags = counts_of(v, "rt")->flags;
        bool found = false;
        for (unsigned i = 0; i < flags->len; i++)
            found |= !strcmp(g_ptr_array_index(flags, i), "dma_without_iommu");
        cr_expect_eq(found, has);
        verdict_free(v);
        partitions_free(parts);
    }
}
