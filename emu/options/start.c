/* SPDX-License-Identifier: MIT */
/* start.c - the options that say how a run begins and ends: -accel, -boot, -L, -msg, -hda, -action. */
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/doctor.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

/* All that is accepted is how it is anyway. */
bool option_accel(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    static const char why[] = "instructions are interpreted one by one, the harts taking turns in "
                              "one thread, so that every run is the same";
    (void)def;
    if (!strcmp(argument, "help") || !strcmp(argument, "?")) {
        puts("Accelerators: tcg (instructions are emulated)");
        o->done = true;
        return true;
    }
    g_autoptr(Props) props = props_parse("-accel", argument, "accel", error);
    return props && props_only(props, "accel", "tcg", "there is no host virtualisation", error) &&
           props_only(props, "thread", "single", why, error) &&
           props_only(props, "one-insn-per-tb", "on,off", why, error) && props_finish(props, error);
}

/* Firmware looks for what to boot by itself: there is no menu and no order that it could be told. */
bool option_boot(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    static const char why[] = "the firmware decides";
    (void)o;
    (void)def;
    g_autoptr(Props) props = props_parse("-boot", argument, "order", error);
    return props && props_only(props, "order", "c", why, error) &&
           props_only(props, "menu", "off", why, error) &&
           props_only(props, "strict", "off,on", why, error) && props_finish(props, error);
}

bool option_library(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (!strcmp(argument, "help") || !strcmp(argument, "?")) {
        doctor_list_dirs();
        o->done = true;
        return true;
    }
    if (!g_file_test(argument, G_FILE_TEST_IS_DIR))
        return fail(error, EXIT_FILE, "-L '%s' is no folder; give the one that firmware is in",
                    argument);
    g_ptr_array_add(o->image_dirs, options_keep(o, argument));
    return true;
}

bool option_msg(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_autoptr(Props) props = props_parse("-msg", argument, NULL, error);
    return props && props_bool(props, "timestamp", &o->msg_time, error) &&
           props_bool(props, "guest-name", &o->msg_name, error) && props_finish(props, error);
}

bool option_hda(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(argument, ",", -1);
    g_autofree char *doubled = g_strjoinv(",,", parts);
    g_autofree char *text = g_strdup_printf("file=%s,format=raw", doubled);
    return option_drive(o, def, text, error);
}

/* One event of -action: sets `chosen` to whether the word is the first of `words`. */
static bool read_action(Props *props, const char *event, const char *words, bool *chosen,
                        GError **error)
{
    const char *text = props_take(props, event);
    g_auto(GStrv) known = g_strsplit(words, "|", -1);
    if (!text)
        return true;
    *chosen = !strcmp(text, known[0]);
    return g_strv_contains((const char *const *)known, text) ||
           fail(error, EXIT_USAGE, "-action: %s=%s is unknown; there are %s", event, text, words);
}

/* There is no device through which a guest could tell of a panic, and no watchdog: nothing happens, as asked. */
bool option_action(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    bool unused = false;
    (void)def;
    g_autoptr(Props) props = props_parse("-action", argument, NULL, error);
    return props &&
           read_action(props, "reboot", "shutdown|reset", &o->machine.stop_on_reset, error) &&
           read_action(props, "shutdown", "pause|poweroff", &o->keep_machine, error) &&
           read_action(props, "panic", "none|shutdown|pause|exit-failure", &unused, error) &&
           read_action(props, "watchdog", "none|reset|shutdown|poweroff|inject-nmi|pause|debug",
                       &unused, error) &&
           props_finish(props, error);
}
