/* SPDX-License-Identifier: MIT */
/* top_guests.c - see top_guests.h. */
#include "emu/shared/top_guests.h"

#include <inttypes.h>
#include <string.h>

#include "emu/base/bits.h"
#include "emu/verdict/look.h"

struct TopGuests {
    Machine *machine;
    VerdictConfig config; /* all of the run */
    Verdict *verdict;
    VerdictLook before[PARTITIONS_MAX];
    uint64_t ns;    /* of the machine, at the last look */
    gint64 real_us; /* of the host, then */
};

static void put(void *opaque, const TraceRecord *record)
{
    verdict_event(opaque, record);
}

TopGuests *top_guests_new(Machine *m)
{
    const TraceSet events = verdict_events() | verdict_extra_events();
    TopGuests *guests = g_new0(TopGuests, 1);
    guests->machine = m;
    guests->verdict = verdict_new(&guests->config, m->partitions, events);
    guests->real_us = g_get_monotonic_time();
    m->trace.sinks[TRACE_TO_TOP].put = put;
    m->trace.sinks[TRACE_TO_TOP].opaque = guests->verdict;
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        m->trace.on[i] |= (uint16_t)((events >> i & 1) << TRACE_TO_TOP);
    return guests;
}

void top_guests_free(TopGuests *guests)
{
    if (!guests)
        return;
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        guests->machine->trace.on[i] &= (uint16_t) ~(1u << TRACE_TO_TOP);
    verdict_free(guests->verdict);
    g_free(guests);
}

/* "0-2,5" of bits, or how many they are where that is too long. */
static void append_harts(uint32_t harts, GString *out)
{
    g_autofree char *list = color_set_text(&(ColorSet){ { harts } }, 32);
    if (strlen(list) > 5)
        g_string_append_printf(out, " %5d", __builtin_popcount(harts));
    else
        g_string_append_printf(out, " %5s", list);
}

/* In 9 characters, with three digits at least. */
static void append_time(uint64_t ns, GString *out)
{
    static const struct {
        uint64_t ns;
        const char *unit;
    } units[] = { { 1000000000, " s" }, { 1000000, "ms" }, { 1000, "us" } };
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (ns < 10 * units[i].ns)
            continue;
        g_string_append_printf(out, " %7.1f%s", (double)ns / (double)units[i].ns, units[i].unit);
        return;
    }
    g_string_append_printf(out, " %7" PRIu64 "ns", ns);
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100 * (double)part / (double)whole : 0;
}

static double rate(uint64_t n, uint64_t ns)
{
    return ns ? (double)n * 1e9 / (double)ns : 0;
}

/* Rates and shares are of what happened since `before`, what was worst is of the whole run. */
static void append_guest(const VerdictLook *now, const VerdictLook *before, uint64_t span,
                         GString *out)
{
    uint64_t guest = now->guest_ns - before->guest_ns, host = now->host_ns - before->host_ns;
    uint64_t idle = now->idle_ns - before->idle_ns, whole = guest + host + idle;
    g_string_append_printf(out, "%-14.14s", now->name);
    append_harts(now->harts, out);
    g_string_append_printf(out, " %6.1f %6.2f %6.1f %8.0f %7.0f", percent(guest, whole),
                           percent(host, whole), percent(idle, whole),
                           rate(now->exits - before->exits, span),
                           rate(now->interrupts - before->interrupts, span));
    append_time(now->latest_ns, out);
    append_time(now->longest_ns, out);
    g_string_append_c(out, '\n');
}

static void append_title(TopGuests *guests, uint64_t span, bool all, GString *out)
{
    const Machine *m = guests->machine;
    gint64 now = g_get_monotonic_time(), real = now - guests->real_us;
    g_string_append_printf(out, "%u hart%s, %.3f s of virtual time", m->n_harts,
                           m->n_harts > 1 ? "s" : "", (double)clock_now(&m->clock) / 1e9);
    if (real > 0 && !all)
        g_string_append_printf(out, ", %.0f %% of real time", (double)span / 10 / (double)real);
    g_string_append_c(out, '\n');
    guests->real_us = now;
}

void top_guests_look(TopGuests *guests, bool all, GString *out)
{
    static const VerdictLook nothing;
    uint64_t now = clock_now(&guests->machine->clock), span = all ? now : now - guests->ns;
    unsigned shown = 0;
    append_title(guests, span, all, out);
    g_string_append_printf(out, "%-14s %5s %6s %6s %6s %8s %7s %9s %9s\n", "who", "harts", "%guest",
                           "%host", "%idle", "exits/s", "irqs/s", "irq worst", "hv worst");
    for (unsigned i = 1; i < PARTITIONS_MAX; i++) {
        VerdictLook look;
        if (!verdict_look(guests->verdict, i, &look))
            continue;
        append_guest(&look, all ? &nothing : &guests->before[i], span, out);
        guests->before[i] = look;
        shown++;
    }
    if (!shown)
        g_string_append(out, "no guest has run yet\n");
    guests->ns = now;
}
