/* SPDX-License-Identifier: MIT */
/*
 * registers.c - the debugger's access to registers; description.c says what there is.
 *
 * Reading has no side effects. What a hart does not have, and what cannot be written, is refused.
 */
#include <string.h>

#include "cpu/csr.h"
#include "emu/gdb/session.h"
#include "emu/time/history.h"

unsigned gdb_register_size(const Hart *hart, uint64_t number)
{
    if (number <= GDB_REG_PC || number == GDB_REG_PRIV)
        return 8;
    if (number < GDB_REG_CSR)
        return hart->isa->has[EXT_D] ? 8 : hart->isa->has[EXT_F] ? 4 : 0;
    if (number < GDB_REG_PRIV)
        return csr_exists(hart, (unsigned)number - GDB_REG_CSR) ? 8 : 0;
    return number >= GDB_REG_HART && number < GDB_REG_END ? 8 : 0;
}

static uint64_t read_hart(const Hart *hart, unsigned number)
{
    switch (number) {
    case GDB_REG_MODE: return hart_mode(hart);
    case GDB_REG_VMID: return bits(hart->mmu.hgatp, 57, 44);
    case GDB_REG_ICOUNT: return hart_retired(hart);
    default: return hart_cycles(hart);
    }
}

static uint64_t read_live(Hart *hart, unsigned number)
{
    if (number < GDB_REG_PC)
        return hart->x[number];
    if (number == GDB_REG_PC)
        return hart->pc;
    if (number < GDB_REG_CSR)
        return hart->f[number - GDB_REG_F];
    if (number < GDB_REG_PRIV)
        return csr_read(hart, number - GDB_REG_CSR);
    return number == GDB_REG_PRIV ? hart_mode(hart) : read_hart(hart, number);
}

/* Of one that has left: what it took with it. What is in the hart's other registers is somebody else's. */
static bool read_absent(const World *world, unsigned number, uint64_t *value)
{
    if (number < GDB_REG_PC) {
        *value = world->x[number];
        return true;
    }
    if (number >= GDB_REG_F && number < GDB_REG_CSR) {
        *value = world->f[number - GDB_REG_F];
        return true;
    }
    switch (number) {
    case GDB_REG_PC: *value = world->pc; return true;
    case GDB_REG_PRIV:
    case GDB_REG_MODE: *value = mode_of(world->priv, world->id.guest); return true;
    case GDB_REG_VMID: *value = world->id.vmid; return true;
    case GDB_REG_CYCLES: *value = world->left; return true;
    case GDB_REG_CSR + CSR_satp: *value = world->satp; return true;
    case GDB_REG_CSR + CSR_vsatp: *value = world->vsatp; return true;
    case GDB_REG_CSR + CSR_hgatp: *value = world->hgatp; return true;
    default: return false;
    }
}

/* A register of the thread; false: it has left, and nobody knows. Who never was here has a pc, since debuggers must
 * have one. */
static bool read_register(const GdbSession *s, GdbThread thread, unsigned number, uint64_t *value)
{
    const World *world = gdb_absent(s, thread);
    *value = 0;
    if (!gdb_is_here(s, thread))
        return world ? read_absent(world, number, value) : number == GDB_REG_PC;
    *value = read_live(&s->machine->harts[thread.hart], number);
    return true;
}

uint64_t gdb_thread_pc(const GdbSession *s, GdbThread thread)
{
    uint64_t pc;
    read_register(s, thread, GDB_REG_PC, &pc);
    return pc;
}

void gdb_set_pc(GdbSession *s, unsigned index, uint64_t value)
{
    Hart *hart = &s->machine->harts[index];
    history_touched(s->machine);
    s->stopped[index].pc = UINT64_MAX;
    hart->pc = value & ~(1ull | hart->ialign_mask);
    hart->idle = hart->step_over = false;
}

/* The privilege in bits 1:0 and V in bit 2. Debug Specification, "Virtual Debug Registers" */
static bool write_priv(Hart *hart, uint64_t mode)
{
    const Isa *isa = hart->isa;
    uint64_t priv = mode & 3;
    bool guest = mode & MODE_GUEST;
    if (mode >= MODES || (guest && !hart->has_h) ||
        !(priv == PRIV_M || (priv == PRIV_S && isa->has[EXT_S]) ||
          (priv == PRIV_U && isa->has[EXT_U])))
        return false;
    hart->mmu.priv = (uint8_t)priv;
    hart->mmu.v = guest;
    hart_update_context(hart);
    hart_update_irq(hart);
    return true;
}

/* As the instruction writes it. A counter makes up for the instruction that writes it, and here there is none. */
static bool write_csr(Hart *hart, unsigned number, uint64_t value)
{
    if (number >> 10 == 3)
        return false;
    csr_write(hart, number, value);
    if (number >= CSR_mcycle && number <= CSR_mcycle + 31 && csr_read(hart, number) == value - 1) {
        csr_write(hart, number, value + 1);
        hart->counters.seen[number & 31] = value;
    }
    return true;
}

static bool write_register(GdbSession *s, unsigned number, uint64_t value)
{
    Hart *hart = gdb_hart(s);
    if (number >= GDB_REG_HART)
        return false;
    history_touched(s->machine);
    if (number == GDB_REG_PRIV)
        return write_priv(hart, value);
    if (number >= GDB_REG_CSR)
        return write_csr(hart, number - GDB_REG_CSR, value);
    if (number == GDB_REG_PC)
        gdb_set_pc(s, s->general.hart, value);
    else if (number >= GDB_REG_F)
        hart->f[number - GDB_REG_F] = hart->isa->has[EXT_D] ? value : value | 0xffffffff00000000ull;
    else if (number)
        hart->x[number] = value;
    return true;
}

/* Packets. */

static void append_register(GdbSession *s, unsigned number, unsigned size)
{
    uint64_t value;
    if (read_register(s, s->general, number, &value))
        gdb_append_hex(s->reply, &value, size);
    else
        for (unsigned i = 0; i < 2 * size; i++)
            g_string_append_c(s->reply, 'x');
}

bool gdb_read_all(GdbSession *s, GdbText *args)
{
    (void)args;
    for (unsigned i = 0; i <= GDB_REG_PC; i++)
        append_register(s, i, 8);
    return true;
}

static bool must_be_here(GdbSession *s)
{
    return gdb_is_here(s, s->general) ||
           !gdb_fail(s, GDB_EINVAL, "who has left hart %u cannot be changed", s->general.hart);
}

bool gdb_write_all(GdbSession *s, GdbText *args)
{
    uint64_t values[GDB_REG_PC + 1];
    if (!gdb_take_bytes(args, values, sizeof values) || !gdb_at_end(args))
        return gdb_fail(s, GDB_EINVAL, "not as many bytes as x0 to x31 and pc have");
    if (!must_be_here(s))
        return true;
    for (unsigned i = 0; i < GDB_REG_PC; i++)
        write_register(s, i, values[i]);
    /* The same pc again is no new place. */
    if (values[GDB_REG_PC] != gdb_hart(s)->pc)
        gdb_set_pc(s, s->general.hart, values[GDB_REG_PC]);
    return gdb_ok(s);
}

bool gdb_read_register(GdbSession *s, GdbText *args)
{
    uint64_t number;
    unsigned size = 0;
    if (gdb_take_hex(args, &number) && gdb_at_end(args))
        size = gdb_register_size(gdb_hart(s), number);
    if (!size)
        return gdb_fail(s, GDB_EINVAL, "the hart has no such register");
    append_register(s, (unsigned)number, size);
    return true;
}

bool gdb_write_register(GdbSession *s, GdbText *args)
{
    uint64_t number, value = 0;
    unsigned size = 0;
    if (gdb_take_hex(args, &number) && gdb_take_char(args, '='))
        size = gdb_register_size(gdb_hart(s), number);
    if (!size)
        return gdb_fail(s, GDB_EINVAL, "the hart has no such register");
    if (!gdb_take_bytes(args, &value, size) || !gdb_at_end(args))
        return gdb_fail(s, GDB_EINVAL, "the register has %u bytes", size);
    if (!must_be_here(s))
        return true;
    if (!write_register(s, (unsigned)number, value))
        return gdb_fail(s, GDB_EINVAL, "the register cannot be written, or not with that value");
    return gdb_ok(s);
}
