/* SPDX-License-Identifier: MIT */
/*
 * travel.c - going back in a run: to a checkpoint before, and forward from there without a sound; see history.h.
 *
 * A hart's last unit is undone by going to the end of the one before. If a debugger had the machine between the two, that
 * very moment is given back; a hart that waited in between is left where it is about to go on, since what it waited for
 * is of more interest than the wait.
 */
#include <string.h>

#include "emu/sight/csr.h"
#include "emu/time/history_state.h"

enum { LOOK_UP_US = 20000 };

/* The last time that a point counted on the way. */
typedef struct {
    bool found;
    unsigned hart;
    Watchpoint watch; /* kind 0: it was a breakpoint */
    Moment moment;
    uint64_t steps; /* of the hart, before the access */
} Hit;

typedef struct {
    History *history;
    Hit *hit;             /* NULL: points do not count */
    const Moment *before; /* only those that something happened after, up to there */
} Journey;

bool history_is_cancelled(History *h)
{
    const Machine *m = h->machine;
    int64_t now = g_get_monotonic_time();
    if (now < h->look_up)
        return false;
    h->look_up = now + LOOK_UP_US;
    return g_atomic_int_get(&m->inbox.urgent) || (m->wants_back && m->wants_back(m->debug_user));
}

static void note_hit(const Journey *journey, const Hart *hart)
{
    Moment now = history_now(journey->history);
    bool watch = hart->watch_hit.kind;
    if (!watch && now.at.units >= journey->before->at.units)
        return;
    *journey->hit = (Hit){ true, hart->id, hart->watch_hit, now, hart_steps(hart) };
}

/* A hart is where it was to go, or at a point. */
static void stopped(void *opaque, unsigned index)
{
    const Journey *journey = opaque;
    Machine *m = journey->history->machine;
    Hart *hart = &m->harts[index];
    if (index == m->stop_hart && hart_steps(hart) == m->stop_steps) {
        journey->history->arrived = true;
        machine_stop(m, STOP_DEBUG, 0);
        return;
    }
    if (journey->hit)
        note_hit(journey, hart);
    hart->step_over = hart->watch_over = true;
    hart->watch_hit = (Watchpoint){ 0 };
}

/* Between slices: an event happened that somebody stops at. It counts like a breakpoint that is reached then. */
static void event_happened(Machine *m)
{
    const Journey *journey = m->debug_opaque;
    if (journey->hit)
        note_hit(journey, &m->harts[m->current]);
}

/* What belongs to debugger and monitor, who are not to be asked on the way. */
typedef struct {
    Restraint restraint;
    uint32_t stepping;
    void (*debug_stopped)(void *opaque, unsigned hart);
    void *debug_opaque;
    const Breakpoints *breakpoints[MACHINE_MAX_HARTS];
    uint64_t step_end;
    bool noticed;
    void (*notice)(Machine *machine);
    int exit_code;
} Aside;

static void put_aside(Machine *m, Aside *aside, Journey *journey)
{
    *aside = (Aside){ .restraint = m->restraint,
                      .stepping = m->stepping,
                      .debug_stopped = m->debug_stopped,
                      .debug_opaque = m->debug_opaque,
                      .step_end = m->step_end,
                      .noticed = m->noticed,
                      .notice = m->notice,
                      .exit_code = m->exit_code };
    m->restraint = (Restraint){ 0 };
    m->stepping = 0;
    m->trace.muted = journey->hit ? HISTORY_MUTED : TRACE_ALL_SINKS;
    m->noticed = false;
    m->notice = event_happened;
    m->step_end = UINT64_MAX;
    m->debug_stopped = stopped;
    m->debug_opaque = journey;
    for (unsigned i = 0; i < m->n_harts; i++) {
        aside->breakpoints[i] = m->harts[i].breakpoints;
        if (!journey->hit)
            m->harts[i].breakpoints = NULL;
        if (m->harts[i].worlds)
            m->harts[i].worlds->n_wanted = 0;
    }
    machine_restraint_changed(m);
}

static void take_back(Machine *m, const Aside *aside)
{
    m->restraint = aside->restraint;
    m->stepping = aside->stepping;
    m->debug_stopped = aside->debug_stopped;
    m->debug_opaque = aside->debug_opaque;
    m->trace.muted = HISTORY_MUTED;
    m->step_end = aside->step_end;
    m->noticed = aside->noticed;
    m->notice = aside->notice;
    m->exit_code = aside->exit_code;
    for (unsigned i = 0; i < m->n_harts; i++)
        m->harts[i].breakpoints = aside->breakpoints[i];
    machine_restraint_changed(m);
}

/* Runs to the goal. False: the user did not want to wait. */
static bool run(Journey *journey)
{
    History *h = journey->history;
    Machine *m = h->machine;
    Aside aside;
    put_aside(m, &aside, journey);
    h->arrived = h->cancelled = false;
    h->tries = 0;
    csr_marks_note(m);
    m->travelling = true;
    m->paused = false;
    history_schedule(h);
    do /* once more where the guest powered off: with -no-shutdown the run went on behind that */
        machine_run(m);
    while (!h->arrived && !h->cancelled);
    m->stop = STOP_NONE;
    m->stop_hart = m->n_harts;
    m->paused = true;
    m->travelling = false;
    h->has_goal = false;
    take_back(m, &aside);
    history_schedule(h);
    return h->arrived;
}

static TravelEnd run_to(History *h, const Moment *goal, Hit *hit)
{
    Journey journey = { h, hit, goal };
    h->goal = *goal;
    h->has_goal = true;
    return run(&journey) ? TRAVEL_ARRIVED : TRAVEL_CANCELLED;
}

TravelEnd travel_run_to(History *h, const Moment *goal)
{
    return run_to(h, goal, NULL);
}

TravelEnd travel_run_to_steps(History *h, unsigned hart, uint64_t steps)
{
    Journey journey = { .history = h };
    h->machine->stop_hart = hart;
    h->machine->stop_steps = steps;
    return run(&journey) ? TRAVEL_ARRIVED : TRAVEL_CANCELLED;
}

/* The number of marks that are before a moment. */
unsigned travel_marks_before(const History *h, const Moment *moment)
{
    unsigned n = h->marks->len;
    while (n && !moment_before(&history_mark_at(h, n - 1)->moment, moment))
        n--;
    return n;
}

TravelEnd travel_go_to(History *h, const Moment *goal)
{
    unsigned n = travel_marks_before(h, goal);
    const Mark *after = n < h->marks->len ? history_mark_at(h, n) : NULL;
    if (after && !moment_before(goal, &after->moment)) {
        history_restore(h, after);
        history_schedule(h);
        return TRAVEL_ARRIVED;
    }
    history_restore(h, history_mark_at(h, n - 1));
    return run_to(h, goal, NULL);
}

static TravelEnd go_to_start(History *h)
{
    Moment start = history_mark_at(h, 0)->moment;
    (void)travel_go_to(h, &start);
    return TRAVEL_AT_START;
}

/* False: nothing may be moved now. */
bool travel_set_out(History *h)
{
    Machine *m = h->machine;
    if ((m->stop && m->stop != STOP_DEBUG) || m->travelling || m->clock.left != &m->clock.none)
        return false;
    m->paused = true;
    history_settle(h);
    history_fall_behind(h);
    h->origin = machine_executed(m);
    h->look_up = g_get_monotonic_time() + LOOK_UP_US;
    return true;
}

/* The last moment before `now` that somebody was shown, or that a part of the run began with, at which the hart had used
 * just so many steps. */
static bool find_known(const History *h, const Moment *now, unsigned hart, uint64_t steps,
                       Moment *known)
{
    bool found = false;
    for (guint i = h->stops->len; i-- > 0 && !found;) {
        const Stop *stop = &g_array_index(h->stops, Stop, i);
        if (stop->steps[hart] == steps && moment_before(&stop->moment, now)) {
            *known = stop->moment;
            found = true;
        }
    }
    for (unsigned i = travel_marks_before(h, now); i-- > 0;) {
        const Mark *mark = history_mark_at(h, i);
        if (!mark->is_first || mark->steps[hart] != steps ||
            (found && moment_before(&mark->moment, known)))
            continue;
        *known = mark->moment;
        return true;
    }
    return found;
}

/* The stop before `now`, if since then the hart has done nothing but wait: a step that began in a WFI. */
static const Stop *find_wait(const History *h, const Moment *now, unsigned hart, uint64_t steps,
                             uint64_t idle)
{
    for (guint i = h->stops->len; i-- > 0;) {
        const Stop *stop = &g_array_index(h->stops, Stop, i);
        if (moment_before(&stop->moment, now))
            return stop->steps[hart] == steps && stop->idle[hart] < idle ? stop : NULL;
    }
    return NULL;
}

/* From the last mark before that. */
static TravelEnd go_to_steps(History *h, const Moment *now, unsigned hart, uint64_t steps)
{
    unsigned n = travel_marks_before(h, now);
    while (n && history_mark_at(h, n - 1)->steps[hart] >= steps)
        n--;
    if (!n)
        return go_to_start(h);
    history_restore(h, history_mark_at(h, n - 1));
    TravelEnd end = travel_run_to_steps(h, hart, steps);
    if (end == TRAVEL_ARRIVED && h->machine->harts[hart].idle)
        end = travel_run_to_steps(h, hart, steps);
    return end;
}

static TravelEnd step_back(void *opaque, unsigned hart, uint64_t count)
{
    History *h = opaque;
    Moment known;
    if (!travel_set_out(h))
        return TRAVEL_CANCELLED;
    Moment now = history_now(h);
    uint64_t steps = hart_steps(&h->machine->harts[hart]);
    const Stop *wait = find_wait(h, &now, hart, steps, h->machine->harts[hart].idle_units);
    for (; wait && count; count--) {
        now = wait->moment;
        if (count == 1)
            return travel_go_to(h, &now);
        wait = find_wait(h, &now, hart, steps, wait->idle[hart]);
    }
    if (steps < count)
        return go_to_start(h);
    if (find_known(h, &now, hart, steps - count, &known))
        return travel_go_to(h, &known);
    return go_to_steps(h, &now, hart, steps - count);
}

/* To a breakpoint before its instruction; to a watchpoint after it, since that is what is about to be undone: seen
 * backwards, too, a debugger is told before the access. */
static TravelEnd go_to_hit(History *h, const Mark *mark, const Hit *hit)
{
    TravelEnd end;
    history_restore(h, mark);
    end = hit->watch.kind ? travel_run_to_steps(h, hit->hart, hit->steps + 1)
                          : run_to(h, &hit->moment, NULL);
    h->machine->harts[hit->hart].watch_hit = hit->watch;
    return end == TRAVEL_ARRIVED ? TRAVEL_AT_POINT : end;
}

static TravelEnd run_back(void *opaque, unsigned *hart)
{
    History *h = opaque;
    if (!travel_set_out(h))
        return TRAVEL_CANCELLED;
    Moment end = history_now(h);
    for (unsigned i = travel_marks_before(h, &end); i-- > 0;) {
        Hit hit = { 0 };
        const Mark *mark = history_mark_at(h, i);
        history_restore(h, mark);
        h->mark_due = UINT64_MAX;
        if (run_to(h, &end, &hit) == TRAVEL_CANCELLED)
            return TRAVEL_CANCELLED;
        *hart = hit.found ? hit.hart : *hart;
        if (hit.found)
            return go_to_hit(h, mark, &hit);
        end = mark->moment;
    }
    return go_to_start(h);
}

void travel_init(History *h)
{
    h->travel = (TimeTravel){ step_back, run_back, h };
}
