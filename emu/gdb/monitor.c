/* SPDX-License-Identifier: MIT */
/*
 * monitor.c - the words after gdb's `monitor`: those of every monitor (emu/monitor/monitor.c), and the debugger's own.
 *
 * They come and go as hex digits; what a command prints goes back in O packets before the reply.
 */
#include "emu/monitor/monitor.h"

#include <inttypes.h>
#include <string.h>

#include "emu/gdb/hub.h"
#include "emu/gdb/session.h"

/* `halt`, or a reset: what the debugger sees next is this. */
static void paused(Monitor *monitor)
{
    GdbSession *s = monitor->opaque;
    gdb_pause(s, gdb_thread_on(s, monitor->hart), GDB_SIGINT, GDB_STOP_HALT);
}

/* Why it stopped, and why the last request failed. */
static void say_why(Monitor *monitor, const char *arguments, GString *out)
{
    static const char *const reasons[] = {
        [GDB_STOP_CONNECTED] = "the debugger connected",
        [GDB_STOP_INTERRUPT] = "the debugger interrupted",
        [GDB_STOP_BREAKPOINT] = "a breakpoint",
        [GDB_STOP_WATCHPOINT] = "a watchpoint",
        [GDB_STOP_STEP] = "the step is over",
        [GDB_STOP_START] = "nothing before this is remembered",
        [GDB_STOP_HALT] = "a monitor's command, or the guest's end",
        [GDB_STOP_EVENT] = "a monitor's breakpoint",
    };
    const GdbSession *s = monitor->opaque;
    /* Where harts stop one by one, that of the selected one. */
    unsigned index = s->non_stop ? s->general.hart : s->stop.hart;
    const Hart *hart = &s->machine->harts[index];
    const GdbStopped *stop = &s->stopped[index];
    (void)arguments;
    g_string_append_printf(out, "stopped: %s; hart %u, %s", reasons[stop->reason], hart->id,
                           hart_mode_name(hart, hart_mode(hart)));
    if (hart_is_guest(hart))
        g_string_append_printf(out, ", VMID %u", world_now(hart).vmid);
    g_string_append_printf(out, ", pc 0x%" PRIx64 "\n", hart->pc);
    if (stop->watch.kind)
        g_string_append_printf(out, "accessed: 0x%" PRIx64 "\n", stop->watch.first);
    if (stop->reason == GDB_STOP_EVENT)
        g_string_append(out, s->hub->event->str);
    g_string_append_printf(out, "last error: %s", s->why->len ? s->why->str : "none\n");
}

static void append_scope(const BreakScope *scope, GString *out)
{
    if (scope->kind == SCOPE_ANY)
        g_string_append(out, "any");
    else if (scope->space.guest)
        g_string_append_printf(out, "VMID %u", scope->space.vmid);
    else
        g_string_append(out, "no guest");
    if (scope->kind == SCOPE_ASID && scope->space.asid < 0)
        g_string_append(out, ", untranslated");
    else if (scope->kind == SCOPE_ASID)
        g_string_append_printf(out, ", ASID %d", scope->space.asid);
}

static void list_points(const GdbSession *s, GString *out)
{
    static const char *const kinds[] = { "break", "hbreak", "watch", "rwatch", "awatch" };
    for (unsigned i = 0; i < s->points->len; i++) {
        const GdbBreakpoint *point = &g_array_index(s->points, GdbBreakpoint, i);
        g_string_append_printf(out, "%-6s 0x%" PRIx64 " in ", kinds[point->kind - '0'], point->at);
        append_scope(&point->scope, out);
        g_string_append_c(out, '\n');
    }
}

static bool take_scope(GdbSession *s, const char *text)
{
    guint64 vmid;
    s->scope_fixed = false;
    s->scope = (BreakScope){ 0 };
    if (!strcmp(text, "any"))
        return true;
    s->scope.kind = !strcmp(text, "asid") ? SCOPE_ASID : SCOPE_VMID;
    if (!strcmp(text, "asid") || !strcmp(text, "vmid"))
        return true;
    s->scope_fixed = true;
    if (!strcmp(text, "vmid host"))
        return true;
    s->scope.space.guest = true;
    if (!g_str_has_prefix(text, "vmid ") ||
        !g_ascii_string_to_unsigned(text + strlen("vmid "), 10, 0, MMU_VMIDS - 1, &vmid, NULL))
        return false;
    s->scope.space.vmid = (uint16_t)vmid;
    return true;
}

/* Points that are not inserted now, as those of a debugger at its prompt, get the new scope when they are inserted
 * again. Without arguments it shows what counts where. */
static void set_scope(Monitor *monitor, const char *arguments, GString *out)
{
    GdbSession *s = monitor->opaque;
    BreakScope old = s->scope;
    bool old_fixed = s->scope_fixed;
    if (*arguments && !take_scope(s, arguments)) {
        s->scope = old;
        s->scope_fixed = old_fixed;
        g_string_append(out, "write: bp-scope any, vmid, vmid N, vmid host, or asid\n");
        return;
    }
    if (*arguments)
        gdb_forget_removed(s);
    if (s->scope.kind != SCOPE_ANY && !s->scope_fixed)
        g_string_append_printf(out, "new points count in the %s that the selected hart is in\n",
                               s->scope.kind == SCOPE_ASID ? "address space" : "guest");
    else {
        g_string_append(out, "new points count in: ");
        append_scope(&s->scope, out);
        g_string_append_c(out, '\n');
    }
    list_points(s, out);
}

static void list_guests(Monitor *monitor, const char *arguments, GString *out)
{
    GdbSession *s = monitor->opaque;
    (void)arguments;
    for (unsigned i = 0; i < s->machine->n_harts; i++) {
        const Hart *hart = &s->machine->harts[i];
        g_string_append_printf(out, "hart %u: %s", i, hart_mode_name(hart, hart_mode(hart)));
        if (hart_is_guest(hart))
            g_string_append_printf(out, " VMID=%u", world_now(hart).vmid);
        const GArray *seen = hart->worlds ? hart->worlds->seen : NULL;
        for (unsigned j = 0, n = 0; seen && j < seen->len; j++) {
            const World *world = &g_array_index(seen, World, j);
            if (world->id.guest)
                g_string_append_printf(out, "%s%u", n++ ? ", " : "; guests seen: ", world->id.vmid);
        }
        g_string_append_c(out, '\n');
    }
}

// clang-format off
static const MonitorCommand own_commands[] = {
    { "why",      NULL,                               "why it stopped, and why the last request failed",     say_why },
    { "bp-scope", "[any|vmid [N|host]|asid]",         "where breakpoints count that are set from now on",     set_scope },
    { "guests",   NULL,                               "which guests have been on which hart",                 list_guests },
    { 0 },
};
// clang-format on

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
    Monitor monitor = { .machine = s->machine,
                        .hart = s->general.hart,
                        .own = own_commands,
                        .paused = paused,
                        .opaque = s };
    if (!gdb_take_bytes(args, line, size) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    monitor_run(&monitor, line, out);
    send_output(s, out);
    return gdb_ok(s);
}
