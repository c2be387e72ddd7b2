/* SPDX-License-Identifier: MIT */
/* pace.c - the monitor's command about how fast idle time passes: as on the wall, or not at all. With pdp-time all time passes so, or
 * as fast as it can. */
#include <string.h>

#include "emu/monitor/monitor.h"

/* The guest cannot see it: only how long the host sleeps depends on it. */
void monitor_speed(Monitor *monitor, const char *arguments, GString *out)
{
    static const char *const says[2][2] = {
        { "full: while nobody has anything to do, time is skipped\n",
          "real: while nobody has anything to do, time passes as it does here\n" },
        { "full: nothing waits, an instruction is 10 us of virtual time only\n",
          "real: time passes as it does here, 100,000 instructions of each hart a second\n" },
    };
    MachineConfig *config = &monitor->machine->config;
    if (!*arguments)
        g_string_append(out, says[config->pdp_time][config->live_input]);
    else if (!strcmp(arguments, "real") || !strcmp(arguments, "full"))
        config->live_input = !strcmp(arguments, "real");
    else
        monitor_say_usage(monitor, out);
}
