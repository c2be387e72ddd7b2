/* SPDX-License-Identifier: MIT */
/* explain.c - choosing what to explain; see explain.h. */
#include "emu/explain/explain.h"

#include <inttypes.h>
#include <string.h>

enum {
    LOOPS = 16, /* a trap that came so often, without an instruction between, is not handled */
    HANDLER_MOST =
        1000000, /* instructions after which a handler that did nothing else has given up */
};

static void mistake_clear(gpointer data)
{
    Mistake *mistake = data;
    g_string_free(mistake->what, TRUE);
    g_string_free(mistake->fix, TRUE);
    g_free(mistake);
}

static Explanation *begin(const Case *about)
{
    Explanation *e = g_new0(Explanation, 1);
    e->about = *about;
    e->text = g_string_new(NULL);
    e->mistakes = g_ptr_array_new_with_free_func(mistake_clear);
    return e;
}

void explanation_free(Explanation *e)
{
    if (!e)
        return;
    g_string_free(e->text, TRUE);
    g_ptr_array_free(e->mistakes, TRUE);
    g_free(e);
}

bool explain_is_loop(const Case *it)
{
    return it->trap && it->trap->times >= LOOPS;
}

/* Did its level go on with somebody else: another guest, a process? Then whoever trapped was put off or given up, which
 * is a decision and no mistake. Of a run that goes on anything else that the handler's level did says so. */
static bool went_on(const Case *it)
{
    const PastTrap *other;
    for (unsigned n = 0; (other = past_last(it->hart->past, n)) && other->id > it->trap->id; n++)
        if (other->level == it->trap->level && other->returned &&
            (!it->over || other->mode == PRIV_U || other->mode >= MODE_GUEST))
            return true;
    return false;
}

bool explain_is_open(const Case *it)
{
    const Hart *hart = it->hart;
    if (!it->trap || explain_is_loop(it))
        return it->trap;
    return !it->trap->returned && !went_on(it) &&
           (it->over || hart->critical || (hart->idle && it->machine->warned_idle) ||
            hart_retired(hart) - it->trap->retired > HANDLER_MOST);
}

/* Has the guest ended the run, and nothing happened since? */
static bool has_ended(const Machine *m)
{
    enum { HARDLY_ANYTHING = 100 };
    return m->ended_at && m->clock.units - m->ended_at < HARDLY_ANYTHING;
}

static Case case_of_trap(Machine *m, unsigned hart, const PastTrap *trap, bool over)
{
    Hart *h = &m->harts[hart];
    return (
        Case){ .machine = m, .hart = h, .trap = trap, .walk = past_walk(h, trap), .over = over };
}

static bool is_known(const GPtrArray *mistakes, const Mistake *mistake)
{
    for (unsigned i = 0; i < mistakes->len; i++) {
        const Mistake *other = g_ptr_array_index(mistakes, i);
        if (other->at == mistake->at && !strcmp(other->bit, mistake->bit) &&
            !strcmp(other->rule, mistake->rule))
            return true;
    }
    return false;
}

/* Judges a case; the first in which there is a mistake is what the explanation is about. */
static void consider(Explanation **found, const Case *it)
{
    g_autoptr(GPtrArray) mistakes = g_ptr_array_new();
    explain_judge(it, mistakes);
    if (mistakes->len && !*found)
        *found = begin(it);
    for (unsigned i = 0; i < mistakes->len; i++) {
        Mistake *mistake = g_ptr_array_index(mistakes, i);
        if (is_known((*found)->mistakes, mistake))
            mistake_clear(mistake);
        else
            g_ptr_array_add((*found)->mistakes, mistake);
    }
}

static void consider_hart(Explanation **found, Machine *m, unsigned hart, bool over)
{
    const Past *past = m->harts[hart].past;
    const PastTrap *trap;
    for (unsigned n = 0; past && (trap = past_last(past, n)); n++) {
        Case it = case_of_trap(m, hart, trap, over);
        if (explain_is_open(&it))
            consider(found, &it);
    }
}

static void consider_fences(Explanation **found, Machine *m)
{
    const FenceNote *note;
    for (unsigned n = 0; (note = explain_fence(m, n)); n++)
        if (explain_fence_is_missing(m, note))
            consider(found, &(Case){ .machine = m, .hart = &m->harts[note->hart], .fence = note });
}

static bool is_fault(const PastTrap *trap)
{
    const uint64_t cause = trap->trap.cause;
    return !(cause & CAUSE_INTERRUPT) && !(cause >= CAUSE_ECALL_U && cause <= CAUSE_ECALL_M);
}

/* Where there is no mistake: that the hart waits, or its last fault, or if none is remembered its last trap. */
static Case plain_case(Machine *m, unsigned hart, bool over)
{
    Hart *h = &m->harts[hart];
    const PastTrap *last = h->past ? past_last(h->past, 0) : NULL, *trap = last;
    if (h->idle || !trap)
        return (Case){ .machine = m, .hart = h, .waits = h->idle };
    for (unsigned n = 1; trap && !is_fault(trap); n++)
        trap = past_last(h->past, n);
    return case_of_trap(m, hart, trap ? trap : last, over);
}

/* Where nobody has looked for missing fences as they were missed: what is left of that. */
static void hint_at_fences(const Machine *m, Explanation *found)
{
    uint64_t va;
    if (m->trace.on[TRACE_fence_missing] >> TRACE_TO_EXPLAIN & 1)
        return;
    unsigned count = explain_stale(found->about.hart, &va);
    if (!count)
        return;
    g_string_append_printf(found->text,
                           " Remembered translations that are not what the tables say: %u, that of "
                           "0x%" PRIx64
                           " for one. Using them would be for want of a fence; walk shows "
                           "one, -explain notes when one is used.",
                           count, va);
}

Explanation *explain_now(Machine *m, unsigned hart, bool over)
{
    Explanation *found = NULL;
    over |= has_ended(m);
    for (unsigned i = 0; i < m->n_harts; i++)
        consider_hart(&found, m, (hart + i) % m->n_harts, over);
    consider_fences(&found, m);
    for (unsigned i = 0; i < m->n_harts; i++) {
        Hart *h = &m->harts[(hart + i) % m->n_harts];
        if (h->idle)
            consider(&found, &(Case){ .machine = m, .hart = h, .waits = true, .over = over });
    }
    if (!found) {
        Case plain = plain_case(m, hart, over);
        found = begin(&plain);
    }
    explain_tell(&found->about, found->text);
    hint_at_fences(m, found);
    return found;
}

Explanation *explain_trap(Machine *m, unsigned hart, uint64_t id)
{
    const Past *past = m->harts[hart].past;
    const PastTrap *trap = past ? past_find(past, id) : NULL;
    if (!trap)
        return NULL;
    Case it = case_of_trap(m, hart, trap, has_ended(m));
    Explanation *found = NULL;
    if (explain_is_open(&it))
        consider(&found, &it);
    if (!found)
        found = begin(&it);
    explain_tell(&found->about, found->text);
    return found;
}
