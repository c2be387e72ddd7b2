/* SPDX-License-Identifier: MIT */
/*
 * looks.c - who wants to look at the machine at a moment of its time: state hashes, running up to a time, checkpoints.
 *
 * The scheduler ends slices at the first such moment and calls machine_look. Whoever looks may go anywhere else in time.
 */
#include "emu/machine.h"

static uint64_t units_of(const Machine *m, uint64_t ns)
{
    return ns == CLOCK_NEVER ? UINT64_MAX : clock_units_at(&m->clock, ns);
}

static void find_next(Machine *m)
{
    m->look_at = UINT64_MAX;
    for (unsigned i = 0; i < m->looks->len; i++)
        m->look_at = MIN(m->look_at, g_array_index(m->looks, Look, i).units);
}

static void forget(Machine *m, LookFn *look, const void *opaque)
{
    for (unsigned i = 0; i < m->looks->len; i++) {
        const Look *known = &g_array_index(m->looks, Look, i);
        if (known->look == look && known->opaque == opaque) {
            g_array_remove_index(m->looks, i);
            return;
        }
    }
}

static void add(Machine *m, const Look *new)
{
    forget(m, new->look, new->opaque);
    if (new->units != UINT64_MAX)
        g_array_append_val(m->looks, *new);
    find_next(m);
}

void machine_look_at(Machine *m, uint64_t units, LookFn *look, void *opaque)
{
    add(m, &(Look){ units, CLOCK_NEVER, false, look, opaque });
}

void machine_look_at_time(Machine *m, uint64_t ns, LookFn *look, void *opaque)
{
    add(m, &(Look){ units_of(m, ns), ns, false, look, opaque });
}

void machine_rate_changed(Machine *m)
{
    for (unsigned i = 0; i < m->looks->len; i++) {
        Look *look = &g_array_index(m->looks, Look, i);
        if (look->ns != CLOCK_NEVER)
            look->units = units_of(m, look->ns);
    }
    find_next(m);
}

void machine_look_again(Machine *m, LookFn *look, void *opaque)
{
    machine_look_at(m, 0, look, opaque);
    g_array_index(m->looks, Look, m->looks->len - 1).again = true;
}

/* The first that is due, in the order asked. */
static bool take_due(Machine *m, Look *due)
{
    for (unsigned i = 0; i < m->looks->len; i++) {
        *due = g_array_index(m->looks, Look, i);
        if (due->units <= m->clock.units && !due->again) {
            g_array_remove_index(m->looks, i);
            find_next(m);
            return true;
        }
    }
    return false;
}

void machine_look(Machine *m)
{
    Look due;
    while (take_due(m, &due))
        due.look(m, due.opaque);
    for (unsigned i = 0; i < m->looks->len; i++)
        g_array_index(m->looks, Look, i).again = false;
}

/* State hashes. */

static void mark_reached(Machine *m, void *opaque);

static void next_mark(Machine *m)
{
    uint64_t at = CLOCK_NEVER;
    if (m->next_mark < m->state_marks->len)
        at = g_array_index(m->state_marks, uint64_t, m->next_mark);
    machine_look_at_time(m, at, mark_reached, NULL);
}

static void mark_reached(Machine *m, void *opaque)
{
    uint64_t at = g_array_index(m->state_marks, uint64_t, m->next_mark++);
    (void)opaque;
    fprintf(m->hash_out, "state hash at %" G_GUINT64_FORMAT " ns: %016" G_GINT64_MODIFIER "x\n", at,
            machine_state_hash(m));
    next_mark(m);
}

void machine_looks_loaded(Machine *m)
{
    uint64_t now = clock_now(&m->clock);
    while (m->next_mark < m->state_marks->len &&
           g_array_index(m->state_marks, uint64_t, m->next_mark) < now)
        m->next_mark++;
    next_mark(m);
}

void machine_hash_at(Machine *m, const uint64_t *times, unsigned count, FILE *out)
{
    m->hash_out = out;
    m->next_mark = 0;
    g_array_set_size(m->state_marks, 0);
    g_array_append_vals(m->state_marks, times, count);
    next_mark(m);
}

/* Running up to a time. */

static void stop_here(Machine *m, void *opaque)
{
    (void)opaque;
    machine_stop(m, STOP_DEBUG, 0);
}

StopReason machine_run_until(Machine *m, uint64_t ns)
{
    machine_look_at_time(m, ns, stop_here, NULL);
    StopReason reason = machine_run(m);
    machine_look_at(m, UINT64_MAX, stop_here, NULL);
    return reason;
}
