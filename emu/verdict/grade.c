/* SPDX-License-Identifier: MIT */
/*
 * grade.c - never, bounded, or unbounded; and whether neighbours show; see verdict.h.
 *
 * A: nobody outside the guest ran on its behalf. B: somebody did, never longer than the bound that was said before the
 * run; or only because the guest asked for what it could do without. C: longer, or another guest took the hart. Without a
 * bound there is no B. Behind it + (at most a tenth more), nothing (at most twice), - (more): the worst latency of an
 * interrupt compared with a run whose neighbours were idle.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/base/bits.h"
#include "emu/base/error.h"
#include "emu/verdict/base.h"

enum { CAUSE_ECALL_HS = 9, CAUSE_ECALL_VS };

static const struct {
    uint64_t extension;
    const char *name;
    bool avoidable; /* in a steady state: start of harts, fences of others, questions */
} calls[] = {
    { 0x10, "BASE", true },         { 0x54494d45, "TIME", false }, { 0x735049, "IPI", false },
    { 0x52464e43, "RFENCE", true }, { 0x48534d, "HSM", true },     { 0x53525354, "SRST", true },
    { 0x504d55, "PMU", false },     { 0x4442434e, "DBCN", false }, { 0x53555350, "SUSP", false },
    { 0x43505043, "CPPC", false },  { 0x4e41434c, "NACL", false }, { 0x535441, "STA", false },
    { 0x535345, "SSE", false },     { 0x46574654, "FWFT", false }, { 0x44425452, "DBTR", false },
};

const char *call_name(uint64_t extension, char room[24])
{
    for (size_t i = 0; i < G_N_ELEMENTS(calls); i++)
        if (calls[i].extension == extension)
            return calls[i].name;
    g_snprintf(room, 24, extension < 16 ? "LEGACY%" PRIu64 : "0x%" PRIx64, extension);
    return room;
}

bool call_has_name(uint64_t extension)
{
    for (size_t i = 0; i < G_N_ELEMENTS(calls); i++)
        if (calls[i].extension == extension)
            return true;
    return extension < 16;
}

char *cause_name(unsigned cause)
{
    enum { TRAP_NAME = 4 };
    int length;
    const char *words = strchr(trace_events[TRACE_trap].fields[TRAP_NAME], ':') + 1;
    const char *word = trace_word(words, cause, &length);
    return word ? g_strndup(word, (gsize)length)
                : g_strdup_printf("%s%u", cause & 64 ? "irq" : "cause", cause & 63);
}

bool part_is_shown(const Verdict *v, unsigned part)
{
    const PartCounts *c = &v->counts[part];
    const char *only = v->config->partition;
    return part && c->seen && (!only || !strcmp(only, partitions_get(v->parts, part)->name));
}

static uint64_t avoidable(const GArray *list)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < list->len; i++) {
        const CallCount *call = &g_array_index(list, CallCount, i);
        for (size_t k = 0; k < G_N_ELEMENTS(calls); k++)
            n += calls[k].extension == call->extension && calls[k].avoidable ? call->n : 0;
    }
    return n;
}

static bool all_avoidable(const PartCounts *c)
{
    return avoidable(c->calls) == c->exits && avoidable(c->host_calls) == c->mtraps &&
           c->open_stay_ns <= c->stays.max;
}

/* The most frequent of them, in words. */
static char *most_frequent(const PartCounts *c)
{
    const uint64_t *counts = c->exits ? c->exit_cause : c->mtrap_cause;
    unsigned most = 0;
    for (unsigned i = 1; i < CAUSES; i++)
        most = counts[i] > counts[most] ? i : most;
    g_autofree char *name = cause_name(most);
    return g_strdup_printf("%s, %" PRIu64 " times", name, counts[most]);
}

/* Exits in a second, and what part of the hart's time they can cost at worst, in thousandths. */
static char *rate(const Verdict *v, const PartCounts *c)
{
    uint64_t ns = MAX(window_ns(v), 1), n = c->exits + c->mtraps;
    double second = (double)n * 1e9 / (double)ns;
    return g_strdup_printf("%.0f a second, at worst %.2f %% of a hart", second,
                           MIN(second * (double)longest_stay(c) / 1e7, 100));
}

static void set(PartCounts *c, char grade, char *reason)
{
    c->grade = grade;
    g_free(c->reason);
    c->reason = reason;
}

static void grade_exits(const Verdict *v, PartCounts *c)
{
    g_autofree char *most = most_frequent(c), *often = rate(v, c);
    const uint64_t stay = longest_stay(c), bound = v->config->bound;
    if (all_avoidable(c))
        set(c, 'B',
            g_strdup_printf("the guest was left %" PRIu64 " times, each time because it asked for "
                            "what a steady state can do without",
                            c->exits));
    else if (!v->config->has_bound)
        set(c, 0,
            g_strdup_printf("the hypervisor intervenes (%s); for B say before the run how long it "
                            "may take, bound=NS: its longest stay here was %" PRIu64 " ns",
                            most, stay));
    else if (stay <= bound)
        set(c, 'B',
            g_strdup_printf("the hypervisor intervenes (%s; %s), never longer than %" PRIu64
                            " ns of the %" PRIu64 " ns that were allowed",
                            most, often, stay, bound));
    else
        set(c, 'C',
            g_strdup_printf("a stay of the hypervisor took %" PRIu64 " ns, and %" PRIu64
                            " ns were allowed (%s)",
                            stay, bound, most));
}

static void grade(const Verdict *v, PartCounts *c)
{
    uint64_t ran = 0;
    for (unsigned i = 0; i < SPENTS; i++)
        ran += c->ns[i];
    if (!ran)
        set(c, 0, g_strdup("it did not run in the window"));
    else if (c->steal_ns)
        set(c, 'C',
            g_strdup_printf("another guest had a hart of its for %" PRIu64
                            " ns while it wanted to run: how long it waits depends on others",
                            c->steal_ns));
    else if (c->parked_ns)
        set(c, 'C',
            g_strdup_printf("the hypervisor stopped it, though it wanted to run, and did not "
                            "let it go on until the window's end: %" PRIu64 " ns",
                            c->parked_ns));
    else if (!(c->exits + c->mtraps))
        set(c, 'A', g_strdup("nobody intervened: no exit and no trap to M-mode on its behalf"));
    else
        grade_exits(v, c);
}

/* Interference. */

/* The ratio of worst latencies, of the kind where it is greatest. */
static void compare(PartCounts *c, const JsonValue *base, const char *name)
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        const Histogram *h = &c->irq[kind].total;
        uint64_t before, ratio = 1000;
        if (!h->n || !base_worst(base, name, (Kind)kind, &before))
            continue;
        if (h->max)
            ratio = before ? h->max * 1000 / before : UINT32_MAX;
        c->ratio_1000 = c->has_ratio ? MAX(c->ratio_1000, ratio) : ratio;
        c->has_ratio = true;
    }
    if (c->has_ratio)
        c->suffix = c->ratio_1000 <= 1100 ? "+" : c->ratio_1000 <= 2000 ? "" : "-";
}

/* Flags. */

static void flag(PartCounts *c, const char *name)
{
    g_ptr_array_add(c->flags, (gpointer)(uintptr_t)name);
}

static void raise_flags(Verdict *v, unsigned part)
{
    enum { EXIT_GPF_MISSING = 7 };
    PartCounts *c = &v->counts[part];
    if (v->declared_devices[part])
        flag(c, "dma_without_iommu");
    if (c->shares)
        flag(c, "shares_harts");
    if (c->exit_kind[EXIT_GPF_MISSING])
        flag(c, "memory_filled_lazily");
    if (v->lost)
        flag(c, "events_lost");
    if (v->config->to.given && !v->closed)
        flag(c, "window_not_over");
    if (!c->grade)
        flag(c, "not_graded");
}

bool verdict_judge(Verdict *v, GError **error)
{
    g_autoptr(JsonValue) base =
        v->config->base ? base_read(v->config->base, window_clock(v), error) : NULL;
    if (v->config->base && !base)
        return false;
    count_open_stays(v);
    for (unsigned i = 1; i < PARTITIONS_MAX; i++) {
        PartCounts *c = &v->counts[i];
        if (!c->seen)
            continue;
        g_ptr_array_set_size(c->flags, 0);
        c->suffix = NULL;
        c->has_ratio = false;
        grade(v, c);
        compare(c, base, partitions_get(v->parts, i)->name);
        raise_flags(v, i);
    }
    return true;
}
