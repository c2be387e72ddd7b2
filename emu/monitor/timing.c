/* SPDX-License-Identifier: MIT */
/* timing.c - the monitor's commands about timed mode. */
#include <inttypes.h>

#include "emu/monitor/monitor.h"
#include "emu/time/history.h"
#include "mmu/timing/timing.h"

/* False, which `out` says: there is no model. */
static bool has_model(const Machine *m, GString *out)
{
    if (m->timing)
        return true;
    g_string_append(out, "there is no model of caches and bus: start with -timing a53x4, for "
                         "example, and start=monitor to be the one who turns it on\n");
    return false;
}

void monitor_timing(Monitor *monitor, const char *arguments, GString *out)
{
    const Machine *m = monitor->machine;
    (void)arguments;
    if (!has_model(m, out))
        return;
    g_autofree char *text = timed_text(&m->config.timed);
    g_string_append_printf(out, "%s; -timing %s\n", m->timed ? "on" : "off", text);
    for (unsigned i = 0; i < m->n_harts; i++) {
        const Hart *hart = &m->harts[i];
        const uint64_t *events = hart->model->events.n;
        g_string_append_printf(out,
                               "hart %u: %" PRIu64 " cycles, %" PRIu64 " instructions, %" PRIu64
                               " stalled; LLC: %" PRIu64 " hits, %" PRIu64 " misses\n",
                               i, hart_cycles(hart), hart_retired(hart), hart->stall_units,
                               events[COUNT_LLC_HITS], events[COUNT_LLC_MISSES]);
    }
    g_string_append(out, "(part, llc, colors and bus have tables, also as JSON)\n");
}

static void turn(Monitor *monitor, bool on, GString *out)
{
    if (!has_model(monitor->machine, out))
        return;
    history_timed(monitor->machine, on);
    g_string_append_printf(out, "timed mode is %s at %" PRIu64 " ns\n", on ? "on" : "off",
                           clock_now(&monitor->machine->clock));
}

void monitor_timing_on(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments;
    turn(monitor, true, out);
}

void monitor_timing_off(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments;
    turn(monitor, false, out);
}
