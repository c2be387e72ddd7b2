/* SPDX-License-Identifier: MIT */
/*
 * threads.c - harts as threads.
 *
 * A thread's number is the hart's plus one, since 0 means any and -1 all; a debugger that knows of several processes
 * calls it p1.N. Source: gdb manual, "Packets", thread-id syntax.
 */
#include <string.h>

#include "emu/gdb/session.h"

void gdb_append_thread(GdbSession *s, GString *out, unsigned hart)
{
    g_string_append_printf(out, s->multiprocess ? "p1.%x" : "%x", hart + 1);
}

/* "-1" is all, "0" any. */
static bool take_id(GdbText *args, uint64_t *id)
{
    if (gdb_take_word(args, "-1")) {
        *id = UINT64_MAX;
        return true;
    }
    return gdb_take_hex(args, id);
}

bool gdb_take_thread(const GdbSession *s, GdbText *args, int *thread)
{
    uint64_t process = 1, id = UINT64_MAX;
    if (gdb_take_char(args, 'p')) {
        if (!take_id(args, &process) || (gdb_take_char(args, '.') && !take_id(args, &id)))
            return false;
    } else if (!take_id(args, &id)) {
        return false;
    }
    if (process > 1 && process != UINT64_MAX)
        return false;
    *thread = id == UINT64_MAX ? GDB_ALL : id == 0 ? GDB_ANY : (int)MIN(id - 1, INT_MAX);
    return *thread < 0 || (unsigned)*thread < s->machine->n_harts;
}

bool gdb_set_general(GdbSession *s, GdbText *args)
{
    int thread;
    if (!gdb_take_thread(s, args, &thread) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    if (thread >= 0)
        s->general = (unsigned)thread;
    return gdb_ok(s);
}

bool gdb_set_step_thread(GdbSession *s, GdbText *args)
{
    int thread;
    if (!gdb_take_thread(s, args, &thread) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    s->step_thread = thread == GDB_ANY ? GDB_ALL : thread;
    return gdb_ok(s);
}

bool gdb_is_alive(GdbSession *s, GdbText *args)
{
    int thread;
    return gdb_take_thread(s, args, &thread) && thread >= 0 && gdb_at_end(args)
               ? gdb_ok(s)
               : gdb_error(s, GDB_EINVAL);
}

bool gdb_current_thread(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_assign(s->reply, "QC");
    gdb_append_thread(s, s->reply, s->general);
    return true;
}

bool gdb_first_threads(GdbSession *s, GdbText *args)
{
    (void)args;
    for (unsigned i = 0; i < s->machine->n_harts; i++) {
        g_string_append_c(s->reply, i ? ',' : 'm');
        gdb_append_thread(s, s->reply, i);
    }
    return true;
}

bool gdb_more_threads(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_assign(s->reply, "l");
    return true;
}

static void append_state(GString *out, const Hart *hart)
{
    g_string_append(out, hart_mode_name(hart, hart_mode(hart)));
    if (hart_is_guest(hart))
        g_string_append_printf(out, " VMID=%u", (unsigned)bits(hart->mmu.hgatp, 57, 44));
    if (hart->idle)
        g_string_append(out, ", waits");
}

bool gdb_thread_extra(GdbSession *s, GdbText *args)
{
    int thread;
    if (!gdb_take_thread(s, args, &thread) || thread < 0 || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "hart%d ", thread);
    append_state(text, &s->machine->harts[thread]);
    gdb_append_hex(s->reply, text->str, text->len);
    return true;
}

/* Read in pieces, so made once, when the reading starts. */
static void make_threads_xml(GdbSession *s)
{
    g_string_assign(s->threads_xml, "<?xml version=\"1.0\"?>\n<threads>\n");
    for (unsigned i = 0; i < s->machine->n_harts; i++) {
        g_string_append(s->threads_xml, "  <thread id=\"");
        gdb_append_thread(s, s->threads_xml, i);
        g_string_append_printf(s->threads_xml, "\" core=\"%u\" name=\"hart%u\">", i, i);
        append_state(s->threads_xml, &s->machine->harts[i]);
        g_string_append(s->threads_xml, "</thread>\n");
    }
    g_string_append(s->threads_xml, "</threads>\n");
}

bool gdb_read_threads(GdbSession *s, GdbText *args)
{
    if (gdb_left(args) > 1 && !memcmp(args->at, "0,", 2))
        make_threads_xml(s);
    return gdb_read_object(s, args, s->threads_xml->str);
}
