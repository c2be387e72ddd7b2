/* SPDX-License-Identifier: MIT */
/* lab.c - fuzzing: labs, answers, the sums that lead to them, and the reports that facts are read from. */
#include <string.h>

#include "emu/base/error.h"
#include "emu/json_read.h"
#include "emu/lab/answers.h"
#include "tests/lib/fuzz.h"

/* libconfig forgets a string that a syntax error follows. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig";
}

static const char lab_text[] =
    "title = \"t\"; facts = (); questions = (\n"
    "  { name = \"lines\"; text = \"?\"; unit = \"lines\"; answer = \"7\"; hint = \"h\"; },\n"
    "  { name = \"room\"; text = \"?\"; unit = \"KiB\"; answer = \"32\"; hint = \"h\"; tolerance = \"5%\"; },\n"
    "  { name = \"time\"; text = \"?\"; unit = \"ns\"; answer = \"1e3\"; hint = \"h\"; },\n"
    "  { name = \"plain\"; text = \"?\"; answer = \"'yes'\"; hint = \"h\"; } );\n";

static void discard(Findings *findings)
{
    FILE *nowhere = fopen("/dev/null", "w");
    findings_print(findings, nowhere);
    fclose(nowhere);
}

static void fuzz_answers(const char *text, size_t size)
{
    g_autoptr(Lab) lab = lab_parse("folder/lab.cfg", lab_text, strlen(lab_text));
    lab_check(lab, false);
    if (lab->findings->errors)
        fuzz_fail("the lab is wrong");
    g_autoptr(Answers) answers = answers_parse(lab, "answers", text, size);
    discard(answers->findings);
    for (unsigned i = 0; i < lab->questions.n; i++) {
        const Answer *answer = &answers->at[i];
        g_autofree char *shown = quantity_text(&answer->value, "lines");
        if (answer->given && !quantity_matches(&answer->value, &answer->value, "0"))
            fuzz_fail("'%s' is not itself", shown);
    }
}

static void fuzz_lab(const char *text, size_t size)
{
    g_autoptr(Lab) lab = lab_parse("folder/lab.cfg", text, size);
    if (!lab->findings->errors)
        lab_check(lab, false);
    discard(lab->findings);
}

static bool look_up(void *opaque, const char *name, Quantity *value)
{
    (void)opaque;
    *value = (Quantity){ .number = (double)strlen(name) };
    return *name == 'a' || (*name == 'w' && quantity_word("word", value));
}

static void fuzz_sum(const char *text)
{
    Quantity value, again;
    g_autoptr(GError) error = NULL;
    bool ok = quantity_sum(text, look_up, NULL, &value, &error);
    if (ok != !error || (error && error->code != EXIT_CONFIG))
        fuzz_fail("result and error disagree");
    if (ok && (!quantity_sum(text, look_up, NULL, &again, NULL) ||
               !quantity_matches(&value, &again, "0")))
        fuzz_fail("the second time it is another");
}

/* JSON up to a byte 0, then a path. */
static void fuzz_json(const char *text, size_t size)
{
    size_t length = strlen(text);
    const char *path = length < size ? text + length + 1 : "a[b=c].d[0]";
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonValue) value = json_read("report", text, length, &error);
    if (!value != (error != NULL))
        fuzz_fail("result and error disagree");
    g_autoptr(GError) nothing = NULL;
    if (value && !json_find(value, path, &nothing) != (nothing != NULL))
        fuzz_fail("place and error disagree");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 4096)
        return 0;
    g_autofree char *text = g_malloc0(size + 1);
    memcpy(text, data + 1, size - 1);
    switch (data[0] % 4) {
    case 0: fuzz_answers(text, size - 1); break;
    case 1: fuzz_lab(text, size - 1); break;
    case 2: fuzz_sum(text); break;
    default: fuzz_json(text, size - 1);
    }
    return 0;
}
