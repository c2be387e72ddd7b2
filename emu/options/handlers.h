/* SPDX-License-Identifier: MIT */
/*
 * handlers.h - the functions behind the rows of options.def.
 *
 * Each takes note of one option in `options`; `argument` is NULL for options without one.
 */
#ifndef EMU_OPTIONS_HANDLERS_H
#define EMU_OPTIONS_HANDLERS_H

#include "emu/options/options.h"
#include "emu/options/props.h"

/* options.c: what needs nothing but the row */
OptionHandler option_help, option_completion, option_version, option_string, option_flag,
    option_number;
/* machine.c: what the machine is */
OptionHandler option_machine, option_cpu, option_smp, option_memory, option_rtc, option_icount,
    option_global;
/* devices.c: what is plugged into it */
OptionHandler option_device, option_drive, option_netdev, option_nic, option_net;
/* chars.c: the other ends of its lines */
OptionHandler option_serial, option_chardev, option_monitor, option_mon;
/* config.c: options in a file */
OptionHandler option_readconfig;
/* start.c: how a run begins and ends */
OptionHandler option_accel, option_boot, option_library, option_msg, option_hda, option_action;
/* timing.c: what an instruction costs */
OptionHandler option_verdict;
/* `bulkhead verdict`: its help; what follows from the verb when all options are known. */
void verdict_help(void);
bool verdict_defaults(Options *o, GError **error);
OptionHandler option_timing, option_timing_report;
/* run.c: what is shown of it */
OptionHandler option_parallel, option_echr, option_gdb, option_log, option_trace_hash,
    option_state_hash, option_savevm, option_name, option_semihosting, option_history;
/* display.c: the window */
OptionHandler option_display, option_vga, option_ui_scale, option_ui_shot, option_ui_at,
    option_full_screen;
/* Pictures that are wanted, and whether there is a window. */
bool options_resolve_window(Options *options, GError **error);
void options_begin_window(Options *options);
void options_end_window(Options *options);
/* trace.c: its events */
OptionHandler option_trace, option_trace_filter, option_trace_ring, option_trace_start,
    option_trace_pre, option_trace_stop, option_explain;

/* trace.c: one more pattern of events for `list`. */
bool options_add_trace(Options *o, GPtrArray *list, const char *pattern, GError **error);
/* resolve.c: the drivers of -device. Finding fails naming the nearest one. */
const Driver *options_find_driver(const char *name, GError **error);
const char *options_driver_name(const Driver *driver);
bool options_list_drivers(Options *options);
bool options_show_driver(Options *options, const Driver *driver);
/* graphics.c: refuses a device that only version 1 of virtio knows on registers of the legacy version. */
bool options_need_modern(const Options *o, const char *driver, GError **error);
#define OPTIONS_GPU_EXAMPLE \
    "virtio-gpu-device[,max_outputs=N][,xres=N][,yres=N][,edid=on|off][,max_hostmem=SIZE]"
bool options_plug_gpu(Options *o, Props *props, VirtioConfig *slot, SlotHost *host, GError **error);
/* plug.c: puts a device of plug.h on the board. */
#define OPTIONS_DRUM_EXAMPLE \
    "drum[,rpm=N|word-us=MICROSECONDS][,fields=N][,words=N][,halt=on|off][,start=any|address]"
bool options_plug(Options *o, DeviceNote *note, GError **error);
/* devices.c: refuses an id that an element of the list has. */
bool options_new_id(const GPtrArray *list, const char *option, const char *id, GError **error);
/* chars.c: what -serial says, as `serial_char`. */
bool options_resolve_serial(Options *options, GError **error);
/* The -chardev with this id, for one more user. NULL: there is none, or it takes only one. */
CharSpec *options_use_char(const GPtrArray *chars, const char *option, const char *id,
                           GError **error);
/* machine.c: refuses what does not go together in -M and -cpu. */
bool options_check_machine(const Options *options, GError **error);
/* qos.c: takes the properties of -M about quality of service. */
bool options_qos_props(Options *o, Props *props, GError **error);
/* The trace events of an item of -d; "": it has none; NULL: there is no such item, or it is refused. */
const char *options_log_events(const char *item);
/* The rows of the tables of -chardev, -device, -d and -M, as they are written; NULL: no more. */
const char *options_char_example(size_t number);
const char *options_driver_example(size_t number);
const char *options_log_item(size_t number);
char *options_machine_property(size_t number); /* to be freed */
/* What an option that names the end of a line, as -serial does, says; "mon:" before it adds the emulator's keys and a
 * monitor. NULL: it cannot be had. */
CharSpec *options_read_line(Options *o, const char *name, const char *text, GError **error);
bool options_is_nothing(const char *text);
/* vc.c: the properties of a chardev vc; "vc" or "vc:WIDTHxHEIGHT" as such, to be freed, NULL: it is neither; refuses lines in a
 * window that is not there. */
bool options_read_vc(Options *o, Props *props, CharSpec *spec, GError **error);
char *options_vc_text(const char *text);
bool options_check_vcs(Options *o, GError **error);
/* Where monitors are to be. */
bool options_resolve_monitors(Options *o, GError **error);
/* -chardev sockets as the addresses that -gdb takes. */
bool options_resolve_gdbs(Options *options, GError **error);
/* The element with this id of a list whose elements begin with their id, or NULL. */
void *options_find_id(const GPtrArray *list, const char *id);

#endif
