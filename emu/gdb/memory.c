/* SPDX-License-Identifier: MIT */
/*
 * memory.c - memory and breakpoints as the debugger sees them.
 *
 * Addresses are virtual, in the present view of the selected hart, or physical on request; see guest_memory.h.
 * Breakpoints are compared with pc and never written into the guest's memory: they survive
 * whatever it does to its page tables, and it cannot see them.
 */
#include <string.h>

#include "emu/gdb/session.h"
#include "emu/guest_memory.h"

enum { MAX_TRANSFER = GDB_PACKET_SIZE / 2, MAX_BREAKPOINTS = 1024 };

static GuestView view_of(const GdbSession *s)
{
    return (GuestView){ s->machine, s->general, s->physical, false };
}

static size_t read_memory(const GdbSession *s, uint64_t address, uint8_t *data, size_t size)
{
    GuestView view = view_of(s);
    return guest_memory_read(&view, address, data, size);
}

static bool write_memory(const GdbSession *s, uint64_t address, const uint8_t *data, size_t size)
{
    GuestView view = view_of(s);
    return guest_memory_write(&view, address, data, size);
}

static bool take_read(GdbSession *s, GdbText *args, uint8_t *data, uint64_t *size)
{
    uint64_t address, length;
    if (!gdb_take_range(args, &address, &length) || !gdb_at_end(args) || length > MAX_TRANSFER) {
        gdb_error(s, GDB_EINVAL);
        return false;
    }
    *size = read_memory(s, address, data, length);
    if (*size || !length)
        return true;
    gdb_error(s, GDB_EFAULT);
    return false;
}

bool gdb_read_memory(GdbSession *s, GdbText *args)
{
    uint8_t data[MAX_TRANSFER];
    uint64_t size;
    if (take_read(s, args, data, &size))
        gdb_append_hex(s->reply, data, size);
    return true;
}

bool gdb_read_memory_binary(GdbSession *s, GdbText *args)
{
    uint8_t data[MAX_TRANSFER];
    uint64_t size;
    if (take_read(s, args, data, &size)) {
        g_string_append_c(s->reply, 'b');
        gdb_append_binary(s->reply, data, size);
    }
    return true;
}

static bool finish_write(GdbSession *s, uint64_t address, const void *data, size_t size)
{
    return write_memory(s, address, data, size) ? gdb_ok(s) : gdb_error(s, GDB_EFAULT);
}

bool gdb_write_memory(GdbSession *s, GdbText *args)
{
    uint8_t data[MAX_TRANSFER];
    uint64_t address, size;
    if (!gdb_take_range(args, &address, &size) || !gdb_take_char(args, ':') ||
        size > MAX_TRANSFER || !gdb_take_bytes(args, data, size) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    return finish_write(s, address, data, size);
}

bool gdb_write_memory_binary(GdbSession *s, GdbText *args)
{
    uint64_t address, size;
    if (!gdb_take_range(args, &address, &size) || !gdb_take_char(args, ':') ||
        size != gdb_left(args))
        return gdb_error(s, GDB_EINVAL);
    return finish_write(s, address, args->at, size);
}

/* Spelled as QEMU spells it, for scripts. */

bool gdb_query_physical(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_assign(s->reply, s->physical ? "1" : "0");
    return true;
}

bool gdb_set_physical(GdbSession *s, GdbText *args)
{
    uint64_t on;
    if (!gdb_take_hex(args, &on) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    s->physical = on;
    return gdb_ok(s);
}

/* Breakpoints. Harts look at every instruction only while there is one. */

static void publish_one(Breakpoints *out, const GdbBreakpoint *point)
{
    if (point->kind <= '1')
        out->pcs[out->count++] = point->at;
    else
        out->watches[out->n_watches++] = (Watchpoint){ point->at, point->at + point->length - 1,
                                                       (WatchKind)(point->kind - '0') };
}

static void publish(GdbSession *s)
{
    unsigned n = s->breakpoints->len;
    s->pcs.pcs = g_renew(uint64_t, s->pcs.pcs, n);
    s->pcs.watches = g_renew(Watchpoint, s->pcs.watches, n);
    s->pcs.count = s->pcs.n_watches = 0;
    for (unsigned i = 0; i < n; i++)
        publish_one(&s->pcs, &g_array_index(s->breakpoints, GdbBreakpoint, i));
    for (unsigned i = 0; i < s->machine->n_harts; i++)
        s->machine->harts[i].breakpoints = n ? &s->pcs : NULL;
}

void gdb_clear_breakpoints(GdbSession *s)
{
    g_array_set_size(s->breakpoints, 0);
    publish(s);
}

bool gdb_has_breakpoint(const GdbSession *s, uint64_t pc)
{
    for (unsigned i = 0; i < s->pcs.count; i++)
        if (s->pcs.pcs[i] == pc)
            return true;
    return false;
}

static int find_breakpoint(const GdbSession *s, const GdbBreakpoint *wanted)
{
    for (unsigned i = 0; i < s->breakpoints->len; i++) {
        const GdbBreakpoint *point = &g_array_index(s->breakpoints, GdbBreakpoint, i);
        bool same_length = point->kind <= '1' || point->length == wanted->length;
        if (point->at == wanted->at && point->kind == wanted->kind && same_length)
            return (int)i;
    }
    return -1;
}

/* "KIND,address,length": 0 software, 1 hardware, which are the same here and for which the length says nothing: a client
 * that asks for one byte means the instruction there. 2 write, 3 read, 4 access watchpoints of `length` bytes. */
static bool change_breakpoint(GdbSession *s, GdbText *args, bool insert)
{
    GdbBreakpoint point;
    uint64_t end;
    if (gdb_at_end(args) || *args->at < '0' || *args->at > '4')
        return gdb_error(s, GDB_EINVAL);
    point.kind = *args->at++;
    if (!gdb_take_char(args, ',') || !gdb_take_range(args, &point.at, &end) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    point.length = end;
    if (point.kind >= '2' && !point.length)
        return gdb_error(s, GDB_EINVAL);
    int at = find_breakpoint(s, &point);
    if (insert && at < 0 && s->breakpoints->len == MAX_BREAKPOINTS)
        return gdb_error(s, GDB_EINVAL);
    if (insert && at < 0)
        g_array_append_val(s->breakpoints, point);
    else if (!insert && at >= 0)
        g_array_remove_index_fast(s->breakpoints, (unsigned)at);
    publish(s);
    return gdb_ok(s);
}

bool gdb_insert_breakpoint(GdbSession *s, GdbText *args)
{
    return change_breakpoint(s, args, true);
}

bool gdb_remove_breakpoint(GdbSession *s, GdbText *args)
{
    return change_breakpoint(s, args, false);
}
