/* SPDX-License-Identifier: MIT */
/*
 * run.c - going on, stepping, stopping.
 *
 * All-stop: either the debugger holds the machine and asks, or it waits for a stop reply. The machine pauses wherever in
 * its round it is and goes on from there, so a run with stops is the run without them. A step is one unit of one hart:
 * an instruction, or the entry into a trap. A step of a guest's thread ends in the guest: if it leaves, when it is back.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/gdb/session.h"
#include "emu/time/history.h"

static GdbStopped *last_stop(GdbSession *s)
{
    return &s->stopped[s->stop.hart];
}

void gdb_end_steps(GdbSession *s)
{
    memset(s->steps, 0, sizeof s->steps);
}

void gdb_pause(GdbSession *s, GdbThread thread, int signal, GdbReason reason)
{
    if (s->non_stop) {
        gdb_nonstop_pause(s, thread.hart, reason, signal);
        return;
    }
    s->machine->paused = true;
    s->machine->noticed = s->machine->monitors != NULL;
    s->holds = true;
    s->held = 0;
    s->general = s->stop = thread;
    *last_stop(s) = (GdbStopped){ reason, signal, s->machine->harts[thread.hart].pc, { 0 } };
    gdb_end_steps(s);
    gdb_hub_update(s->hub);
}

void gdb_append_stop(GdbSession *s)
{
    static const char *const names[] = {
        [WATCHED_WRITE] = "watch", [WATCHED_READ] = "rwatch", [WATCHED_ACCESS] = "awatch"
    };
    const GdbStopped *stop = last_stop(s);
    g_string_append_printf(s->reply, "T%02x", (unsigned)stop->signal);
    if (stop->watch.kind)
        g_string_append_printf(s->reply, "%s:%" PRIx64 ";", names[stop->watch.kind],
                               stop->watch.first);
    if (stop->reason == GDB_STOP_START)
        g_string_append(s->reply, "replaylog:begin;");
    g_string_append(s->reply, "thread:");
    gdb_append_thread(s, s->reply, s->stop);
    g_string_append_c(s->reply, ';');
}

void gdb_send_stop(GdbSession *s)
{
    if (s->non_stop) {
        gdb_nonstop_tell(s);
        return;
    }
    g_string_truncate(s->reply, 0);
    gdb_append_stop(s);
    gdb_send_reply(s);
}

static GdbThread stepping_thread(const GdbSession *s, unsigned hart)
{
    return (GdbThread){ s->steps[hart].process, hart };
}

/* The hart that steps does its instruction whatever happens: a breakpoint there has been reported, and a WFI that would
 * wait is a no-op, as in the debug specification ("Single Step"). */
static void aim_step(GdbSession *s, unsigned index)
{
    Hart *hart = &s->machine->harts[index];
    s->steps[index].waits = !gdb_is_here(s, stepping_thread(s, index));
    if (s->steps[index].waits)
        return;
    hart->step_over = true;
    history_wake(s->machine, hart);
}

static void stop_at(GdbSession *s, GdbThread thread, GdbReason reason)
{
    const Hart *hart = &s->machine->harts[thread.hart];
    Watchpoint hit = reason == GDB_STOP_WATCHPOINT ? hart->watch_hit : (Watchpoint){ 0 };
    if (s->non_stop)
        gdb_nonstop_stopped(s, thread.hart);
    else
        gdb_pause(s, thread, GDB_SIGTRAP, reason);
    s->stopped[thread.hart] = (GdbStopped){ reason, GDB_SIGTRAP, hart->pc, hit };
    gdb_send_stop(s);
}

/* Is the step over, now that its hart has stopped? Otherwise it goes on, or waits for who has left to come back. */
static bool step_ends(GdbSession *s, unsigned hart)
{
    const GdbStep *step = &s->steps[hart];
    uint64_t pc = s->machine->harts[hart].pc;
    bool in_range = pc - step->start < step->end - step->start;
    if (gdb_is_here(s, stepping_thread(s, hart)) && !in_range)
        return true;
    aim_step(s, hart);
    return false;
}

bool gdb_session_stops(GdbSession *s, unsigned hart)
{
    if (!s->connected || s->holds || (s->non_stop && !(s->running >> hart & 1)))
        return false;
    bool steps = s->steps[hart].on && !s->machine->harts[hart].watch_hit.kind;
    if (gdb_has_watchpoint(s, hart))
        stop_at(s, gdb_thread_on(s, hart), GDB_STOP_WATCHPOINT);
    else if (gdb_has_breakpoint(s, hart))
        stop_at(s, gdb_thread_on(s, hart), GDB_STOP_BREAKPOINT);
    else if (steps && step_ends(s, hart))
        stop_at(s, stepping_thread(s, hart), GDB_STOP_STEP);
    else
        return false;
    return true;
}

/* A debugger that does not step over breakpoints itself would otherwise stay at the one it is told of. */
void gdb_leave_stop(GdbSession *s, unsigned index)
{
    Hart *hart = &s->machine->harts[index];
    bool same = hart->pc == s->stopped[index].pc;
    hart->step_over |= same;
    hart->watch_over = same && s->stopped[index].reason == GDB_STOP_WATCHPOINT;
}

void gdb_let_go(GdbSession *s)
{
    gdb_leave_stop(s, s->stop.hart);
    s->holds = s->non_stop = false;
    s->held = 0;
    gdb_end_steps(s);
    gdb_hub_release(s->hub);
}

static bool is_step(const GdbAction *action)
{
    return action->verb == 's' || action->verb == 'r';
}

/* The hart that steps: the one the debugger looks at, if it is to step, else the first; -1: none. */
static int find_step(const GdbSession *s, const GdbAction *actions)
{
    if (is_step(&actions[s->general.hart]))
        return (int)s->general.hart;
    for (unsigned i = 0; i < s->machine->n_harts; i++)
        if (is_step(&actions[i]))
            return (int)i;
    return -1;
}

void gdb_start_step(GdbSession *s, unsigned hart, const GdbAction *action)
{
    s->steps[hart] = (GdbStep){ true, false, action->process, action->start, action->end };
    aim_step(s, hart);
}

/* Lets the harts go as `actions` say, one for each hart. One hart steps at a time; others that should wait for it. */
static bool resume(GdbSession *s, const GdbAction *actions)
{
    Machine *m = s->machine;
    int step = find_step(s, actions);
    uint32_t held = 0;
    unsigned free = 0;
    for (unsigned i = 0; i < m->n_harts; i++) {
        bool goes = actions[i].verb == 'c' || (int)i == step;
        held |= (uint32_t)!goes << i;
        free += goes;
    }
    if (!free)
        return gdb_fail(s, GDB_EINVAL, "no hart would run");
    gdb_leave_stop(s, s->stop.hart);
    s->holds = false;
    if (step < 0)
        gdb_forget_removed(s);
    s->held = held;
    if (step >= 0)
        gdb_start_step(s, (unsigned)step, &actions[step]);
    gdb_hub_release(s->hub);
    return false;
}

bool gdb_vcont_query(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_assign(s->reply, "vCont;c;C;s;S;t;r");
    return true;
}

/* One action without its thread. Signals mean nothing to a machine. */
static bool take_action(GdbText *args, GdbAction *action)
{
    uint64_t signal;
    if (gdb_at_end(args) || !memchr("cCsStr", *args->at, 6))
        return false;
    char verb = *args->at++;
    *action = (GdbAction){ .verb = g_ascii_tolower(verb) };
    if (verb == 'C' || verb == 'S')
        return gdb_take_hex(args, &signal);
    return verb != 'r' ||
           (gdb_take_range(args, &action->start, &action->end) && action->start <= action->end);
}

/* The leftmost action that names a hart counts. */
static void assign(const GdbSession *s, GdbAction *actions, int hart, const GdbAction *action)
{
    if (hart == GDB_ANY)
        hart = (int)s->general.hart;
    for (unsigned i = 0; i < s->machine->n_harts; i++)
        if (!actions[i].verb && (hart == GDB_ALL || hart == (int)i))
            actions[i] = *action;
}

bool gdb_vcont(GdbSession *s, GdbText *args)
{
    GdbAction actions[MACHINE_MAX_HARTS] = { 0 }, action;
    do {
        int hart = GDB_ALL;
        unsigned process = 0;
        if (!gdb_take_char(args, ';') || !take_action(args, &action) ||
            (gdb_take_char(args, ':') && !gdb_take_thread(s, args, &process, &hart)))
            return gdb_fail(s, GDB_EINVAL, "an action that is none, or of no thread");
        action.process = process ? process : s->general.process;
        assign(s, actions, hart, &action);
    } while (!gdb_at_end(args));
    return s->non_stop ? gdb_nonstop_resume(s, actions) : resume(s, actions);
}

/* The old forms: [address] after the verb, other harts go on. */
static bool resume_plain(GdbSession *s, GdbText *args, char verb)
{
    GdbAction actions[MACHINE_MAX_HARTS] = { 0 };
    unsigned hart = s->step_thread < 0 ? s->general.hart : (unsigned)s->step_thread;
    uint64_t pc;
    bool has_pc = gdb_take_hex(args, &pc);
    if (!gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    if (s->non_stop)
        return gdb_fail(s, GDB_EINVAL, "in non-stop mode harts go on by vCont");
    if (has_pc)
        gdb_set_pc(s, hart, pc);
    actions[hart] = (GdbAction){ .verb = verb, .process = s->general.process };
    assign(s, actions, GDB_ALL, &(GdbAction){ .verb = 'c', .process = s->general.process });
    return resume(s, actions);
}

/* The old forms with a signal: SIGNAL[;address] */
static bool resume_signal(GdbSession *s, GdbText *args, char verb)
{
    uint64_t signal;
    if (!gdb_take_hex(args, &signal) || (!gdb_at_end(args) && !gdb_take_char(args, ';')))
        return gdb_error(s, GDB_EINVAL);
    return resume_plain(s, args, verb);
}

bool gdb_continue(GdbSession *s, GdbText *args)
{
    return resume_plain(s, args, 'c');
}

bool gdb_step(GdbSession *s, GdbText *args)
{
    return resume_plain(s, args, 's');
}

bool gdb_continue_signal(GdbSession *s, GdbText *args)
{
    return resume_signal(s, args, 'c');
}

bool gdb_step_signal(GdbSession *s, GdbText *args)
{
    return resume_signal(s, args, 's');
}

/* What stepping means, spelled as QEMU spells it. There the default is to mask interrupts and stop timers; here it is
 * not: a run with steps is the run without. */

bool gdb_step_bits(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_printf(s->reply, "ENABLE=%x,NOIRQ=%x,NOTIMER=%x", GDB_STEP_ENABLE, GDB_STEP_NO_IRQ,
                    GDB_STEP_NO_TIMER);
    return true;
}

bool gdb_query_step(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_printf(s->reply, "0x%x", s->step_flags);
    return true;
}

bool gdb_set_step(GdbSession *s, GdbText *args)
{
    uint64_t flags;
    gdb_take_word(args, "0x");
    if (!gdb_take_hex(args, &flags) || !gdb_at_end(args) || flags & ~(uint64_t)GDB_STEP_BITS)
        return gdb_fail(s, GDB_EINVAL, "the bits of stepping are 1, 2 and 4");
    s->step_flags = (unsigned)flags;
    return gdb_ok(s);
}

/* Backwards, if somebody can. */

static bool wants_back(void *opaque)
{
    const GdbSession *s = opaque;
    return s->interrupted && s->interrupted(s->opaque);
}

/* False: the reply says why, or is empty, since going back is not offered. */
static bool may_travel(GdbSession *s)
{
    Machine *m = s->machine;
    if (s->non_stop || !s->holds) {
        gdb_fail(s, GDB_EINVAL, "%s",
                 s->non_stop ? "there is no way back in non-stop mode" : "the machine runs");
        return false;
    }
    if (!m->time_travel)
        g_string_printf(s->why, "there is no going back: %s\n",
                        m->no_time_travel ? m->no_time_travel : "nobody remembers the run");
    m->wants_back = wants_back;
    m->debug_user = s;
    return m->time_travel;
}

static bool travelled(GdbSession *s, TravelEnd end, unsigned hart)
{
    static const GdbReason reasons[] = { [TRAVEL_ARRIVED] = GDB_STOP_STEP,
                                         [TRAVEL_AT_POINT] = GDB_STOP_BREAKPOINT,
                                         [TRAVEL_AT_START] = GDB_STOP_START,
                                         [TRAVEL_CANCELLED] = GDB_STOP_INTERRUPT };
    Watchpoint hit = s->machine->harts[hart].watch_hit;
    gdb_pause(s, gdb_thread_on(s, hart), end == TRAVEL_CANCELLED ? GDB_SIGINT : GDB_SIGTRAP,
              hit.kind && end == TRAVEL_AT_POINT ? GDB_STOP_WATCHPOINT : reasons[end]);
    if (last_stop(s)->reason == GDB_STOP_WATCHPOINT)
        last_stop(s)->watch = hit;
    s->machine->harts[hart].watch_hit = (Watchpoint){ 0 };
    gdb_append_stop(s);
    return true;
}

bool gdb_step_back(GdbSession *s, GdbText *args)
{
    const TimeTravel *travel = s->machine->time_travel;
    (void)args;
    if (!may_travel(s))
        return true;
    unsigned hart = s->step_thread < 0 ? s->general.hart : (unsigned)s->step_thread;
    return travelled(s, travel->step_back(travel->opaque, hart, 1), hart);
}

bool gdb_run_back(GdbSession *s, GdbText *args)
{
    const TimeTravel *travel = s->machine->time_travel;
    unsigned hart = s->general.hart;
    (void)args;
    if (!may_travel(s))
        return true;
    TravelEnd end = travel->run_back(travel->opaque, &hart);
    return travelled(s, end, hart);
}
