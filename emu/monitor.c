/* SPDX-License-Identifier: MIT */
/* monitor.c - commands for people who look at the machine: finding the command, help, and the machine's life; see
 * monitor.h. */
#include "emu/monitor.h"

#include <string.h>

#include "emu/options_props.h"

static MonitorFn print_help;

static void pause_machine(Monitor *monitor)
{
    monitor->machine->paused = true;
    if (monitor->paused)
        monitor->paused(monitor);
}

static void halt(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments, (void)out;
    if (!monitor->machine->paused)
        pause_machine(monitor);
}

static void reset(Monitor *monitor, const char *arguments, GString *out)
{
    g_autoptr(GError) error = NULL;
    (void)arguments;
    if (!machine_reset(monitor->machine, &error))
        g_string_append_printf(out, "cannot start again: %s\n", error->message);
    monitor->hart = 0;
    pause_machine(monitor);
}

static void raise_nmi(Monitor *monitor, const char *arguments, GString *out)
{
    Hart *hart = &monitor->machine->harts[monitor->hart];
    (void)arguments;
    if (hart->isa->has[EXT_Smrnmi])
        hart_set_rnmi(hart, 0);
    else
        g_string_append(out,
                        "harts have no non-maskable interrupts; -cpu max,smrnmi=on gives them\n");
}

// clang-format off
static const MonitorCommand commands[] = {
    { "help",           NULL,   "this list",                                         print_help },
    { "info registers", NULL,   "registers of the hart, and its main CSRs",          monitor_print_registers },
    { "csr",            "NAME", "a CSR of the hart, field by field",                 monitor_print_csr },
    { "halt",           NULL,   "stop the machine",                                  halt },
    { "reset",          NULL,   "power-on, stopped at the first instruction",        reset },
    { "reset halt",     NULL,   "the same",                                          reset },
    { "reset init",     NULL,   "the same",                                          reset },
    { "system_reset",   NULL,   "the same",                                          reset },
    { "nmi",            NULL,   "non-maskable interrupt to the hart",                raise_nmi },
    { 0 },
};
// clang-format on

static void print_help_of(const MonitorCommand *list, GString *out)
{
    for (; list && list->name; list++) {
        g_autofree char *usage = g_strconcat(list->name, list->arguments ? " " : "",
                                             list->arguments ? list->arguments : "", NULL);
        g_string_append_printf(out, "%-24s %s\n", usage, list->help);
    }
}

static void print_help(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments;
    print_help_of(commands, out);
    print_help_of(monitor->own, out);
}

/* Words with one space between them. */
static char *tidy(const char *line)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *at = line; *at; at++)
        if (!g_ascii_isspace(*at) || (out->len && out->str[out->len - 1] != ' '))
            g_string_append_c(out, g_ascii_isspace(*at) ? ' ' : *at);
    return g_strchomp(g_string_free(g_steal_pointer(&out), FALSE));
}

/* Does the line begin with the words of the command? Then `*rest` is what follows. */
static bool begins_with(const char *line, const char *name, const char **rest)
{
    size_t length = strlen(name);
    if (strncmp(line, name, length) || (line[length] && line[length] != ' '))
        return false;
    *rest = line + length + (line[length] == ' ');
    return true;
}

/* The command with the most words that the line begins with. */
static const MonitorCommand *find(const MonitorCommand *list, const char *line,
                                  const MonitorCommand *best, const char **arguments)
{
    const char *rest;
    for (; list && list->name; list++) {
        if (!begins_with(line, list->name, &rest) ||
            (best && strlen(best->name) >= strlen(list->name)))
            continue;
        best = list;
        *arguments = rest;
    }
    return best;
}

/* `list` of pointers gets the names. */
static void add_names(GPtrArray *names, const MonitorCommand *list)
{
    for (; list && list->name; list++)
        g_ptr_array_add(names, (gpointer)list->name);
}

static void say_unknown(const Monitor *monitor, const char *line, GString *out)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *shown = g_strescape(line, NULL);
    add_names(names, commands);
    add_names(names, monitor->own);
    g_ptr_array_add(names, NULL);
    const char *near = nearest_word(line, (const char *const *)names->pdata);
    if (near)
        g_string_append_printf(out, "unknown command '%s'; did you mean '%s'?\n", shown, near);
    else
        g_string_append_printf(out, "unknown command '%s'; try: help\n", shown);
}

void monitor_run(Monitor *monitor, const char *line, GString *out)
{
    g_autofree char *words = tidy(line);
    const char *arguments = "";
    const MonitorCommand *command = find(monitor->own, words, NULL, &arguments);
    command = find(commands, words, command, &arguments);
    if (!command)
        say_unknown(monitor, words, out);
    else if (*arguments && !command->arguments)
        g_string_append_printf(out, "'%s' takes no arguments\n", command->name);
    else
        command->run(monitor, arguments, out);
}
