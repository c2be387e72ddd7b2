/* SPDX-License-Identifier: MIT */
/* export.c - bulkhead trace export: recorded traces in other tools' formats. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/base/error.h"
#include "emu/options/props.h"
#include "emu/trace/export.h"
#include "emu/trace/verbs.h"

/* Spike's commit log. */

uint64_t export_field(const Export *export, const TraceRecord *r, const char *name)
{
    int at = trace_event_field(&export->events[r->id], name);
    return at < 0 ? 0 : r->values[at];
}

unsigned export_mode(const Export *export, const TraceRecord *r, ExportPlace *place, unsigned now)
{
    const int id = (int)r->id;
    if (id == export->trap || id == export->trap_ret || id == export->mode) {
        *place = (ExportPlace){ r->time, r->insns };
        return (unsigned)export_field(export, r, "to") & 7;
    }
    bool just_moved = place->time == r->time && place->insns == r->insns;
    return just_moved ? now : r->mode & 7;
}

/* norm:Zacas_rv64_amocas-q_op: the instruction that writes a pair of registers. */
static bool writes_pair(uint32_t insn)
{
    enum { AMO = 0x2f, QUAD = 4, CAS = 5 };
    return bits(insn, 6, 0) == AMO
    &&bits(insn, 14, 12) == QUAD &&bits(insn, 31, 27) == CAS;
}

static const char *csr_text(unsigned number)
{
    const char *name = number < CSR_COUNT ? csr_name(number) : NULL;
    return name ? name : "unknown";
}

static void write_spike(Export *export, const TraceRecord *r)
{
    if ((int)r->id != export_event(export, TRACE_commit))
        return;
    FILE *out = export->out;
    uint32_t insn = (uint32_t)export_field(export, r, "insn");
    unsigned rd = (unsigned)export_field(export, r, "rd"),
             csr = (unsigned)export_field(export, r, "csr");
    unsigned rw = (unsigned)export_field(export, r, "mem_rw"),
             size = (unsigned)export_field(export, r, "mem_size");
    fprintf(out, "core%4u: %u 0x%016" PRIx64 " ", r->hart, (unsigned)export_field(export, r, "prv"),
            export_field(export, r, "pc"));
    fprintf(out, (insn & 3) == 3 ? "(0x%08x)" : "(0x%04x)", insn);
    if (rd)
        fprintf(out, " %c%-2u 0x%016" PRIx64, "xf"[rd >> 5 & 1], rd & 31,
                export_field(export, r, "rdval"));
    if (rd && writes_pair(insn))
        fprintf(out, " x%-2u 0x%016" PRIx64, rd + 1, export_field(export, r, "rdhi"));
    if (csr)
        fprintf(out, " c%u_%s 0x%016" PRIx64, csr, csr_text(csr),
                export_field(export, r, "csrval"));
    if (rw)
        fprintf(out, " mem 0x%016" PRIx64, export_field(export, r, "mem_va"));
    if (rw == 2 && size == 16)
        fprintf(out, " 0x%016" PRIx64, export_field(export, r, "mem_hi"));
    uint64_t value = export_field(export, r, "mem_val");
    if (rw == 2 && size == 16)
        fprintf(out, "%016" PRIx64, value);
    else if (rw == 2)
        fprintf(out, " 0x%0*" PRIx64, (int)(size * 2 & 31),
                (uint64_t)(size >= 8 ? value : value & (BIT(8 * size) - 1)));
    fputc('\n', out);
}

/* JSON Lines. */

/* Numbers as they are, but for JavaScript's sake as text beyond 53 bits; words as text. */
static void json_value(const char *format, uint64_t value, FILE *out)
{
    bool number = !strcmp(format, "u") || !strcmp(format, "x");
    if (number && value < BIT(53)) {
        fprintf(out, "%" PRIu64, value);
        return;
    }
    fputc('"', out);
    trace_print_value(format, value, out);
    fputc('"', out);
}

static void write_jsonl(Export *export, const TraceRecord *r)
{
    FILE *out = export->out;
    const TraceEvent *event = &export->events[r->id];
    const char *name = trace_reader_name(export->reader, r->partition);
    fprintf(out,
            "{\"seq\":%" PRIu64 ",\"t\":%" PRIu64 ",\"ic\":%" PRIu64 ",\"h\":%u,\"p\":", r->seq,
            r->time, r->insns, r->hart);
    if (name)
        fprintf(out, "\"%s\"", name);
    else
        fprintf(out, "%u", r->partition);
    fprintf(out, ",\"vmid\":%u,\"m\":", r->vmid);
    if (r->hart == TRACE_NO_HART)
        fputs("null", out);
    else
        json_value(TRACE_PRIVILEGES, r->mode, out);
    fprintf(out, ",\"ev\":\"%s\"", event->name);
    for (unsigned i = 0; i < event->n_fields; i++) {
        const char *format = strchr(event->fields[i], ':');
        fprintf(out, ",\"%.*s\":", (int)(format - event->fields[i]), event->fields[i]);
        json_value(format + 1, r->values[i], out);
    }
    fputs("}\n", out);
}

static const struct {
    const char *name;
    bool has_file; /* the next word names it; else standard output */
    void (*begin)(Export *export);
    void (*write)(Export *export, const TraceRecord *record);
    void (*end)(Export *export);
} formats[] = {
    { "--spike", false, NULL, write_spike, NULL },
    { "--jsonl", false, NULL, write_jsonl, NULL },
    { "--perfetto", true, trace_perfetto_begin, trace_perfetto_write, trace_perfetto_end },
    { "--vcd", true, trace_vcd_begin, trace_vcd_write, trace_vcd_end },
};

/* What the words behind `trace export` ask for. */
typedef struct {
    int format; /* -1: none yet */
    const char *path, *out;
    uint64_t from, to, limit; /* times, the last not included; events */
} Request;

enum { PERFETTO_LIMIT = 5000000 };

static bool export_all(TraceReader *reader, Export *export, const Request *q, GError **error)
{
    TraceRecord record;
    GError *problem = NULL;
    uint64_t written = 0, left = 0, last = 0;
    export->reader = reader;
    export->events = trace_reader_events(reader, &export->n_events);
    export->trap = export_event(export, TRACE_trap);
    export->trap_ret = export_event(export, TRACE_trap_ret);
    export->mode = export_event(export, TRACE_mode);
    trace_reader_window(reader, q->from, q->to);
    if (formats[q->format].begin)
        formats[q->format].begin(export);
    while (trace_reader_next(reader, &record, &problem)) {
        if (written == q->limit) {
            left++;
            continue;
        }
        written++;
        last = record.time;
        formats[q->format].write(export, &record);
    }
    if (formats[q->format].end)
        formats[q->format].end(export);
    if (left)
        fprintf(stderr,
                "bulkhead: %" PRIu64 " events after t=%" PRIu64 " are left out (--limit %" PRIu64
                "); --window T0..T1 chooses others\n",
                left, last, q->limit);
    if (problem)
        g_propagate_error(error, problem);
    return !problem;
}

/* T0..T1 in ns, or T0..+LENGTH; either end may be left out. */
static bool parse_window(const char *text, Request *q)
{
    const char *dots = text ? strstr(text, "..") : NULL;
    if (!dots)
        return false;
    g_autofree char *first = g_strndup(text, (gsize)(dots - text));
    const char *second = dots + 2;
    bool is_length = *second == '+';
    if ((*first && !parse_number(first, &q->from)) ||
        (*second && !parse_number(second + is_length, &q->to)))
        return false;
    q->to += is_length ? q->from : 0;
    return q->to > q->from;
}

static int find_format(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (!strcmp(word, formats[i].name))
            return (int)i;
    return -1;
}

/* Takes one word, and with it those that belong to it. */
static bool take_word(char ***words, Request *q, GError **error)
{
    const char *word = *(*words)++;
    int format = find_format(word);
    if (format >= 0 && q->format >= 0)
        return fail(error, EXIT_USAGE, "trace export: %s and %s are two formats; choose one",
                    formats[q->format].name, word);
    if (format >= 0) {
        q->format = format;
        if (formats[format].has_file && !(q->out = **words ? *(*words)++ : NULL))
            return fail(error, EXIT_USAGE, "trace export: %s wants the name of a file to write",
                        word);
    } else if (!strcmp(word, "--window")) {
        if (!parse_window(**words ? *(*words)++ : NULL, q))
            return fail(error, EXIT_USAGE,
                        "trace export: --window wants two times in ns; write for example --window "
                        "1000000..2000000 or 1000000..+50000");
    } else if (!strcmp(word, "--limit")) {
        if (!**words || !parse_number(*(*words)++, &q->limit) || !q->limit)
            return fail(error, EXIT_USAGE,
                        "trace export: --limit wants a number of events, at least 1");
    } else if (*word == '-' || q->path) {
        return fail(
            error, EXIT_USAGE,
            "trace export: '%s' is not understood; write --spike, --jsonl, --perfetto OUT or "
            "--vcd OUT, and one recording",
            word);
    } else {
        q->path = word;
    }
    return true;
}

/* A recording is not written over: it may be the only one. */
static bool is_recording(const char *path)
{
    char magic[8] = { 0 };
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t size = fread(magic, 1, sizeof magic, file);
    fclose(file);
    return size == sizeof magic && !memcmp(magic, TRACE_FILE_MAGIC, sizeof magic);
}

static bool open_out(const Request *q, Export *export, GError **error)
{
    if (q->out && is_recording(q->out))
        return fail(error, EXIT_USAGE,
                    "trace export: '%s' is a recording, and would be lost; name the file to write "
                    "first, then the recording",
                    q->out);
    export->out = q->out ? fopen(q->out, "wb") : stdout;
    return export->out ||
           fail(error, EXIT_FILE, "trace export: cannot write '%s'; check the path", q->out);
}

static bool close_out(const Export *export, GError **error)
{
    bool ok = !fflush(export->out) && !ferror(export->out);
    if (export->out != stdout)
        ok &= !fclose(export->out);
    return ok || (error && *error) ||
           fail(error, EXIT_FILE,
                "trace export: the output could not be written; make room for it");
}

bool trace_verb_export(char **argv, int *code, GError **error)
{
    (void)code;
    Request q = { .format = -1, .to = UINT64_MAX };
    while (*argv)
        if (!take_word(&argv, &q, error))
            return false;
    if (q.format < 0 || !q.path)
        return fail(error, EXIT_USAGE,
                    "trace export: %s; write for example bulkhead trace export --perfetto OUT "
                    "FILE.bht",
                    q.format < 0 ? "no format was named" : "no recording was named");
    if (!q.limit)
        q.limit = q.format == find_format("--perfetto") ? PERFETTO_LIMIT : UINT64_MAX;
    TraceReader *reader = trace_reader_open(q.path, error);
    if (!reader)
        return false;
    Export export = { .path = q.path };
    bool ok = open_out(&q, &export, error);
    if (ok) {
        ok = export_all(reader, &export, &q, error);
        ok &= close_out(&export, error);
    }
    trace_reader_free(reader);
    return ok;
}
