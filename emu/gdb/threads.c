/* SPDX-License-Identifier: MIT */
/*
 * threads.c - processes and threads: harts, and what is on them; see session.h.
 *
 * A thread's number is the hart's plus one, since 0 means any and -1 all; a debugger that knows of several processes
 * calls it p1.N. Every process has a thread for every hart, whoever has been there: what a debugger knows stays true. It
 * is told only of processes it has, the first one and those it attached. Source: gdb manual, "Packets", thread-id syntax.
 */
#include <string.h>

#include "emu/gdb/session.h"

enum { FIRST_GUEST = 2 }; /* process of VMID 0 in the partition view */

bool gdb_world_of(const GdbSession *s, unsigned process, WorldId *id)
{
    if (s->view.kind == GDB_VIEW_MACHINE)
        return false;
    if (s->view.kind == GDB_VIEW_GUEST)
        *id = (WorldId){ true, s->view.vmid };
    else if (process < FIRST_GUEST)
        *id = (WorldId){ false, 0 };
    else
        *id = (WorldId){ true, (uint16_t)(process - FIRST_GUEST) };
    return true;
}

bool gdb_is_here(const GdbSession *s, GdbThread thread)
{
    WorldId id;
    return !gdb_world_of(s, thread.process, &id) ||
           world_same(id, world_now(&s->machine->harts[thread.hart]));
}

const World *gdb_absent(const GdbSession *s, GdbThread thread)
{
    WorldId id;
    return gdb_world_of(s, thread.process, &id) ? worlds_find(&s->machine->harts[thread.hart], id)
                                                : NULL;
}

static unsigned attached_at(const GdbSession *s, unsigned index)
{
    return g_array_index(s->attached, unsigned, index);
}

bool gdb_is_attached(const GdbSession *s, unsigned process)
{
    for (unsigned i = 0; i < s->attached->len; i++)
        if (attached_at(s, i) == process)
            return true;
    return false;
}

GdbThread gdb_thread_on(const GdbSession *s, unsigned hart)
{
    for (unsigned i = 0; i < s->attached->len; i++)
        if (gdb_is_here(s, (GdbThread){ attached_at(s, i), hart }))
            return (GdbThread){ attached_at(s, i), hart };
    bool known = gdb_is_attached(s, s->general.process) || !s->attached->len;
    return (GdbThread){ known ? s->general.process : attached_at(s, 0), hart };
}

void gdb_append_thread(GdbSession *s, GString *out, GdbThread thread)
{
    if (s->multiprocess)
        g_string_append_printf(out, "p%x.", thread.process);
    g_string_append_printf(out, "%x", thread.hart + 1);
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

static bool process_exists(const GdbSession *s, uint64_t process)
{
    return process == 1 || (s->view.kind == GDB_VIEW_PARTITION && process >= FIRST_GUEST &&
                            process < FIRST_GUEST + MMU_VMIDS);
}

bool gdb_take_process(const GdbSession *s, GdbText *args, unsigned *process)
{
    uint64_t number;
    if (!gdb_take_hex(args, &number) || !process_exists(s, number))
        return false;
    *process = (unsigned)number;
    return true;
}

bool gdb_take_thread(const GdbSession *s, GdbText *args, unsigned *process, int *hart)
{
    uint64_t its_process = s->general.process, id = UINT64_MAX;
    if (gdb_take_char(args, 'p')) {
        if (!take_id(args, &its_process) || (gdb_take_char(args, '.') && !take_id(args, &id)))
            return false;
    } else if (!take_id(args, &id)) {
        return false;
    }
    bool all = its_process == 0 || its_process == UINT64_MAX;
    if (!all && !process_exists(s, its_process))
        return false;
    *process = all ? 0 : (unsigned)its_process;
    *hart = id == UINT64_MAX ? GDB_ALL : id == 0 ? GDB_ANY : (int)MIN(id - 1, INT_MAX);
    return *hart < 0 || (unsigned)*hart < s->machine->n_harts;
}

bool gdb_set_general(GdbSession *s, GdbText *args)
{
    unsigned process;
    int hart;
    if (!gdb_take_thread(s, args, &process, &hart) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    if (process)
        s->general.process = process;
    if (hart >= 0)
        s->general.hart = (unsigned)hart;
    return gdb_ok(s);
}

bool gdb_set_step_thread(GdbSession *s, GdbText *args)
{
    unsigned process;
    int hart;
    if (!gdb_take_thread(s, args, &process, &hart) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    s->step_thread = hart == GDB_ANY ? GDB_ALL : hart;
    return gdb_ok(s);
}

bool gdb_is_alive(GdbSession *s, GdbText *args)
{
    unsigned process;
    int hart;
    return gdb_take_thread(s, args, &process, &hart) && hart >= 0 && process && gdb_at_end(args)
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

/* All that the debugger has: calls `each` in order. */
static void for_each_thread(GdbSession *s, GString *out,
                            void (*each)(GdbSession *s, GString *out, GdbThread thread))
{
    for (unsigned i = 0; i < s->attached->len; i++)
        for (unsigned hart = 0; hart < s->machine->n_harts; hart++)
            each(s, out, (GdbThread){ attached_at(s, i), hart });
}

static void list_thread(GdbSession *s, GString *out, GdbThread thread)
{
    g_string_append_c(out, out->len ? ',' : 'm');
    gdb_append_thread(s, out, thread);
}

/* As many as a packet holds: 32 harts in a few hundred processes. */
bool gdb_first_threads(GdbSession *s, GdbText *args)
{
    (void)args;
    for_each_thread(s, s->reply, list_thread);
    if (!s->reply->len)
        g_string_assign(s->reply, "l");
    return true;
}

bool gdb_more_threads(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_assign(s->reply, "l");
    return true;
}

static void append_mode(GString *out, const Partitions *parts, const Hart *hart, unsigned mode,
                        unsigned vmid)
{
    unsigned declared = partitions_declared(parts, vmid, hart->id);
    g_string_append(out, hart_mode_name(hart, mode));
    if (mode & MODE_GUEST)
        g_string_append_printf(out, " VMID=%u%s%s", vmid, declared ? " " : "",
                               declared ? partitions_get(parts, declared)->name : "");
}

static void append_state(GdbSession *s, GString *out, GdbThread thread)
{
    const Hart *hart = &s->machine->harts[thread.hart];
    const World *world = gdb_absent(s, thread);
    if (gdb_is_here(s, thread)) {
        append_mode(out, s->machine->partitions, hart, hart_mode(hart), world_now(hart).vmid);
        g_string_append(out, hart->idle ? ", waits" : "");
    } else if (world) {
        append_mode(out, s->machine->partitions, hart, mode_of(world->priv, world->id.guest),
                    world->id.vmid);
        g_string_append(out, world->id.guest ? ", left" : ", started a guest");
    } else {
        g_string_append(out, "has not been here");
    }
}

bool gdb_thread_extra(GdbSession *s, GdbText *args)
{
    unsigned process;
    int hart;
    if (!gdb_take_thread(s, args, &process, &hart) || hart < 0 || !process || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "hart%d ", hart);
    append_state(s, text, (GdbThread){ process, (unsigned)hart });
    gdb_append_hex(s->reply, text->str, text->len);
    return true;
}

static void describe_thread(GdbSession *s, GString *out, GdbThread thread)
{
    g_string_append(out, "  <thread id=\"");
    gdb_append_thread(s, out, thread);
    g_string_append_printf(out, "\" core=\"%u\" name=\"hart%u\">", thread.hart, thread.hart);
    append_state(s, out, thread);
    g_string_append(out, "</thread>\n");
}

/* Read in pieces, so made once, when the reading starts. */
bool gdb_read_threads(GdbSession *s, GdbText *args)
{
    if (gdb_left(args) > 1 && !memcmp(args->at, "0,", 2)) {
        g_string_assign(s->threads_xml, "<?xml version=\"1.0\"?>\n<threads>\n");
        for_each_thread(s, s->threads_xml, describe_thread);
        g_string_append(s->threads_xml, "</threads>\n");
    }
    return gdb_read_object(s, args, s->threads_xml->str);
}
