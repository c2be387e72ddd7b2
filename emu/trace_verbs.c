/* SPDX-License-Identifier: MIT */
/* trace_verbs.c - `bulkhead trace VERB ...`; see trace_verbs.h. */
#include "emu/trace_verbs.h"

#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/options_props.h"

typedef bool Verb(int argc, char **argv, int *code, GError **error);

static bool verb_docs(int argc, char **argv, int *code, GError **error)
{
    (void)code;
    if (argc)
        return fail(error, EXIT_USAGE, "trace docs takes no '%s'; write bulkhead trace docs",
                    argv[0]);
    trace_write_docs();
    return true;
}

static const struct {
    const char *name, *syntax, *help;
    Verb *run;
} verbs[] = {
    { "docs", "", "print the catalogue of events, docs/trace.md", verb_docs },
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
        if (argc && !strcmp(argv[0], verbs[i].name))
            return verbs[i].run(argc - 1, argv + 1, code, error);
    }
    const char *near = argc ? nearest_word(argv[0], names) : NULL;
    if (near)
        return fail(error, EXIT_USAGE, "trace: no verb is called '%s'; did you mean '%s'?", argv[0],
                    near);
    return fail(error, EXIT_USAGE, "trace: '%s' is no verb; bulkhead trace -help lists them",
                argc ? argv[0] : "");
}
