/* SPDX-License-Identifier: MIT */
/*
 * session.c - one debugger and one machine: hand-shake, life, and the table of packets; see session.h.
 *
 * Source: gdb manual, "Remote Protocol", sections Packets and General Query Packets.
 */
#include "emu/gdb/session.h"

#include <string.h>

GdbSession *gdb_session_new(Machine *machine, GdbSendFn *send, void *opaque)
{
    GdbSession *s = g_new0(GdbSession, 1);
    s->machine = machine;
    s->send = send;
    s->opaque = opaque;
    s->reply = g_string_sized_new(GDB_PACKET_SIZE);
    s->sent = g_string_sized_new(GDB_PACKET_SIZE);
    s->target_xml = g_string_new(NULL);
    s->threads_xml = g_string_new(NULL);
    s->breakpoints = g_array_new(FALSE, FALSE, sizeof(GdbBreakpoint));
    return s;
}

void gdb_session_free(GdbSession *s)
{
    gdb_session_close(s);
    g_string_free(s->reply, TRUE);
    g_string_free(s->sent, TRUE);
    g_string_free(s->target_xml, TRUE);
    g_string_free(s->threads_xml, TRUE);
    g_array_free(s->breakpoints, TRUE);
    g_free(s->pcs.watches);
    g_free(s->pcs.pcs);
    g_free(s);
}

/* A machine that ran stops for whoever connects, as gdb expects; nothing is sent before it asks. */
void gdb_session_open(GdbSession *s)
{
    Machine *m = s->machine;
    s->connected = s->acks = true;
    s->multiprocess = s->physical = false;
    s->link.state = LINK_BETWEEN;
    s->step_thread = GDB_ALL;
    g_string_truncate(s->sent, 0);
    s->live_input = m->config.live_input;
    m->config.live_input = true;
    m->debug_stopped = gdb_stopped;
    m->debug_opaque = s;
    gdb_pause(s, (unsigned)m->current, GDB_SIGTRAP);
}

void gdb_session_close(GdbSession *s)
{
    Machine *m = s->machine;
    if (!s->connected)
        return;
    gdb_clear_breakpoints(s);
    s->connected = false;
    m->config.live_input = s->live_input;
    m->debug_stopped = NULL;
    m->step_hart = -1;
    m->held = 0;
}

void gdb_session_exited(GdbSession *s, int code)
{
    if (!s->connected || s->machine->paused)
        return;
    g_string_printf(s->reply, "W%02x%s", (unsigned)code & 0xff,
                    s->multiprocess ? ";process:1" : "");
    gdb_send_reply(s);
}

/* Replies. */

bool gdb_ok(GdbSession *s)
{
    g_string_assign(s->reply, "OK");
    return true;
}

bool gdb_error(GdbSession *s, unsigned number)
{
    g_string_printf(s->reply, "E%02u", number);
    return true;
}

void gdb_send_reply(GdbSession *s)
{
    g_string_truncate(s->sent, 0);
    gdb_frame(s->sent, s->reply->str, s->reply->len);
    g_string_truncate(s->reply, 0);
    s->send(s->opaque, s->sent->str, s->sent->len);
}

/* Objects. */

bool gdb_read_object(GdbSession *s, GdbText *args, const char *text)
{
    uint64_t offset, length, size = strlen(text);
    if (!gdb_take_range(args, &offset, &length) || !gdb_at_end(args) || offset > size)
        return gdb_error(s, GDB_EINVAL);
    length = MIN(length, GDB_PACKET_SIZE / 2 - 1); /* escaping may double it */
    bool more = length < size - offset;
    g_string_append_c(s->reply, more ? 'm' : 'l');
    gdb_append_binary(s->reply, text + offset, more ? length : size - offset);
    return true;
}

static bool read_features(GdbSession *s, GdbText *args)
{
    return gdb_read_object(s, args, gdb_target_xml(s));
}

/* Hand-shake and life. */

static bool supported(GdbSession *s, GdbText *args)
{
    g_autofree char *offer = g_strndup(args->at, gdb_left(args));
    g_auto(GStrv) words = g_strsplit_set(offer, ":;", -1);
    s->multiprocess = g_strv_contains((const char *const *)words, "multiprocess+");
    g_string_printf(s->reply,
                    "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;qXfer:threads:read+;"
                    "vContSupported+;binary-upload+%s",
                    GDB_PACKET_SIZE, s->multiprocess ? ";multiprocess+" : "");
    return true;
}

static bool start_no_ack(GdbSession *s, GdbText *args)
{
    (void)args;
    s->acks = false;
    return gdb_ok(s);
}

static bool extended_mode(GdbSession *s, GdbText *args)
{
    (void)args;
    return gdb_ok(s);
}

static bool why_stopped(GdbSession *s, GdbText *args)
{
    (void)args;
    if (!s->machine->paused)
        gdb_pause(s, (unsigned)s->machine->current, GDB_SIGINT);
    gdb_append_stop(s);
    return true;
}

/* Attached to something that was there before: gdb detaches rather than kills when it quits. */
static bool was_attached(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_assign(s->reply, "1");
    return true;
}

static bool is_process(GdbText *args)
{
    uint64_t process;
    return gdb_take_hex(args, &process) && process == 1 && gdb_at_end(args);
}

static bool attach(GdbSession *s, GdbText *args)
{
    return is_process(args) ? why_stopped(s, args) : gdb_error(s, GDB_EINVAL);
}

static bool detach(GdbSession *s, GdbText *args)
{
    if (!gdb_at_end(args) && !(gdb_take_char(args, ';') && is_process(args)))
        return gdb_error(s, GDB_EINVAL);
    gdb_clear_breakpoints(s);
    gdb_let_go(s);
    return gdb_ok(s);
}

static bool kill_now(GdbSession *s, GdbText *args)
{
    (void)args;
    machine_stop(s->machine, STOP_QUIT, 0);
    return false;
}

static bool kill_process(GdbSession *s, GdbText *args)
{
    if (!is_process(args))
        return gdb_error(s, GDB_EINVAL);
    kill_now(s, args);
    return gdb_ok(s);
}

/* `R`: start again. There is no reply; gdb then asks why it stopped. */
static bool restart(GdbSession *s, GdbText *args)
{
    g_autoptr(GError) error = NULL;
    (void)args;
    if (!machine_reset(s->machine, &error))
        g_printerr("bulkhead: cannot start again: %s\n", error->message);
    gdb_pause(s, 0, GDB_SIGTRAP);
    return false;
}

static bool must_be_empty(GdbSession *s, GdbText *args)
{
    (void)s, (void)args;
    return true;
}

/* The packets. `whole`: nothing follows the name. What is not here gets the empty reply, which means just that. */

typedef struct {
    const char *name;
    GdbHandler *handle;
    bool whole;
} GdbCommand;

// clang-format off
static const GdbCommand commands[] = {
    { "qSupported",                      supported,               false },
    { "vMustReplyEmpty",                 must_be_empty,           true },
    { "QStartNoAckMode",                 start_no_ack,            true },
    { "!",                               extended_mode,           true },
    { "?",                               why_stopped,             true },
    { "qXfer:features:read:target.xml:", read_features,           false },
    { "qXfer:threads:read::",            gdb_read_threads,        false },
    { "qfThreadInfo",                    gdb_first_threads,       true },
    { "qsThreadInfo",                    gdb_more_threads,        true },
    { "qThreadExtraInfo,",               gdb_thread_extra,        false },
    { "qC",                              gdb_current_thread,      true },
    { "qAttached:1",                     was_attached,            true },
    { "qAttached",                       was_attached,            true },
    { "qRcmd,",                          gdb_monitor,             false },
    { "qqemu.PhyMemMode",                gdb_query_physical,      true },
    { "Qqemu.PhyMemMode:",               gdb_set_physical,        false },
    { "Hg",                              gdb_set_general,         false },
    { "Hc",                              gdb_set_step_thread,     false },
    { "T",                               gdb_is_alive,            false },
    { "g",                               gdb_read_all,            true },
    { "G",                               gdb_write_all,           false },
    { "p",                               gdb_read_register,       false },
    { "P",                               gdb_write_register,      false },
    { "m",                               gdb_read_memory,         false },
    { "M",                               gdb_write_memory,        false },
    { "x",                               gdb_read_memory_binary,  false },
    { "X",                               gdb_write_memory_binary, false },
    { "Z",                               gdb_insert_breakpoint,   false },
    { "z",                               gdb_remove_breakpoint,   false },
    { "vCont?",                          gdb_vcont_query,         true },
    { "vCont",                           gdb_vcont,               false },
    { "c",                               gdb_continue,            false },
    { "C",                               gdb_continue_signal,     false },
    { "s",                               gdb_step,                false },
    { "S",                               gdb_step_signal,         false },
    { "vAttach;",                        attach,                  false },
    { "vKill;",                          kill_process,            false },
    { "D",                               detach,                  false },
    { "k",                               kill_now,                false },
    { "R",                               restart,                 false },
};
// clang-format on

static bool handle(GdbSession *s, GdbText args)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++) {
        GdbText rest = args;
        if (gdb_take_word(&rest, commands[i].name) && (!commands[i].whole || gdb_at_end(&rest)))
            return commands[i].handle(s, &rest);
    }
    return true;
}

static void take_packet(GdbSession *s)
{
    if (s->acks)
        s->send(s->opaque, "+", 1);
    g_string_truncate(s->reply, 0);
    if (handle(s, (GdbText){ s->link.body, s->link.body + s->link.size }))
        gdb_send_reply(s);
}

static void interrupt(GdbSession *s)
{
    if (s->machine->paused)
        return;
    gdb_pause(s, (unsigned)s->machine->current, GDB_SIGINT);
    gdb_append_stop(s);
    gdb_send_reply(s);
}

void gdb_session_receive(GdbSession *s, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size && s->connected; i++) {
        switch (gdb_link_take(&s->link, data[i])) {
        case GDB_NOTHING: break;
        case GDB_PACKET: take_packet(s); break;
        case GDB_BAD_PACKET: s->send(s->opaque, "-", 1); break;
        case GDB_INTERRUPT: interrupt(s); break;
        case GDB_RESEND:
            if (s->acks && s->sent->len)
                s->send(s->opaque, s->sent->str, s->sent->len);
            break;
        }
    }
}
