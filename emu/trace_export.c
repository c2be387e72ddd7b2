/* SPDX-License-Identifier: MIT */
/* trace_export.c - bulkhead trace export: recorded traces in other tools' formats. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/base/error.h"
#include "emu/trace_verbs.h"

typedef struct {
    const TraceEvent *events;
    int commit; /* number of the event, -1: it is not known */
    FILE *out;
} Export;

/* Spike's commit log. */

static uint64_t field(const TraceEvent *event, const TraceRecord *r, const char *name)
{
    int at = trace_event_field(event, name);
    return at < 0 ? 0 : r->values[at];
}

/* norm:Zacas_rv64_amocas-q_op: the instruction that writes a pair of registers. */
static bool writes_pair(uint32_t insn)
{
    enum { AMO = 0x2f, QUAD = 4, CAS = 5 };
    return (insn & 0x7f) == AMO
    &&(insn >> 12 & 7) == QUAD &&insn >> 27 == CAS;
}

static const char *csr_text(unsigned number)
{
    const char *name = number < CSR_COUNT ? csr_name(number) : NULL;
    return name ? name : "unknown";
}

static void export_spike(const Export *export, const TraceRecord *r)
{
    if ((int)r->id != export->commit)
        return;
    FILE *out = export->out;
    const TraceEvent *event = &export->events[r->id];
    uint32_t insn = (uint32_t)field(event, r, "insn");
    unsigned rd = (unsigned)field(event, r, "rd"), csr = (unsigned)field(event, r, "csr");
    unsigned rw = (unsigned)field(event, r, "mem_rw"), size = (unsigned)field(event, r, "mem_size");
    fprintf(out, "core%4u: %u 0x%016" PRIx64 " ", r->hart, (unsigned)field(event, r, "prv"),
            field(event, r, "pc"));
    fprintf(out, (insn & 3) == 3 ? "(0x%08x)" : "(0x%04x)", insn);
    if (rd)
        fprintf(out, " %c%-2u 0x%016" PRIx64, "xf"[rd >> 5 & 1], rd & 31, field(event, r, "rdval"));
    if (rd && writes_pair(insn))
        fprintf(out, " x%-2u 0x%016" PRIx64, rd + 1, field(event, r, "rdhi"));
    if (csr)
        fprintf(out, " c%u_%s 0x%016" PRIx64, csr, csr_text(csr), field(event, r, "csrval"));
    if (rw)
        fprintf(out, " mem 0x%016" PRIx64, field(event, r, "mem_va"));
    if (rw == 2 && size == 16)
        fprintf(out, " 0x%016" PRIx64, field(event, r, "mem_hi"));
    uint64_t value = field(event, r, "mem_val");
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

static void export_jsonl(const Export *export, const TraceRecord *r)
{
    FILE *out = export->out;
    const TraceEvent *event = &export->events[r->id];
    fprintf(out,
            "{\"seq\":%" PRIu64 ",\"t\":%" PRIu64 ",\"ic\":%" PRIu64
            ",\"h\":%u,\"p\":%u,\"vmid\":%u,\"m\":",
            r->seq, r->time, r->insns, r->hart, r->partition, r->vmid);
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
    void (*write)(const Export *export, const TraceRecord *r);
} formats[] = {
    { "--spike", export_spike },
    { "--jsonl", export_jsonl },
};

static bool export_all(TraceReader *reader, Export *export, size_t format, GError **error)
{
    unsigned n;
    TraceRecord record;
    GError *problem = NULL;
    export->events = trace_reader_events(reader, &n);
    export->commit = trace_reader_event(reader, "commit");
    while (trace_reader_next(reader, &record, &problem))
        formats[format].write(export, &record);
    bool written = !fflush(export->out) && !ferror(export->out);
    if (problem)
        g_propagate_error(error, problem);
    return problem   ? false
           : written ? true
                     : fail(error, EXIT_FILE,
                            "trace export: the output could not be written; make "
                            "room for it");
}

bool trace_verb_export(char **argv, int *code, GError **error)
{
    (void)code;
    size_t format = 0;
    while (format < G_N_ELEMENTS(formats) && strcmp(argv[0], formats[format].name) != 0)
        format++;
    if (format == G_N_ELEMENTS(formats))
        return fail(error, EXIT_USAGE,
                    "trace export: no format is called '%s'; write --spike or "
                    "--jsonl",
                    argv[0]);
    TraceReader *reader = trace_reader_open(argv[1], error);
    if (!reader)
        return false;
    Export export = { .out = stdout };
    bool ok = export_all(reader, &export, format, error);
    trace_reader_free(reader);
    return ok;
}
