/* SPDX-License-Identifier: MIT */
/* run.c - the options that say what is shown of a run: logs, hashes, gdb, and what there is no screen
 * for. */
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

/* Items of -d: the trace events that tell what QEMU's item tells, or why there are none. */
// clang-format off
static const struct {
    const char *item, *events, *help;
} log_items[] = {
    { "int",          "trap,trap.ret",       "traps taken and returns from them" },
    { "mmu",          "walk.*,tlb.*",        "page walks, translations stored and flushed" },
    { "fence",        "fence.missing",       "translations used after their tables changed without a fence (slow)" },
    { "guest_errors", "guest_error",         "what guests should not have done to devices" },
    { "unimp",        "guest_error",         "the same as guest_errors" },
    { "cpu_reset",    "reset",               "resets" },
    { "exec",         "",                    "every retired instruction, as -log-commits" },
    { "stats",        "",                    "at the end: instructions by mode, exits by cause, walks and fences by VMID" },
    { "in_asm",       NULL,                  "code is not translated in blocks; use -d exec" },
    { "out_asm",      NULL,                  "no host code is generated; use -d exec" },
    { "op",           NULL,                  "code is not translated; use -d exec" },
    { "cpu",          NULL,                  "registers are not printed at every block; use -d exec" },
    { "fpu",          NULL,                  "registers are not printed at every block; use -d exec" },
    { "page",         NULL,                  "guest memory is not mapped page by page; leave it out" },
    { "nochain",      NULL,                  "code is not chained; leave it out" },
    { "plugin",       NULL,                  "there are no plugins; use -trace" },
};
// clang-format on

/* Items that only say why there is nothing come last in the table. */
const char *options_log_item(size_t number)
{
    return number < G_N_ELEMENTS(log_items) && log_items[number].events ? log_items[number].item
                                                                        : NULL;
}

const char *options_log_events(const char *item)
{
    for (size_t i = 0; i < G_N_ELEMENTS(log_items); i++)
        if (!strcmp(log_items[i].item, item))
            return log_items[i].events;
    return NULL;
}

static bool list_log_items(Options *o)
{
    puts("Log items (comma separated):");
    for (size_t i = 0; i < G_N_ELEMENTS(log_items); i++)
        if (log_items[i].events)
            printf("%-15s %s\n", log_items[i].item, log_items[i].help);
    printf("%-15s %s\n", "trace:PATTERN", "events, as -trace");
    o->done = true;
    return true;
}

static bool log_item(Options *o, const char *word, GError **error)
{
    const char *names[G_N_ELEMENTS(log_items) + 1] = { NULL };
    if (g_str_has_prefix(word, "trace:"))
        return options_add_trace(o, o->traces, word + strlen("trace:"), error);
    for (size_t i = 0; i < G_N_ELEMENTS(log_items); i++) {
        names[i] = log_items[i].item;
        if (strcmp(log_items[i].item, word))
            continue;
        if (!log_items[i].events)
            return fail(error, EXIT_USAGE, "-d %s: %s", word, log_items[i].help);
        if (*log_items[i].events)
            g_ptr_array_add(o->traces, options_keep(o, log_items[i].events));
        else if (!strcmp(word, "stats"))
            o->stats = true;
        else
            o->log_commits = true;
        return true;
    }
    const char *near = nearest_word(word, names);
    return near ? fail(error, EXIT_USAGE, "-d: no item is called '%s'; did you mean '%s'?", word,
                       near)
                : fail(error, EXIT_USAGE, "-d: no item is called '%s'; -d help lists them", word);
}

bool option_log(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (!strcmp(argument, "help") || !strcmp(argument, "?"))
        return list_log_items(o);
    g_auto(GStrv) words = g_strsplit(argument, ",", -1);
    for (char **word = words; *word; word++)
        if (!log_item(o, *word, error))
            return false;
    return true;
}

bool option_trace_hash(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_auto(GStrv) words = g_strsplit(argument, ",", 2);
    o->trace_hash = true;
    if (words[0] && parse_number(words[0], &o->hash_at) &&
        (!words[1] || parse_number(words[1], &o->hash_every)))
        return true;
    return fail(error, EXIT_USAGE,
                "-trace-hash %s is not a number of instructions; write for example -trace-hash "
                "1000000 or -trace-hash 1000000,1000000",
                argument);
}

bool option_explain(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    g_autoptr(Props) props = props_parse("-explain", argument, "as", error);
    (void)def;
    if (!props)
        return false;
    const char *as = props_take(props, "as"), *file = props_take(props, "file");
    if (!as || (strcmp(as, "text") && strcmp(as, "json")))
        return fail(error, EXIT_USAGE,
                    "-explain '%s' is neither text nor json; write for example -explain text or "
                    "-explain json,file=why.json",
                    as ? as : "");
    o->explain = true;
    o->explain_json = !strcmp(as, "json");
    o->explain_file = file ? options_keep(o, file) : NULL;
    return props_finish(props, error);
}

bool option_state_hash(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_auto(GStrv) words = g_strsplit(argument, ",", -1);
    uint64_t last = 0;
    for (char **word = words; *word; word++) {
        uint64_t at;
        if (!parse_number(*word, &at) || at <= last)
            return fail(error, EXIT_USAGE,
                        "-state-hash: '%s' is not a later time in nanoseconds; write ascending "
                        "numbers, for example -state-hash 1000000,2000000",
                        *word);
        g_array_append_val(o->state_marks, at);
        last = at;
    }
    return true;
}

bool option_savevm(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    SaveNote *note = options_own(o, g_new(SaveNote, 1));
    g_autoptr(Props) props = props_parse("-savevm", argument, "name", error);
    const char *name = props ? props_need(props, "name", "-savevm later", error) : NULL;
    note->at = UINT64_MAX;
    if (!name || !props_number(props, "at", &note->at, error) || !props_finish(props, error))
        return false;
    note->name = options_keep(o, name);
    g_ptr_array_add(o->saves, note);
    return true;
}

/* -gdb WHERE, or -s without. */
bool option_gdb(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    (void)error;
    g_ptr_array_add(o->gdbs, options_keep(o, argument ? argument : "tcp::1234"));
    return true;
}

bool option_semihosting(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_autoptr(Props) props = props_parse("-semihosting-config", argument, "enable", error);
    o->semihost.enabled = true;
    if (!props || !props_bool(props, "enable", &o->semihost.enabled, error) ||
        !props_bool(props, "userspace", &o->semihost.userspace, error) ||
        !props_only(props, "target", "native,auto", "gdb makes no calls for the program", error))
        return false;
    const char *id = props_take(props, "chardev"), *root = props_take(props, "dir");
    g_auto(GStrv) words = props_take_all(props, "arg");
    if (id)
        o->semihost_id = options_keep(o, id);
    if (root)
        o->semihost.root = options_keep(o, root);
    if (*words)
        o->semihost.command = options_own(o, g_strjoinv(" ", words));
    return props_finish(props, error);
}

bool option_history(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    bool on = true;
    (void)def;
    o->has_history = true;
    o->history = OPTIONS_HISTORY;
    if (parse_on_off(argument, &on))
        o->history = on ? OPTIONS_HISTORY : 0;
    else if (!parse_size(argument, 1 << 20, &o->history) || !o->history)
        return fail(error, EXIT_USAGE,
                    "-history %s: write on, off, or a size such as -history 512M", argument);
    return true;
}

bool option_name(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_autoptr(Props) props = props_parse("-name", argument, "guest", error);
    if (!props)
        return false;
    const char *guest = props_take(props, "guest"), *process = props_take(props, "process");
    if (guest || process)
        o->name = options_keep(o, process ? process : guest);
    return props_finish(props, error);
}

/* What there is none of: only saying so is accepted. */
static bool only(const char *option, const char *argument, const char *accepted, const char *why,
                 GError **error)
{
    g_auto(GStrv) words = g_strsplit(accepted, ",", -1);
    return g_strv_contains((const char *const *)words, argument) ||
           fail(error, EXIT_CONFIG, "%s %s cannot be had: %s; write %s %s", option, argument, why,
                option, words[0]);
}

bool option_parallel(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)o;
    (void)def;
    return only("-parallel", argument, "none,null", "the board has no parallel port", error);
}

bool option_echr(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    return (parse_number(argument, &o->escape) && o->escape >= 1 && o->escape <= 255) ||
           fail(
               error, EXIT_USAGE,
               "-echr %s is not the code of a key; write 1 to 255, for example -echr 20 for Ctrl-T",
               argument);
}
