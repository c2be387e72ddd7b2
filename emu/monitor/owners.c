/* SPDX-License-Identifier: MIT */
/* owners.c - memory: physical memory by owner and colour; see monitor.h, emu/sight/memory.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/monitor/expr.h"
#include "emu/monitor/monitor.h"
#include "emu/sight/sights.h"

/* Reads [ADDR [SIZE]] [json]. False: it is something else, which `out` says. */
static bool take_words(Monitor *monitor, const char *at, SightWants *wants, bool *as_json,
                       GString *out)
{
    g_autofree char *text = g_strdup(at);
    const char *rest = text;
    *as_json = !strcmp(text, "json") || g_str_has_suffix(text, " json");
    if (*as_json)
        text[strlen(text) - strlen("json")] = 0;
    g_strchomp(text);
    wants->memory_size = PAGE_SIZE;
    if (*rest && !monitor_expr(monitor, &rest, &wants->memory_at, out))
        return false;
    if (*rest && !monitor_expr_only(monitor, rest, &wants->memory_size, out))
        return false;
    if (!*text)
        wants->memory_size = 0;
    return true;
}

/* Says what is there in place of RAM; false: RAM is. */
static bool say_no_ram(Machine *m, uint64_t at, GString *out)
{
    const BusRegion *region = bus_find(&m->bus, (Spa){ at });
    if (bus_is_ram(&m->bus, (Spa){ at }, 1))
        return false;
    if (region)
        g_string_append_printf(out, "0x%" PRIx64 " is %s: %s, from 0x%" PRIx64 " on\n", at,
                               region->ops ? "no RAM but a device" : "ROM", region->name,
                               region->base.v);
    else
        g_string_append_printf(out, "nothing is at 0x%" PRIx64 "; RAM is from 0x%" PRIx64 " on\n",
                               at, m->bus.ram_base.v);
    return true;
}

void monitor_memory(Monitor *monitor, const char *arguments, GString *out)
{
    SightWants wants = { 0 };
    bool as_json;
    if (!take_words(monitor, arguments, &wants, &as_json, out) ||
        (wants.memory_size && say_no_ram(monitor->machine, wants.memory_at, out)))
        return;
    MemorySight *sight = memory_sight_new(monitor->machine, &wants);
    Json json = { .out = out };
    if (as_json) {
        json_begin(&json, NULL, '{');
        memory_sight_json(sight, &json);
        json_end(&json, '{');
        g_string_append_c(out, '\n');
    } else {
        memory_sight_print(sight, out);
    }
    memory_sight_free(sight);
}
