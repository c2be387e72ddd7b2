/* SPDX-License-Identifier: MIT */
/* drum.c - drum: where the drums stand and what they do; see monitor.h, emu/sight/drum.h. */
#include "emu/sight/drum.h"
#include "emu/monitor/monitor.h"

void monitor_drum(Monitor *monitor, const char *arguments, GString *out)
{
    bool as_json = !g_ascii_strcasecmp(arguments, "json");
    if (*arguments && !as_json) {
        monitor_say_usage(monitor, out);
        return;
    }
    void *sight = drum_sight_make(monitor->machine, NULL);
    if (as_json) {
        Json json = { .out = out };
        json_begin(&json, NULL, '{');
        drum_sight_json(sight, &json);
        json_end(&json, '{');
        g_string_append_c(out, '\n');
    } else {
        drum_sight_print(sight, out);
    }
    drum_sight_free(sight);
}
