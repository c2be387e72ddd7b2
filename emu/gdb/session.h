/* SPDX-License-Identifier: MIT */
/*
 * session.h - one debugger and one machine: what packets do.
 *
 * Lives on the emulation thread, between slices. Knows no socket: bytes come in by gdb_session_receive and leave by
 * `send`, so tests need none either.
 *
 * session.c      hand-shake, life, the table of packets   run.c          going on, stepping, stopping
 * registers.c    the registers                            description.c  what registers there are
 * memory.c       memory and where it is looked at         breakpoints.c  breakpoints and watchpoints
 * threads.c      processes and threads                    search.c       searching memory, and sums of it
 * monitor.c      the words after `monitor`                hub.c          several debuggers
 * nonstop.c      harts that stop one by one
 *
 * A hart is a thread, its number plus one. As a rule the whole machine is process 1. A session with the partition view
 * has a process for what is no guest (1) and one for each guest (2 + VMID); one for a single guest has that as process
 * 1. Each of these has a thread for every hart: a guest on a hart is live there, or is shown as it was when it left.
 */
#ifndef EMU_GDB_SESSION_H
#define EMU_GDB_SESSION_H

#include "cpu/worlds.h"
#include "emu/gdb/link.h"
#include "emu/machine.h"

typedef struct GdbHub GdbHub;
typedef void GdbSendFn(void *opaque, const char *data, size_t size);

typedef struct {
    enum { GDB_VIEW_MACHINE, GDB_VIEW_PARTITION, GDB_VIEW_GUEST } kind;
    uint16_t vmid; /* GDB_VIEW_GUEST */
} GdbView;

typedef struct {
    unsigned process, hart;
} GdbThread;

typedef struct {
    uint64_t at, length;
    char kind; /* '0' or '1': breakpoint, '2' to '4': watchpoint, as the debugger calls them */
    bool inserted;
    unsigned process;
    BreakScope scope;
} GdbBreakpoint;

/* Whose addresses memory packets mean. */
typedef struct {
    enum { GDB_MEM_CURRENT, GDB_MEM_PHYSICAL, GDB_MEM_GVA, GDB_MEM_GPA } kind;
    uint16_t vmid; /* the last two */
} GdbMemory;

/* Why a hart stopped last. */
typedef enum {
    GDB_STOP_CONNECTED,
    GDB_STOP_INTERRUPT,
    GDB_STOP_BREAKPOINT,
    GDB_STOP_WATCHPOINT,
    GDB_STOP_STEP,
    GDB_STOP_START, /* of what is remembered */
    GDB_STOP_HALT,  /* a monitor, or the guest's end */
    GDB_STOP_EVENT, /* a monitor's breakpoint */
} GdbReason;

/* How a hart stopped last. */
typedef struct {
    GdbReason reason;
    int signal;
    uint64_t pc;
    Watchpoint watch; /* that was hit, if one was */
} GdbStopped;

/* A step of a hart. */
typedef struct {
    bool on, waits;      /* waits: until the guest, or what is none, comes to the hart */
    unsigned process;    /* whose thread it is that steps */
    uint64_t start, end; /* it goes on while pc is in there */
} GdbStep;

typedef struct {
    Machine *machine;
    GdbHub *hub;
    GdbSendFn *send;
    bool (*interrupted)(void *opaque); /* while a packet is handled: did Ctrl-C come? May be NULL */
    void *opaque;
    GdbView view;
    bool connected, acks, multiprocess;
    GdbLink link;
    GString *reply,
        *sent; /* of the packet being handled; the last one, framed, for sending again */
    GString *target_xml, *threads_xml;
    GString *why;      /* the last error, for people */
    GArray *attached;  /* of unsigned: processes the debugger has */
    GdbThread general; /* that register and memory packets mean */
    int step_thread;   /* hart of `s`, or GDB_ALL */
    GdbMemory memory;
    BreakScope scope; /* of breakpoints from now on; its space counts if `scope_fixed` */
    bool scope_fixed;
    unsigned step_flags; /* GDB_STEP_* */
    GArray *points;      /* of GdbBreakpoint; those not inserted are remembered for their scope */
    GdbThread stop;      /* the thread that was reported last */
    GdbStopped stopped[MACHINE_MAX_HARTS];
    /* What the hub wants to know: while it holds the machine nothing runs. */
    bool holds;
    uint32_t held; /* harts that must not run */
    GdbStep steps[MACHINE_MAX_HARTS];
    /* With non-stop, where harts stop and go one by one. */
    bool non_stop,
        telling;      /* telling: the debugger was notified, and has not asked for all of it yet */
    uint32_t running; /* harts that go */
    uint32_t untold,
        later; /* that have stopped, which the debugger is to hear, now or by its next packet */
} GdbSession;

enum { GDB_SIGINT = 2, GDB_SIGTRAP = 5 };
enum { GDB_EFAULT = 14, GDB_EINVAL = 22 }; /* what E packets say */
enum { GDB_ALL = -1, GDB_ANY = -2 };       /* instead of a hart */
/* What stepping means, as QEMU numbers it. */
enum { GDB_STEP_ENABLE = 1, GDB_STEP_NO_IRQ = 2, GDB_STEP_NO_TIMER = 4, GDB_STEP_BITS = 7 };

GdbSession *gdb_session_new(GdbHub *hub, const GdbView *view, GdbSendFn *send, void *opaque);
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
    return &session->machine->harts[session->general.hart];
}

/* Set the reply; return true. */
bool gdb_ok(GdbSession *session);
bool gdb_error(GdbSession *session, unsigned number);
/* The same; the text is what `monitor why` says of it. gdb_error leaves what it said. */
bool gdb_fail(GdbSession *session, unsigned number, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Sends `session->reply` at once, and empties it. A notification is not acknowledged, nor sent again. */
void gdb_send_reply(GdbSession *session);
void gdb_send_notification(GdbSession *session);

/* Replies to the "OFFSET,LENGTH" of a qXfer packet with a part of `text`. */
bool gdb_read_object(GdbSession *session, GdbText *args, const char *text);

/* hub.c */
void gdb_hub_join(GdbHub *hub, GdbSession *session);
void gdb_hub_leave(GdbHub *hub, GdbSession *session);
/* A debugger came or went: with one, idle time passes at wall rate, and notes are taken of guests. */
void gdb_hub_count_connected(GdbHub *hub);
/* Tells the machine what all debuggers together want of harts, when what one of them wants has changed. */
void gdb_hub_update(GdbHub *hub);
void gdb_hub_update_points(GdbHub *hub);
/* One no longer holds the machine: it goes on if nobody does. */
void gdb_hub_release(GdbHub *hub);

/* threads.c */
/* Whose process it is; false: everybody's. */
bool gdb_world_of(const GdbSession *session, unsigned process, WorldId *id);
/* Is the thread's hart where the thread is, or did it leave? */
bool gdb_is_here(const GdbSession *session, GdbThread thread);
/* How an absent one was when it left; NULL: it has not been there. */
const World *gdb_absent(const GdbSession *session, GdbThread thread);
bool gdb_is_attached(const GdbSession *session, unsigned process);
/* The thread to report when `hart` stops. */
GdbThread gdb_thread_on(const GdbSession *session, unsigned hart);
void gdb_append_thread(GdbSession *session, GString *out, GdbThread thread);
/* Reads a thread: of a process or 0 (all, or any), and a hart, GDB_ALL or GDB_ANY. False: there is no such thread. */
bool gdb_take_thread(const GdbSession *session, GdbText *args, unsigned *process, int *hart);
/* Reads a process that the debugger may have. */
bool gdb_take_process(const GdbSession *session, GdbText *args, unsigned *process);
GdbHandler gdb_set_general, gdb_set_step_thread, gdb_is_alive, gdb_current_thread;
GdbHandler gdb_first_threads, gdb_more_threads, gdb_thread_extra, gdb_read_threads;

/* run.c */
/* The debugger gets the machine. */
void gdb_pause(GdbSession *session, GdbThread thread, int signal, GdbReason reason);
void gdb_append_stop(GdbSession *session);
void gdb_send_stop(GdbSession *session);
/* A hart has stopped between slices: is it this debugger's doing? If so it holds the machine and has been told. */
bool gdb_session_stops(GdbSession *session, unsigned hart);
void gdb_let_go(GdbSession *session); /* all harts, for good */
/* Harts no longer step. */
void gdb_end_steps(GdbSession *session);
GdbHandler gdb_vcont_query, gdb_vcont, gdb_continue, gdb_continue_signal, gdb_step, gdb_step_signal;
GdbHandler gdb_step_bits, gdb_query_step, gdb_set_step;
GdbHandler gdb_step_back, gdb_run_back;
/* What a resumption asks of a hart. */
typedef struct {
    char verb; /* 'c', 's', 'r', 't'; 0: nothing, it stays as it is */
    unsigned process;
    uint64_t start, end;
} GdbAction;
/* A hart that stopped goes on, whatever it stopped at; or does a step first. */
void gdb_leave_stop(GdbSession *session, unsigned hart);
void gdb_start_step(GdbSession *session, unsigned hart, const GdbAction *action);

/* nonstop.c */
/* All harts that go stop: `hart`, if it does, for the reason given, others because they were told to. */
void gdb_nonstop_pause(GdbSession *session, unsigned hart, GdbReason reason, int signal);
/* One has stopped. */
void gdb_nonstop_stopped(GdbSession *session, unsigned hart);
/* A packet has come. */
void gdb_nonstop_hear(GdbSession *session);
/* Tells the debugger if there is something to tell. */
void gdb_nonstop_tell(GdbSession *session);
/* The reply to `?`. */
void gdb_nonstop_append_all(GdbSession *session);
bool gdb_nonstop_resume(GdbSession *session, const GdbAction *actions);
GdbHandler gdb_nonstop_set, gdb_nonstop_more;

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
uint64_t gdb_thread_pc(const GdbSession *session, GdbThread thread);
/* Sends hart `index` to `pc`; a breakpoint there counts, even if it is where the hart stopped. */
void gdb_set_pc(GdbSession *session, unsigned index, uint64_t pc);
GdbHandler gdb_read_all, gdb_write_all, gdb_read_register, gdb_write_register;

/* memory.c */
enum { GDB_MOST_SEARCHED = 1 << 30 }; /* bytes that one packet may ask to be looked at */
/* Reads what memory packets mean by `address`, as far as there is memory; returns how much that was. A failure is
 * noted for `monitor why`. */
size_t gdb_read(GdbSession *session, uint64_t address, void *data, size_t size);
GdbHandler gdb_read_memory, gdb_read_memory_binary, gdb_write_memory, gdb_write_memory_binary;
GdbHandler gdb_query_physical, gdb_set_physical, gdb_query_space, gdb_set_space;

/* search.c */
GdbHandler gdb_search, gdb_crc;

/* breakpoints.c */
void gdb_clear_breakpoints(GdbSession *session, unsigned process); /* 0: of all */
/* Those that were removed and not inserted again are forgotten, and with them their scope. */
void gdb_forget_removed(GdbSession *session);
bool gdb_has_breakpoint(const GdbSession *session, unsigned hart);
bool gdb_has_watchpoint(const GdbSession *session, unsigned hart);
/* Appends what is inserted to those that harts get. */
void gdb_publish_points(const GdbSession *session, GArray *points, GArray *watches);
GdbHandler gdb_insert_breakpoint, gdb_remove_breakpoint;

/* monitor.c */
GdbHandler gdb_monitor;

#endif
