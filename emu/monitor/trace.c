/* SPDX-License-Identifier: MIT */
/* trace.c - commands that turn events and logs on and off, and let debuggers in; see monitor.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emu/base/ring.h"
#include "emu/gdb/gdb.h"
#include "emu/monitor/monitor.h"
#include "emu/options/handlers.h"
#include "emu/trace/ring.h"

static void enable(Monitor *monitor, const char *pattern, GString *out)
{
    g_autoptr(GError) error = NULL;
    if (trace_enable(&monitor->machine->trace, TRACE_TO_TEXT, pattern, &error))
        machine_trace_changed(monitor->machine);
    else
        g_string_append_printf(out, "%s\n", error->message);
}

void monitor_trace_event(Monitor *monitor, const char *arguments, GString *out)
{
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    bool two = g_strv_length(words) == 2;
    bool on = two && !strcmp(words[1], "on"), off = two && !strcmp(words[1], "off");
    if (!on && !off) {
        monitor_say_usage(monitor, out);
        return;
    }
    g_autofree char *pattern = g_strconcat(off ? "-" : "", words[0], NULL);
    enable(monitor, pattern, out);
}

void monitor_trace_on(Monitor *monitor, const char *arguments, GString *out)
{
    if (*arguments)
        enable(monitor, arguments, out);
    else
        monitor_say_usage(monitor, out);
}

void monitor_trace_off(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments;
    enable(monitor, "-all", out);
}

void monitor_trace_dump(Monitor *monitor, const char *arguments, GString *out)
{
    const Machine *m = monitor->machine;
    const char *path = *arguments ? arguments : m->ring_file ? m->ring_file : TRACE_RING_FILE;
    if (*arguments && !monitor_may_touch_files(monitor, out))
        return;
    g_autofree char *said = trace_ring_dump_said(m, path);
    g_string_append_printf(out, "%s\n", said);
}

/* The events that go to a sink, or none. */
static void add_sink(const Trace *trace, TraceSink sink, const char *what, GString *out)
{
    const char *comma = "";
    g_string_append_printf(out, "%s: ", what);
    for (unsigned i = 0; i < TRACE_COUNT; i++) {
        if (!(trace->on[i] >> sink & 1))
            continue;
        g_string_append_printf(out, "%s%s", comma, trace_events[i].name);
        comma = ",";
    }
    g_string_append(out, *comma ? "\n" : "nothing\n");
}

void monitor_trace_status(Monitor *monitor, const char *arguments, GString *out)
{
    const Trace *trace = &monitor->machine->trace;
    (void)arguments;
    add_sink(trace, TRACE_TO_TEXT, "printed", out);
    add_sink(trace, TRACE_TO_FILE, "recorded", out);
    add_sink(trace, TRACE_TO_RING, "kept", out);
    if (trace->ring)
        g_string_append_printf(
            out, "kept now: %" PRIu64 " entries, %" PRIu64 " older ones are gone\n",
            trace->ring->entries - ring_lost(trace->ring), ring_lost(trace->ring));
}

void monitor_info_trace_events(Monitor *monitor, const char *arguments, GString *out)
{
    const Trace *trace = &monitor->machine->trace;
    (void)arguments;
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        g_string_append_printf(out, "%s : state %u\n", trace_events[i].name,
                               trace->on[i] >> TRACE_TO_TEXT & 1);
}

/* Items of -d; `none` turns all off. */
static bool log_item(Monitor *monitor, const char *item, GString *out)
{
    const char *events = options_log_events(item);
    if (g_str_has_prefix(item, "trace:"))
        events = item + strlen("trace:");
    if (!strcmp(item, "none"))
        events = "-all";
    if (events && *events)
        enable(monitor, events, out);
    else if (events)
        g_string_append_printf(out, "%s is chosen at the start: -d %s\n", item, item);
    else
        g_string_append_printf(out, "no log item is called '%s'; help log lists them\n", item);
    return events != NULL;
}

void monitor_log(Monitor *monitor, const char *arguments, GString *out)
{
    g_auto(GStrv) items = g_strsplit(arguments, ",", -1);
    if (!*arguments)
        monitor_say_usage(monitor, out);
    for (char **item = items; *item; item++)
        if (!log_item(monitor, *item, out))
            return;
}

/* Where lines of events go from now on. What was there is closed by whoever opened it. */
void monitor_logfile(Monitor *monitor, const char *arguments, GString *out)
{
    MonitorHub *hub = monitor->machine->monitors;
    if (!*arguments || !hub) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (!monitor_may_touch_files(monitor, out))
        return;
    FILE *file = fopen(arguments, "w");
    if (!file) {
        g_string_append_printf(out, "cannot write '%s': %s\n", arguments, g_strerror(errno));
        return;
    }
    setvbuf(file, NULL, _IOLBF, 0);
    monitor->machine->trace.out = file;
    if (hub->log)
        fclose(hub->log);
    hub->log = file;
}

void monitor_gdbserver(Monitor *monitor, const char *arguments, GString *out)
{
    GdbHub *gdb = monitor_host(monitor)->gdb;
    g_autoptr(GError) error = NULL;
    const char *spec = *arguments ? arguments : "tcp::1234";
    if (!gdb || !strcmp(spec, "none")) {
        g_string_append(out, gdb ? "ports stay open to the end of the run\n"
                                 : "this machine has no debugger's side\n");
        return;
    }
    if (!monitor_may_touch_files(monitor, out))
        return;
    if (gdb_listen(gdb, spec, &error))
        g_string_append_printf(out, "Waiting for gdb connection on device '%s'\n", spec);
    else
        g_string_append_printf(out, "%s\n", error->message);
}
