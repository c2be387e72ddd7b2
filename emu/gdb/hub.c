/* SPDX-License-Identifier: MIT */
/*
 * hub.c - several debuggers, one machine.
 *
 * Each debugger holds the machine or lets it go, keeps harts from running, steps one, and has breakpoints. The machine
 * gets all of it together: it runs while nobody holds it. A stop is told to those whose doing it was, which then hold
 * the machine; for the others it just takes a while.
 */
#include "emu/gdb/hub.h"

#include "emu/gdb/session.h"

static void stopped(void *opaque, unsigned hart);

GdbHub *gdb_hub_new(Machine *machine)
{
    GdbHub *hub = g_new0(GdbHub, 1);
    hub->machine = machine;
    hub->sessions = g_ptr_array_new();
    hub->points = g_array_new(FALSE, FALSE, sizeof(Breakpoint));
    hub->watches = g_array_new(FALSE, FALSE, sizeof(Watchpoint));
    hub->own_points = g_array_new(FALSE, FALSE, sizeof(Breakpoint));
    hub->event = g_string_new(NULL);
    return hub;
}

void gdb_hub_free(GdbHub *hub)
{
    g_ptr_array_free(hub->sessions, TRUE);
    g_array_free(hub->points, TRUE);
    g_array_free(hub->watches, TRUE);
    g_array_free(hub->own_points, TRUE);
    g_string_free(hub->event, TRUE);
    g_free(hub);
}

void gdb_hub_join(GdbHub *hub, GdbSession *session)
{
    g_ptr_array_add(hub->sessions, session);
}

void gdb_hub_leave(GdbHub *hub, GdbSession *session)
{
    g_ptr_array_remove(hub->sessions, session);
}

static GdbSession *session_at(const GdbHub *hub, unsigned index)
{
    return g_ptr_array_index(hub->sessions, index);
}

/* Stops of harts are the hub's while somebody wants any. */
static void take_stops(GdbHub *hub)
{
    hub->machine->debug_stopped = hub->any_connected || hub->own_points->len ? stopped : NULL;
    hub->machine->debug_opaque = hub;
}

void gdb_hub_count_connected(GdbHub *hub)
{
    Machine *m = hub->machine;
    bool any = false;
    for (unsigned i = 0; i < hub->sessions->len; i++)
        any |= session_at(hub, i)->connected;
    if (any == hub->any_connected)
        return;
    hub->any_connected = any;
    if (any)
        hub->live_input = m->config.live_input;
    m->config.live_input = any || hub->live_input;
    take_stops(hub);
    for (unsigned i = 0; i < m->n_harts; i++)
        worlds_watch(&m->harts[i], any);
}

/* What a session wants of a hart that it lets step. */
static void want_step(GdbHub *hub, const GdbSession *s, unsigned index)
{
    Hart *hart = &hub->machine->harts[index];
    WorldId world = { 0 };
    if (!s->steps[index].waits) {
        hub->machine->stepping |= (uint32_t)1 << index;
        hub->machine->restraint.timers_off |= s->step_flags & GDB_STEP_NO_TIMER;
        if (s->step_flags & GDB_STEP_NO_IRQ)
            hub->machine->restraint.irqs_off |= (uint32_t)1 << index;
    } else if (hart->worlds->n_wanted < G_N_ELEMENTS(hart->worlds->wanted)) {
        gdb_world_of(s, s->steps[index].process, &world);
        hart->worlds->wanted[hart->worlds->n_wanted++] = world;
    }
}

static void want(GdbHub *hub, const GdbSession *s)
{
    if (!s->connected)
        return;
    hub->machine->restraint.held |= s->held;
    for (unsigned i = 0; i < hub->machine->n_harts && !s->holds; i++)
        if (s->steps[i].on)
            want_step(hub, s, i);
}

void gdb_hub_update(GdbHub *hub)
{
    Machine *m = hub->machine;
    m->restraint = (Restraint){ 0 };
    m->stepping = 0;
    for (unsigned i = 0; i < m->n_harts; i++)
        if (m->harts[i].worlds)
            m->harts[i].worlds->n_wanted = 0;
    for (unsigned i = 0; i < hub->sessions->len; i++)
        want(hub, session_at(hub, i));
    machine_restraint_changed(m);
}

bool gdb_holds(const GdbHub *hub)
{
    bool held = false;
    for (unsigned i = 0; i < hub->sessions->len; i++)
        held |= session_at(hub, i)->connected && session_at(hub, i)->holds;
    return held;
}

void gdb_hub_release(GdbHub *hub)
{
    Machine *m = hub->machine;
    m->paused = gdb_holds(hub);
    m->noticed |= m->paused && m->monitors;
    gdb_hub_update(hub);
}

void gdb_hub_update_points(GdbHub *hub)
{
    Machine *m = hub->machine;
    g_array_set_size(hub->points, 0);
    g_array_set_size(hub->watches, 0);
    g_array_append_vals(hub->points, hub->own_points->data, hub->own_points->len);
    for (unsigned i = 0; i < hub->sessions->len; i++)
        gdb_publish_points(session_at(hub, i), hub->points, hub->watches);
    hub->all.points = (Breakpoint *)(void *)hub->points->data;
    hub->all.watches = (Watchpoint *)(void *)hub->watches->data;
    hub->all.n_points = hub->points->len;
    hub->all.n_watches = hub->watches->len;
    breakpoints_prepare(&hub->all);
    bool any = hub->all.n_points || hub->all.n_watches;
    for (unsigned i = 0; i < m->n_harts; i++)
        m->harts[i].breakpoints = any ? &hub->all : NULL;
}

/* Told by the machine between slices. What stops nobody goes on: a debugger has gone meanwhile, say. */
static void stopped(void *opaque, unsigned index)
{
    GdbHub *hub = opaque;
    Hart *hart = &hub->machine->harts[index];
    bool any = hub->reached && !hart->watch_hit.kind && hub->reached(hub->reached_opaque, index);
    for (unsigned i = 0; i < hub->sessions->len; i++)
        any |= gdb_session_stops(session_at(hub, i), index);
    if (!any)
        hart->step_over = hart->watch_over = true;
    hart->watch_hit = (Watchpoint){ 0 };
    gdb_hub_update(hub);
}

void gdb_end_with_debugger(GdbHub *hub)
{
    hub->ends_run = true;
}

static void tell(GdbHub *hub, unsigned hart, GdbReason reason)
{
    for (unsigned i = 0; i < hub->sessions->len; i++) {
        GdbSession *s = session_at(hub, i);
        if (!s->connected || s->holds)
            continue;
        gdb_pause(s, gdb_thread_on(s, hart), GDB_SIGTRAP, reason);
        gdb_send_stop(s);
    }
}

void gdb_tell_paused(GdbHub *hub)
{
    tell(hub, (unsigned)hub->machine->current, GDB_STOP_HALT);
}

void gdb_tell_event(GdbHub *hub, unsigned hart, const char *why)
{
    g_string_assign(hub->event, why);
    tell(hub, hart, GDB_STOP_EVENT);
}

void gdb_set_points(GdbHub *hub, const uint64_t *addresses, unsigned n,
                    bool (*reached)(void *opaque, unsigned hart), void *opaque)
{
    g_array_set_size(hub->own_points, 0);
    for (unsigned i = 0; i < n; i++)
        g_array_append_val(hub->own_points, ((Breakpoint){ .pc = addresses[i] }));
    hub->reached = reached;
    hub->reached_opaque = opaque;
    take_stops(hub);
    gdb_hub_update_points(hub);
}
