/* SPDX-License-Identifier: MIT */
/*
 * options.c - reads the command line by the table in options.def; see options.h.
 *
 * Every option takes one dash or two, and its argument as the next word or after '='. An option is acted on or refused
 * with the reason: nothing is skipped.
 */
#include "emu/options/options.h"

#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/completion.h"
#include "emu/machinefile/apply.h"
#include "emu/machinefile/machinefile.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

/* 2026-01-01T00:00:00Z: a run tells the same time whenever it is repeated. */
#define DEFAULT_DATE_NS (1767225600ull * 1000000000)

enum { DEFAULT_RING = 8 << 20, DEFAULT_QUANTUM = 10000, MOST_QUANTUM = 1000000000, CTRL_A = 1 };

// clang-format off
#define REFUSED(...)
#define ALIAS(...)
#define OPTION(name, argument, handler, member, help) \
    { name, argument, handler, offsetof(Options, member), help },
const OptionDef option_table[] = {
#include "emu/options/options.def"
    { 0 }
};
#undef OPTION
#undef ALIAS
#undef REFUSED

#define OPTION(...)
#define ALIAS(...)
#define REFUSED(name, takes_argument, why) { name, why },
static const struct {
    const char *name, *why;
} refused_table[] = {
#include "emu/options/options.def"
};
#undef REFUSED
#undef ALIAS

#define REFUSED(...)
#define ALIAS(other, name) { other, name },
static const struct {
    const char *other, *name;
} alias_table[] = {
#include "emu/options/options.def"
};
#undef ALIAS
#undef REFUSED
#undef OPTION

static const struct {
    const char *name, *help;
    bool exists;
} verbs[] = {
    { "run",     "run a machine; the word may be left out", true },
    { "doctor",  "check that everything needed is there", true },
    { "check",   "check a machine file; bulkhead check -help", true },
    { "step",    "step through a program", false },
    { "gdb",     "start together with gdb", true },
    { "trace",   "work with traces; bulkhead trace -help", true },
    { "verdict", "judge a run, or a recorded one; bulkhead verdict -help", true },
    { "export",  "a machine file for other hypervisors", true },
    { "lab",     "work on exercises; bulkhead lab -help", true },
};
// clang-format on

Options *options_new(void)
{
    Options *o = g_new0(Options, 1);
    o->strings = g_ptr_array_new_with_free_func(g_free);
    o->drives = g_ptr_array_new();
    o->netdevs = g_ptr_array_new();
    o->chars = g_ptr_array_new();
    o->monitors = g_ptr_array_new();
    o->monitor_chars = g_ptr_array_new();
    o->notes = g_ptr_array_new();
    o->traces = g_ptr_array_new();
    o->recorded = g_ptr_array_new();
    o->ringed = g_ptr_array_new();
    o->ring_size = DEFAULT_RING;
    o->gdbs = g_ptr_array_new();
    o->verdicts = g_ptr_array_new();
    o->given = g_ptr_array_new();
    o->image_dirs = g_ptr_array_new();
    o->loads = g_array_new(FALSE, TRUE, sizeof(LoadNote));
    o->saves = g_ptr_array_new();
    o->state_marks = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    options_begin_window(o);
    o->escape = CTRL_A;
    o->machine.n_harts = 1;
    o->machine.ram_size = 128ull << 20;
    o->machine.quantum = DEFAULT_QUANTUM;
    o->machine.rtc_base_ns = DEFAULT_DATE_NS;
    o->machine.rcid_bits = 4;
    o->machine.mcid_bits = 6;
    if (!isa_parse(&o->machine.isa, NULL, NULL))
        g_assert_not_reached();
    return o;
}

static void free_note(gpointer note, gpointer unused)
{
    (void)unused;
    props_free(((DeviceNote *)note)->props);
}

void options_free(Options *o)
{
    g_ptr_array_foreach(o->notes, free_note, NULL);
    g_ptr_array_free(o->drives, TRUE);
    g_ptr_array_free(o->netdevs, TRUE);
    g_ptr_array_free(o->chars, TRUE);
    g_ptr_array_free(o->monitors, TRUE);
    g_ptr_array_free(o->monitor_chars, TRUE);
    g_ptr_array_free(o->notes, TRUE);
    g_ptr_array_free(o->traces, TRUE);
    g_ptr_array_free(o->recorded, TRUE);
    g_ptr_array_free(o->ringed, TRUE);
    trace_query_free(o->trace_filter);
    trace_query_free(o->trace_start);
    trace_query_free(o->trace_stop);
    g_ptr_array_free(o->gdbs, TRUE);
    g_ptr_array_free(o->verdicts, TRUE);
    g_ptr_array_free(o->given, TRUE);
    g_ptr_array_free(o->image_dirs, TRUE);
    g_array_free(o->loads, TRUE);
    g_ptr_array_free(o->saves, TRUE);
    g_array_free(o->state_marks, TRUE);
    options_end_window(o);
    g_ptr_array_free(o->strings, TRUE);
    machinefile_free(o->machine_file);
    g_free(o);
}

void *options_own(Options *o, void *memory)
{
    g_ptr_array_add(o->strings, memory);
    return memory;
}

char **options_own_list(Options *o, char **list)
{
    for (char **text = list; *text; text++)
        options_own(o, *text);
    return options_own(o, list);
}

char *options_keep(Options *o, const char *text)
{
    return options_own(o, g_strdup(text));
}

/* Handlers that need only the row. */

bool option_help(Options *o, const OptionDef *unused, const char *argument, GError **error)
{
    (void)unused;
    (void)argument;
    (void)error;
    printf(
        "usage: bulkhead [run [FILE.bh]] [OPTION]...   run a RISC-V machine\n"
        "       bulkhead gdb [FILE.bh] [OPTION]... [-- WORD...]   the same under gdb, which gets the words\n"
        "       bulkhead verdict [FILE.bh|FILE.bht] [OPTION]...   run, or read a recording, and judge\n"
        "       bulkhead check FILE.bh       check a machine file\n"
        "       bulkhead export --to TARGET FILE.bh   write it for another hypervisor\n"
        "       bulkhead lab list|run|grade ...      exercises\n"
        "       bulkhead doctor              check that everything needed is there\n\n"
        "Every option takes one dash or two.\n\n");
    for (const OptionDef *def = option_table; def->name; def++) {
        g_autofree char *usage = g_strdup_printf("-%s%s%s", def->name, def->argument ? " " : "",
                                                 def->argument ? def->argument : "");
        if (strlen(usage) > 30)
            printf("%s\n%-32s%s\n", usage, "", def->help);
        else
            printf("%-31s %s\n", usage, def->help);
    }
    printf(
        "\nExit codes: 0 the guest powered off, 1-63 the guest's own, 64 usage, 65 configuration,\n"
        "66 file, 69 host, 70 internal, 124 -timeout, 125 -max-insns, 128+n signal n.\n");
    o->done = true;
    return true;
}

bool option_completion(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (strcmp(argument, "bash"))
        return fail(error, EXIT_USAGE, "-completion %s: there is none for this shell; write bash",
                    argument);
    completion_print_bash(stdout);
    o->done = true;
    return true;
}

bool option_version(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    (void)argument;
    (void)error;
    printf("QEMU emulator version 10.0.0 compatible (Bulkhead " VERSION ")\n"
           "An emulator of RISC-V machines. MIT licence, no warranty.\n");
    o->done = true;
    return true;
}

static void *field_of(Options *o, const OptionDef *def)
{
    return (char *)o + def->field;
}

bool option_string(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)error;
    *(const char **)field_of(o, def) = options_keep(o, argument);
    return true;
}

bool option_flag(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)argument;
    (void)error;
    *(bool *)field_of(o, def) = true;
    return true;
}

bool option_number(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    uint64_t *field = field_of(o, def);
    if (!parse_number(argument, field))
        return fail(error, EXIT_USAGE,
                    "-%s %s is not a number; write it in decimal, or in hexadecimal after 0x",
                    def->name, argument);
    if (field == &o->machine.quantum && (!*field || *field > MOST_QUANTUM))
        return fail(error, EXIT_USAGE, "-quantum %s is not from 1 to %u; write -quantum %d",
                    argument, MOST_QUANTUM, DEFAULT_QUANTUM);
    if (o->timeout > G_MAXINT32)
        return fail(error, EXIT_USAGE, "-timeout %s is too long; give at most %d seconds", argument,
                    G_MAXINT32);
    return true;
}

/* The command line. */

const OptionDef *option_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(alias_table); i++)
        if (!strcmp(alias_table[i].other, name))
            name = alias_table[i].name;
    for (const OptionDef *def = option_table; def->name; def++)
        if (!strcmp(def->name, name))
            return def;
    return NULL;
}

static bool refuse(const char *name, GError **error)
{
    const char *names[G_N_ELEMENTS(option_table)];
    size_t n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(refused_table); i++)
        if (!strcmp(refused_table[i].name, name))
            return fail(error, EXIT_USAGE, "-%s: %s", name, refused_table[i].why);
    for (const OptionDef *def = option_table; def->name; def++)
        names[n++] = def->name;
    names[n] = NULL;
    const char *near = nearest_word(name, names);
    if (!near)
        return fail(error, EXIT_USAGE,
                    "no option is called '-%s'; -help lists them, for example: "
                    "bulkhead -m 512M -kernel Image -append console=ttyS0",
                    name);
    const OptionDef *def = option_find(near);
    return fail(error, EXIT_USAGE,
                "no option is called '-%s'; did you mean '-%s'? For example: bulkhead -%s %s", name,
                near, near, def->argument ? def->argument : "");
}

static bool parse_option(Options *o, char **argv, int *at, GError **error)
{
    const char *word = argv[*at] + 1 + (argv[*at][1] == '-');
    const char *equals = strchr(word, '=');
    g_autofree char *name = equals ? g_strndup(word, (size_t)(equals - word)) : g_strdup(word);
    const OptionDef *def = option_find(name);
    const char *argument = equals ? equals + 1 : NULL;
    if (!def)
        return refuse(name, error);
    g_ptr_array_add(o->given, (gpointer)def->name);
    if (!def->argument)
        return !argument ? def->handle(o, def, NULL, error)
                         : fail(error, EXIT_USAGE, "-%s takes no argument, but has '%s'; write -%s",
                                name, argument, name);
    if (!argument && argv[*at + 1])
        argument = argv[++*at];
    if (!argument)
        return fail(error, EXIT_USAGE, "-%s needs an argument; write -%s %s", name, name,
                    def->argument);
    if (!*argument && strcmp(name, "append") && strcmp(name, "bootargs"))
        return fail(error, EXIT_USAGE, "-%s has an empty argument; write -%s %s", name, name,
                    def->argument);
    return def->handle(o, def, argument, error);
}

/* A first word without a dash is a verb. */
static bool parse_verb(Options *o, const char *word, GError **error)
{
    const char *names[G_N_ELEMENTS(verbs) + 1] = { NULL };
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        names[i] = verbs[i].name;
        if (strcmp(verbs[i].name, word))
            continue;
        if (!verbs[i].exists)
            return fail(
                error, EXIT_USAGE,
                "'%s' (%s) is not there yet; there are run, check, export, gdb, lab, trace, verdict and doctor",
                word, verbs[i].help);
        o->verb = options_keep(o, word);
        return true;
    }
    if (g_str_has_suffix(word, ".bh"))
        return fail(error, EXIT_USAGE, "'%s' is no command; write bulkhead run %s", word, word);
    const char *near = nearest_word(word, names);
    return near ? fail(error, EXIT_USAGE, "no command is called '%s'; did you mean '%s'?", word,
                       near)
                : fail(error, EXIT_USAGE,
                       "'%s' is neither a command nor an option; a disk image is given as -drive "
                       "file=%s,if=virtio,format=raw, a kernel as -kernel %s",
                       word, word, word);
}

/* FILE.bh behind run, gdb and trace record. */
static bool parse_machine_file(Options *o, int argc, char **argv, int *at, GError **error)
{
    if (*at >= argc || argv[*at][0] == '-')
        return true;
    if (!g_str_has_suffix(argv[*at], ".bh"))
        return fail(
            error, EXIT_USAGE,
            "'%s' is neither an option nor a machine file, whose names end in .bh; a disk image is given "
            "as -drive file=%s,if=virtio,format=raw, a kernel as -kernel %s",
            argv[*at], argv[*at], argv[*at]);
    return machinefile_apply(o, argv[(*at)++], error);
}

/* What is different behind `verdict`: FILE.bht is what is judged. True: only help was wanted. */
static bool verdict_words(Options *o, const char *word, int *at)
{
    if (g_str_has_suffix(word, ".bht")) {
        o->judged = options_keep(o, word);
        (*at)++;
    }
    o->done = !strcmp(word, "-help") || !strcmp(word, "--help");
    if (o->done)
        verdict_help();
    return o->done;
}

bool options_parse(Options *o, int argc, char **argv, GError **error)
{
    int at = 1;
    if (argc > 1 && argv[1][0] != '-' && !parse_verb(o, argv[at++], error))
        return false;
    if (o->verb && (!strcmp(o->verb, "trace") || !strcmp(o->verb, "check") ||
                    !strcmp(o->verb, "export") || !strcmp(o->verb, "lab"))) {
        o->verb_words = argv + at;
        o->n_verb_words = argc - at;
        if (strcmp(o->verb, "trace") != 0 || at >= argc || strcmp(argv[at], "record") != 0)
            return true;
        if (at + 1 >= argc || argv[at + 1][0] == '-')
            return fail(error, EXIT_USAGE,
                        "trace record wants a file first; write bulkhead trace record FILE.bht "
                        "OPTIONS");
        o->verb = NULL; /* a run like any other */
        o->trace_file = options_keep(o, argv[at + 1]);
        at += 2;
    }
    if (o->verb && !strcmp(o->verb, "verdict") && at < argc && verdict_words(o, argv[at], &at))
        return true;
    if (at > 1 && !o->judged && !parse_machine_file(o, argc, argv, &at, error))
        return false;
    for (; at < argc && !o->done; at++) {
        if (o->verb && !strcmp(o->verb, "gdb") && !strcmp(argv[at], "--")) {
            o->verb_words = argv + at + 1;
            o->n_verb_words = argc - at - 1;
            return true;
        }
        if (argv[at][0] != '-' || !argv[at][1])
            return fail(error, EXIT_USAGE,
                        "'%s' is not an option; a disk image is given as -drive "
                        "file=%s,if=virtio,format=raw, a kernel as -kernel %s",
                        argv[at], argv[at], argv[at]);
        if (!parse_option(o, argv, &at, error))
            return false;
    }
    return !o->verb || strcmp(o->verb, "verdict") != 0 || verdict_defaults(o, error);
}
