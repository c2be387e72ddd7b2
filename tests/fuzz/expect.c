/* SPDX-License-Identifier: MIT */
/* expect.c - fuzzing: rules about traces, and all answers to them. */
#include "emu/expect/expect.h"
#include "emu/base/error.h"
#include "tests/lib/fuzz.h"

/* One event of each kind, with numbers that words stand for, and a line on the serial port. */
static void show_events(Expect *expect)
{
    static const char text[] = "login:\n";
    for (unsigned i = 0; i < TRACE_COUNT + sizeof text - 1; i++) {
        const bool sends = i >= TRACE_COUNT;
        TraceRecord record = { .seq = i, .time = 10 * i, .insns = i, .hart = (uint8_t)(i % 3) };
        record.id = sends ? TRACE_uart : (TraceId)i;
        for (unsigned field = 0; field < TRACE_MAX_FIELDS; field++)
            record.values[field] = i % 4;
        if (sends)
            record.values[0] = (uint8_t)text[i - TRACE_COUNT];
        expect_event(expect, &record);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    if (size > 4096)
        return 0;
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    Rules *rules = expect_parse("rules", text, trace_events, TRACE_COUNT, NULL, &error);
    if (!rules != (error != NULL) || (error && error->code != EXIT_CONFIG))
        fuzz_fail("result and error disagree");
    if (error && !g_str_has_prefix(error->message, "rules:"))
        fuzz_fail("an error without its place: %s", error->message);
    if (!rules)
        return 0;
    uint64_t lost;
    Expect *expect = expect_new(rules, trace_events, TRACE_COUNT);
    show_events(expect);
    expect_end(expect, &lost);
    for (unsigned format = 0; outcome_formats[format]; format++)
        expect_report(rules, trace_events, format, "recording", nowhere);
    expect_free(rules);
    return 0;
}
