/* SPDX-License-Identifier: MIT */
/* trace.c - fuzzing: recorded traces, through everything that reads them. */
#include "emu/base/error.h"
#include "emu/trace/verbs.h"
#include "emu/verdict/recording.h"
#include "tests/lib/fuzz.h"

static void check_verb(bool ok, GError *error)
{
    if (ok == (error != NULL))
        fuzz_fail("result and error disagree");
    if (error && error->code != EXIT_FILE)
        fuzz_fail("a bad file is told with code %d: %s", error->code, error->message);
    g_clear_error(&error);
}

/* The verdict on it; it may lack events that are needed. */
static void judge(const char *path)
{
    const VerdictConfig config = { .from = { true, true, false, 0, 1, 0 },
                                   .has_bound = true,
                                   .bound = 5 };
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    GError *error = NULL;
    g_ptr_array_add(paths, (char[]){ "-" });
    bool ok = verdict_of_recording(path, &config, paths, &error);
    if (ok == (error != NULL))
        fuzz_fail("result and error disagree");
    g_clear_error(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzFile file;
    if (!file.path[0])
        file = fuzz_file();
    fuzz_file_set(&file, data, size);
    char *words[] = { file.path, file.path }, *print[] = { file.path, NULL },
         *spike[] = { (char[]){ "--spike" }, file.path, NULL },
         *jsonl[] = { (char[]){ "--jsonl" }, file.path, NULL },
         *perfetto[] = { (char[]){ "--perfetto" }, (char[]){ "/dev/null" }, file.path, NULL },
         *vcd[] = { (char[]){ "--vcd" }, (char[]){ "/dev/null" }, file.path, NULL };
    GError *errors[7] = { NULL };
    int code = 0;
    check_verb(trace_verb_print(print, &code, &errors[0]), errors[0]);
    check_verb(trace_verb_stat(words, &code, &errors[1]), errors[1]);
    check_verb(trace_verb_export(spike, &code, &errors[2]), errors[2]);
    check_verb(trace_verb_export(jsonl, &code, &errors[3]), errors[3]);
    check_verb(trace_verb_export(perfetto, &code, &errors[5]), errors[5]);
    check_verb(trace_verb_export(vcd, &code, &errors[6]), errors[6]);
    check_verb(trace_verb_diff(words, &code, &errors[4]), errors[4]);
    judge(file.path);
    if (code)
        fuzz_fail("a file is not the same as itself");
    return 0;
}
