/* SPDX-License-Identifier: MIT */
/*
 * session.c - one debugger and one machine: hand-shake, life, and the table of packets; see session.h.
 *
 * Source: gdb manual, "Remote Protocol", sections Packets and General Query Packets.
 */
#include "emu/gdb/session.h"

#include <stdarg.h>
#include <string.h>

#include "emu/gdb/hub.h"

GdbSession *gdb_session_new(GdbHub *hub, const GdbView *view, GdbSendFn *send, void *opaque)
{
    GdbSession *s = g_new0(GdbSession, 1);
    s->machine = hub->machine;
    s->hub = hub;
    s->view = *view;
    s->send = send;
    s->opaque = opaque;
    s->reply = g_string_sized_new(GDB_PACKET_SIZE);
    s->sent = g_string_sized_new(GDB_PACKET_SIZE);
    s->target_xml = g_string_new(NULL);
    s->threads_xml = g_string_new(NULL);
    s->why = g_string_new(NULL);
    s->attached = g_array_new(FALSE, FALSE, sizeof(unsigned));
    s->points = g_array_new(FALSE, FALSE, sizeof(GdbBreakpoint));
    gdb_hub_join(hub, s);
    return s;
}

void gdb_session_free(GdbSession *s)
{
    gdb_session_close(s);
    gdb_hub_leave(s->hub, s);
    g_string_free(s->reply, TRUE);
    g_string_free(s->sent, TRUE);
    g_string_free(s->target_xml, TRUE);
    g_string_free(s->threads_xml, TRUE);
    g_string_free(s->why, TRUE);
    g_array_free(s->attached, TRUE);
    g_array_free(s->points, TRUE);
    g_free(s);
}

static void attach_to(GdbSession *s, unsigned process)
{
    if (!gdb_is_attached(s, process))
        g_array_append_val(s->attached, process);
}

/* A machine that ran stops for whoever connects, as gdb expects; nothing is sent before it asks. */
void gdb_session_open(GdbSession *s)
{
    Machine *m = s->machine;
    s->connected = s->acks = true;
    s->multiprocess = s->non_stop = false;
    s->memory = (GdbMemory){ GDB_MEM_CURRENT, 0 };
    s->scope = (BreakScope){ 0 };
    s->scope_fixed = false;
    s->step_flags = GDB_STEP_ENABLE;
    s->link.state = LINK_BETWEEN;
    s->step_thread = GDB_ALL;
    s->general = (GdbThread){ 1, (unsigned)m->current };
    g_string_truncate(s->sent, 0);
    g_string_truncate(s->why, 0);
    g_array_set_size(s->attached, 0);
    attach_to(s, 1);
    gdb_hub_count_connected(s->hub);
    gdb_pause(s, gdb_thread_on(s, (unsigned)m->current), GDB_SIGTRAP, GDB_STOP_CONNECTED);
}

void gdb_session_close(GdbSession *s)
{
    if (!s->connected)
        return;
    gdb_clear_breakpoints(s, 0);
    s->connected = s->holds = false;
    gdb_end_steps(s);
    s->held = 0;
    gdb_hub_count_connected(s->hub);
    if (s->hub->any_connected)
        gdb_hub_release(s->hub);
    else
        gdb_hub_update(s->hub);
}

void gdb_session_exited(GdbSession *s, int code)
{
    if (!s->connected || s->holds)
        return;
    g_string_printf(s->reply, "%sW%02x%s", s->non_stop ? "Stop:" : "", (unsigned)code & 0xff,
                    s->multiprocess ? ";process:1" : "");
    if (s->non_stop)
        gdb_send_notification(s);
    else
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

bool gdb_fail(GdbSession *s, unsigned number, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_string_vprintf(s->why, format, values);
    va_end(values);
    g_string_append_c(s->why, '\n');
    return gdb_error(s, number);
}

void gdb_send_reply(GdbSession *s)
{
    g_string_truncate(s->sent, 0);
    gdb_frame(s->sent, s->reply->str, s->reply->len);
    g_string_truncate(s->reply, 0);
    s->send(s->opaque, s->sent->str, s->sent->len);
}

void gdb_send_notification(GdbSession *s)
{
    g_autoptr(GString) frame = g_string_new(NULL);
    gdb_frame(frame, s->reply->str, s->reply->len);
    frame->str[0] = '%';
    g_string_truncate(s->reply, 0);
    s->send(s->opaque, frame->str, frame->len);
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
                    "vContSupported+;binary-upload+;QNonStop+%s%s",
                    GDB_PACKET_SIZE,
                    s->machine->time_travel ? ";ReverseStep+;ReverseContinue+" : "",
                    s->multiprocess ? ";multiprocess+" : "");
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

static void interrupt(GdbSession *s)
{
    gdb_pause(s, gdb_thread_on(s, (unsigned)s->machine->current), GDB_SIGINT, GDB_STOP_INTERRUPT);
}

static bool why_stopped(GdbSession *s, GdbText *args)
{
    (void)args;
    if (!s->attached->len)
        attach_to(s, 1);
    if (s->non_stop) {
        gdb_nonstop_append_all(s);
        return true;
    }
    if (!s->holds)
        interrupt(s);
    gdb_append_stop(s);
    return true;
}

/* Attached to something that was there before: gdb detaches rather than kills when it quits, unless it was started
 * together with the run. */
static bool was_attached(GdbSession *s, GdbText *args)
{
    unsigned process;
    if (gdb_take_char(args, ':') && !(gdb_take_process(s, args, &process) && gdb_at_end(args)))
        return gdb_fail(s, GDB_EINVAL, "no such process");
    g_string_assign(s->reply, s->hub->ends_run ? "0" : "1");
    return true;
}

static bool attach(GdbSession *s, GdbText *args)
{
    unsigned process;
    if (!gdb_take_process(s, args, &process) || !gdb_at_end(args))
        return gdb_fail(s, GDB_EINVAL, "no such process");
    attach_to(s, process);
    if (s->non_stop)
        return gdb_ok(s);
    if (!s->holds)
        interrupt(s);
    s->general = s->stop = (GdbThread){ process, s->stop.hart };
    gdb_append_stop(s);
    return true;
}

static void detach_from(GdbSession *s, unsigned process)
{
    gdb_clear_breakpoints(s, process);
    for (unsigned i = 0; i < s->attached->len; i++)
        if (g_array_index(s->attached, unsigned, i) == process)
            g_array_remove_index(s->attached, i);
}

/* The machine goes on when the debugger has no process any more. */
static bool detach(GdbSession *s, GdbText *args)
{
    unsigned process = 0;
    if (!gdb_at_end(args) &&
        !(gdb_take_char(args, ';') && gdb_take_process(s, args, &process) && gdb_at_end(args)))
        return gdb_fail(s, GDB_EINVAL, "no such process");
    if (process)
        detach_from(s, process);
    else
        gdb_clear_breakpoints(s, 0);
    if (!process)
        g_array_set_size(s->attached, 0);
    if (!s->attached->len)
        gdb_let_go(s);
    else
        s->general = gdb_thread_on(s, s->general.hart);
    return gdb_ok(s);
}

/* There is no ending one guest: all of them end. */
static bool kill_now(GdbSession *s, GdbText *args)
{
    (void)args;
    machine_stop(s->machine, STOP_QUIT, 0);
    return false;
}

static bool kill_process(GdbSession *s, GdbText *args)
{
    unsigned process;
    if (!gdb_take_process(s, args, &process) || !gdb_at_end(args))
        return gdb_fail(s, GDB_EINVAL, "no such process");
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
    gdb_pause(s, gdb_thread_on(s, 0), GDB_SIGTRAP, GDB_STOP_HALT);
    return false;
}

/* The same as Ctrl-C, in a packet. */
static bool interrupt_packet(GdbSession *s, GdbText *args)
{
    bool ran = !s->holds;
    (void)args;
    gdb_ok(s);
    if (!ran)
        return true;
    gdb_send_reply(s);
    interrupt(s);
    gdb_send_stop(s);
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
    { "QNonStop:",                       gdb_nonstop_set,         false },
    { "vStopped",                        gdb_nonstop_more,        true },
    { "qXfer:features:read:target.xml:", read_features,           false },
    { "qXfer:threads:read::",            gdb_read_threads,        false },
    { "qfThreadInfo",                    gdb_first_threads,       true },
    { "qsThreadInfo",                    gdb_more_threads,        true },
    { "qThreadExtraInfo,",               gdb_thread_extra,        false },
    { "qC",                              gdb_current_thread,      true },
    { "qAttached",                       was_attached,            false },
    { "qRcmd,",                          gdb_monitor,             false },
    { "qSearch:memory:",                 gdb_search,              false },
    { "qCRC:",                           gdb_crc,                 false },
    { "qqemu.PhyMemMode",                gdb_query_physical,      true },
    { "Qqemu.PhyMemMode:",               gdb_set_physical,        false },
    { "qbulkhead.Space",                 gdb_query_space,         true },
    { "Qbulkhead.Space:",                gdb_set_space,           false },
    { "qqemu.sstepbits",                 gdb_step_bits,           true },
    { "qqemu.sstep",                     gdb_query_step,          true },
    { "Qqemu.sstep=",                    gdb_set_step,            false },
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
    { "bs",                              gdb_step_back,           true },
    { "bc",                              gdb_run_back,            true },
    { "vCtrlC",                          interrupt_packet,        true },
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
    gdb_nonstop_hear(s);
    if (handle(s, (GdbText){ s->link.body, s->link.body + s->link.size }))
        gdb_send_reply(s);
    if (s->non_stop)
        gdb_nonstop_tell(s);
}

void gdb_session_receive(GdbSession *s, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size && s->connected; i++) {
        switch (gdb_link_take(&s->link, data[i])) {
        case GDB_NOTHING: break;
        case GDB_PACKET: take_packet(s); break;
        case GDB_BAD_PACKET: s->send(s->opaque, "-", 1); break;
        case GDB_INTERRUPT:
            if (!s->holds) {
                interrupt(s);
                gdb_send_stop(s);
            }
            break;
        case GDB_RESEND:
            if (s->acks && s->sent->len)
                s->send(s->opaque, s->sent->str, s->sent->len);
            break;
        }
    }
}
