/* SPDX-License-Identifier: MIT */
/* apply.h - from a machine file to the options that say the same. */
#ifndef EMU_MACHINEFILE_APPLY_H
#define EMU_MACHINEFILE_APPLY_H

#include "emu/options/options.h"

/* Reads and checks the file, and acts on what it says of the machine as if it stood on the command line; options behind
 * it go before it. Findings are printed; errors fail with EXIT_CONFIG. `options` own the file then. */
bool machinefile_apply(Options *options, const char *path, GError **error);

/* When all options are known: is the machine still one in which the partitions can be? Hands what the hypervisor is to be
 * told to the loader. */
bool machinefile_resolve(Options *options, GError **error);

#endif
