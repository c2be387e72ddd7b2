/* SPDX-License-Identifier: MIT */
/* timeline.c - harts, timeline: what harts did of late; see monitor.h, emu/sight/. */
#include <inttypes.h>
#include <string.h>

#include "emu/monitor/monitor.h"
#include "emu/options/props.h"
#include "emu/sight/sights.h"

enum { PS_PER_NS = 1000, ROWS_OF_ONE = 40 };
#define PS_PER_S UINT64_C(1000000000000)

typedef struct {
    SightWants sight;
    unsigned hart; /* MACHINE_MAX_HARTS: all */
    bool as_json;
} Wanted;

/* [SPAN] [hart N] [json]; false: something else, which `out` says. */
static bool read_words(const Monitor *monitor, const char *arguments, Wanted *wanted, GString *out)
{
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    *wanted = (Wanted){ .hart = MACHINE_MAX_HARTS };
    for (char **word = words; *word; word++) {
        gint64 number;
        guint64 ps;
        if (!strcmp(*word, "json")) {
            wanted->as_json = true;
        } else if (!strcmp(*word, "hart") && word[1]) {
            if (!monitor_number(word[1], "hart", 0, monitor->machine->n_harts - 1, &number, out))
                return false;
            wanted->hart = (unsigned)number;
            word++;
        } else if (!**word) {
            continue;
        } else if (parse_time(*word, 0, &ps) && ps >= PS_PER_NS) {
            wanted->sight.span_ns = ps / PS_PER_NS;
        } else if (g_ascii_isdigit(**word)) {
            g_string_append_printf(out, "'%s' is no span of time from 1ns to %" PRIu64 "s\n", *word,
                                   UINT64_MAX / PS_PER_S);
            return false;
        } else {
            monitor_say_usage(monitor, out);
            return false;
        }
    }
    return true;
}

static void write_json(const SightType *type, const void *sight, GString *out)
{
    Json json = { .out = out };
    json_begin(&json, NULL, '{');
    type->json(sight, &json);
    json_end(&json, '{');
    g_string_append_c(out, '\n');
}

void monitor_harts(Monitor *monitor, const char *arguments, GString *out)
{
    Wanted wanted;
    if (!read_words(monitor, arguments, &wanted, out))
        return;
    if (wanted.hart < MACHINE_MAX_HARTS) {
        monitor_say_usage(monitor, out);
        return;
    }
    uint64_t span = wanted.sight.span_ns;
    harts_count(monitor->machine);
    HartsSight *s = harts_look(monitor->machine, span ? span : HARTS_STRETCH_NS);
    if (wanted.as_json)
        write_json(&sight_types[SIGHT_HARTS], s, out);
    else
        harts_print(s, out);
    harts_free(s);
}

void monitor_timeline(Monitor *monitor, const char *arguments, GString *out)
{
    Wanted wanted;
    if (!read_words(monitor, arguments, &wanted, out))
        return;
    Timeline *t = timeline_make(monitor->machine, &wanted.sight);
    if (wanted.as_json) {
        write_json(&sight_types[SIGHT_TIMELINE], t, out);
    } else if (wanted.hart < MACHINE_MAX_HARTS) {
        timeline_print_hart(t, wanted.hart, ROWS_OF_ONE, out);
    } else {
        timeline_print(t, out);
    }
    timeline_free(t);
}
