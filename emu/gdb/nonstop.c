/* SPDX-License-Identifier: MIT */
/*
 * nonstop.c - harts that stop one by one, while others go on.
 *
 * In this mode a resumption is answered at once and a stop is a notification. The debugger asks for one stop after the
 * other by vStopped, until it has heard of all. A hart that has stopped is held, and for the others time goes on; when all
 * have, the machine is paused as in all-stop mode. Source: gdb manual, "Notification Packets", "Remote Non-Stop".
 */
#include <string.h>

#include "emu/gdb/session.h"

enum { NO_SIGNAL = 0 }; /* of a hart that was told to stop */

static uint32_t all_harts(const GdbSession *s)
{
    return (uint32_t)(BIT(s->machine->n_harts) - 1);
}

/* What the hub is to know of who goes. */
static void publish(GdbSession *s)
{
    s->held = all_harts(s) & ~s->running;
    s->holds = !s->running;
    gdb_hub_release(s->hub);
}

void gdb_nonstop_stopped(GdbSession *s, unsigned hart)
{
    s->running &= ~(uint32_t)BIT(hart);
    s->untold |= (uint32_t)BIT(hart);
    s->steps[hart].on = false;
    publish(s);
}

static void stop_hart(GdbSession *s, unsigned hart, GdbReason reason, int signal)
{
    s->stopped[hart] = (GdbStopped){ reason, signal, s->machine->harts[hart].pc, { 0 } };
    gdb_nonstop_stopped(s, hart);
}

void gdb_nonstop_pause(GdbSession *s, unsigned hart, GdbReason reason, int signal)
{
    for (unsigned i = 0; i < s->machine->n_harts; i++)
        if (s->running >> i & 1 && i == hart)
            stop_hart(s, i, reason, signal);
        else if (s->running >> i & 1)
            stop_hart(s, i, GDB_STOP_INTERRUPT, NO_SIGNAL);
}

void gdb_nonstop_hear(GdbSession *s)
{
    if (s->telling)
        return;
    s->untold |= s->later;
    s->later = 0;
}

/* The next hart that the debugger has not heard of, in place of a reply. False: it has heard all. */
static bool append_next(GdbSession *s)
{
    for (unsigned i = 0; i < s->machine->n_harts; i++) {
        if (!(s->untold >> i & 1))
            continue;
        s->untold &= ~(uint32_t)BIT(i);
        s->stop = gdb_thread_on(s, i);
        gdb_append_stop(s);
        return true;
    }
    return false;
}

void gdb_nonstop_tell(GdbSession *s)
{
    if (s->telling || !s->untold)
        return;
    s->telling = true;
    g_string_assign(s->reply, "Stop:");
    append_next(s);
    gdb_send_notification(s);
}

/* Debuggers (gdb 13 and 16) do not bear to hear of several stops while they connect. They hear of one, that of the hart
 * they connected at if it has stopped; the others are told like stops that happen then. */
void gdb_nonstop_append_all(GdbSession *s)
{
    uint32_t stopped = all_harts(s) & ~s->running, here = (uint32_t)BIT(s->stop.hart) & stopped;
    s->untold = here ? here : stopped & -stopped;
    s->later = stopped & ~s->untold;
    s->telling = append_next(s);
    if (!s->telling)
        gdb_ok(s);
}

bool gdb_nonstop_more(GdbSession *s, GdbText *args)
{
    (void)args;
    if (append_next(s))
        return true;
    s->telling = false;
    return gdb_ok(s);
}

static void act(GdbSession *s, unsigned hart, const GdbAction *action)
{
    bool goes = s->running >> hart & 1;
    if (goes && action->verb == 't')
        stop_hart(s, hart, GDB_STOP_INTERRUPT, NO_SIGNAL);
    if (goes || action->verb == 't' || !action->verb)
        return;
    gdb_leave_stop(s, hart);
    s->running |= (uint32_t)BIT(hart);
    s->untold &= ~(uint32_t)BIT(hart);
    s->later &= ~(uint32_t)BIT(hart);
    if (action->verb != 'c')
        gdb_start_step(s, hart, action);
}

bool gdb_nonstop_resume(GdbSession *s, const GdbAction *actions)
{
    for (unsigned i = 0; i < s->machine->n_harts; i++)
        act(s, i, &actions[i]);
    publish(s);
    return gdb_ok(s);
}

/* QNonStop:1 or 0. It comes when the debugger connects; what runs then stops if it does not ask for the mode. */
bool gdb_nonstop_set(GdbSession *s, GdbText *args)
{
    uint64_t on;
    if (!gdb_take_hex(args, &on) || on > 1 || !gdb_at_end(args))
        return gdb_fail(s, GDB_EINVAL, "non-stop mode is 1, all-stop mode 0");
    if (on && s->view.kind == GDB_VIEW_PARTITION)
        return gdb_fail(s, GDB_EINVAL, "the partition view has no non-stop mode");
    if (s->non_stop && !on)
        gdb_nonstop_pause(s, s->stop.hart, GDB_STOP_INTERRUPT, GDB_SIGINT);
    if (!s->non_stop && !s->holds)
        s->running = all_harts(s) & ~s->held;
    s->non_stop = on;
    s->telling = false;
    s->untold = s->later = 0;
    return gdb_ok(s);
}
