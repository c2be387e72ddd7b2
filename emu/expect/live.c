/* SPDX-License-Identifier: MIT */
/* live.c - rules for a run while it runs; see live.h. */
#include "emu/expect/live.h"

#include <string.h>

#include "emu/base/error.h"
#include "emu/expect/expect.h"

struct LiveExpect {
    Machine *machine;
    Rules *rules;
    Expect *expect; /* NULL: it has ended */
};

bool expect_read(const char *path, char **text, GError **error)
{
    enum { RULES_MAX = 1 << 20 };
    GError *problem = NULL;
    gsize size;
    if (!g_file_get_contents(path, text, &size, &problem)) {
        fail(error, EXIT_FILE, "cannot read the rules: %s; check the path", problem->message);
        g_error_free(problem);
        return false;
    }
    if (size > RULES_MAX || strlen(*text) != size)
        return fail(error, EXIT_CONFIG,
                    "%s:1:1: this is no text of rules; name a file of rules first", path);
    return true;
}

static void put(void *live, const TraceRecord *record)
{
    expect_event(((LiveExpect *)live)->expect, record);
}

LiveExpect *live_expect_new(Machine *m, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    Rules *rules = expect_read(path, &text, error)
                       ? expect_parse(path, text, trace_events, TRACE_COUNT, m->partitions, error)
                       : NULL;
    if (!rules)
        return NULL;
    LiveExpect *live = g_new0(LiveExpect, 1);
    live->machine = m;
    live->rules = rules;
    live->expect = expect_new(rules, trace_events, TRACE_COUNT);
    m->trace.sinks[TRACE_TO_EXPECT].put = put;
    m->trace.sinks[TRACE_TO_EXPECT].opaque = live;
    const TraceSet events = expect_needs(rules);
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        if (events >> i & 1)
            m->trace.on[i] |= 1 << TRACE_TO_EXPECT;
    return live;
}

bool live_expect_report(LiveExpect *live, const char *recording)
{
    uint64_t lost;
    const Machine *m = live->machine;
    for (unsigned i = 0; i < m->n_harts; i++)
        expect_time(live->expect, clock_now(&m->clock), i, hart_retired(&m->harts[i]));
    bool all = expect_end(live->expect, &lost);
    live->expect = NULL;
    expect_report(live->rules, trace_events, 0, recording ? recording : "FILE.bht", stderr);
    return all;
}

void live_expect_free(LiveExpect *live)
{
    uint64_t lost;
    if (!live)
        return;
    if (live->expect)
        expect_end(live->expect, &lost);
    expect_free(live->rules);
    g_free(live);
}
