/* SPDX-License-Identifier: MIT */
/* history.c - the run as it has been; see history.h. */
#include "emu/time/history.h"

#include <inttypes.h>
#include <string.h>

#include "emu/base/ring.h"
#include "emu/time/history_state.h"

enum { MOST_TRIES = 256 };

/* Moments. */

Moment history_now(const History *h)
{
    bool replaying = h->machine->replaying;
    uint64_t next = replaying ? input_log_next(h->log) : input_log_end(h->log);
    return (Moment){ position_now(h->machine), next };
}

/* Between two units a reset sends the scheduler back to the first turn: the log knows better what came first. */
bool moment_before(const Moment *a, const Moment *b)
{
    if (a->at.units == b->at.units && a->next != b->next)
        return a->next < b->next;
    return position_compare(&a->at, &b->at) < 0;
}

static bool is_reached(const History *h, const Position *at)
{
    Position now = position_now(h->machine);
    return position_compare(&now, at) >= 0 || (now.units == at->units && h->tries > MOST_TRIES);
}

static bool is_at(const History *h, const Moment *moment)
{
    return is_reached(h, &moment->at) &&
           (input_log_next(h->log) >= moment->next || h->tries > MOST_TRIES);
}

static uint64_t hash_harts(const Machine *m)
{
    uint64_t hash = 0;
    for (unsigned i = 0; i < m->n_harts; i++) {
        const Hart *hart = &m->harts[i];
        hash = hash_bytes(hash, hart->x, sizeof hart->x[0] * 32);
        hash = hash_word(hash_word(hash, hart->pc), hart->units);
    }
    return hash;
}

/* Being behind. */

static void put_reporters_aside(History *h, bool aside)
{
    Machine *m = h->machine;
    if (aside) {
        h->trace_seq = m->trace.seq;
        h->commit_hash = m->commit.hash;
        h->commit_count = m->commit.count;
    }
    m->silent = aside;
    m->trace.muted = aside ? HISTORY_MUTED : 0;
    m->trace.seq = h->trace_seq;
    m->commit.hash = h->commit_hash;
    m->commit.count = h->commit_count;
    for (unsigned i = 0; i < m->n_harts; i++) {
        Hart *hart = &m->harts[i];
        if (aside) {
            h->commits[i] = hart->commit;
            h->stats[i] = hart->stats;
        }
        hart->commit = aside ? NULL : h->commits[i];
        hart->stats = aside ? NULL : h->stats[i];
    }
    if (!aside)
        machine_trace_changed(m);
}

void history_fall_behind(History *h)
{
    Machine *m = h->machine;
    if (h->behind)
        return;
    h->frontier = history_now(h);
    h->frontier_hash = hash_harts(m);
    if (!m->replaying)
        m->recorded = h->logged;
    h->behind = m->replaying = true;
    input_log_seek(h->log, h->frontier.next);
    put_reporters_aside(h, true);
}

/* What happens from now on is new, or, in a replay, has not been shown yet. */
static void catch_up(History *h)
{
    Machine *m = h->machine;
    if (h->behind)
        put_reporters_aside(h, false);
    h->behind = false;
    if (h->replay)
        return;
    m->replaying = false;
    h->logged = m->recorded;
    m->recorded = (Restraint){ 0 };
    machine_restraint_changed(m);
    h->must_offer = true;
}

static void say_bug(void)
{
    g_printerr("bulkhead: going forward again led elsewhere than the first time; this is a bug "
               "of the emulator: please report it with this command line\n");
}

/* At the frontier everything must be as it was. */
static void arrive_at_frontier(History *h)
{
    if (hash_harts(h->machine) != h->frontier_hash)
        say_bug();
    catch_up(h);
}

/* A replay ends here: the rest is live. */
static void leave_replay(History *h)
{
    if (h->replay)
        h->replay->left(h->replay->opaque);
    h->replay = NULL;
}

void history_rejoin(History *h)
{
    if (h->behind && is_at(h, &h->frontier))
        arrive_at_frontier(h);
    history_schedule(h);
}

static void forget_future(History *h)
{
    leave_replay(h);
    Moment now = history_now(h);
    unsigned kept = h->marks->len, stops = h->stops->len;
    while (kept && moment_before(&now, &history_mark_at(h, kept - 1)->moment))
        kept--;
    history_drop_marks(h, kept, h->marks->len - kept);
    while (stops && moment_before(&now, &g_array_index(h->stops, Stop, stops - 1).moment))
        stops--;
    g_array_set_size(h->stops, stops);
    input_log_truncate(h->log, now.next);
    if (h->behind && h->machine->trace.ring)
        ring_fork(h->machine->trace.ring, now.at.units);
}

void history_deviates(Machine *m)
{
    History *h = m->history;
    if (!m->replaying || m->travelling)
        return;
    Position end = h->frontier.at;
    bool behind = h->behind;
    forget_future(h);
    catch_up(h);
    history_schedule(h);
    if (behind && h->part_begins)
        h->part_begins(h->recorder, &end);
}

void history_restore(History *h, const Mark *mark)
{
    Machine *m = h->machine;
    checkpoint_restore(m, mark->checkpoint);
    for (unsigned i = 0; i < m->n_harts; i++) {
        m->harts[i].step_over = m->harts[i].watch_over = false;
        m->harts[i].watch_hit = (Watchpoint){ 0 };
    }
    history_restore_worlds(m, mark->worlds);
    h->has_ended = false;
    if (m->stop != STOP_QUIT)
        m->stop = STOP_NONE;
    m->reset_requested = false;
    m->recorded = mark->recorded;
    machine_restraint_changed(m);
    input_log_seek(h->log, mark->moment.next);
    history_set_mark_due(h);
}

static void look(Machine *m, void *opaque);

/* Somebody went back in time by other means: what is remembered has no place any more. */
static void begin_anew(History *h)
{
    history_drop_marks(h, 0, h->marks->len);
    g_array_set_size(h->stops, 0);
    if (h->behind)
        catch_up(h);
    input_log_forget(h->log, history_now(h).next);
    history_take_mark(h, true);
    history_set_mark_due(h);
    history_schedule(h);
}

/* Only what is replayed knows what came next. */
static void load_next_part(History *h, uint64_t next)
{
    uint64_t units = h->machine->clock.units;
    g_assert(h->replay);
    input_log_seek(h->log, next);
    if (!h->replay->load_part(h->replay->opaque))
        return;
    if (h->machine->stop != STOP_QUIT)
        h->machine->stop = STOP_NONE;
    h->machine->reset_requested = false;
    if (h->machine->clock.units < units)
        begin_anew(h);
    else
        history_take_mark(h, true);
}

/* The part of the run that ends here is followed by one that begins with another state. */
static void enter_next_part(History *h)
{
    uint64_t next = input_log_next(h->log) + 1;
    for (unsigned i = 0; i < h->marks->len; i++) {
        const Mark *mark = history_mark_at(h, i);
        if (mark->is_first && mark->moment.next == next) {
            history_restore(h, mark);
            return;
        }
    }
    load_next_part(h, next);
}

/* Looks. */

/* When the next record before the goal is due that does not wait for a device to ask for it; those that do come first, and
 * their instruction has to run. */
static uint64_t next_record_due(const History *h)
{
    uint64_t end = input_log_end(h->log), earliest = 0;
    if (h->has_goal)
        end = MIN(end, h->goal.next);
    for (uint64_t i = input_log_next(h->log); i < end; i++) {
        const Position *at = &input_log_at(h->log, i)->at;
        if (!at->in_slice)
            return MAX(at->units, earliest);
        earliest = MAX(earliest, at->units + 1);
    }
    return UINT64_MAX;
}

/* Is the end of what is replayed ahead, and not in a part before? */
static bool is_in_last_part(const History *h)
{
    return input_log_next(h->log) >= h->replay->last_part;
}

void history_schedule(History *h)
{
    uint64_t at = h->has_goal ? h->goal.at.units : UINT64_MAX;
    if (h->machine->replaying)
        at = MIN(at, next_record_due(h));
    if (h->behind)
        at = MIN(at, h->frontier.at.units);
    else if (h->replay && is_in_last_part(h))
        at = MIN(at, h->replay->end.at.units);
    machine_look_at(h->machine, at, look, h);
}

void history_unschedule(History *h)
{
    machine_look_at(h->machine, UINT64_MAX, look, h);
}

/* A device did not take its input as it did, or not ask for it. */
static void note_difference(History *h)
{
    if (h->replay)
        h->replay->differs(h->replay->opaque);
    else
        say_bug();
}

/* Input of instructions that are over, and did not ask for it. */
static void skip_missed(History *h)
{
    while (input_log_next(h->log) < input_log_end(h->log)) {
        const InputRecord *record = input_log_at(h->log, input_log_next(h->log));
        if (!record->at.in_slice || record->at.units >= h->machine->clock.units)
            return;
        note_difference(h);
        input_log_seek(h->log, input_log_next(h->log) + 1);
    }
}

/* Applies what is due, but for what comes after the goal. */
static void apply_due(History *h)
{
    skip_missed(h);
    while (input_log_next(h->log) < input_log_end(h->log)) {
        const InputRecord *record = input_log_at(h->log, input_log_next(h->log));
        if ((h->has_goal && input_log_next(h->log) >= h->goal.next) || record->at.in_slice ||
            !is_reached(h, &record->at))
            return;
        h->tries = 0;
        if (record->kind == INPUT_BREAK)
            enter_next_part(h);
        else if (!input_log_apply_next(h->log))
            note_difference(h);
    }
}

/* Of what is replayed, with nothing before it that was not shown? */
static bool is_at_end(const History *h)
{
    return h->replay && is_in_last_part(h) && !h->behind && !h->has_goal &&
           !h->machine->travelling && is_at(h, &h->replay->end);
}

static void look(Machine *m, void *opaque)
{
    History *h = opaque;
    if (!m->travelling)
        history_settle(h);
    if (m->replaying)
        apply_due(h);
    if (h->has_goal && is_at(h, &h->goal)) {
        h->has_goal = false;
        h->arrived = true;
        machine_stop(m, STOP_DEBUG, 0);
        return;
    }
    if (h->behind && !h->has_goal && !m->travelling && is_at(h, &h->frontier))
        arrive_at_frontier(h);
    if (is_at_end(h)) {
        h->has_ended = true;
        h->replay->ended(h->replay->opaque);
        return;
    }
    history_schedule(h);
    if (m->look_at > m->clock.units)
        h->tries = 0;
    else {
        h->tries++;
        machine_look_again(m, look, h);
    }
}

/* What the scheduler calls. */

void history_settle(History *h)
{
    if (!h->touched)
        return;
    h->touched = false;
    if (h->machine->clock.units != h->touched_at.at.units) { /* a snapshot was loaded */
        if (h->machine->replaying) {
            leave_replay(h);
            input_log_truncate(h->log, h->touched_at.next);
        }
        catch_up(h);
        begin_anew(h);
        if (h->part_begins)
            h->part_begins(h->recorder, &h->touched_at.at);
        return;
    }
    Position end = h->behind ? h->frontier.at : h->touched_at.at;
    if (h->machine->replaying) {
        forget_future(h);
        catch_up(h);
        history_schedule(h);
    }
    input_log_add_at(h->log, &h->touched_at.at, INPUT_BREAK);
    if (h->part_begins)
        h->part_begins(h->recorder, &end);
    history_take_mark(h, true);
    history_set_mark_due(h);
}

void history_paused(Machine *m)
{
    History *h = m->history;
    if (!h || !h->limit)
        return;
    Stop stop = { .moment = history_now(h) };
    history_note_steps(m, stop.steps);
    for (unsigned i = 0; i < m->n_harts; i++)
        stop.idle[i] = m->harts[i].idle_units;
    guint place = h->stops->len;
    while (place && moment_before(&stop.moment, &g_array_index(h->stops, Stop, place - 1).moment))
        place--;
    if (place && !moment_before(&g_array_index(h->stops, Stop, place - 1).moment, &stop.moment))
        return;
    if (h->stops->len == HISTORY_STOPS) {
        g_array_remove_index(h->stops, 0);
        place -= place > 0;
    }
    g_array_insert_val(h->stops, place, stop);
}

static bool same_restraint(const Restraint *a, const Restraint *b)
{
    return a->held == b->held && a->irqs_off == b->irqs_off && a->timers_off == b->timers_off;
}

static void note_restraint(History *h)
{
    const Restraint *now = &h->machine->restraint;
    if (same_restraint(now, &h->logged))
        return;
    input_log_add(h->log, INPUT_RESTRAINT, 0, 0, now, sizeof *now);
    h->logged = *now;
}

void history_go_on(Machine *m)
{
    History *h = m->history;
    if (m->travelling && history_is_cancelled(h)) {
        h->cancelled = true;
        machine_stop(m, STOP_DEBUG, 0);
    }
    if (m->stop)
        return;
    history_settle(h);
    if (m->replaying && m->restraint.irqs_off & ~m->recorded.irqs_off)
        history_deviates(m);
    if (h->has_ended && is_at_end(h))
        h->replay->passed(h->replay->opaque);
    if (!m->replaying) {
        note_restraint(h);
        if (h->must_offer)
            input_log_offer(h->log);
        h->must_offer = false;
        if (!h->limit) /* nobody goes back; who records has heard of it */
            input_log_forget(h->log, input_log_end(h->log));
    }
    if (machine_executed(m) >= h->mark_due) {
        history_take_mark(h, false);
        history_set_mark_due(h);
    }
}

void history_touched(Machine *m)
{
    History *h = m->history;
    if (!h || h->touched || m->travelling)
        return;
    h->touched = true;
    h->touched_at = history_now(h);
}

/* Does the log say that the hart goes on here? */
static bool wakes_anyway(const History *h, unsigned hart)
{
    for (uint64_t i = input_log_next(h->log); i < input_log_end(h->log); i++) {
        const InputRecord *record = input_log_at(h->log, i);
        if (!is_reached(h, &record->at))
            return false;
        if (record->kind == INPUT_WAKE && record->port == hart)
            return true;
    }
    return false;
}

void history_wake(Machine *m, Hart *hart)
{
    History *h = m->history;
    if (h && hart->idle && m->replaying && wakes_anyway(h, hart->id))
        return;
    if (h && hart->idle) {
        history_deviates(m);
        input_log_add(h->log, INPUT_WAKE, hart->id, 0, NULL, 0);
    }
    hart->idle = false;
}

void history_timed(Machine *m, bool on)
{
    History *h = m->history;
    if (!m->timing || m->timed == on)
        return;
    if (h) {
        history_deviates(m);
        input_log_add(h->log, INPUT_TIMED, on, 0, NULL, 0);
    }
    timed_switch(m, on);
}
