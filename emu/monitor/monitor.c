/* SPDX-License-Identifier: MIT */
/* monitor.c - commands for people who look at the machine: their table, finding one, help, completion; see monitor.h. */
#include "emu/monitor/monitor.h"

#include <string.h>

#include "cpu/csr.h"
#include "emu/display/keys.h"
#include "emu/monitor/break.h"
#include "emu/options/props.h"
#include "emu/symbols.h"

static MonitorFn print_help, print_info_list;

// clang-format off
const MonitorCommand monitor_commands[] = {
    { "help",           "[COMMAND]",   "this list, or what a command does",                   print_help },
    { "?",              "[COMMAND]",   "the same",                                            print_help },
    { "info",           "SUBJECT",     "something about the machine; alone: what there is",   print_info_list },
    { "info registers", "[-a]",        "registers of the hart, and its main CSRs; -a: of all harts", monitor_print_registers },
    { "info mem",       "[-g]",        "what the page tables of the hart map, both stages of a guest; -g: of the guest that is set up", monitor_info_mem },
    { "info cat",       "[json]",      "registers of the associative memory, one a frame", monitor_info_cat },
    { "info tlb",       NULL,          "translations that the hart remembers",                monitor_info_tlb },
    { "info mtree",     NULL,          "the physical address map",                            monitor_info_mtree },
    { "info qtree",     NULL,          "devices",                                             monitor_info_qtree },
    { "info devices",   NULL,          "the same",                                            monitor_info_qtree },
    { "info chardev",   NULL,          "other ends of lines",                                 monitor_info_chardev },
    { "info block",     NULL,          "disks",                                               monitor_info_block },
    { "info network",   NULL,          "networks",                                            monitor_info_network },
    { "info irq",       "[json]",        "interrupts of harts, timers and controllers: pending, enabled, to whom", monitor_irq },
    { "irq",            "[json]",        "the same",                                            monitor_irq },
    { "info drum",      "[json]",      "where the drums stand, what they transfer, what waits, and who wrote which field last", monitor_drum },
    { "drum",           "[json]",      "the same",                                            monitor_drum },
    { "info pic",       NULL,          "interrupt controllers alone",                         monitor_info_pic },
    { "part",           "[harts] [json]", "partitions that were seen, by VMID and hart: instructions, share, exits; in timed mode also misses and waiting", monitor_part },
    { "harts",          "[SPAN] [json]", "partitions and harts: who runs where and how much, over the last SPAN (100ms) and since it is counted", monitor_harts },
    { "timeline",       "[SPAN] [hart N] [json]", "modes and partitions of harts over the last SPAN (10ms), and the traps, interrupts and marks in it", monitor_timeline },
    { "llc",            "[harts] [json]", "timed: whose lines are where in the shared cache, who drove out whose; harts: each hart of a partition by itself", monitor_shared },
    { "colors",         "[harts] [json]", "timed: whose lines have which colour, who used what is not its own", monitor_shared },
    { "bus",            "[harts] [json]", "timed: how busy memory is, who waited for whom, how long misses took", monitor_shared },
    { "memory",         "[ADDR [SIZE]] [json]", "physical memory: whose each page is, of which colour, and what is wrong about it; from ADDR on: page by page", monitor_memory },
    { "verdict",        "[reset|json]", "did the hypervisor have to intervene since verdict reset, or since -verdict's window began? reset: counts from now on", monitor_verdict },
    { "info roms",      NULL,          "what images were loaded, and where",                  monitor_info_roms },
    { "info name",      NULL,          "what -name says",                                     monitor_info_name },
    { "info version",   NULL,          "of this program",                                     monitor_info_version },
    { "info trace-events", NULL,       "events, and which are printed",                       monitor_info_trace_events },
    { "info cpus",      NULL,          "harts, and where they are; the star is whom commands are about", monitor_info_cpus },
    { "info replay",    NULL,          "how far one can go back in the run",                  monitor_print_history },
    { "info hash",      NULL,          "hash of the machine's whole state",                   monitor_print_hash },
    { "info history",   NULL,          "commands that were typed",                            monitor_info_history },
    { "info status",    NULL,          "does the machine run?",                               monitor_info_status },
    { "cpu",            "HART",        "commands are about that hart from now on",            monitor_cpu },
    { "csr",            "[NAME|GROUP|all|changed] [json]", "a CSR of the hart, field by field; a group (trap, interrupts, translation, hypervisor, guest, aia, ...), all, or what changed since the machine last went on; alone: all names", monitor_print_csr },
    { "break",          "EVENT|vmexit|mode|irq|walk-fault|csr NAME|addr EXPR... [where COND] [do stop|mark|dump]", "when that happens, stop (default), leave a mark in the trace, or dump the trace", monitor_break },
    { "info break",     NULL,          "breakpoints",                                         monitor_info_break },
    { "delete",         "N|all",       "take a breakpoint away",                              monitor_delete },
    { "x",              "/FMT ADDR",   "memory as the hart sees it; FMT: count, x d u o c s i, b h w g", monitor_x },
    { "xp",             "/FMT ADDR",   "physical memory",                                     monitor_xp },
    { "xg",             "/FMT ADDR [vmid N]", "guest-physical memory, of the guest that is set up on the hart or of one with that VMID", monitor_xg },
    { "gva2gpa",        "ADDR",        "where a virtual address leads; of a guest, in its physical memory", monitor_gva2gpa },
    { "gpa2spa",        "ADDR [vmid N]", "where a guest-physical address leads",              monitor_gpa2spa },
    { "memsave",        "ADDR SIZE FILE", "memory as the hart sees it, into a file",          monitor_memsave },
    { "pmemsave",       "ADDR SIZE FILE", "physical memory, into a file",                     monitor_pmemsave },
    { "print",          "/FMT EXPR",   "a number; FMT: x d u o c",                            monitor_print },
    { "p",              "/FMT EXPR",   "the same",                                            monitor_print },
    { "screendump",     "FILE [-f ppm|png] [DEVICE [HEAD]]", "what a graphics device shows, into a file", monitor_screendump },
    { "display_size",   "W H [DEVICE [HEAD]]", "the size in pixels that an output should have from now on, as when its window is resized; 0 0: it is unplugged", monitor_display_size },
    { "info displays",  NULL,          "outputs of graphics devices, and what they show",     monitor_info_displays },
    { "savevm",         "NAME",        "save the machine to the file NAME.bhs",               monitor_savevm },
    { "loadvm",         "NAME",        "make the machine what it was then",                   monitor_loadvm },
    { "delvm",          "NAME",        "delete that file",                                    monitor_delvm },
    { "info snapshots", NULL,          "snapshots in the current folder",                     monitor_info_snapshots },
    { "explain",        "[trap N] [json]", "the last fault or that trap, or why nothing happens; and what is probably wrong", monitor_explain },
    { "walk",           "[VA [as hart N|vmid N] [r|w|x] [priv U|S]] [step N] [json]", "how an address is translated, step by step; alone: that of the last fault, or pc; step: one entry, field by field", monitor_walk },
    { "stop",           NULL,          "stop the machine",                                    monitor_stop },
    { "halt",           NULL,          "the same",                                            monitor_stop },
    { "cont",           NULL,          "let the machine go on",                               monitor_continue },
    { "c",              NULL,          "the same",                                            monitor_continue },
    { "wait",           NULL,          "answer when the machine has stopped; for scripts, behind cont", monitor_wait },
    { "step",           "[N|exit]",    "let the hart do N instructions or traps (1), then stop the machine; exit: until a guest traps to its hypervisor, on any hart", monitor_step },
    { "reverse",        "[N]",         "go back N instructions or traps of the hart (1)",     monitor_reverse },
    { "who-wrote",      "ADDR [SIZE]", "the last store to physical memory there (8 bytes): who, where, when; the machine stays", monitor_who_wrote },
    { "reverse-continue", NULL,        "go back to the last breakpoint or watchpoint, of the monitor or gdb", monitor_reverse_continue },
    { "speed",          "[real|full]", "real: idle time passes as it does here, with pdp-time all; full: it is skipped; alone: which it is", monitor_speed },
    { "system_reset",   NULL,          "power-on; a machine that was stopped stays so",       monitor_reset },
    { "reset",          NULL,          "the same",                                            monitor_reset },
    { "reset halt",     NULL,          "the same",                                            monitor_reset },
    { "reset init",     NULL,          "the same",                                            monitor_reset },
    { "trace-event",    "NAME on|off", "print an event as it happens, or no longer; NAME.* and all too", monitor_trace_event },
    { "trace on",       "PATTERN",     "print events: names, NAME.*, all; comma separated",   monitor_trace_on },
    { "trace off",      NULL,          "print no events",                                     monitor_trace_off },
    { "trace dump",     "[FILE.bht]",  "write the last events there (bulkhead-ring.bht)",     monitor_trace_dump },
    { "trace status",   NULL,          "which events go where, and how many are kept",        monitor_trace_status },
    { "qos",            "[json]",      "quality of service: what each RCID may have and has, what each MCID has counted", monitor_qos },
    { "timing",         NULL,          "timed mode: is it on, and of which machine",          monitor_timing },
    { "timing on",      NULL,          "count cycles from now on; the machine must have been started with -timing", monitor_timing_on },
    { "timing off",     NULL,          "count instructions again",                            monitor_timing_off },
    { "log",            "ITEM[,ITEM...]", "print what -d prints: int, mmu, guest_errors...; none: nothing", monitor_log },
    { "logfile",        "FILE",        "print it there",                                      monitor_logfile },
    { "sendkey",        "KEYS [MS]",   "press keys together (ctrl-alt-f1) and let them go after MS of the machine's time (100)", monitor_sendkey },
    { "mouse_move",     "DX DY [DZ]",  "move the mouse, and turn its wheel",                  monitor_mouse_move },
    { "mouse_to",       "X Y [WIDTH HEIGHT]", "put the tablet's pointer there, of a picture of that size (32768 32768)", monitor_mouse_to },
    { "mouse_button",   "STATE",       "buttons that are down from now on: 1 left, 2 right, 4 middle, added", monitor_mouse_button },
    { "mouse_set",      "N",           "buttons and wheel are of that one of info mice from now on", monitor_mouse_set },
    { "info mice",      NULL,          "mice and tablets; the star is whose buttons and wheel commands mean", monitor_info_mice },
    { "gdbserver",      "[tcp:[HOST]:PORT|unix:PATH]", "listen for gdb there (tcp::1234)",   monitor_gdbserver },
    { "nmi",            NULL,          "non-maskable interrupt to the hart",                  monitor_nmi },
    { "quit",           NULL,          "end the run",                                         monitor_quit },
    { "q",              NULL,          "the same",                                            monitor_quit },
    { 0 },
};
// clang-format on

static void say_unknown(const Monitor *monitor, const char *line, GString *out);
static const MonitorCommand *find(const MonitorCommand *list, const char *line,
                                  const MonitorCommand *best, const char **arguments);

/* Does the line begin with the words of the command? Then `*rest` is what follows, a format with its slash. */
static bool begins_with(const char *line, const char *name, const char **rest)
{
    size_t length = strlen(name);
    if (strncmp(line, name, length) || (line[length] && !strchr(" /", line[length])))
        return false;
    *rest = line + length + (line[length] == ' ');
    return true;
}

/* A command's name and arguments: x/FMT has no space between them. */
static char *usage_of(const MonitorCommand *command)
{
    const char *arguments = command->arguments ? command->arguments : "";
    bool space = *arguments && *arguments != '/';
    return g_strconcat(command->name, space ? " " : "", arguments, NULL);
}

/* Those whose names begin with `prefix`, as words. */
static unsigned print_help_of(const MonitorCommand *list, const char *prefix, GString *out)
{
    const char *rest;
    unsigned found = 0;
    for (; list && list->name; list++) {
        if (*prefix && !begins_with(list->name, prefix, &rest))
            continue;
        g_autofree char *usage = usage_of(list);
        g_string_append_printf(out, "%-28s %s\n", usage, list->help);
        found++;
    }
    return found;
}

static void print_help(Monitor *monitor, const char *arguments, GString *out)
{
    if (!(print_help_of(monitor_commands, arguments, out) +
          print_help_of(monitor->own, arguments, out)))
        say_unknown(monitor, arguments, out);
}

/* A command that stands alone, as llc, was asked for with info; false: it is none. */
static bool say_alone(const char *line, const char *word, GString *out)
{
    const char *rest;
    const MonitorCommand *command = find(monitor_commands, word, NULL, &rest);
    for (const MonitorCommand *near = monitor_commands; near->name; near++) {
        if (g_str_has_prefix(near->name, line))
            return false;
    }
    if (!command)
        return false;
    g_autofree char *usage = usage_of(command);
    g_string_append_printf(out, "it goes without info; write: %s\n", usage);
    return true;
}

static void print_info_list(Monitor *monitor, const char *arguments, GString *out)
{
    g_autofree char *line = g_strconcat("info ", arguments, NULL);
    if (!*arguments)
        print_help_of(monitor_commands, "info", out);
    else if (!monitor_refuse(line, out) && !say_alone(line, arguments, out))
        say_unknown(monitor, line, out);
}

void monitor_say_usage(const Monitor *monitor, GString *out)
{
    g_autofree char *usage = usage_of(monitor->command);
    g_string_append_printf(out, "write: %s\n", usage);
}

bool monitor_number(const char *text, const char *name, gint64 least, gint64 most, gint64 *value,
                    GString *out)
{
    bool ok = g_ascii_string_to_signed(text, 10, least, most, value, NULL);
    if (!ok)
        g_string_append_printf(
            out, "%s is a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", not '%s'\n",
            name, least, most, text);
    return ok;
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

/* The command with the most words that the line begins with. */
static const MonitorCommand *find(const MonitorCommand *list, const char *line,
                                  const MonitorCommand *best, const char **arguments)
{
    const char *rest;
    for (; list && list->name; list++) {
        bool takes_format = list->arguments && *list->arguments == '/';
        if (!begins_with(line, list->name, &rest) ||
            (line[strlen(list->name)] == '/' && !takes_format) ||
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
    add_names(names, monitor_commands);
    add_names(names, monitor->own);
    g_ptr_array_add(names, NULL);
    const char *near = nearest_word(line, (const char *const *)names->pdata);
    if (near)
        g_string_append_printf(out, "unknown command '%s'; did you mean '%s'?\n", shown, near);
    else
        g_string_append_printf(out, "unknown command '%s'; try: help\n", shown);
}

/* Completion. */

enum { MOST_OFFERED = 200 };

static void add_word(GPtrArray *words, const char *word, size_t length)
{
    for (guint i = 0; i < words->len; i++) {
        const char *other = g_ptr_array_index(words, i);
        if (!strncmp(other, word, length) && !other[length])
            return;
    }
    g_ptr_array_add(words, g_strndup(word, length));
}

void monitor_offer_word(GPtrArray *words, const char *word, const char *begin)
{
    if (!strncmp(word, begin, strlen(begin)))
        add_word(words, word, strlen(word));
}

static void add_csrs(const Machine *machine, const char *begin, GPtrArray *words)
{
    for (unsigned i = 0; i < CSR_COUNT; i++)
        if (csr_exists(&machine->harts[0], i))
            monitor_offer_word(words, csr_name(i), begin);
}

/* With their dollars. */
static void add_registers(const Machine *machine, const char *begin, GPtrArray *words)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    monitor_offer_word(names, "pc", begin + 1);
    for (unsigned i = 0; i < 32; i++)
        monitor_offer_word(names, monitor_x_names[i], begin + 1);
    add_csrs(machine, begin + 1, names);
    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(words, g_strconcat("$", g_ptr_array_index(names, i), NULL));
}

/* Of commands that take addresses. */
static void add_symbols(const Machine *machine, const char *begin, GPtrArray *words)
{
    MonitorHub *hub = machine->monitors;
    const Symbols *symbols = hub ? g_atomic_pointer_get(&hub->symbols) : NULL;
    const char *name;
    for (unsigned i = 0; symbols && words->len < MOST_OFFERED && (name = symbols_at(symbols, i));
         i++)
        monitor_offer_word(words, name, begin);
}

static void add_commands(const Machine *machine, const char *begin, GPtrArray *words)
{
    (void)machine;
    for (const MonitorCommand *c = monitor_commands; c->name; c++)
        monitor_offer_word(words, c->name, begin);
}

/* A key is named behind others, too. */
static void add_keys(const Machine *machine, const char *begin, GPtrArray *words)
{
    const char *dash = strrchr(begin, '-');
    int before = dash ? (int)(dash + 1 - begin) : 0;
    (void)machine;
    for (const KeyName *key = key_names; key->name; key++) {
        g_autofree char *word = g_strdup_printf("%.*s%s", before, begin, key->name);
        monitor_offer_word(words, word, begin);
    }
}

static void add_events(const Machine *machine, const char *begin, GPtrArray *words)
{
    (void)machine;
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        monitor_offer_word(words, trace_events[i].name, begin);
}

/* What completes the arguments of a command. */
static const struct {
    const char *command;
    void (*add)(const Machine *machine, const char *begin, GPtrArray *words);
} argument_words[] = {
    { "csr", add_csrs },           { "help", add_commands },
    { "?", add_commands },         { "break", monitor_break_words },
    { "trace-event", add_events }, { "trace on", add_events },
    { "sendkey", add_keys },
};

/* Words of commands that `line` begins with; `last` is where its last word begins. */
static void complete_command(const char *line, size_t last, GPtrArray *words)
{
    for (const MonitorCommand *c = monitor_commands; c->name; c++)
        if (!strncmp(c->name, line, strlen(line)))
            add_word(words, c->name + last, strcspn(c->name + last, " "));
}

void monitor_complete(const Machine *machine, const char *line, GPtrArray *words)
{
    const char *space = strrchr(line, ' '), *arguments = "";
    size_t last = space ? (size_t)(space + 1 - line) : 0;
    const MonitorCommand *command = last ? find(monitor_commands, line, NULL, &arguments) : NULL;
    complete_command(line, last, words);
    if (command && command->arguments && line[last])
        add_symbols(machine, line + last, words);
    if (command && line[last] == '$')
        add_registers(machine, line + last, words);
    for (size_t i = 0; command && i < G_N_ELEMENTS(argument_words); i++)
        if (!strcmp(command->name, argument_words[i].command))
            argument_words[i].add(machine, line + last, words);
}

/* Answers repeat what was typed, which may be anything: it must not do anything to a terminal. */
static void make_printable(GString *out, gsize from)
{
    g_autofree char *valid = g_utf8_make_valid(out->str + from, (gssize)(out->len - from));
    g_string_truncate(out, from);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_iscntrl(c) && c != '\n')
            g_string_append_printf(out, "\\%03o", c);
        else
            g_string_append_unichar(out, c);
    }
}

void monitor_run(Monitor *monitor, const char *line, GString *out)
{
    gsize before = out->len;
    g_autofree char *words = tidy(line);
    const char *arguments = "";
    const MonitorCommand *command = find(monitor->own, words, NULL, &arguments);
    command = find(monitor_commands, words, command, &arguments);
    monitor->command = command;
    if (!command) {
        if (!monitor_refuse(words, out))
            say_unknown(monitor, words, out);
    } else if (*arguments && !command->arguments) {
        g_string_append_printf(out, "'%s' takes no arguments\n", command->name);
    } else {
        command->run(monitor, arguments, out);
    }
    make_printable(out, before);
}
