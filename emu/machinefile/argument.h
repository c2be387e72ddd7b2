/* SPDX-License-Identifier: MIT */
/* argument.h - arguments of options, as a command line would have them. */
#ifndef EMU_MACHINEFILE_ARGUMENT_H
#define EMU_MACHINEFILE_ARGUMENT_H

#include "emu/machinefile/machinefile.h"

/* Appends name=value, with commas in it doubled; nothing for NULL. */
void mf_add(GString *argument, const char *name, const char *value);
void mf_add_flag(GString *argument, const char *name, bool value);
/* The same with a number, if `group` has setting `key` in the file. */
void mf_add_number(GString *argument, const config_setting_t *group, const char *key,
                   const char *name, uint64_t value);

/* What the file says of a device of plug.h. */
void mf_add_plug(GString *argument, const MfDevice *device);

/* What -timing gets; to be freed. The file must have a timing with a profile. */
char *mf_timing_argument(const MachineFile *file);

#endif
