/* SPDX-License-Identifier: MIT */
/* timing.c - the options -timing, whose words are read in emu/timed_config.c, and -timing-report. */
#include <string.h>

#include "emu/base/error.h"
#include "emu/machinefile/machinefile.h"
#include "emu/options/handlers.h"

/* One of the command line goes before one of a machine file; a second one would silently undo the first. */
static bool check_single(const Options *o, const OptionDef *def, GError **error)
{
    const MachineFile *file = o->machine_file;
    unsigned most = file && file->timing.at && !strcmp(def->name, "timing") ? 2 : 1, n = 0;
    for (guint i = 0; i < o->given->len; i++)
        n += !strcmp(g_ptr_array_index(o->given, i), def->name);
    return n <= most || fail(error, EXIT_USAGE, "-%s is given twice; give it once", def->name);
}

bool option_timing(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    const char *last = strrchr(argument, ',');
    last = last ? last + 1 : argument;
    if (strcmp(last, "help") && strcmp(last, "?"))
        return check_single(o, def, error) &&
               timed_parse(&o->machine.timed, "-timing", argument, error);
    timed_help();
    o->done = true;
    return true;
}

bool option_timing_report(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    o->timing_report = options_keep(o, argument);
    return check_single(o, def, error);
}
