/* SPDX-License-Identifier: MIT */
/*
 * monitor.c - the words after gdb's `monitor`: those of every monitor (emu/monitor.c), and the debugger's own.
 *
 * They come and go as hex digits; what a command prints goes back in O packets before the reply.
 */
#include "emu/monitor.h"

#include <string.h>

#include "emu/gdb/session.h"

/* `halt`, or a reset: what the debugger sees next is this. */
static void paused(Monitor *monitor)
{
    gdb_pause(monitor->opaque, monitor->hart, GDB_SIGINT);
}

static void send_output(GdbSession *s, const GString *out)
{
    enum { PIECE = GDB_PACKET_SIZE / 2 - 8 };
    for (size_t at = 0; at < out->len; at += PIECE) {
        g_string_assign(s->reply, "O");
        gdb_append_hex(s->reply, out->str + at, MIN(out->len - at, PIECE));
        gdb_send_reply(s);
    }
}

bool gdb_monitor(GdbSession *s, GdbText *args)
{
    size_t size = gdb_left(args) / 2;
    g_autofree char *line = g_malloc0(size + 1);
    g_autoptr(GString) out = g_string_new(NULL);
    Monitor monitor = { .machine = s->machine, .hart = s->general, .paused = paused, .opaque = s };
    if (!gdb_take_bytes(args, line, size) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    monitor_run(&monitor, line, out);
    send_output(s, out);
    return gdb_ok(s);
}
