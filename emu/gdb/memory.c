/* SPDX-License-Identifier: MIT */
/*
 * memory.c - memory as the debugger sees it.
 *
 * Addresses are virtual, in the present space of the selected thread's loads and stores, or what the debugger asked for:
 * a guest's virtual or physical ones, or physical. Looking asks for no permission and fills nothing; see guest_memory.h.
 */
#include <string.h>

#include "emu/gdb/session.h"
#include "emu/guest_memory.h"
#include "emu/time/history.h"

enum { MAX_TRANSFER = GDB_PACKET_SIZE / 2 };

/* Where addresses are looked up: what a GuestView needs, kept together. */
typedef struct {
    GuestView view;
    MmuSpace space;
} Place;

static MmuSpace space_of_world(const World *world)
{
    return (MmuSpace){ .guest = world->id.guest,
                       .is_physical = world->priv == PRIV_M,
                       .atp = world->id.guest ? world->vsatp : world->satp,
                       .hgatp = world->hgatp };
}

static bool space_of_thread(const GdbSession *s, GdbThread thread, MmuSpace *space)
{
    const World *world = gdb_absent(s, thread);
    if (gdb_is_here(s, thread))
        *space = mmu_data_space(&s->machine->harts[thread.hart].mmu);
    else if (world)
        *space = space_of_world(world);
    else
        return false;
    return true;
}

/* A guest's space as hart `index` has it, on it or when it left. */
static bool space_of_guest_on(const GdbSession *s, uint16_t vmid, unsigned index, MmuSpace *space)
{
    const Hart *hart = &s->machine->harts[index];
    WorldId id = { true, vmid };
    const World *world = worlds_find(hart, id);
    bool now = world_same(world_now(hart), id);
    bool next = hart->mmu.hgatp >> 60 && bits(hart->mmu.hgatp, 57, 44) == vmid;
    if (now || (!world && next))
        *space = (MmuSpace){ .guest = true, .atp = hart->mmu.vsatp, .hgatp = hart->mmu.hgatp };
    else if (world)
        *space = space_of_world(world);
    return now || next || world;
}

/* The selected hart knows best. */
static bool space_of_guest(const GdbSession *s, uint16_t vmid, MmuSpace *space)
{
    bool found = space_of_guest_on(s, vmid, s->general.hart, space);
    for (unsigned i = 0; !found && i < s->machine->n_harts; i++)
        found = space_of_guest_on(s, vmid, i, space);
    return found;
}

/* False: there is no such place, which is noted for `monitor why`. */
static bool find_place(GdbSession *s, Place *place)
{
    bool found = true, guest = s->memory.kind == GDB_MEM_GVA || s->memory.kind == GDB_MEM_GPA;
    *place = (Place){ .view = { .machine = s->machine, .hart = s->general.hart } };
    place->view.space = &place->space;
    place->view.physical = s->memory.kind == GDB_MEM_PHYSICAL;
    if (s->memory.kind == GDB_MEM_CURRENT)
        found = space_of_thread(s, s->general, &place->space);
    else if (guest)
        found = space_of_guest(s, s->memory.vmid, &place->space);
    place->space.is_physical |= s->memory.kind == GDB_MEM_GPA;
    if (!found)
        g_string_printf(s->why, "%s has not been on a hart, so its memory is not known\n",
                        guest ? "the guest" : "the thread");
    return found;
}

/* Pointers with a mask mean what is left of them. */
static uint64_t unmask(const GdbSession *s, const Place *place, uint64_t address)
{
    const Mmu *mmu = &s->machine->harts[s->general.hart].mmu;
    uint8_t byte;
    bool there = guest_memory_read(&place->view, address, &byte, 1);
    return there || s->memory.kind != GDB_MEM_CURRENT ? address
                                                      : mmu_unmask(mmu, (Gva){ address }).v;
}

size_t gdb_read(GdbSession *s, uint64_t address, void *data, size_t size)
{
    Place place;
    if (!find_place(s, &place))
        return 0;
    uint64_t at = unmask(s, &place, address);
    size_t done = guest_memory_read(&place.view, at, data, size);
    if (done < size) {
        g_string_assign(s->why, "memory cannot be read: ");
        guest_memory_explain(&place.view, at + done, s->why);
    }
    return done;
}

static bool write_memory(GdbSession *s, uint64_t address, const uint8_t *data, size_t size)
{
    Place place;
    if (!find_place(s, &place))
        return false;
    uint64_t at = unmask(s, &place, address);
    history_touched(s->machine);
    if (guest_memory_write(&place.view, at, data, size))
        return true;
    g_string_assign(s->why, "memory cannot be written whole: ");
    guest_memory_explain(&place.view, at, s->why);
    return false;
}

static bool take_read(GdbSession *s, GdbText *args, uint8_t *data, uint64_t *size)
{
    uint64_t address, length;
    if (!gdb_take_range(args, &address, &length) || !gdb_at_end(args) || length > MAX_TRANSFER) {
        gdb_fail(s, GDB_EINVAL, "not an address and a length up to %d", MAX_TRANSFER);
        return false;
    }
    *size = gdb_read(s, address, data, length);
    if (*size || !length)
        return true;
    gdb_error(s, GDB_EFAULT);
    return false;
}

bool gdb_read_memory(GdbSession *s, GdbText *args)
{
    uint8_t data[MAX_TRANSFER];
    uint64_t size;
    if (take_read(s, args, data, &size))
        gdb_append_hex(s->reply, data, size);
    return true;
}

bool gdb_read_memory_binary(GdbSession *s, GdbText *args)
{
    uint8_t data[MAX_TRANSFER];
    uint64_t size;
    if (take_read(s, args, data, &size)) {
        g_string_append_c(s->reply, 'b');
        gdb_append_binary(s->reply, data, size);
    }
    return true;
}

static bool finish_write(GdbSession *s, uint64_t address, const void *data, size_t size)
{
    return write_memory(s, address, data, size) ? gdb_ok(s) : gdb_error(s, GDB_EFAULT);
}

bool gdb_write_memory(GdbSession *s, GdbText *args)
{
    uint8_t data[MAX_TRANSFER];
    uint64_t address, size;
    if (!gdb_take_range(args, &address, &size) || !gdb_take_char(args, ':') ||
        size > MAX_TRANSFER || !gdb_take_bytes(args, data, size) || !gdb_at_end(args))
        return gdb_fail(s, GDB_EINVAL, "not an address, a length, and as many bytes");
    return finish_write(s, address, data, size);
}

bool gdb_write_memory_binary(GdbSession *s, GdbText *args)
{
    uint64_t address, size;
    if (!gdb_take_range(args, &address, &size) || !gdb_take_char(args, ':') ||
        size != gdb_left(args))
        return gdb_fail(s, GDB_EINVAL, "not an address, a length, and as many bytes");
    return finish_write(s, address, args->at, size);
}

/* Spelled as QEMU spells it, for scripts. */

bool gdb_query_physical(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_assign(s->reply, s->memory.kind == GDB_MEM_PHYSICAL ? "1" : "0");
    return true;
}

bool gdb_set_physical(GdbSession *s, GdbText *args)
{
    uint64_t on;
    if (!gdb_take_hex(args, &on) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    s->memory.kind = on ? GDB_MEM_PHYSICAL : GDB_MEM_CURRENT;
    return gdb_ok(s);
}

/* Ours: cur, gva:VMID, gpa:VMID or spa. */

static const char *const space_names[] = { [GDB_MEM_CURRENT] = "cur",
                                           [GDB_MEM_PHYSICAL] = "spa",
                                           [GDB_MEM_GVA] = "gva",
                                           [GDB_MEM_GPA] = "gpa" };

bool gdb_query_space(GdbSession *s, GdbText *args)
{
    (void)args;
    g_string_assign(s->reply, space_names[s->memory.kind]);
    if (s->memory.kind >= GDB_MEM_GVA)
        g_string_append_printf(s->reply, ":%x", s->memory.vmid);
    return true;
}

bool gdb_set_space(GdbSession *s, GdbText *args)
{
    uint64_t vmid = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(space_names); i++) {
        GdbText rest = *args;
        if (!gdb_take_word(&rest, space_names[i]))
            continue;
        if (i >= GDB_MEM_GVA && (!gdb_take_char(&rest, ':') || !gdb_take_hex(&rest, &vmid)))
            break;
        if (!gdb_at_end(&rest) || vmid >= MMU_VMIDS)
            break;
        s->memory = (GdbMemory){ i, (uint16_t)vmid };
        return gdb_ok(s);
    }
    return gdb_fail(s, GDB_EINVAL, "spaces are cur, gva:VMID, gpa:VMID and spa");
}
