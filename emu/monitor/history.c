/* SPDX-License-Identifier: MIT */
/* history.c - the monitor's commands about the run as it has been. */
#include <inttypes.h>

#include "emu/monitor/expr.h"
#include "emu/monitor/monitor.h"
#include "emu/options/props.h"
#include "emu/time/history.h"

enum { MOST_SOUGHT = 1 << 20 }; /* bytes */

/* False: says why not. */
static bool may_travel(const Monitor *monitor, GString *out)
{
    Machine *m = monitor->machine;
    machine_tell_pause(m);
    if (!m->time_travel)
        g_string_append_printf(out, "there is no going back: %s\n",
                               m->no_time_travel ? m->no_time_travel : "nobody remembers the run");
    else if (!m->paused)
        g_string_append(out, "the machine runs; halt stops it\n");
    return m->time_travel && m->paused;
}

/* Whoever has the machine is told that it is elsewhere. */
static void arrive(Monitor *monitor, TravelEnd end, GString *out)
{
    static const char *const words[] = { [TRAVEL_ARRIVED] = "arrived",
                                         [TRAVEL_AT_POINT] = "at a breakpoint or watchpoint",
                                         [TRAVEL_AT_START] = "nothing before this is remembered",
                                         [TRAVEL_CANCELLED] = "not there yet: interrupted" };
    const Machine *m = monitor->machine;
    if (monitor->paused)
        monitor->paused(monitor);
    g_string_append(out, words[end]);
    if (end == TRAVEL_AT_START && m->remembered_from)
        g_string_append_printf(out, " (the run is remembered from %s)", m->remembered_from);
    g_string_append_printf(out, "; hart %u, pc 0x%" PRIx64 ", %" PRIu64 " ns\n", monitor->hart,
                           m->harts[monitor->hart].pc, clock_now(&m->clock));
}

void monitor_reverse(Monitor *monitor, const char *arguments, GString *out)
{
    uint64_t count = 1;
    if (*arguments && (!parse_number(arguments, &count) || !count)) {
        g_string_append_printf(
            out, "reverse '%s': how many instructions back? for example reverse 10\n", arguments);
        return;
    }
    if (!may_travel(monitor, out))
        return;
    const TimeTravel *travel = monitor->machine->time_travel;
    arrive(monitor, travel->step_back(travel->opaque, monitor->hart, count), out);
}

void monitor_reverse_continue(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments;
    if (!may_travel(monitor, out))
        return;
    const TimeTravel *travel = monitor->machine->time_travel;
    arrive(monitor, travel->run_back(travel->opaque, &monitor->hart), out);
}

void monitor_print_history(Monitor *monitor, const char *arguments, GString *out)
{
    Machine *m = monitor->machine;
    (void)arguments;
    machine_tell_pause(m);
    if (m->history)
        history_describe(m->history, out);
    else
        g_string_append_printf(out, "nothing: %s\n",
                               m->no_time_travel ? m->no_time_travel : "nobody remembers the run");
}

void monitor_print_hash(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments;
    g_string_append_printf(out, "%016" PRIx64 "\n", machine_state_hash(monitor->machine));
}

typedef struct {
    const Monitor *monitor;
    GString *out;
} Telling;

/* The machine is just before the store. */
static void tell_store(void *opaque, const HistoryStore *store)
{
    const Telling *telling = opaque;
    const Machine *m = telling->monitor->machine;
    GString *out = telling->out;
    int digits = 2 * (int)MIN(store->size, 8);
    g_string_append_printf(
        out, "0x%" PRIx64 ", %u bytes: 0x%0*" PRIx64 " became 0x%0*" PRIx64 " at %" PRIu64 " ns\n",
        store->at.v, store->size, digits, store->before, digits, store->after, store->ns);
    if (store->by.is_device && store->by.id && store->by.id <= m->devices->len) {
        const Device *device = g_ptr_array_index(m->devices, store->by.id - 1u);
        g_string_append_printf(out, "by device %s%s\n", device->id,
                               store->in_slice ? ", which was asked to by" : ", when input came");
    }
    if (store->in_slice)
        monitor_append_position(m, store->hart, out);
}

void monitor_who_wrote(Monitor *monitor, const char *arguments, GString *out)
{
    Machine *m = monitor->machine;
    uint64_t address, size = 8;
    if (!*arguments) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (!monitor_expr(monitor, &arguments, &address, out) ||
        (*arguments && !monitor_expr_only(monitor, arguments, &size, out)))
        return;
    machine_tell_pause(m);
    if (!m->time_travel) {
        g_string_append_printf(out, "there is no going back: %s\n",
                               m->no_time_travel ? m->no_time_travel : "nobody remembers the run");
        return;
    }
    if (!size || size > MOST_SOUGHT || !bus_is_ram(&m->bus, (Spa){ address }, size)) {
        g_string_append_printf(
            out, "0x%" PRIx64 ": no RAM is there (physical addresses; 1 to %d bytes)\n", address,
            MOST_SOUGHT);
        return;
    }
    HistoryStore store;
    Telling telling = { monitor, out };
    TravelEnd end =
        history_last_store(m->history, (Spa){ address }, size, &store, tell_store, &telling);
    if (end == TRAVEL_CANCELLED)
        g_string_append(out, "not found yet: interrupted, somewhere in the past\n");
    else if (!store.found)
        g_string_append(out, "nobody, as far as is remembered; info replay says how far that is\n");
}
