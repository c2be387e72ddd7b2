/* SPDX-License-Identifier: MIT */
/* timed.c - timed mode of a machine; see timed.h. Its option is read in timed_config.c. */
#include "emu/timed.h"

#include <stdio.h>

#include "emu/machine.h"
#include "mmu/timed.h"

/* No instruction waits longer; what a damaged snapshot says may. */
enum { MOST_DEBT = 1 << 24 };

_Static_assert((int)CLASS_SYSTEM < (int)TIMING_CLASSES, "every class has its cycles in a profile");

/* Cycles beyond one, of every kind of instruction. */
static void set_more_cycles(Machine *m)
{
    const uint8_t *cycles = m->config.timed.model.profile.cycles;
    for (unsigned op = INSN_NONE + 1; op <= INSN_mark; op++) {
        uint8_t own = cycles[insn_table[op].class];
        m->more_cycles[op] = own ? (uint8_t)(own - 1) : 0;
    }
}

/* A mark may be where timed mode begins. */
static void on_mark(void *opaque, Hart *hart, uint64_t kind, uint64_t value)
{
    Machine *m = opaque;
    const TimedConfig *config = &m->config.timed;
    if (m->timed_mark_passed || kind != config->mark ||
        (config->has_value && value != config->value))
        return;
    m->timed_mark_passed = m->timed_from_here = true;
    hart->attention |= ATTENTION_YIELD;
}

/* A device's transfer is charged from where the hart that runs is, or ran last. */
static void on_dma(void *opaque, Spa spa, size_t size, bool write, Requester by)
{
    Machine *m = opaque;
    const TimingHart *h = m->harts[m->current].model;
    if (LIKELY(!m->timed))
        return;
    timing_dma(m->timing, spa, size, write, by, timing_now(h));
}

/* What follows from whether the machine is timed. */
static void attach(Machine *m)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        Hart *hart = &m->harts[i];
        hart->mmu.timing = m->timed ? hart->model : NULL;
        timing_hart_clock(hart->model, m->timed ? &hart->units : NULL,
                          m->timed ? &hart->left : NULL);
    }
}

/* Instructions, and what waited for interrupts. */
static void measure(const void *opaque, TimingUse *use)
{
    const Hart *hart = opaque;
    use->retired = hart_retired(hart);
    use->idle = hart->idle_units;
}

/* Caches and TLBs are empty, and nothing has been counted. */
static void new_model(Machine *m)
{
    m->timing = timing_new(&m->config.timed.model, m->n_harts, &m->trace, m->partitions);
    for (unsigned i = 0; i < m->n_harts; i++) {
        Hart *hart = &m->harts[i];
        hart->model = timing_hart(m->timing, i);
        hart->model->measure = measure;
        hart->model->measured = hart;
    }
    attach(m);
}

void timed_new(Machine *m)
{
    const TimedConfig *config = &m->config.timed;
    m->partitions = partitions_new();
    if (!config->on)
        return;
    set_more_cycles(m);
    m->bus.listener.dma = on_dma;
    new_model(m);
    for (unsigned i = 0; i < m->n_harts; i++) {
        Hart *hart = &m->harts[i];
        hart->more_cycles = m->more_cycles;
        hart->mmu.fetched = hart->mmu.seen_page = TIMED_NONE;
        if (config->start != TIMED_AT_MARK)
            continue;
        hart->marked = on_mark;
        hart->marked_opaque = m;
    }
    if (config->start == TIMED_AT_RESET)
        timed_switch(m, true);
}

void timed_free(Machine *m)
{
    timing_free(m->timing);
    if (m->partitions)
        partitions_free(m->partitions);
}

/* Whoever is behind idles, so that all harts' clocks show the same. */
static void align(Machine *m)
{
    uint64_t most = 0;
    for (unsigned i = 0; i < m->n_harts; i++)
        most = MAX(most, m->harts[i].units);
    for (unsigned i = 0; i < m->n_harts; i++) {
        Hart *hart = &m->harts[i];
        uint64_t behind = most - hart->units;
        hart->units += behind;
        hart->idle_units += behind;
        m->idle_units += behind;
        m->clock.units += behind;
    }
}

static void begin_round(Machine *m)
{
    align(m);
    m->turn = 0;
    m->pass_ran = false;
    for (unsigned i = 0; i < m->n_harts; i++)
        m->round_given[i] = m->round_left[i] = machine_quantum(m);
}

static uint64_t rate(const Machine *m)
{
    uint64_t usual = m->config.pdp_time ? PDP_HZ : 0;
    return m->timed ? m->config.timed.model.profile.clock_hz : usual;
}

void timed_switch(Machine *m, bool on)
{
    m->timed_from_here = false;
    if (!m->timing || m->timed == on)
        return;
    timing_count_use(m->timing);
    m->timed = on;
    begin_round(m);
    m->rounds++;
    clock_set_rate(&m->clock, rate(m));
    attach(m);
    for (unsigned i = 0; i < m->n_harts && on; i++) {
        timing_hart_forget(m->harts[i].model);
        timed_who(&m->harts[i].mmu);
    }
    machine_rate_changed(m);
}

void timed_reset(Machine *m)
{
    if (!m->timing)
        return;
    Qos *qos = m->timing->qos;
    timing_use_qos(m->timing, NULL);
    timing_free(m->timing);
    new_model(m);
    timing_use_qos(m->timing, qos);
    for (unsigned i = 0; i < m->n_harts && m->timed; i++)
        timed_who(&m->harts[i].mmu);
    m->timed_mark_passed = m->timed_from_here = false;
    if (m->config.timed.start != TIMED_BY_MONITOR)
        timed_switch(m, m->config.timed.start == TIMED_AT_RESET);
    begin_round(m);
}

/* State. */

/* Whatever a damaged snapshot says, a span began in the past, and harts have at most a quantum left. */
static void clock_is_loaded(void *object)
{
    Machine *m = object;
    m->timed_from_here = false;
    clock_loaded_span(&m->clock, rate(m));
    for (unsigned i = 0; i < m->n_harts; i++) {
        m->round_left[i] = CLAMP(m->round_left[i], -(int64_t)MOST_DEBT, machine_quantum(m));
        m->round_given[i] = CLAMP(m->round_given[i], -(int64_t)MOST_DEBT, machine_quantum(m));
    }
    attach(m);
}

// clang-format off
static const StateField clock_fields[] = {
    STATE(Machine, clock.span.units), STATE(Machine, clock.span.ns), STATE(Machine, timed),
    STATE(Machine, timed_mark_passed), STATE_ARRAY(Machine, round_given), STATE_ARRAY(Machine, round_left), STATE_END,
};
static const StateField stall_fields[] = { STATE(Hart, stall_units), STATE(Hart, fetch_stalls), STATE_END };
static const StateField hart_fields[] = { STATE(Hart, mmu.seen_page), STATE(Hart, mmu.fetched), STATE_END };
// clang-format on
static const StateDesc clock_state = { "timed", 1, clock_fields, clock_is_loaded };
static const StateDesc stall_state = { "stalls", 1, stall_fields, NULL };
static const StateDesc hart_state = { "timedhart", 1, hart_fields, NULL };

static void visit_harts(Machine *m, StateVisitor *visitor, const char *name, const StateDesc *desc)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        char instance[24];
        snprintf(instance, sizeof instance, "%s%u", name, i);
        state_visit(visitor, instance, desc, &m->harts[i]);
    }
}

void timed_visit_clock(Machine *m, StateVisitor *visitor)
{
    if (!m->timing)
        return;
    state_visit(visitor, "timed", &clock_state, m);
    visit_harts(m, visitor, "stalls", &stall_state);
}

/* Whatever a damaged snapshot says, nobody waited for longer than there was time. */
static void make_legal(Hart *hart)
{
    hart->model->stall = MIN(hart->model->stall, (uint64_t)MOST_DEBT);
    hart->stall_units = MIN(hart->stall_units, hart->units);
    hart->fetch_stalls = MIN(hart->fetch_stalls, hart->stall_units);
}

void timed_visit_model(Machine *m, StateVisitor *visitor)
{
    if (!m->timing)
        return;
    partitions_visit(m->partitions, visitor);
    timing_visit(m->timing, visitor);
    for (unsigned i = 0; i < m->n_harts && visitor->loads; i++)
        make_legal(&m->harts[i]);
    visit_harts(m, visitor, "timedhart", &hart_state);
}
