/* SPDX-License-Identifier: MIT */
/* pace.c - the monitor's command about how fast idle time passes: as on the wall, or not at all. */
#include <string.h>

#include "emu/monitor/monitor.h"

/* The guest cannot see it: only how long the host sleeps depends on it. */
void monitor_speed(Monitor *monitor, const char *arguments, GString *out)
{
    MachineConfig *config = &monitor->machine->config;
    if (!*arguments)
        g_string_append(out,
                        config->live_input
                            ? "real: while nobody has anything to do, time passes as it does here\n"
                            : "full: while nobody has anything to do, time is skipped\n");
    else if (!strcmp(arguments, "real") || !strcmp(arguments, "full"))
        config->live_input = !strcmp(arguments, "real");
    else
        monitor_say_usage(monitor, out);
}
