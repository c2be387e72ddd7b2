/* SPDX-License-Identifier: MIT */
/*
 * irq.c - irq: every interrupt from its source to the hart that would take it; see monitor.h.
 */
#include "emu/sight/irq.h"
#include "emu/monitor/monitor.h"

void monitor_info_pic(Monitor *monitor, const char *arguments, GString *out)
{
    IrqSight *sight = irq_sight_make(monitor->machine, NULL);
    (void)arguments;
    irq_sight_print_chips(sight, out);
    irq_sight_free(sight);
}

void monitor_irq(Monitor *monitor, const char *arguments, GString *out)
{
    bool as_json = !g_ascii_strcasecmp(arguments, "json");
    if (*arguments && !as_json) {
        monitor_say_usage(monitor, out);
        return;
    }
    IrqSight *sight = irq_sight_make(monitor->machine, NULL);
    if (as_json) {
        Json json = { .out = out };
        json_begin(&json, NULL, '{');
        irq_sight_json(sight, &json);
        json_end(&json, '{');
        g_string_append_c(out, '\n');
    } else {
        irq_sight_print(sight, out);
    }
    irq_sight_free(sight);
}
