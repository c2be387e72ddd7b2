/* SPDX-License-Identifier: MIT */
/*
 * monitor.c - the options that say where commands are typed: -monitor, -mon.
 *
 * Beside them a -serial that begins with "mon:" has a monitor, as the default has: Ctrl-A c switches to it. Places that
 * -monitor names are ends of lines, like those of -serial.
 */
#include <string.h>

#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

bool option_monitor(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (g_str_has_prefix(argument, "file:"))
        return fail(
            error, EXIT_CONFIG,
            "-monitor %s cannot be had: nobody can type there; write -monitor stdio, vc, pty, "
            "tcp:[HOST]:PORT,server,nowait or unix:PATH,server,nowait",
            argument);
    if (options_is_nothing(argument))
        o->no_monitor = true;
    else
        g_ptr_array_add(o->monitors, options_keep(o, argument));
    return true;
}

bool option_mon(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_autoptr(Props) props = props_parse("-mon", argument, "chardev", error);
    const char *id = props ? props_need(props, "chardev", "-mon chardev=mon0", error) : NULL;
    if (id)
        (void)props_take(props, "id"); /* its own name, which nothing asks for */
    if (!id ||
        !props_only(props, "mode", "readline",
                    "there is no QMP; the commands of QEMU's human monitor are there", error) ||
        !props_only(props, "pretty", "off", "that is QMP's", error) || !props_finish(props, error))
        return false;
    g_autofree char *text = g_strconcat("chardev:", id, NULL);
    g_ptr_array_add(o->monitors, options_keep(o, text));
    return true;
}

/* On the terminal that the serial port has by default, the two share it, and the monitor begins. */
static bool resolve(Options *o, const char *text, GError **error)
{
    CharSpec *spec = options_read_line(o, "-monitor", text, error);
    if (!spec)
        return false;
    if (spec->kind == CHAR_STDIO && !spec->id && !o->serial && !o->nodefaults) {
        spec->mux = spec->no_signal = true;
        o->monitor_first = true;
    }
    g_ptr_array_add(o->monitor_chars, spec);
    return true;
}

/* With -nographic the terminal is the monitor's if the serial port was sent elsewhere and nobody else has it: a verdict on
 * standard output is for programs as well, and has no prompt before it. */
static bool takes_terminal(const Options *o)
{
    bool taken = o->serial_char->kind == CHAR_STDIO || o->serial_char->monitor || o->no_monitor ||
                 o->nodefaults || o->monitors->len || o->daemonize;
    for (guint i = 0; i < o->chars->len; i++)
        taken |= ((const CharSpec *)g_ptr_array_index(o->chars, i))->kind == CHAR_STDIO;
    for (guint i = 0; i < o->verdicts->len; i++)
        taken |= !strcmp(g_ptr_array_index(o->verdicts, i), "-");
    return o->nographic && o->serial && !taken;
}

bool options_resolve_monitors(Options *o, GError **error)
{
    if (takes_terminal(o))
        g_ptr_array_add(o->monitors, options_keep(o, "stdio"));
    if (o->has_window && !o->monitors->len && !o->no_monitor && !o->nodefaults)
        g_ptr_array_add(o->monitors, options_keep(o, "vc"));
    if (o->serial_char->monitor)
        g_ptr_array_add(o->monitor_chars, o->serial_char);
    for (guint i = 0; i < o->monitors->len; i++)
        if (!resolve(o, g_ptr_array_index(o->monitors, i), error))
            return false;
    return true;
}
