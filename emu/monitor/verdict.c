/* SPDX-License-Identifier: MIT */
/* verdict.c - the monitor's verdict: does the hypervisor intervene, since when one likes; see emu/verdict/live.h. */
#include <string.h>

#include "emu/monitor/monitor.h"
#include "emu/verdict/live.h"

void monitor_verdict(Monitor *monitor, const char *arguments, GString *out)
{
    Machine *m = monitor->machine;
    g_autoptr(GError) error = NULL;
    bool as_json = !strcmp(arguments, "json");
    if (!strcmp(arguments, "reset"))
        live_verdict_restart(m);
    else if (*arguments && !as_json)
        monitor_say_usage(monitor, out);
    else if (!live_verdict_now(m, as_json, out, &error))
        g_string_append_printf(out, "%s\n",
                               error ? error->message
                                     : "nothing is counted yet; verdict reset begins, and verdict "
                                       "says then what there was since");
}
