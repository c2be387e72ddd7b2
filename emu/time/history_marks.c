/* SPDX-License-Identifier: MIT */
/* history_marks.c - checkpoints of a run: when they are taken, and which make room; see history.h. */
#include "emu/time/history_state.h"

/* Of work. Marks are so far apart while the machine runs; so near they come where a journey goes to. */
enum { USUAL_GAP = 10000000, LEAST_GAP = 100000 };
/* Up to that distance they keep the usual gap, beyond it is a share of the distance. */
#define NEAR 100000000ull
enum { SHARE = 8, FEW_MARKS = 8 };

void history_note_steps(const Machine *m, uint64_t *steps)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        steps[i] = hart_steps(&m->harts[i]);
}

static void free_mark(const History *h, Mark *mark)
{
    checkpoint_free(h->machine, mark->checkpoint);
    for (unsigned i = 0; i < h->machine->n_harts; i++)
        if (mark->worlds[i])
            g_array_unref(mark->worlds[i]);
    g_free(mark);
}

void history_drop_marks(History *h, unsigned from, unsigned count)
{
    for (unsigned i = from; i < from + count; i++)
        free_mark(h, history_mark_at(h, i));
    if (count)
        g_ptr_array_remove_range(h->marks, from, count);
}

/* Without the marks before `index` nothing before is reached. */
static void drop_oldest(History *h, unsigned count)
{
    history_drop_marks(h, 0, count);
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
            history_drop_marks(h, i - 1, 1);
    }
}

size_t history_memory(const History *h)
{
    return checkpoints_memory(h->machine);
}

/* Every second of the older half goes; when few are left, the oldest. */
static void make_room(History *h)
{
    Moment now = history_now(h);
    while (history_memory(h) > h->limit && h->marks->len > 2 &&
           moment_before(&history_mark_at(h, 1)->moment, &now)) {
        unsigned before = h->marks->len;
        for (unsigned i = before / 2; before > FEW_MARKS && i-- > 1;)
            if (i % 2 && !history_mark_at(h, i)->is_first)
                history_drop_marks(h, i, 1);
        if (h->marks->len == before)
            drop_oldest(h, 1);
    }
}

static void copy_worlds(const Machine *m, GArray **worlds)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        worlds[i] = m->harts[i].worlds ? g_array_copy(m->harts[i].worlds->seen) : NULL;
}

void history_restore_worlds(Machine *m, GArray *const *worlds)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        worlds_forget(&m->harts[i]);
        if (worlds[i] && m->harts[i].worlds)
            g_array_append_vals(m->harts[i].worlds->seen, worlds[i]->data, worlds[i]->len);
    }
}

void history_take_mark(History *h, bool is_first)
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
    history_note_steps(m, mark->steps);
    copy_worlds(m, mark->worlds);
    unsigned place = h->marks->len;
    while (place && moment_before(&mark->moment, &history_mark_at(h, place - 1)->moment))
        place--;
    g_ptr_array_insert(h->marks, (int)place, mark);
    thin_out(h, mark->work);
    make_room(h);
}

void history_set_mark_due(History *h)
{
    h->mark_due = UINT64_MAX;
    if (!h->limit)
        return;
    uint64_t work = machine_executed(h->machine), gap = USUAL_GAP;
    if (h->machine->travelling && h->origin > work)
        gap = MAX((h->origin - work) / 2, LEAST_GAP);
    h->mark_due = work + gap;
}
