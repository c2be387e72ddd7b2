/* SPDX-License-Identifier: MIT */
/* trace.c - the options about events: which, where to, and how many are kept anyway. */
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/base/ring.h"
#include "emu/base/trace.h"
#include "emu/machinefile/machinefile.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"
#include "emu/trace/gate.h"

bool options_add_trace(Options *o, GPtrArray *list, const char *pattern, GError **error)
{
    Trace trial = { 0 };
    if (!trace_enable(&trial, TRACE_TO_TEXT, pattern, error))
        return false;
    g_ptr_array_add(list, options_keep(o, pattern));
    return true;
}

bool option_trace(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (!strcmp(argument, "help") || !strcmp(argument, "?")) {
        puts("Events (names, name.* or all; comma separated, '-' before a name turns off):");
        for (unsigned i = 0; i < TRACE_COUNT; i++)
            puts(trace_events[i].name);
        o->done = true;
        return true;
    }
    return options_add_trace(o, o->recorded, argument, error);
}

/* Those of the machine file before the option can be named. */
static const Partitions *partitions_of(const Options *o)
{
    return o->machine_file ? o->machine_file->partition_names : NULL;
}

bool option_trace_filter(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_autofree char *text = g_strdup_printf("all where %s", argument);
    trace_query_free(o->trace_filter);
    o->trace_filter = trace_query_new(text, trace_events, TRACE_COUNT, partitions_of(o), error);
    if (!o->trace_filter || !trace_query_groups(o->trace_filter))
        return o->trace_filter != NULL;
    return fail(error, EXIT_USAGE, "-trace-filter cannot group; leave 'group by' out");
}

static bool set_query(const Options *o, TraceQuery **query, const char *text, GError **error)
{
    trace_query_free(*query);
    *query = trace_query_new_pattern(text, trace_events, TRACE_COUNT, partitions_of(o), error);
    return *query != NULL;
}

bool option_trace_start(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    return set_query(o, &o->trace_start, argument, error);
}

bool option_trace_pre(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    return (parse_number(argument, &o->trace_pre) && o->trace_pre <= TRACE_GATE_PRE_MAX) ||
           fail(error, EXIT_USAGE,
                "-trace-pre %s is no number of events up to %u; write for example "
                "-trace-pre 4096",
                argument, TRACE_GATE_PRE_MAX);
}

bool option_trace_stop(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    char *unit;
    if (*argument != '+')
        return set_query(o, &o->trace_stop, argument, error);
    double number = g_ascii_strtod(argument + 1, &unit);
    bool is_time = !strcmp(unit, "ns");
    if (!(number >= 1 && number <= 1e18) || (!is_time && strcmp(unit, "i") != 0))
        return fail(
            error, EXIT_USAGE,
            "-trace-stop %s is no number of instructions or ns; write for example -trace-stop "
            "+1e6i or +5000ns",
            argument);
    *(is_time ? &o->stop_ns : &o->stop_insns) = (uint64_t)number;
    return true;
}

static bool ring_word(Options *o, const char *word, GError **error)
{
    enum { MOST = 1 << 30 };
    if (!strcmp(word, "on"))
        return true;
    if (!strcmp(word, "off")) {
        o->ring_size = 0;
    } else if (g_str_has_prefix(word, "file=") && word[strlen("file=")]) {
        o->ring_file = options_keep(o, word + strlen("file="));
    } else if (g_ascii_isdigit(*word)) {
        if (!parse_size(word, 1, &o->ring_size) || o->ring_size < RING_LEAST || o->ring_size > MOST)
            return fail(error, EXIT_USAGE,
                        "-trace-ring: '%s' is no size from 128K to 1G; write for example "
                        "-trace-ring 64M",
                        word);
    } else if (*word) {
        return options_add_trace(o, o->ringed, word, error);
    } else {
        return fail(
            error, EXIT_USAGE,
            "-trace-ring: there is nothing where a size, on, off, file=FILE or the name of an "
            "event is wanted; write for example -trace-ring 64M,trap,irq.*");
    }
    return true;
}

bool option_trace_ring(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_auto(GStrv) words = g_strsplit(argument, ",", -1);
    for (char **word = words; *word; word++)
        if (!ring_word(o, *word, error))
            return false;
    return true;
}
