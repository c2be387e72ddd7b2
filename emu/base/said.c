/* SPDX-License-Identifier: MIT */
/* said.c - see said.h. */
#include "emu/base/said.h"

typedef struct {
    TraceId id;
    uint8_t bits[SAID_MAX_FIELDS]; /* 0: no further field */
} Said;

static const Said said[SAID_KINDS] = {
#define SAID(kind, event, ...) [(kind)-SAID_FIRST] = { TRACE_##event, { __VA_ARGS__ } },
#include "emu/base/said.def"
#undef SAID
};

void said_emit(Trace *trace, unsigned hart, unsigned kind, uint64_t value)
{
    uint64_t words[1 + TRACE_MAX_FIELDS] = { hart };
    const Said *row = &said[(kind - SAID_FIRST) % SAID_KINDS];
    if (kind - SAID_FIRST >= SAID_KINDS || !row->bits[0] || !trace->on[row->id])
        return;
    for (unsigned i = 0; i < SAID_MAX_FIELDS && row->bits[i]; i++) {
        words[1 + i] = value & (BIT(row->bits[i]) - 1);
        value >>= row->bits[i];
    }
    trace_emit(trace, row->id, words);
}
