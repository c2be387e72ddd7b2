/* SPDX-License-Identifier: MIT */
/* verdict.c - the option -verdict: where verdicts go, and the window. */
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

/* A number, or a letter: what it is coded as. */
static bool parse_value(const char *text, uint64_t *value)
{
    if (g_ascii_isalpha(text[0]) && !text[1])
        return *value = (unsigned char)text[0], true;
    return parse_number(text, value);
}

/* "mark:ID[:VALUE]", or a time. */
static bool parse_edge(const char *text, VerdictEdge *edge)
{
    enum { MOST_MARKS = 2048 };
    g_auto(GStrv) words = g_strsplit(text, ":", 3);
    uint64_t ps;
    edge->given = true;
    if (!words[0] || strcmp(words[0], "mark") != 0)
        return parse_time(text, 1000, &ps) && (edge->ns = ps / 1000, true);
    edge->is_mark = true;
    edge->has_value = words[1] && words[2];
    return words[1] && parse_number(words[1], &edge->id) && edge->id < MOST_MARKS &&
           (!words[2] || parse_value(words[2], &edge->value));
}

static bool take_edge(Props *props, const char *name, VerdictEdge *edge, GError **error)
{
    const char *text = props_take(props, name);
    return !text || parse_edge(text, edge) ||
           fail(error, EXIT_USAGE,
                "-verdict: %s=%s is neither mark:ID[:VALUE] nor a time in ns; write for example "
                "%s=mark:1:E or %s=2s",
                name, text, name, name);
}

static bool take_bound(Props *props, VerdictConfig *config, GError **error)
{
    const char *text = props_take(props, "bound");
    uint64_t ps;
    config->has_bound = text;
    if (!text)
        return true;
    if (!parse_time(text, 1000, &ps))
        return fail(error, EXIT_USAGE,
                    "-verdict: bound=%s is no time; write for example bound=5us, what a stay of "
                    "the hypervisor may take",
                    text);
    config->bound = ps / 1000;
    return true;
}

static bool take_window(Options *o, Props *props, GError **error)
{
    VerdictConfig *config = &o->verdict;
    const char *partition;
    if (!take_edge(props, "from", &config->from, error) ||
        !take_edge(props, "to", &config->to, error) || !take_bound(props, config, error) ||
        !props_bool(props, "go-on", &config->go_on, error))
        return false;
    const char *base = props_take(props, "base");
    config->base = base ? options_keep(o, base) : NULL;
    partition = props_take(props, "partition");
    config->partition = partition ? options_keep(o, partition) : NULL;
    const VerdictEdge *from = &config->from, *to = &config->to;
    if (from->given && to->given && !from->is_mark && !to->is_mark && from->ns >= to->ns)
        return fail(error, EXIT_USAGE,
                    "-verdict: the window ends, to=%" G_GUINT64_FORMAT
                    ", before it begins; give a later to=",
                    to->ns);
    return true;
}

/* A name that ends as no verdict does is a mistake, such as .jsn. */
static bool check_ending(const char *file, GError **error)
{
    static const char *const endings[] = { ".json", ".svg", ".txt", NULL };
    g_autofree char *name = g_path_get_basename(file);
    const char *ending = strrchr(name, '.');
    for (unsigned i = 0; ending && endings[i]; i++)
        if (!strcmp(ending, endings[i]))
            return true;
    return !ending || ending == name ||
           fail(error, EXIT_CONFIG,
                "-verdict: '%s' ends in %s, and there is no such verdict; end it in .json for "
                "programs, .svg for a picture, .txt or without a dot for text",
                file, ending);
}

/* Without any of these a machine has nothing to run but firmware. */
static bool has_program(const Options *o)
{
    static const char *const words[] = { "kernel", "bios",   "device", "drive",
                                         "pflash", "loadvm", "replay" };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ptr_array_find_with_equal_func(o->given, words[i], g_str_equal, NULL))
            return true;
    return o->judged || o->machine_file;
}

bool option_verdict(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    static const char *const settings[] = { "from", "to", "bound", "go-on", "base", "partition" };
    g_autoptr(Props) props = props_parse("-verdict", argument, "file", error);
    const char *file = props ? props_need(props, "file", "-verdict -", error) : NULL;
    if (!file || !check_ending(file, error))
        return false;
    bool first = !o->verdicts->len;
    for (size_t i = 0; !first && i < G_N_ELEMENTS(settings); i++)
        if (props_has(props, settings[i]))
            return fail(error, EXIT_USAGE,
                        "-verdict: %s= of a second verdict would be another window; give it with "
                        "the first",
                        settings[i]);
    g_ptr_array_add(o->verdicts, options_keep(o, file));
    return (!first || take_window(o, props, error)) && props_finish(props, error);
}

bool verdict_defaults(Options *o, GError **error)
{
    if (!o->done && !has_program(o))
        return fail(error, EXIT_USAGE,
                    "verdict wants something to judge; write bulkhead verdict FILE.bh, bulkhead "
                    "verdict FILE.bht, or bulkhead verdict -kernel HYPERVISOR and further options");
    for (guint i = 0; o->judged && i < o->given->len; i++)
        if (strcmp(g_ptr_array_index(o->given, i), "verdict") != 0)
            return fail(error, EXIT_USAGE,
                        "verdict: -%s has no meaning for a recording, which is only read; leave it "
                        "out, or run the machine again",
                        (const char *)g_ptr_array_index(o->given, i));
    if (!o->verdicts->len)
        g_ptr_array_add(o->verdicts, options_keep(o, "-"));
    return true;
}

void verdict_help(void)
{
    printf(
        "usage: bulkhead verdict [FILE.bh] [OPTION]...   run a machine, then judge\n"
        "       bulkhead verdict FILE.bht [-verdict ...]  judge a recorded run\n\n"
        "Does the hypervisor have to intervene while the guest runs? Counted for each partition:\n"
        "exits by cause, traps to M-mode, time in each mode, the longest stay outside of the\n"
        "guest, interrupts by stage; then a grade with its reason. The verdict goes to standard\n"
        "output, or to where -verdict says:\n\n"
        "  -verdict FILE|-[,SETTING...]   FILE.json: for programs; FILE.svg: a picture; FILE.txt,\n"
        "                      a name without a dot: text\n"
        "  from=EDGE, to=EDGE  the window: mark:ID[:VALUE], or a time such as 2s; default: the run\n"
        "  go-on=on            the run does not end where the window does\n"
        "  bound=TIME          how long a stay of the hypervisor may be; without it there is no B\n"
        "  base=FILE.json      the same run with idle neighbours: how much worse is it now?\n"
        "  partition=NAME      only that one\n\n"
        "A  nobody intervenes: no exits, no traps to M-mode\n"
        "B  bounded: no stay is longer than the bound that was given before the run\n"
        "C  unbounded: one is, or another guest has the hart while this one wants to run\n"
        "Behind it, with a base: + worst latency at most 1.1 times that, nothing: twice, -: more\n\n"
        "A recording must have these events, as it has without -trace:\n ");
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        if (verdict_events() >> i & 1)
            printf(" %s", trace_events[i].name);
    printf("\n");
}
