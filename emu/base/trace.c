/* SPDX-License-Identifier: MIT */
/* trace.c - the event catalogue and its text form; see trace.h. */
#include "emu/base/trace.h"

#include <inttypes.h>
#include <string.h>

#include "emu/base/error.h"

const TraceEvent trace_events[TRACE_COUNT] = {
#define EVENT(id, text, ...) [TRACE_##id] = { text, { __VA_ARGS__ } },
#include "emu/base/trace.def"
#undef EVENT
};

static bool event_matches(const char *name, const char *word)
{
    size_t length = strlen(word);
    if (!strcmp(word, "all"))
        return true;
    if (length > 2 && !strcmp(word + length - 2, ".*"))
        return !strncmp(name, word, length - 2) && (name[length - 2] == '.' || !name[length - 2]);
    return !strcmp(name, word);
}

bool trace_enable(Trace *trace, const char *pattern, GError **error)
{
    g_auto(GStrv) words = g_strsplit(pattern, ",", -1);
    for (char **word = words; *word; word++) {
        bool on = **word != '-', known = false;
        for (unsigned id = 0; id < TRACE_COUNT; id++) {
            if (!event_matches(trace_events[id].name, *word + !on))
                continue;
            trace->on[id] = on;
            known = true;
        }
        if (!known)
            return fail(error, EXIT_USAGE, "no trace event is called '%s'; -trace help lists them",
                        *word + !on);
    }
    return true;
}

/* The word of `words`, which are between bars, that stands for `value`; the number itself if there is none. */
static void print_word(FILE *out, const char *words, uint64_t value)
{
    for (uint64_t i = 0; i < value && words; i++)
        words = (words = strchr(words, '|')) ? words + 1 : NULL;
    int length = words ? (int)strcspn(words, "|") : 0;
    if (length)
        fprintf(out, "%.*s", length, words);
    else
        fprintf(out, "%" PRIu64, value);
}

static void print_flags(FILE *out, uint64_t pte)
{
    for (unsigned i = 8; i-- > 0;)
        fputc(pte >> i & 1 ? "VRWXUGAD"[i] : '-', out);
}

static void print_value(FILE *out, const char *format, uint64_t value)
{
    if (!strcmp(format, "u"))
        fprintf(out, "%" PRIu64, value);
    else if (!strcmp(format, "a") && value == UINT64_MAX)
        fputs("any", out);
    else if (!strcmp(format, "x") || !strcmp(format, "a"))
        fprintf(out, "0x%" PRIx64, value);
    else if (!strcmp(format, "p"))
        print_flags(out, value);
    else
        print_word(out, format, value);
}

void trace_emit(Trace *trace, TraceId id, const uint64_t *values)
{
    const TraceEvent *event = &trace_events[id];
    fprintf(trace->out, "%" PRIu64 " %" PRIu64 " %s", trace->seq++, clock_now(trace->clock),
            event->name);
    for (unsigned i = 0; i < TRACE_MAX_FIELDS && event->fields[i]; i++) {
        const char *field = event->fields[i], *format = strchr(field, ':');
        fprintf(trace->out, " %.*s=", (int)(format - field), field);
        print_value(trace->out, format + 1, values[i]);
    }
    fputc('\n', trace->out);
}
