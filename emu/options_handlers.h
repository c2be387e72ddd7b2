/* SPDX-License-Identifier: MIT */
/*
 * options_handlers.h - the functions behind the rows of options.def.
 *
 * Each takes note of one option in `options`; `argument` is NULL for options without one.
 */
#ifndef EMU_OPTIONS_HANDLERS_H
#define EMU_OPTIONS_HANDLERS_H

#include "emu/options.h"

/* options.c: what needs nothing but the row */
OptionHandler option_help, option_version, option_string, option_flag, option_number;
/* options_machine.c: what the machine is */
OptionHandler option_machine, option_cpu, option_smp, option_memory, option_rtc, option_icount,
    option_global;
/* options_devices.c: what is plugged into it */
OptionHandler option_device, option_drive, option_netdev, option_nic, option_net, option_serial,
    option_chardev;
/* options_run.c: what is shown of it */
OptionHandler option_monitor, option_display, option_vga, option_echr, option_gdb_default,
    option_log, option_trace, option_trace_hash, option_state_hash, option_name, option_semihosting;

/* options_resolve.c: the drivers of -device. Finding fails naming the nearest one. */
const Driver *options_find_driver(const char *name, GError **error);
bool options_list_drivers(Options *options);
/* The element with this id of a list whose elements begin with their id, or NULL. */
void *options_find_id(const GPtrArray *list, const char *id);

#endif
