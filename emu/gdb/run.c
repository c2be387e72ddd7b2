/* SPDX-License-Identifier: MIT */
/*
 * run.c - going on, stepping, stopping.
 *
 * All-stop: either the machine is paused and the debugger asks, or it runs and the debugger waits for a stop reply. The
 * machine pauses wherever in its round it is and goes on from there, so a run with stops is the run without them.
 * A step is one unit of one hart: an instruction, or the entry into a trap.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/gdb/session.h"

void gdb_pause(GdbSession *s, unsigned hart, int signal)
{
    Machine *m = s->machine;
    m->paused = true;
    m->step_hart = -1;
    m->held = 0;
    s->general = s->stop_hart = hart;
    s->stop_pc = m->harts[hart].pc;
    s->signal = signal;
    s->range_start = s->range_end = 0;
}

void gdb_append_stop(GdbSession *s)
{
    static const char *const names[] = {
        [WATCHED_WRITE] = "watch", [WATCHED_READ] = "rwatch", [WATCHED_ACCESS] = "awatch"
    };
    const Watchpoint *hit = &s->machine->harts[s->stop_hart].watch_hit;
    g_string_append_printf(s->reply, "T%02x", (unsigned)s->signal);
    if (hit->kind)
        g_string_append_printf(s->reply, "%s:%" PRIx64 ";", names[hit->kind], hit->first);
    g_string_append(s->reply, "thread:");
    gdb_append_thread(s, s->reply, s->stop_hart);
    g_string_append_c(s->reply, ';');
}

/* The hart that steps does its instruction whatever happens: a breakpoint there has been reported, and a WFI that would
 * wait is a no-op, as in the debug specification ("Single Step"). */
static void aim_step(Machine *m, unsigned hart)
{
    m->step_hart = (int)hart;
    m->harts[hart].step_over = true;
    m->harts[hart].idle = false;
}

void gdb_stopped(void *opaque, unsigned index)
{
    GdbSession *s = opaque;
    uint64_t pc = s->machine->harts[index].pc;
    bool in_range = pc - s->range_start < s->range_end - s->range_start;
    if (in_range && !gdb_has_breakpoint(s, pc) && !s->machine->harts[index].watch_hit.kind) {
        aim_step(s->machine, index);
        return;
    }
    gdb_pause(s, index, GDB_SIGTRAP);
    g_string_truncate(s->reply, 0);
    gdb_append_stop(s);
    gdb_send_reply(s);
}

/* A debugger that does not step over breakpoints itself would otherwise stay at the one it is told of. */
static void leave_stop(GdbSession *s)
{
    Hart *hart = &s->machine->harts[s->stop_hart];
    if (hart->pc == s->stop_pc)
        hart->step_over = true;
    hart->watch_hit = (Watchpoint){ 0 };
    s->machine->paused = false;
}

void gdb_let_go(GdbSession *s)
{
    leave_stop(s);
    s->machine->held = 0;
    s->machine->step_hart = -1;
}

/* What a resumption asks of a hart. */
typedef struct {
    char verb; /* 0: nothing, it stays where it is */
    uint64_t start, end;
} Action;

static bool is_step(const Action *action)
{
    return action->verb == 's' || action->verb == 'r';
}

/* The hart that steps: the one the debugger looks at, if it is to step, else the first; -1: none. */
static int find_step(const GdbSession *s, const Action *actions)
{
    if (is_step(&actions[s->general]))
        return (int)s->general;
    for (unsigned i = 0; i < s->machine->n_harts; i++)
        if (is_step(&actions[i]))
            return (int)i;
    return -1;
}

/* Lets the harts go as `actions` say, one for each hart. One hart steps at a time; others that should wait for it. */
static bool resume(GdbSession *s, const Action *actions)
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
        return gdb_error(s, GDB_EINVAL);
    leave_stop(s);
    m->held = held;
    m->step_hart = -1;
    if (step >= 0) {
        aim_step(m, (unsigned)step);
        s->range_start = actions[step].start;
        s->range_end = actions[step].end;
    }
    return false;
}

bool gdb_vcont_query(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_assign(s->reply, "vCont;c;C;s;S;t;r");
    return true;
}

/* One action without its thread. Signals mean nothing to a machine. */
static bool take_action(GdbText *args, Action *action)
{
    uint64_t signal;
    if (gdb_at_end(args) || !memchr("cCsStr", *args->at, 6))
        return false;
    char verb = *args->at++;
    *action = (Action){ .verb = g_ascii_tolower(verb) };
    if (verb == 'C' || verb == 'S')
        return gdb_take_hex(args, &signal);
    return verb != 'r' ||
           (gdb_take_range(args, &action->start, &action->end) && action->start <= action->end);
}

/* The leftmost action that names a hart counts. */
static void assign(const GdbSession *s, Action *actions, int thread, const Action *action)
{
    if (thread == GDB_ANY)
        thread = (int)s->general;
    for (unsigned i = 0; i < s->machine->n_harts; i++)
        if (!actions[i].verb && (thread == GDB_ALL || thread == (int)i))
            actions[i] = *action;
}

bool gdb_vcont(GdbSession *s, GdbText *args)
{
    Action actions[MACHINE_MAX_HARTS] = { 0 }, action;
    do {
        int thread = GDB_ALL;
        if (!gdb_take_char(args, ';') || !take_action(args, &action) ||
            (gdb_take_char(args, ':') && !gdb_take_thread(s, args, &thread)))
            return gdb_error(s, GDB_EINVAL);
        assign(s, actions, thread, &action);
    } while (!gdb_at_end(args));
    return resume(s, actions);
}

/* The old forms: [address] after the verb, other harts go on. */
static bool resume_plain(GdbSession *s, GdbText *args, char verb)
{
    Action actions[MACHINE_MAX_HARTS] = { 0 };
    unsigned hart = s->step_thread < 0 ? s->general : (unsigned)s->step_thread;
    uint64_t pc;
    bool has_pc = gdb_take_hex(args, &pc);
    if (!gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    if (has_pc)
        gdb_set_pc(s, hart, pc);
    actions[hart].verb = verb;
    assign(s, actions, GDB_ALL, &(Action){ .verb = 'c' });
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
