/* SPDX-License-Identifier: MIT */
/* shared.c - llc, colors, bus: the shared machine of timed mode, as tables; see monitor.h, emu/shared/views.h. */
#include <string.h>

#include "emu/monitor/monitor.h"
#include "emu/shared/views.h"

bool monitor_view_words(Monitor *monitor, const char *arguments, ViewWords *wanted, GString *out)
{
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    *wanted = (ViewWords){ false, false };
    for (char **word = words; *word; word++) {
        if (!strcmp(*word, "harts")) {
            wanted->by_hart = true;
        } else if (!strcmp(*word, "json")) {
            wanted->as_json = true;
        } else if (**word) {
            monitor_say_usage(monitor, out);
            return false;
        }
    }
    return true;
}

void monitor_shared(Monitor *monitor, const char *arguments, GString *out)
{
    const Timing *timing = monitor->machine->timing;
    const char *name = monitor->command->name;
    ViewWords wanted;
    if (!monitor_view_words(monitor, arguments, &wanted, out))
        return;
    if (timing)
        view_write(timing, view_find(name), wanted.by_hart, wanted.as_json, out);
    else
        g_string_append_printf(out,
                               "there is no timed mode, which is what %s is about; start with "
                               "-timing PROFILE\n",
                               name);
}
