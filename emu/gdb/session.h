/* SPDX-License-Identifier: MIT */
/*
 * session.h - one debugger and one machine: what packets do.
 *
 * Lives on the emulation thread, between slices. Knows no socket: bytes come in by gdb_session_receive and leave by
 * `send`, so tests need none either. A hart is a thread, its number plus one; the whole machine is process 1.
 *
 * session.c    hand-shake, life, the table of packets   run.c          going on, stepping, stopping
 * registers.c  the registers                            description.c  what registers there are
 * memory.c     memory and breakpoints                   threads.c      harts as threads
 * monitor.c    the words after `monitor`
 */
#ifndef EMU_GDB_SESSION_H
#define EMU_GDB_SESSION_H

#include "emu/gdb/link.h"
#include "emu/machine.h"

typedef void GdbSendFn(void *opaque, const char *data, size_t size);

typedef struct {
    uint64_t at, length;
    char kind; /* '0' or '1': breakpoint, '2' to '4': watchpoint, as the debugger calls them */
} GdbBreakpoint;

typedef struct {
    Machine *machine;
    GdbSendFn *send;
    void *opaque;
    bool connected, acks, multiprocess;
    bool live_input; /* of the machine before the debugger came */
    bool physical;   /* memory packets take physical addresses */
    GdbLink link;
    GString *reply,
        *sent; /* of the packet being handled; the last one, framed, for sending again */
    GString *target_xml, *threads_xml;
    unsigned general; /* hart that register and memory packets mean */
    int step_thread;  /* hart of `s`, or GDB_ALL */
    int signal;       /* of the last stop */
    unsigned stop_hart;
    uint64_t stop_pc;
    uint64_t range_start, range_end; /* the step goes on while pc is in there */
    GArray *breakpoints;             /* of GdbBreakpoint */
    Breakpoints pcs;                 /* the same as harts want them */
} GdbSession;

enum { GDB_SIGINT = 2, GDB_SIGTRAP = 5 };
enum { GDB_EFAULT = 14, GDB_EINVAL = 22 }; /* what E packets say */
enum { GDB_ALL = -1, GDB_ANY = -2 };       /* instead of a hart */

GdbSession *gdb_session_new(Machine *machine, GdbSendFn *send, void *opaque);
void gdb_session_free(GdbSession *session);

/* A debugger has connected: the machine pauses. */
void gdb_session_open(GdbSession *session);
/* It has gone. Its breakpoints go too; a machine that was paused stays so, for the next one to look at. */
void gdb_session_close(GdbSession *session);
/* The machine has ended; says so if the debugger waits for a stop. */
void gdb_session_exited(GdbSession *session, int code);
void gdb_session_receive(GdbSession *session, const uint8_t *data, size_t size);

/* For the files of this folder. A handler gets what follows the packet's name, fills session->reply, and returns
 * whether there is a reply now. */
typedef bool GdbHandler(GdbSession *session, GdbText *args);

static inline Hart *gdb_hart(GdbSession *session)
{
    return &session->machine->harts[session->general];
}

/* Set the reply; return true. */
bool gdb_ok(GdbSession *session);
bool gdb_error(GdbSession *session, unsigned number);
/* Sends `session->reply` at once, and empties it. */
void gdb_send_reply(GdbSession *session);

/* Replies to the "OFFSET,LENGTH" of a qXfer packet with a part of `text`. */
bool gdb_read_object(GdbSession *session, GdbText *args, const char *text);

/* threads.c */
/* Appends a hart as a thread; reads one: a hart, GDB_ALL or GDB_ANY. False: there is no such thread. */
void gdb_append_thread(GdbSession *session, GString *out, unsigned hart);
bool gdb_take_thread(const GdbSession *session, GdbText *args, int *thread);
GdbHandler gdb_set_general, gdb_set_step_thread, gdb_is_alive, gdb_current_thread;
GdbHandler gdb_first_threads, gdb_more_threads, gdb_thread_extra, gdb_read_threads;

/* run.c */
void gdb_pause(GdbSession *session, unsigned hart, int signal);
void gdb_append_stop(GdbSession *session);
void gdb_stopped(void *session, unsigned hart); /* fits Machine.debug_stopped */
void gdb_let_go(GdbSession *session);           /* all harts, for good */
GdbHandler gdb_vcont_query, gdb_vcont, gdb_continue, gdb_continue_signal, gdb_step, gdb_step_signal;

/* description.c */
enum {
    GDB_REG_PC = 32,
    GDB_REG_F = 33,
    GDB_REG_CSR = 65,
    GDB_REG_PRIV = GDB_REG_CSR + 4096,
    GDB_REG_V, /* gdb's place for vector registers */
    GDB_REG_HART = GDB_REG_V + 32,
    GDB_REG_MODE = GDB_REG_HART,
    GDB_REG_VMID,
    GDB_REG_ICOUNT,
    GDB_REG_CYCLES,
    GDB_REG_END
};
const char *gdb_target_xml(GdbSession *session);

/* registers.c */
/* Bytes of register `number`; 0: this hart has none. */
unsigned gdb_register_size(const Hart *hart, uint64_t number);
/* Sends hart `index` to `pc`; a breakpoint there counts, even if it is where the hart stopped. */
void gdb_set_pc(GdbSession *session, unsigned index, uint64_t pc);
GdbHandler gdb_read_all, gdb_write_all, gdb_read_register, gdb_write_register;

/* memory.c */
void gdb_clear_breakpoints(GdbSession *session);
bool gdb_has_breakpoint(const GdbSession *session, uint64_t pc);
GdbHandler gdb_read_memory, gdb_read_memory_binary, gdb_write_memory, gdb_write_memory_binary;
GdbHandler gdb_insert_breakpoint, gdb_remove_breakpoint;
GdbHandler gdb_query_physical, gdb_set_physical;

/* monitor.c */
GdbHandler gdb_monitor;

#endif
