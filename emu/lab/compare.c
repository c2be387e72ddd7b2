/* SPDX-License-Identifier: MIT */
/* compare.c - runs the guest wl under one technique after the other; see compare.h. */
#include "emu/lab/compare.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "emu/base/error.h"
#include "emu/base/nearest.h"
#include "emu/doctor.h"
#include "emu/lab/child.h"

#define MAX_INSNS "100000000000"
#define MAX_TIME  "3600" /* s */

// clang-format off
const Technique compare_techniques[] = {
#define TECHNIQUE(...) { __VA_ARGS__ },
#define PHASE(...)
#include "emu/lab/techniques.def"
#undef TECHNIQUE
#undef PHASE
    { 0 }
};
const Phase compare_phases[] = {
#define TECHNIQUE(...)
#define PHASE(...) { __VA_ARGS__ },
#include "emu/lab/techniques.def"
#undef TECHNIQUE
#undef PHASE
    { 0 }
};
// clang-format on
G_STATIC_ASSERT(G_N_ELEMENTS(compare_phases) <= COMPARE_MOST_PHASES);

/* What is asked for. */
typedef struct {
    const char *format, *only, *phases, *scale;
    unsigned number;     /* of the format */
    uint64_t techniques; /* bit n: technique n */
} Words;

static bool usage(GError **error, const char *what, const char *word, const char *near)
{
    return fail(error, EXIT_USAGE, "lab compare: %s '%s'; %s%s", what, word,
                near ? "did you mean "
                     : "write bulkhead lab compare [--format text|csv|json|md] "
                       "[--only TECHNIQUE,...] [--phases ABCDEFJ] [--scale N]",
                near ? near : "");
}

static bool read_only(const char *list, Words *w, GError **error)
{
    const char *names[G_N_ELEMENTS(compare_techniques)] = { NULL };
    g_auto(GStrv) words = g_strsplit(list, ",", -1);
    for (unsigned i = 0; compare_techniques[i].name; i++)
        names[i] = compare_techniques[i].name;
    w->techniques = 0;
    for (char **word = words; *word; word++) {
        unsigned i = 0;
        while (names[i] && strcmp(names[i], *word) != 0)
            i++;
        if (!names[i])
            return usage(error, "there is no technique", *word, nearest_word(*word, names));
        w->techniques |= UINT64_C(1) << i;
    }
    return true;
}

static bool read_phases(const char *letters, Comparison *c, GError **error)
{
    c->phases = 0;
    for (const char *at = letters; *at; at++) {
        const char letter[2] = { *at, 0 };
        unsigned i = 0;
        while (compare_phases[i].letter && compare_phases[i].letter != *at)
            i++;
        if (!compare_phases[i].letter)
            return usage(error, "no such phase can be compared,", letter, NULL);
        c->phases |= 1u << i;
    }
    return c->phases || usage(error, "there is no phase in", letters, NULL);
}

static bool read_words(char **words, Words *w, Comparison *c, GError **error)
{
    const struct {
        const char *name, **value;
    } options[] = { { "--format", &w->format },
                    { "--only", &w->only },
                    { "--phases", &w->phases },
                    { "--scale", &w->scale } };
    for (; *words; words += 2) {
        unsigned i = 0;
        while (i < G_N_ELEMENTS(options) && strcmp(*words, options[i].name) != 0)
            i++;
        const bool known = i < G_N_ELEMENTS(options);
        if (!known || !words[1])
            return usage(error, known ? "there is nothing behind" : "there is no option", *words,
                         NULL);
        *options[i].value = words[1];
    }
    while (compare_formats[w->number] && strcmp(w->format, compare_formats[w->number]) != 0)
        w->number++;
    if (!compare_formats[w->number])
        return usage(error, "there is no format", w->format, NULL);
    char *end;
    c->scale = g_ascii_strtoull(w->scale, &end, 10);
    if (*end || !g_ascii_isdigit(*w->scale) || !c->scale || c->scale > 10000)
        return usage(error, "a scale is 1 to 10000, not", w->scale, NULL);
    return (!w->only || read_only(w->only, w, error)) && read_phases(w->phases, c, error);
}

/* The first program that a technique wants and that is not there, to be freed, or NULL. */
static char *find_missing(const Technique *technique)
{
    static const char folder[] = "$HYP/";
    for (const char *at = technique->machine; (at = strstr(at, folder)); at++) {
        const char *begin = at + strlen(folder);
        g_autofree char *name = g_strndup(begin, strcspn(begin, "\""));
        g_autofree char *path = doctor_find_program(name);
        if (!path)
            return g_steal_pointer(&name);
    }
    return NULL;
}

/* Its machine file, to be freed. */
static char *machine_text(const Comparison *c, const Technique *technique)
{
    g_autoptr(GString) text = g_string_new(technique->machine);
    g_autofree char *program = doctor_find_program("wl.bin");
    g_autofree char *folder = g_path_get_dirname(program);
    g_autofree char *whole = g_canonicalize_filename(folder, NULL);
    g_autoptr(GString) words = g_string_new("wl=");
    for (unsigned i = 0; compare_phases[i].letter; i++)
        if (c->phases >> i & 1)
            g_string_append_c(words, compare_phases[i].letter);
    g_string_append_printf(words, " scale=%" PRIu64, c->scale);
    g_string_replace(text, "$HYP", whole, 0);
    g_string_replace(text, "$WL", words->str, 0);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The last line that is not empty, to be freed. */
static char *last_line(const char *path)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return g_strdup("");
    const char *line = strrchr(g_strchomp(text), '\n');
    return g_strdup(line ? line + 1 : text);
}

static bool all_complete(const Comparison *c, const Measurement *row)
{
    bool complete = true;
    for (unsigned i = 0; compare_phases[i].letter; i++)
        complete &= !(c->phases >> i & 1) || row->costs[i].complete;
    return complete;
}

/* Runs it and measures; the files are in `folder`, and stay there for the caller. */
static bool run_one(const Comparison *c, const char *folder, Measurement *row, GError **error)
{
    int code;
    g_autofree char *machine = g_build_filename(folder, "machine.bh", NULL);
    g_autofree char *trace = g_build_filename(folder, "run.bht", NULL);
    g_autofree char *errors = g_build_filename(folder, "errors", NULL);
    g_autofree char *text = machine_text(c, row->technique);
    const char *command[] = {
        "/proc/self/exe", "run",         machine,        "-display",    "none",    "-monitor",
        "none",           "-serial",     "null",         "-max-insns",  MAX_INSNS, "-timeout",
        MAX_TIME,         "-trace",      COMPARE_EVENTS, "-trace-file", trace,     "-trace-start",
        "mark id=1",      "-trace-stop", "mark id=2",    NULL
    };
    if (!g_file_set_contents(machine, text, -1, NULL))
        return fail(error, EXIT_FILE, "cannot write '%s'; set $TMPDIR to a place for it", machine);
    if (!child_run((char **)command, errors, &code, error))
        return false;
    if (code) {
        g_autofree char *said = last_line(errors);
        row->why = g_strdup_printf("it failed (exit code %d): %s", code, said);
        return true;
    }
    if (!compare_measure(trace, row, error))
        return false;
    if (!all_complete(c, row))
        row->why = g_strdup("it did not come to the end of each phase");
    return true;
}

static void measurement_free(gpointer data)
{
    g_free(((Measurement *)data)->why);
    g_free(data);
}

static bool run_all(Comparison *c, const Words *w, const char *folder, GError **error)
{
    static const char *const files[] = { "machine.bh", "run.bht", "errors" };
    bool ok = true;
    for (unsigned i = 0; ok && compare_techniques[i].name; i++) {
        if (!(w->techniques >> i & 1))
            continue;
        Measurement *row = g_new0(Measurement, 1);
        row->technique = &compare_techniques[i];
        g_ptr_array_add(c->rows, row);
        g_autofree char *missing = find_missing(row->technique);
        fprintf(stderr, "lab compare: %s, %s\n", row->technique->name, row->technique->about);
        if (missing)
            row->why = g_strdup_printf("%s is not built: make guests", missing);
        else
            ok = run_one(c, folder, row, error);
        for (size_t k = 0; k < G_N_ELEMENTS(files); k++) {
            g_autofree char *path = g_build_filename(folder, files[k], NULL);
            g_unlink(path);
        }
    }
    return ok;
}

/* 0: something was measured of each; else the exit code. */
static int verdict(const Comparison *c)
{
    int code = 0;
    for (guint i = 0; i < c->rows->len; i++)
        if (((const Measurement *)g_ptr_array_index(c->rows, i))->why)
            code = EXIT_EXPECT;
    return code;
}

bool compare_verb(char **words, int *code, GError **error)
{
    Words w = { .format = "text", .phases = "ABCDEFJ", .scale = "100", .techniques = UINT64_MAX };
    Comparison c = { 0 };
    g_autoptr(GError) problem = NULL;
    if (!read_words(words, &w, &c, error))
        return false;
    g_autofree char *guest = doctor_find_program("wl.bin");
    if (!guest)
        return fail(error, EXIT_FILE, "the guest, wl.bin, is not built; run make guests");
    g_autoptr(GPtrArray) rows = c.rows = g_ptr_array_new_with_free_func(measurement_free);
    sigset_t held;
    child_hold_signals(&held);
    g_autofree char *folder = g_dir_make_tmp("bulkhead-compare-XXXXXX", &problem);
    bool ok = folder ? run_all(&c, &w, folder, error)
                     : fail(error, EXIT_HOST,
                            "no folder for recordings: %s; set $TMPDIR to a place for it",
                            problem->message);
    if (folder)
        g_rmdir(folder);
    child_release_signals(&held);
    if (!ok)
        return false;
    compare_print(&c, w.number, stdout);
    *code = verdict(&c);
    return true;
}
