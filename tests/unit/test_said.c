/* SPDX-License-Identifier: MIT */
/* test_said.c - marks that are events with names: what the machine reports, and that programs have the same table. */
#include <criterion/criterion.h>

#include "emu/base/said.h"
#include "tests/lib/machine_rig.h"

typedef struct {
    unsigned kind;
    TraceId id;
    unsigned bits[SAID_MAX_FIELDS];
} Row;

static const Row rows[] = {
#define SAID(kind, event, ...) { kind, TRACE_##event, { __VA_ARGS__ } },
#include "emu/base/said.def"
#undef SAID
};

static TraceRecord last;
static unsigned heard;

static void hear(void *opaque, const TraceRecord *record)
{
    (void)opaque;
    if (record->id == TRACE_mark)
        return;
    last = *record;
    heard++;
}

Test(said, marks_are_events_with_their_fields)
{
    const uint64_t value = 0xfedcba9876543210;
    Machine *m = rig_in(0, NULL);
    m->trace.sinks[TRACE_TO_BREAK].put = hear;
    cr_assert(trace_enable(&m->trace, TRACE_TO_BREAK, "all,-commit,-mem", NULL));
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        uint64_t rest = value;
        heard = 0;
        m->harts[0].x[11] = value;
        cr_assert(rig_execute(m, rig_encode(INSN_slti, 0, 11, 0, row->kind)));
        cr_assert(heard == 1 && last.id == row->id, "kind %u: %u events", row->kind, heard);
        unsigned n = 0;
        for (; n < SAID_MAX_FIELDS && row->bits[n]; n++) {
            cr_assert(last.values[n] == (rest & (BIT(row->bits[n]) - 1)), "kind %u field %u",
                      row->kind, n);
            rest >>= row->bits[n];
        }
        cr_assert(n == trace_events[row->id].n_fields, "kind %u has widths for %u fields",
                  row->kind, n);
    }
    heard = 0;
    m->harts[0].x[11] = value;
    cr_assert(rig_execute(m, rig_encode(INSN_slti, 0, 11, 0, 127)) &&
              rig_execute(m, rig_encode(INSN_slti, 0, 11, 0, 1)));
    cr_assert(heard == 0, "kinds that are in no table have no event");
    machine_free(m);
}

/* say.h shifts each field but the first by the bits before it. */
Test(said, programs_pack_the_same_fields)
{
    g_autofree char *text = NULL;
    cr_assert(g_file_get_contents("hyp/lib/say.h", &text, NULL, NULL));
    g_auto(GStrv) parts = g_strsplit(text, "mark(", -1);
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        unsigned at = 0, found = 0;
        for (char **part = parts + 1; *part; part++) {
            if (strtoul(*part, NULL, 10) != rows[i].kind)
                continue;
            g_autofree char *body = g_strndup(*part, strcspn(*part, "#"));
            found++;
            for (unsigned n = 1; n < SAID_MAX_FIELDS && rows[i].bits[n]; n++) {
                at += rows[i].bits[n - 1];
                g_autofree char *shift = g_strdup_printf(", %u)", at);
                cr_assert(strstr(body, shift), "kind %u: field %u is not at bit %u", rows[i].kind,
                          n, at);
            }
        }
        cr_assert(found == 1, "kind %u is %u times in hyp/lib/say.h", rows[i].kind, found);
    }
}
