/* SPDX-License-Identifier: MIT */
/* monitor_history.c - the monitor's commands about the run as it has been. */
#include <inttypes.h>

#include "emu/history.h"
#include "emu/monitor.h"
#include "emu/options_props.h"

/* False: says why not. */
static bool may_travel(const Monitor *monitor, GString *out)
{
    const Machine *m = monitor->machine;
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
    g_string_append_printf(out, "%s; hart %u, pc 0x%" PRIx64 ", %" PRIu64 " ns\n", words[end],
                           monitor->hart, m->harts[monitor->hart].pc, clock_now(&m->clock));
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
    const Machine *m = monitor->machine;
    (void)arguments;
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
