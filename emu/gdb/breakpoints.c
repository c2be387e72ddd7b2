/* SPDX-License-Identifier: MIT */
/*
 * breakpoints.c - breakpoints and watchpoints, which harts compare with what they do; see cpu/breakpoint.h.
 *
 * Each counts in every address space, or in the one it was set in: that of the thread's process, or, as `monitor
 * bp-scope` has it, that which the selected hart was in when it was first inserted. Debuggers remove all of them at every
 * stop and insert them again before going on, so what was removed is remembered until a hart goes on without it.
 */
#include <string.h>

#include "emu/gdb/session.h"

enum { MOST_POINTS = 65536 };

static GdbBreakpoint *point_at(const GdbSession *s, unsigned index)
{
    return &g_array_index(s->points, GdbBreakpoint, index);
}

static bool is_watch(const GdbBreakpoint *point)
{
    return point->kind >= '2';
}

void gdb_publish_points(const GdbSession *s, GArray *points, GArray *watches)
{
    for (unsigned i = 0; i < s->points->len; i++) {
        const GdbBreakpoint *point = point_at(s, i);
        Breakpoint here = { point->at, point->scope };
        Watchpoint watch = { point->at, point->at + point->length - 1,
                             (WatchKind)(point->kind - '0'), point->scope };
        if (point->inserted && is_watch(point))
            g_array_append_val(watches, watch);
        else if (point->inserted)
            g_array_append_val(points, here);
    }
}

static void forget(GdbSession *s, unsigned process, bool inserted)
{
    for (unsigned i = s->points->len; i-- > 0;) {
        const GdbBreakpoint *point = point_at(s, i);
        if ((!process || point->process == process) && (inserted || !point->inserted))
            g_array_remove_index_fast(s->points, i);
    }
}

void gdb_clear_breakpoints(GdbSession *s, unsigned process)
{
    forget(s, process, true);
    gdb_hub_update_points(s->hub);
}

void gdb_forget_removed(GdbSession *s)
{
    forget(s, 0, false);
}

bool gdb_has_breakpoint(const GdbSession *s, unsigned index)
{
    const Hart *hart = &s->machine->harts[index];
    AddressSpace space = hart_code_space(hart);
    for (unsigned i = 0; i < s->points->len; i++) {
        const GdbBreakpoint *point = point_at(s, i);
        if (point->inserted && !is_watch(point) && point->at == hart->pc &&
            scope_covers(&point->scope, &space))
            return true;
    }
    return false;
}

static bool same_scope(const BreakScope *a, const BreakScope *b)
{
    return a->kind == b->kind && a->space.guest == b->space.guest &&
           a->space.vmid == b->space.vmid && a->space.asid == b->space.asid;
}

/* Is what was hit on the hart one of these? It has the first byte, the kind and the scope of the point. */
bool gdb_has_watchpoint(const GdbSession *s, unsigned index)
{
    const Watchpoint *hit = &s->machine->harts[index].watch_hit;
    for (unsigned i = 0; hit->kind && i < s->points->len; i++) {
        const GdbBreakpoint *point = point_at(s, i);
        if (point->inserted && point->kind - '0' == (int)hit->kind &&
            hit->first - point->at < point->length && same_scope(&point->scope, &hit->scope))
            return true;
    }
    return false;
}

static GdbBreakpoint *find(const GdbSession *s, const GdbBreakpoint *wanted)
{
    for (unsigned i = 0; i < s->points->len; i++) {
        GdbBreakpoint *point = point_at(s, i);
        bool same_length = !is_watch(point) || point->length == wanted->length;
        if (point->at == wanted->at && point->kind == wanted->kind && same_length &&
            point->process == wanted->process)
            return point;
    }
    return NULL;
}

/* Where a point that is set now counts. */
static BreakScope scope_now(const GdbSession *s, bool watch)
{
    const Hart *hart = &s->machine->harts[s->general.hart];
    BreakScope scope = s->scope;
    WorldId id;
    if (gdb_world_of(s, s->general.process, &id) && scope.kind == SCOPE_ANY)
        return (BreakScope){ SCOPE_VMID, { id.guest, id.vmid, -1 } };
    if (scope.kind != SCOPE_ANY && !s->scope_fixed)
        scope.space = watch ? hart_data_space(hart) : hart_code_space(hart);
    return scope;
}

/* "KIND,address,length": 0 software, 1 hardware, which are the same here and for which the length says nothing: a client
 * that asks for one byte means the instruction there. 2 write, 3 read, 4 access watchpoints of `length` bytes. What may
 * follow, conditions and commands, is not offered, and so not taken. */
static bool take_point(const GdbSession *s, GdbText *args, GdbBreakpoint *point)
{
    *point = (GdbBreakpoint){ .process = s->general.process };
    if (gdb_at_end(args) || *args->at < '0' || *args->at > '4')
        return false;
    point->kind = *args->at++;
    return gdb_take_char(args, ',') && gdb_take_range(args, &point->at, &point->length) &&
           gdb_at_end(args) && !(is_watch(point) && !point->length);
}

bool gdb_insert_breakpoint(GdbSession *s, GdbText *args)
{
    GdbBreakpoint point;
    if (!take_point(s, args, &point))
        return gdb_fail(s, GDB_EINVAL, "no kind of breakpoint, or no place for one");
    GdbBreakpoint *known = find(s, &point);
    if (!known && s->points->len == MOST_POINTS)
        return gdb_fail(s, GDB_EINVAL, "there are %d breakpoints already", MOST_POINTS);
    point.inserted = true;
    if (known) {
        known->inserted = true;
    } else {
        point.scope = scope_now(s, is_watch(&point));
        g_array_append_val(s->points, point);
    }
    gdb_hub_update_points(s->hub);
    return gdb_ok(s);
}

bool gdb_remove_breakpoint(GdbSession *s, GdbText *args)
{
    GdbBreakpoint point;
    if (!take_point(s, args, &point))
        return gdb_fail(s, GDB_EINVAL, "no kind of breakpoint, or no place for one");
    GdbBreakpoint *known = find(s, &point);
    if (known)
        known->inserted = false;
    gdb_hub_update_points(s->hub);
    return gdb_ok(s);
}
