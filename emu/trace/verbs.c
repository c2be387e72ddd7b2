/* SPDX-License-Identifier: MIT */
/* verbs.c - `bulkhead trace VERB ...`; see verbs.h. */
#include "emu/trace/verbs.h"

#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/options/props.h"

enum { ANY = -2 };

static bool verb_docs(char **argv, int *code, GError **error)
{
    (void)argv;
    (void)code;
    (void)error;
    trace_write_docs();
    return true;
}

static const struct {
    const char *name;
    int words; /* it takes; ANY: it looks itself; -1: handled elsewhere */
    const char *syntax, *help;
    bool (*run)(char **argv, int *code, GError **error);
} verbs[] = {
    { "record", -1, "FILE.bht OPTION...", "run a machine and record, as with -trace-file FILE.bht",
      NULL },
    { "print", ANY, "[--symbols ELF[,ELF...]] FILE.bht", "every event as a line of text",
      trace_verb_print },
    { "query", ANY,
      "[--symbols ELF[,ELF...]] FILE.bht 'EVENT[,EVENT] [where COLUMN OP VALUE and ...] [group by COLUMN]'",
      "those events that match, or how many of each value there are", trace_verb_query },
    { "stat", 1, "FILE.bht", "how many events, exits by cause, walks by length", trace_verb_stat },
    { "export", ANY,
      "--jsonl|--spike|--perfetto OUT|--vcd OUT [--window T0..T1] [--limit N] FILE.bht",
      "all events as JSON Lines; Spike's commit log, of the event commit; for Perfetto's window; value changes for GTKWave",
      trace_verb_export },
    { "diff", 2, "FILE.bht FILE.bht",
      "the first event that is not the same; exit code 1 if there "
      "is one",
      trace_verb_diff },
    { "expect", ANY, "[--format text|tap|junit|gradescope] RULES FILE.bht",
      "whether the run obeyed the rules of a file; exit code 126 if it did not",
      trace_verb_expect },
    { "docs", 0, "", "print the catalogue of events, docs/trace.md", verb_docs },
};

static void list_verbs(void)
{
    puts("usage: bulkhead trace VERB ...");
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        printf("  %s%s%s\n      %s\n", verbs[i].name, *verbs[i].syntax ? " " : "", verbs[i].syntax,
               verbs[i].help);
}

bool trace_verb(int argc, char **argv, int *code, GError **error)
{
    const char *names[G_N_ELEMENTS(verbs) + 1] = { NULL };
    if (argc && (!strcmp(argv[0], "-help") || !strcmp(argv[0], "--help"))) {
        list_verbs();
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        names[i] = verbs[i].name;
        if (!argc || strcmp(argv[0], verbs[i].name) != 0)
            continue;
        if (argc - 1 == verbs[i].words || verbs[i].words == ANY)
            return verbs[i].run(argv + 1, code, error);
        return fail(error, EXIT_USAGE,
                    "trace %s takes %d words, not %d; write bulkhead trace %s %s", argv[0],
                    verbs[i].words, argc - 1, argv[0], verbs[i].syntax);
    }
    const char *near = argc ? nearest_word(argv[0], names) : NULL;
    if (near)
        return fail(error, EXIT_USAGE, "trace: no verb is called '%s'; did you mean '%s'?", argv[0],
                    near);
    return fail(error, EXIT_USAGE, "trace: '%s' is no verb; bulkhead trace -help lists them",
                argc ? argv[0] : "");
}
