/* SPDX-License-Identifier: MIT */
/*
 * monitor.h - commands for people who look at the machine: a table, and running a line of it.
 *
 * The same commands are there wherever somebody can type: gdb's `monitor` is one place. Whoever offers them says which
 * hart is meant and may bring commands of its own. Emulation thread, between slices.
 *
 * monitor.c      finding the command, help, completion     hub.h        where commands are typed
 * life.c         stop, go on, step, start anew, end        registers.c  registers
 * memory.c       memory in three views                     expr.c       numbers
 * translation.c  page tables, what is remembered           irq.c        interrupts
 * devices.c      the board                                 part.c       partitions
 * break.c        breakpoints on events                     trace.c      events, logs, gdb's port
 * history.c      going back in the run                     snapshots.c  saving and loading
 * explain.c      explanations, and walks                   edit.c       editing lines; edit_none.c: without libedit
 * pace.c         real time, or full speed
 * place.c        lines of the host's              shared.c     the shared machine of timed mode
 * owners.c       physical memory by owner and colour       input.c      keyboards and pointers
 * timeline.c     what harts did of late, and since the start
 * screen.c       graphics devices
 */
#ifndef EMU_MONITOR_MONITOR_H
#define EMU_MONITOR_MONITOR_H

#include "emu/machine.h"
#include "emu/monitor/hub.h"

typedef struct Monitor Monitor;

/* Gets what follows the command's name, without spaces around it; appends lines to `out`. */
typedef void MonitorFn(Monitor *monitor, const char *arguments, GString *out);

typedef struct {
    const char *name;      /* one word or more, with one space between them */
    const char *arguments; /* their syntax for people; NULL: takes none */
    const char *help;
    MonitorFn *run;
} MonitorCommand;

/* Those of every monitor, up to a row without a name. */
extern const MonitorCommand monitor_commands[];

struct Monitor {
    Machine *machine;
    unsigned hart;                 /* that commands are about */
    const MonitorCommand *command; /* that runs */
    bool
        waits; /* it is over when the machine pauses: whoever typed it is not to be asked for more until then */
    const MonitorCommand
        *own; /* commands of whoever offers them, up to a row without a name; may be NULL */
    /* The machine is to stay where it is, or was reset; NULL: it is paused, that is all. */
    void (*paused)(Monitor *monitor);
    void *opaque; /* of whoever offers them */
};

/* Runs the command that `line` names and appends what it prints to `out`: lines, each with its end. */
void monitor_run(Monitor *monitor, const char *line, GString *out);

/* Adds to `words` what the last word of `line` could become: commands, then what their arguments are. Any thread. */
void monitor_complete(const Machine *machine, const char *line, GPtrArray *words);

/* For the files of the monitor. */
MonitorFn monitor_print_registers, monitor_print_csr, monitor_info_cpus;
MonitorFn monitor_stop, monitor_continue, monitor_step, monitor_wait, monitor_reset, monitor_quit,
    monitor_nmi;
MonitorFn monitor_walk, monitor_explain;
MonitorFn monitor_cpu, monitor_info_status, monitor_info_history;
MonitorFn monitor_x, monitor_xp, monitor_xg, monitor_print, monitor_gva2gpa, monitor_gpa2spa;
MonitorFn monitor_info_mem, monitor_info_tlb, monitor_info_cat, monitor_drum, monitor_irq,
    monitor_info_pic, monitor_part;
MonitorFn monitor_info_mtree, monitor_info_qtree, monitor_info_chardev, monitor_info_block;
MonitorFn monitor_info_network, monitor_info_version, monitor_info_name, monitor_info_roms;
MonitorFn monitor_trace_on, monitor_trace_off, monitor_trace_dump, monitor_trace_status;
MonitorFn monitor_trace_event, monitor_info_trace_events, monitor_log, monitor_logfile;
MonitorFn monitor_gdbserver;
MonitorFn monitor_reverse, monitor_reverse_continue, monitor_print_history, monitor_print_hash,
    monitor_who_wrote;
MonitorFn monitor_qos;
MonitorFn monitor_speed;
MonitorFn monitor_timing, monitor_timing_on, monitor_timing_off;
MonitorFn monitor_memory;
MonitorFn monitor_memsave, monitor_pmemsave;
MonitorFn monitor_screendump, monitor_info_displays, monitor_display_size;
MonitorFn monitor_sendkey, monitor_mouse_move, monitor_mouse_to, monitor_mouse_button;
MonitorFn monitor_mouse_set, monitor_info_mice;
MonitorFn monitor_savevm, monitor_loadvm, monitor_delvm, monitor_info_snapshots;
/* llc, colors, bus: the view of that name. */
MonitorFn monitor_shared, monitor_verdict, monitor_timeline, monitor_harts;
/* What [harts] [json] says. False: something else, which `out` says. */
typedef struct {
    bool by_hart, as_json;
} ViewWords;
bool monitor_view_words(Monitor *monitor, const char *arguments, ViewWords *wanted, GString *out);
/* The machine is somewhere else, and stays there for who is at a debugger's prompt. */
void monitor_stay(Monitor *monitor);
/* False, which `out` says: this monitor is not to touch the host's files and sockets. */
bool monitor_may_touch_files(const Monitor *monitor, GString *out);
/* The CSR of that name, or number, that the hart has; CSR_COUNT: there is none, which `out` says. */
unsigned monitor_find_csr(const Monitor *monitor, const char *name, GString *out);
extern const char *const monitor_x_names[32];
/* For completion: adds `word` if it begins like that. */
void monitor_offer_word(GPtrArray *words, const char *word, const char *begin);
/* A whole number from `least` to `most`; false: it is none, which `out` says by the argument's `name`. */
bool monitor_number(const char *text, const char *name, gint64 least, gint64 most, gint64 *value,
                    GString *out);
/* How the command that runs is written. */
void monitor_say_usage(const Monitor *monitor, GString *out);
/* Says why a command of QEMU's is not there; false: the line begins with none of these. */
bool monitor_refuse(const char *line, GString *out);
/* " <NAME+OFFSET>" of an address in an image, else ""; to be freed. */
char *monitor_symbol(const Machine *machine, uint64_t address);
/* A line that says where the hart stands. */
void monitor_append_position(const Machine *machine, unsigned hart, GString *out);
const MonitorHost *monitor_host(const Monitor *monitor);

#endif
