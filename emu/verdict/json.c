/* SPDX-License-Identifier: MIT */
/* json.c - a verdict for programs; docs/howto/judge-a-hypervisor.md has the keys. */
#include <inttypes.h>
#include <string.h>

#include "emu/json.h"
#include "emu/verdict/inside.h"

static void json_histogram(Json *json, const char *key, const Histogram *h)
{
    json_begin(json, key, '{');
    json_number(json, "n", h->n);
    json_number(json, "min_ns", h->n ? h->min : 0);
    json_number(json, "median_ns", histogram_at(h, 500));
    json_number(json, "p99_ns", histogram_at(h, 990));
    json_number(json, "max_ns", h->n ? h->max : 0);
    json_begin(json, "histogram", '[');
    for (unsigned bits = 0; bits <= 64; bits++) {
        uint64_t n = histogram_power(h, bits);
        if (!n)
            continue;
        json_begin(json, NULL, '[');
        json_number(json, NULL, bits ? UINT64_C(1) << (bits - 1) : 0);
        json_number(json, NULL, n);
        json_end(json, '[');
    }
    json_end(json, '[');
}

static void json_causes(Json *json, const char *key, const uint64_t *counts)
{
    json_begin(json, key, '{');
    for (unsigned i = 0; i < CAUSES; i++) {
        g_autofree char *name = cause_name(i);
        if (counts[i])
            json_number(json, name, counts[i]);
    }
    json_end(json, '{');
}

static int by_call(const void *a, const void *b)
{
    const CallCount *x = a, *y = b;
    if (x->others != y->others)
        return x->others - y->others;
    if (x->extension != y->extension)
        return x->extension < y->extension ? -1 : 1;
    return x->function < y->function ? -1 : x->function > y->function;
}

/* By extension, then by extension and function. */
static void json_calls(Json *json, const char *by, const char *by_function, GArray *calls)
{
    char room[24];
    g_array_sort(calls, by_call);
    json_begin(json, by, '{');
    for (unsigned i = 0, next; i < calls->len; i = next) {
        const CallCount *call = &g_array_index(calls, CallCount, i);
        uint64_t n = 0;
        for (next = i; next < calls->len; next++) {
            const CallCount *same = &g_array_index(calls, CallCount, next);
            if (same->extension != call->extension || same->others != call->others)
                break;
            n += same->n;
        }
        json_number(json, call->others ? "other" : call_name(call->extension, room), n);
    }
    json_end(json, '{');
    json_begin(json, by_function, '{');
    for (unsigned i = 0; i < calls->len; i++) {
        const CallCount *call = &g_array_index(calls, CallCount, i);
        g_autofree char *key =
            g_strdup_printf("%s.%" PRIu64, call_name(call->extension, room), call->function);
        json_number(json, call->others ? "other" : key, call->n);
    }
    json_end(json, '{');
}

static void json_exits(Json *json, const PartCounts *c)
{
    enum { EXIT_MMIO = 6, EXIT_GPF_MISSING, EXIT_GPF_PERM };
    json_begin(json, "exits", '{');
    json_number(json, "total", c->exits);
    json_causes(json, "by_cause", c->exit_cause);
    json_calls(json, "by_sbi", "by_sbi_function", c->calls);
    json_begin(json, "guest_page", '{');
    json_number(json, "mmio", c->exit_kind[EXIT_MMIO]);
    json_number(json, "ram_missing", c->exit_kind[EXIT_GPF_MISSING]);
    json_number(json, "ram_permission", c->exit_kind[EXIT_GPF_PERM]);
    json_end(json, '{');
    json_begin(json, "virtual_instruction", '{');
    for (unsigned i = 0; i < VINSTS; i++)
        json_number(json, vinst_names[i], c->vinst[i]);
    json_end(json, '{');
    json_end(json, '{');
    json_begin(json, "mtraps", '{');
    json_number(json, "total", c->mtraps);
    json_causes(json, "by_cause", c->mtrap_cause);
    json_calls(json, "by_sbi", "by_sbi_function", c->host_calls);
    json_end(json, '{');
    json_begin(json, "guest_traps", '{');
    json_number(json, "total", c->guest_traps);
    json_causes(json, "by_cause", c->guest_cause);
    json_end(json, '{');
}

static void json_spent(Json *json, const char *key, const uint64_t *spent)
{
    json_begin(json, key, '{');
    for (unsigned i = 0; i < SPENTS; i++)
        json_number(json, spent_names[i], spent[i]);
    json_end(json, '{');
}

static void json_kind(Json *json, const char *key, const IrqCounts *irq)
{
    json_histogram(json, key, &irq->total);
    json_number(json, "direct", irq->direct);
    json_number(json, "emulated", irq->emulated);
    json_number(json, "masked_ns", irq->masked_ns);
    json_number(json, "unknown", irq->unknown);
    json_begin(json, "stages", '{');
    for (unsigned i = 1; i < STAGES; i++) {
        json_histogram(json, stage_names[i], &irq->stages[i]);
        json_end(json, '{');
    }
    json_end(json, '{');
    json_end(json, '{');
}

static void json_interrupts(Json *json, const PartCounts *c)
{
    uint64_t direct = 0, emulated = 0, sent = 0;
    json_begin(json, "latency", '{');
    for (unsigned kind = 0; kind < KINDS; kind++) {
        json_kind(json, kind_names[kind], &c->irq[kind]);
        direct += c->irq[kind].direct;
        emulated += c->irq[kind].emulated;
    }
    json_end(json, '{');
    json_number(json, "irq_direct", direct);
    json_number(json, "irq_emulated", emulated);
    for (unsigned i = 0; i < c->calls->len; i++) {
        enum { SBI_IPI = 0x735049 };
        const CallCount *call = &g_array_index(c->calls, CallCount, i);
        sent += call->extension == SBI_IPI ? call->n : 0;
    }
    json_begin(json, "ipis", '{');
    json_number(json, "sent_by_call", sent);
    json_number(json, "received", c->irq[KIND_SOFTWARE].direct + c->irq[KIND_SOFTWARE].emulated);
    json_end(json, '{');
}

/* A count of which may be unknown: null then. */
static void json_maybe(Json *json, const char *key, bool known, uint64_t value)
{
    if (known)
        json_number(json, key, value);
    else
        json_text(json, key, NULL);
}

static void json_shared(Json *json, const SharedCounts *s)
{
    json_begin(json, "llc", '{');
    json_maybe(json, "accesses", s->known, s->llc_accesses);
    json_maybe(json, "misses", s->known, s->llc_misses);
    json_end(json, '{');
    json_begin(json, "evictions", '{');
    for (unsigned i = 0; i < s->n_evictors; i++)
        json_number(json, s->evictors[i], s->evicted_by[i]);
    json_end(json, '{');
    json_maybe(json, "misses_by_others", s->known, s->misses_by_others);
    json_begin(json, "stalls", '{');
    json_maybe(json, "own", s->known, s->stall_own);
    json_maybe(json, "others", s->known, s->stall_others);
    json_end(json, '{');
    json_maybe(json, "throttles", s->known, s->throttles);
    json_maybe(json, "throttle_cycles", s->known, s->throttle_cycles);
}

static void json_grade(Json *json, const PartCounts *c)
{
    char grade[2] = { c->grade, 0 };
    g_autofree char *ratio =
        g_strdup_printf("%" PRIu64 ".%03u", c->ratio_1000 / 1000, (unsigned)(c->ratio_1000 % 1000));
    json_text(json, "grade", c->grade ? grade : NULL);
    json_text(json, "suffix", c->suffix);
    json_text(json, "reason", c->reason);
    if (c->has_ratio)
        json_literal(json, "interference_ratio", ratio);
    else
        json_text(json, "interference_ratio", NULL);
    json_begin(json, "flags", '[');
    for (unsigned i = 0; i < c->flags->len; i++)
        json_text(json, NULL, g_ptr_array_index(c->flags, i));
    json_end(json, '[');
}

static void json_part(Json *json, const Verdict *v, unsigned number)
{
    const PartCounts *c = &v->counts[number];
    const Partition *part = partitions_get(v->parts, number);
    const bool fences = v->shown >> TRACE_tlb_flush & 1;
    json_begin(json, NULL, '{');
    json_text(json, "name", part->name);
    json_maybe(json, "vmid", part->vmid >= 0, (uint64_t)part->vmid);
    json_begin(json, "harts", '[');
    for (unsigned hart = 0; hart < VERDICT_HARTS; hart++)
        if (c->harts >> hart & 1)
            json_number(json, NULL, hart);
    json_end(json, '[');
    json_exits(json, c);
    json_spent(json, "time_ns", c->ns);
    json_spent(json, "instructions", c->insns);
    json_number(json, "longest_stay_ns", longest_stay(c));
    json_number(json, "stay_open_ns", c->open_stay_ns);
    json_histogram(json, "stays", &c->stays);
    json_end(json, '{');
    json_interrupts(json, c);
    json_begin(json, "fences", '{');
    json_maybe(json, "own", fences, c->fences);
    json_maybe(json, "host", fences, c->host_fences);
    json_end(json, '{');
    json_shared(json, &c->shared);
    json_number(json, "steal_ns", c->steal_ns);
    json_grade(json, c);
    json_end(json, '{');
}

static void json_edge(Json *json, const char *key, const VerdictEdge *edge)
{
    g_autofree char *text = edge_text(edge);
    json_text(json, key, text);
}

void verdict_json(const Verdict *v, GString *out)
{
    Json json = { .out = out };
    json_begin(&json, NULL, '{');
    json_number(&json, "version", 1);
    json_begin(&json, "window", '{');
    json_edge(&json, "from", &v->config->from);
    json_edge(&json, "to", &v->config->to);
    json_maybe(&json, "from_ns", v->open, v->opened_at);
    json_maybe(&json, "to_ns", v->open, v->opened_at + window_ns(v));
    json_number(&json, "duration_ns", window_ns(v));
    json_flag(&json, "opened", v->open);
    json_flag(&json, "complete", v->open && (v->closed || !v->config->to.given));
    json_text(&json, "clock", v->cut && !v->timed ? NULL : window_clock(v));
    json_maybe(&json, "bound_ns", v->config->has_bound, v->config->bound);
    json_text(&json, "base", v->config->base);
    json_number(&json, "events_lost", v->lost);
    json_end(&json, '{');
    json_begin(&json, "partitions", '[');
    for (unsigned i = 1; i < partitions_count(v->parts); i++)
        if (part_is_shown(v, i))
            json_part(&json, v, i);
    json_end(&json, '[');
    json_end(&json, '{');
    g_string_append_c(out, '\n');
}
