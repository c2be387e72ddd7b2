/* SPDX-License-Identifier: MIT */
/* trace.c - the event catalogue and its text form; see trace.h. */
#include "emu/base/trace.h"

#include <inttypes.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/base/ring.h"

const TraceEvent trace_events[TRACE_COUNT] = {
#define HART_EVENT(id, text, about, ...) \
    [TRACE_##id] = { text, about, true, TRACE_WORDS_##id - 1, { __VA_ARGS__ } },
#define EVENT(id, text, about, ...) \
    [TRACE_##id] = { text, about, false, TRACE_WORDS_##id, { __VA_ARGS__ } },
#include "emu/base/trace.def"
#undef EVENT
#undef HART_EVENT
};

bool trace_name_matches(const char *name, const char *word)
{
    size_t length = strlen(word);
    if (!strcmp(word, "all") || !strcmp(word, "*"))
        return true;
    if (length > 2 && !strcmp(word + length - 2, ".*"))
        return !strncmp(name, word, length - 2) && (name[length - 2] == '.' || !name[length - 2]);
    return !strcmp(name, word);
}

bool trace_enable(Trace *trace, TraceSink sink, const char *pattern, GError **error)
{
    g_auto(GStrv) words = g_strsplit(pattern, ",", -1);
    for (char **word = words; *word; word++) {
        bool on = **word != '-', known = false;
        for (unsigned id = 0; id < TRACE_COUNT; id++) {
            if (!trace_name_matches(trace_events[id].name, *word + !on))
                continue;
            trace->on[id] = (uint16_t)((trace->on[id] & ~(1u << sink)) | (unsigned)on << sink);
            known = true;
        }
        if (!known)
            return fail(error, EXIT_USAGE, "no trace event is called '%s'; -trace help lists them",
                        *word + !on);
    }
    return true;
}

TraceSet trace_asked(const Trace *trace, TraceSink sink)
{
    _Static_assert((int)TRACE_COUNT <= 128, "a bit for each event");
    TraceSet asked = 0;
    for (unsigned id = 0; id < TRACE_COUNT; id++)
        asked |= (TraceSet)(trace->on[id] >> sink & 1) << id;
    return asked;
}

const char *trace_word(const char *words, uint64_t value, int *length)
{
    for (uint64_t i = 0; i < value && words; i++)
        words = (words = strchr(words, '|')) ? words + 1 : NULL;
    *length = words ? (int)strcspn(words, "|") : 0;
    return *length ? words : NULL;
}

static void print_word(FILE *out, const char *words, uint64_t value)
{
    int length;
    const char *word = trace_word(words, value, &length);
    if (word)
        fprintf(out, "%.*s", length, word);
    else
        fprintf(out, "%" PRIu64, value);
}

static void print_flags(FILE *out, uint64_t pte)
{
    for (unsigned i = 8; i-- > 0;)
        fputc(pte >> i & 1 ? "VRWXUGAD"[i] : '-', out);
}

void trace_print_value(const char *format, uint64_t value, FILE *out)
{
    if (!strcmp(format, "u"))
        fprintf(out, "%" PRIu64, value);
    else if (!strcmp(format, "a") && value == UINT64_MAX)
        fputs("any", out);
    else if (!strcmp(format, "x") || !strcmp(format, "a"))
        fprintf(out, "0x%" PRIx64, value);
    else if (!strcmp(format, "r"))
        value ? fprintf(out, "%c%u", "xf"[value >> 5 & 1], (unsigned)value & 31)
              : fputs("none", out);
    else if (!strcmp(format, "p"))
        print_flags(out, value);
    else
        print_word(out, format, value);
}

static void print_fields(const TraceEvent *event, const TraceRecord *record, FILE *out)
{
    fprintf(out, "%" PRIu64 " %" PRIu64 " %s h=", record->seq, record->time, event->name);
    if (record->hart == TRACE_NO_HART) {
        fputs("none", out);
    } else {
        fprintf(out, "%u m=", record->hart);
        print_word(out, TRACE_PRIVILEGES, record->mode);
        fprintf(out, " p=%u vmid=%u ic=%" PRIu64, record->partition, record->vmid, record->insns);
    }
    for (unsigned i = 0; i < event->n_fields; i++) {
        const char *field = event->fields[i], *format = strchr(field, ':');
        fprintf(out, " %.*s=", (int)(format - field), field);
        trace_print_value(format + 1, record->values[i], out);
    }
}

void trace_print(const TraceEvent *event, const TraceRecord *record, FILE *out)
{
    print_fields(event, record, out);
    fputc('\n', out);
}

/* The address of the instruction that an event is about. */
static bool find_pc(const TraceEvent *event, const TraceRecord *record, uint64_t *pc)
{
    static const char *const names[] = { "epc:", "pc:", "by_pc:" };
    for (unsigned i = 0; i < event->n_fields; i++)
        for (unsigned n = 0; n < G_N_ELEMENTS(names); n++)
            if (!strncmp(event->fields[i], names[n], strlen(names[n]))) {
                *pc = record->values[i];
                return true;
            }
    return false;
}

void trace_print_named(const TraceEvent *event, const TraceRecord *record, const TraceNames *names,
                       FILE *out)
{
    uint64_t pc, offset;
    const char *name = NULL;
    print_fields(event, record, out);
    if (find_pc(event, record, &pc) && (name = names->find(names->opaque, pc, &offset)))
        fprintf(out, " sym=%s", name);
    if (name && offset)
        fprintf(out, "+0x%" PRIx64, offset);
    fputc('\n', out);
}

void trace_put(Trace *trace, const TraceRecord *record)
{
    const unsigned to = trace->on[record->id] & ~(unsigned)trace->muted;
    if (to >> TRACE_TO_TEXT & 1)
        trace_print(&trace_events[record->id], record, trace->out);
    if (to >> TRACE_TO_FILE & 1)
        trace->sinks[TRACE_TO_FILE].put(trace->sinks[TRACE_TO_FILE].opaque, record);
}

void trace_send(Trace *trace, TraceRecord *record)
{
    const unsigned to = trace->on[record->id] & ~trace->muted & ~(1u << TRACE_TO_RING);
    if (!to)
        return;
    record->seq = trace->seq++;
    for (unsigned sink = TRACE_TO_BREAK; sink < TRACE_TO_TRIGGER; sink++)
        if (to >> sink & 1)
            trace->sinks[sink].put(trace->sinks[sink].opaque, record);
    if (trace->gate && !trace->gate(trace->gate_opaque, record))
        return;
    if (!trace->wanted || trace->wanted(trace->wanted_opaque, record))
        trace_put(trace, record);
}

/* Into the ring, where `values`, of which there are TRACE_MAX_FIELDS, follow the columns. */
static void remember(const Trace *trace, const TraceRecord *r, const uint64_t *values)
{
    _Static_assert((int)TRACE_MAX_FIELDS <= (int)RING_VALUES_MAX, "every event has room");
    RingEntry *entry = ring_room(trace->ring);
    *entry = (RingEntry){ .kind = (uint8_t)r->id,
                          .hart = r->hart,
                          .mode = r->mode,
                          .vmid = r->vmid,
                          .own = r->partition,
                          .units = trace->clock->units - (uint64_t)*trace->clock->left,
                          .insns = r->insns,
                          .spent = r->spent };
    memcpy(entry->values, values, TRACE_MAX_FIELDS * sizeof *values);
    ring_put(trace->ring, entry, trace_events[r->id].n_fields);
}

void trace_emit(Trace *trace, TraceId id, const uint64_t *words)
{
    const TraceEvent *event = &trace_events[id];
    const unsigned to = trace->on[id] & ~(unsigned)trace->muted;
    if (!to)
        return;
    TraceRecord record;
    record.id = id;
    record.insns = record.spent = record.mode = record.partition = record.vmid = 0;
    record.hart = event->of_hart ? (uint8_t)*words++ : TRACE_NO_HART;
    if (trace->look)
        trace->look(trace->look_opaque, &record);
    if (to >> TRACE_TO_RING & 1 && id != TRACE_fault_g)
        remember(trace, &record, words);
    if (LIKELY(to == 1u << TRACE_TO_RING))
        return;
    record.time = clock_now(trace->clock);
    record.own = record.time;
    if (trace->own_time && record.hart != TRACE_NO_HART)
        record.own = trace->own_time(trace->look_opaque, record.hart);
    memset(record.values, 0, sizeof record.values);
    memcpy(record.values, words, event->n_fields * sizeof *words);
    trace_send(trace, &record);
}
