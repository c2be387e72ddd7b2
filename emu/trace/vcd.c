/* SPDX-License-Identifier: MIT */
/*
 * vcd.c - recorded traces as value changes (IEEE 1364-2005, "Value change dump files"); see export.h.
 *
 * A hart is a scope with four variables: the mode as traces number it (U 0, HS 1, M 3, VU 4, VS 5), the partition, the VMID
 * in hgatp, and the interrupt that is being handled, z if none is.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/trace/export.h"

enum { HARTS = 256, MODE_GUEST = 4 };
typedef enum { LANE_MODE, LANE_PARTITION, LANE_VMID, LANE_IRQ, LANES } LaneId;

static const struct {
    const char *name;
    unsigned bits;
} lanes[LANES] = { { "mode", 3 }, { "partition", 16 }, { "vmid", 16 }, { "irq", 6 } };

enum { UNKNOWN = -2, NONE = -1 };

typedef struct {
    bool is_there[HARTS];
    int64_t values[HARTS][LANES];
    ExportPlace places[HARTS];
    uint64_t time;
    bool began;
} Vcd;

/* A short name: two printable characters for each hart and lane. */
static void put_id(FILE *out, unsigned hart, unsigned lane)
{
    unsigned number = hart * LANES + lane;
    fputc((int)('!' + number % 90), out);
    fputc((int)('!' + number / 90), out);
}

static void put_value(FILE *out, unsigned hart, unsigned lane, int64_t value)
{
    fputc('b', out);
    if (value < 0)
        fputc(value == NONE ? 'z' : 'x', out);
    for (unsigned i = value < 0 ? 0 : lanes[lane].bits; i-- > 0;)
        fputc((int)('0' + (value >> i & 1)), out);
    fputc(' ', out);
    put_id(out, hart, lane);
    fputc('\n', out);
}

/* Which harts there are must be said first: the file is read twice. */
static void find_harts(Vcd *vcd, const char *path)
{
    TraceRecord record;
    TraceReader *reader = trace_reader_open(path, NULL);
    if (!reader)
        return;
    while (trace_reader_next(reader, &record, NULL))
        vcd->is_there[record.hart] |= record.hart != TRACE_NO_HART;
    trace_reader_free(reader);
}

void trace_vcd_begin(Export *export)
{
    Vcd *vcd = g_new0(Vcd, 1);
    FILE *out = export->out;
    find_harts(vcd, export->path);
    fputs("$comment written by bulkhead trace export --vcd $end\n$timescale 1 ns $end\n", out);
    for (unsigned hart = 0; hart < HARTS; hart++) {
        if (!vcd->is_there[hart])
            continue;
        fprintf(out, "$scope module hart%u $end\n", hart);
        for (unsigned lane = 0; lane < LANES; lane++) {
            fprintf(out, "$var wire %u ", lanes[lane].bits);
            put_id(out, hart, lane);
            fprintf(out, " %s $end\n", lanes[lane].name);
            vcd->values[hart][lane] = UNKNOWN;
        }
        fputs("$upscope $end\n", out);
    }
    fputs("$enddefinitions $end\n$dumpvars\n", out);
    for (unsigned hart = 0; hart < HARTS; hart++)
        for (unsigned lane = 0; vcd->is_there[hart] && lane < LANES; lane++)
            put_value(out, hart, lane, UNKNOWN);
    fputs("$end\n", out);
    export->state = vcd;
}

static void change(const Export *export, const TraceRecord *r, LaneId lane, int64_t value)
{
    Vcd *vcd = export->state;
    if (vcd->values[r->hart][lane] == value)
        return;
    if (!vcd->began || r->time > vcd->time)
        fprintf(export->out, "#%" PRIu64 "\n", r->time);
    vcd->time = vcd->began ? MAX(vcd->time, r->time) : r->time;
    vcd->began = true;
    vcd->values[r->hart][lane] = value;
    put_value(export->out, r->hart, lane, value);
}

void trace_vcd_write(Export *export, const TraceRecord *r)
{
    Vcd *vcd = export->state;
    const int id = (int)r->id;
    if (r->hart == TRACE_NO_HART || !vcd->is_there[r->hart])
        return;
    const int64_t now = vcd->values[r->hart][LANE_MODE];
    const unsigned mode =
        export_mode(export, r, &vcd->places[r->hart], now < 0 ? r->mode & 7 : (unsigned)now);
    change(export, r, LANE_MODE, mode);
    change(export, r, LANE_PARTITION,
           mode >= MODE_GUEST
               ? partitions_traced(trace_reader_partitions(export->reader), r->vmid, r->hart)
               : PARTITION_HOST);
    change(export, r, LANE_VMID, r->vmid);
    if (id == export->trap_ret)
        change(export, r, LANE_IRQ, NONE);
    else if (id == export->trap && export_field(export, r, "irq"))
        change(export, r, LANE_IRQ, (int64_t)(export_field(export, r, "cause") & 63));
}

void trace_vcd_end(Export *export)
{
    const Vcd *vcd = export->state;
    fprintf(export->out, "#%" PRIu64 "\n", vcd->time + 1);
    g_free(export->state);
}
