/* SPDX-License-Identifier: MIT */
/* history.c - the run as it has been; see history.h. */
#include "emu/history.h"

#include <inttypes.h>
#include <string.h>

#include "emu/history_state.h"

/* Of work. Marks are so far apart while the machine runs; so near they come where a journey goes to. */
enum { USUAL_GAP = 10000000, LEAST_GAP = 100000 };
/* Up to that distance they keep the usual gap, beyond it is a share of the distance. */
#define NEAR 100000000ull
enum { SHARE = 8, FEW_MARKS = 8, MOST_TRIES = 256 };

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

static void note_cycles(const Machine *m, uint64_t *cycles)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        cycles[i] = hart_cycles(&m->harts[i]);
}

/* Marks. */

static void free_mark(const History *h, Mark *mark)
{
    checkpoint_free(h->machine, mark->checkpoint);
    for (unsigned i = 0; i < h->machine->n_harts; i++)
        if (mark->worlds[i])
            g_array_unref(mark->worlds[i]);
    g_free(mark);
}

static void drop_marks(History *h, unsigned from, unsigned count)
{
    for (unsigned i = from; i < from + count; i++)
        free_mark(h, history_mark_at(h, i));
    if (count)
        g_ptr_array_remove_range(h->marks, from, count);
}

/* Without the marks before `index` nothing before is reached. */
static void drop_oldest(History *h, unsigned count)
{
    drop_marks(h, 0, count);
    const Mark *first = history_mark_at(h, 0);
    input_log_forget(h->log, MIN(first->moment.next, history_now(h).next));
    guint past = 0;
    while (past < h->stops->len &&
           moment_before(&g_array_index(h->stops, Stop, past).moment, &first->moment))
        past++;
    g_array_remove_range(h->stops, 0, past);
}

/* How far apart marks may be at this distance from where the machine is. */
static uint64_t allowed_gap(uint64_t distance)
{
    if (distance < 2 * USUAL_GAP)
        return MAX(distance / 2, LEAST_GAP);
    return distance < NEAR ? USUAL_GAP : distance / SHARE;
}

static void thin_out(History *h, uint64_t now)
{
    for (unsigned i = h->marks->len; i-- > 2;) {
        const Mark *before = history_mark_at(h, i - 2), *mark = history_mark_at(h, i - 1),
                   *after = history_mark_at(h, i);
        uint64_t distance = MAX(mark->work, now) - MIN(mark->work, now);
        if (!mark->is_first && after->work - before->work <= allowed_gap(distance))
            drop_marks(h, i - 1, 1);
    }
}

static size_t memory_used(const History *h)
{
    size_t size = 0;
    for (unsigned i = 0; i < h->marks->len; i++)
        size += checkpoint_size(h->machine, history_mark_at(h, i)->checkpoint);
    return size;
}

/* Every second of the older half goes; when few are left, the oldest. */
static void make_room(History *h)
{
    Moment now = history_now(h);
    while (memory_used(h) > h->limit && h->marks->len > 2 &&
           moment_before(&history_mark_at(h, 1)->moment, &now)) {
        unsigned before = h->marks->len;
        for (unsigned i = before / 2; before > FEW_MARKS && i-- > 1;)
            if (i % 2 && !history_mark_at(h, i)->is_first)
                drop_marks(h, i, 1);
        if (h->marks->len == before)
            drop_oldest(h, 1);
    }
}

static void copy_worlds(const Machine *m, GArray **worlds)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        worlds[i] = m->harts[i].worlds ? g_array_copy(m->harts[i].worlds->seen) : NULL;
}

static void restore_worlds(Machine *m, GArray *const *worlds)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        worlds_forget(&m->harts[i]);
        if (worlds[i] && m->harts[i].worlds)
            g_array_append_vals(m->harts[i].worlds->seen, worlds[i]->data, worlds[i]->len);
    }
}

static void take_mark(History *h, bool is_first)
{
    Machine *m = h->machine;
    if (!h->limit)
        return;
    Mark *mark = g_new0(Mark, 1);
    *mark = (Mark){ .checkpoint = checkpoint_take(m),
                    .moment = history_now(h),
                    .work = machine_executed(m),
                    .recorded = m->replaying ? m->recorded : h->logged,
                    .is_first = is_first };
    note_cycles(m, mark->cycles);
    copy_worlds(m, mark->worlds);
    unsigned place = h->marks->len;
    while (place && moment_before(&mark->moment, &history_mark_at(h, place - 1)->moment))
        place--;
    g_ptr_array_insert(h->marks, (int)place, mark);
    thin_out(h, mark->work);
    make_room(h);
}

static void set_mark_due(History *h)
{
    h->mark_due = UINT64_MAX;
    if (!h->limit)
        return;
    uint64_t work = machine_executed(h->machine), gap = USUAL_GAP;
    if (h->machine->travelling && h->origin > work)
        gap = MAX((h->origin - work) / 2, LEAST_GAP);
    h->mark_due = work + gap;
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
        g_printerr("bulkhead: the run was changed: from here on it is no replay\n");
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
    drop_marks(h, kept, h->marks->len - kept);
    while (stops && moment_before(&now, &g_array_index(h->stops, Stop, stops - 1).moment))
        stops--;
    g_array_set_size(h->stops, stops);
    input_log_truncate(h->log, now.next);
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
    restore_worlds(m, mark->worlds);
    h->has_ended = false;
    m->stop = STOP_NONE;
    m->reset_requested = false;
    m->recorded = mark->recorded;
    machine_restraint_changed(m);
    input_log_seek(h->log, mark->moment.next);
    set_mark_due(h);
}

static void look(Machine *m, void *opaque);

/* Somebody went back in time by other means: what is remembered has no place any more. */
static void begin_anew(History *h)
{
    drop_marks(h, 0, h->marks->len);
    g_array_set_size(h->stops, 0);
    if (h->behind)
        catch_up(h);
    input_log_forget(h->log, history_now(h).next);
    take_mark(h, true);
    set_mark_due(h);
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
    h->machine->stop = STOP_NONE;
    h->machine->reset_requested = false;
    if (h->machine->clock.units < units)
        begin_anew(h);
    else
        take_mark(h, true);
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

void history_schedule(History *h)
{
    uint64_t at = h->has_goal ? h->goal.at.units : UINT64_MAX;
    if (h->machine->replaying)
        at = MIN(at, next_record_due(h));
    if (h->behind)
        at = MIN(at, h->frontier.at.units);
    else if (h->replay)
        at = MIN(at, h->replay->end.at.units);
    machine_look_at(h->machine, at, look, h);
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
    return h->replay && !h->behind && !h->has_goal && !h->machine->travelling &&
           is_at(h, &h->replay->end);
}

static void look(Machine *m, void *opaque)
{
    History *h = opaque;
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
    if (h->machine->clock.units < h->touched_at.at.units) {
        if (h->machine->replaying)
            leave_replay(h);
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
    take_mark(h, true);
    set_mark_due(h);
}

void history_paused(Machine *m)
{
    History *h = m->history;
    if (!h || !h->limit)
        return;
    Stop stop = { .moment = history_now(h) };
    note_cycles(m, stop.cycles);
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
    }
    if (machine_executed(m) >= h->mark_due) {
        take_mark(h, false);
        set_mark_due(h);
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

/* Life. */

const char *history_refusal(const Machine *m)
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        const VirtioConfig *slot = &m->config.virtio[i];
        if (slot->drive_file && !slot->read_only && !slot->snapshot)
            return "what the guest writes to a disk image cannot be taken back; add -snapshot, which "
                   "leaves images as they are";
    }
    return m->harts[0].semihost
               ? "calls to the host by -semihosting cannot be taken back; leave it out"
               : NULL;
}

History *history_new(Machine *m, InputLog *log, size_t limit)
{
    History *h = g_new0(History, 1);
    h->machine = m;
    h->log = log;
    h->limit = limit;
    h->marks = g_ptr_array_new();
    h->stops = g_array_new(FALSE, TRUE, sizeof(Stop));
    travel_init(h);
    m->history = h;
    m->time_travel = limit ? &h->travel : NULL;
    take_mark(h, true);
    set_mark_due(h);
    return h;
}

void history_replay(History *h, const HistoryReplay *replay)
{
    h->replay = replay;
    h->machine->replaying = true;
    input_log_seek(h->log, input_log_first(h->log));
    history_schedule(h);
}

void history_record(History *h, HistoryPart *part_begins, void *recorder)
{
    h->part_begins = part_begins;
    h->recorder = recorder;
}

void history_free(History *h)
{
    if (!h)
        return;
    machine_look_at(h->machine, UINT64_MAX, look, h);
    drop_marks(h, 0, h->marks->len);
    h->machine->history = NULL;
    h->machine->time_travel = NULL;
    g_ptr_array_free(h->marks, TRUE);
    g_array_free(h->stops, TRUE);
    g_free(h);
}

void history_describe(const History *h, GString *out)
{
    if (!h->limit) {
        g_string_append(out, "nothing: start with -history on\n");
        return;
    }
    Moment now = history_now(h);
    const Mark *first = history_mark_at(h, 0);
    unsigned n_harts = h->machine->n_harts;
    g_string_append_printf(out,
                           "from %" PRIu64 " ns to %" PRIu64 " ns: %u checkpoints, %zu MiB of %zu; "
                           "%" PRIu64 " inputs\n",
                           first->moment.at.units / n_harts,
                           (h->behind ? h->frontier : now).at.units / n_harts, h->marks->len,
                           memory_used(h) >> 20, h->limit >> 20,
                           input_log_end(h->log) - input_log_first(h->log));
    g_string_append_printf(out, "now: %" PRIu64 " ns%s\n", now.at.units / n_harts,
                           h->behind ? ", in the past" : "");
}
