/* SPDX-License-Identifier: MIT */
/* timing.c - the option -timing; what it says is read in emu/timed_config.c. */
#include <string.h>

#include "emu/options/handlers.h"

bool option_timing(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (strcmp(argument, "help") && strcmp(argument, "?"))
        return timed_parse(&o->machine.timed, "-timing", argument, error);
    timed_help();
    o->done = true;
    return true;
}
