/* SPDX-License-Identifier: MIT */
/* query.c - fuzzing: queries over traces. */
#include "emu/trace/query.h"
#include "emu/base/error.h"
#include "tests/lib/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    TraceQuery *query = trace_query_new(text, trace_events, TRACE_COUNT, NULL, &error);
    if (!query != (error != NULL) || (error && error->code != EXIT_USAGE))
        fuzz_fail("result and error disagree");
    for (unsigned id = 0; query && id < TRACE_COUNT; id++) {
        TraceRecord record = { .id = (TraceId)id, .seq = id, .hart = (uint8_t)size };
        bool matches = trace_query_matches(query, &record);
        if (matches && !(trace_query_events(query) >> id & 1))
            fuzz_fail("an event matches that cannot");
        if (trace_query_groups(query))
            g_free(trace_query_group(query, &record));
    }
    trace_query_free(query);
    return 0;
}
