/* SPDX-License-Identifier: MIT */
/*
 * registers.c - the description of the machine's registers for the debugger, and access to them.
 *
 * The numbers are those that gdb gives RISC-V registers itself: x, pc, f, then 4096 CSRs, then the privilege. The
 * description says <osabi>none</osabi>: gdb would otherwise take the guest for a Linux process and step it in software,
 * which goes wrong at every trap. Source: gdb manual, "Target Descriptions", "RISC-V Features".
 */
#include <string.h>

#include "cpu/csr.h"
#include "emu/gdb/session.h"

enum { REG_PC = 32, REG_F = 33, REG_CSR = 65, REG_PRIV = REG_CSR + CSR_COUNT };

const char *const gdb_x_names[32] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

static const char *const f_names[32] = {
    "ft0", "ft1", "ft2", "ft3", "ft4",  "ft5",  "ft6", "ft7", "fs0",  "fs1",  "fa0",
    "fa1", "fa2", "fa3", "fa4", "fa5",  "fa6",  "fa7", "fs2", "fs3",  "fs4",  "fs5",
    "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
};

char gdb_priv_letter(const Hart *hart)
{
    return "US?M"[hart->mmu.priv & 3];
}

/* Bytes of register `number`; 0: this hart has none. */
static unsigned register_size(const Hart *hart, uint64_t number)
{
    if (number <= REG_PC || number == REG_PRIV)
        return 8;
    if (number < REG_CSR)
        return hart->isa->has[EXT_D] ? 8 : hart->isa->has[EXT_F] ? 4 : 0;
    return number < REG_PRIV && csr_exists(hart, (unsigned)number - REG_CSR) ? 8 : 0;
}

static uint64_t read_register(Hart *hart, unsigned number)
{
    if (number < REG_PC)
        return hart->x[number];
    if (number == REG_PC)
        return hart->pc;
    if (number < REG_CSR)
        return hart->f[number - REG_F];
    return number == REG_PRIV ? hart->mmu.priv : csr_read(hart, number - REG_CSR);
}

void gdb_set_pc(GdbSession *s, unsigned index, uint64_t value)
{
    Hart *hart = &s->machine->harts[index];
    s->stop_pc = index == s->stop_hart ? UINT64_MAX : s->stop_pc;
    hart->pc = value & ~(1ull | hart->ialign_mask);
    hart->idle = hart->step_over = false;
}

static bool write_priv(Hart *hart, uint64_t priv)
{
    const Isa *isa = hart->isa;
    if (priv != PRIV_M && !(priv == PRIV_S && isa->has[EXT_S]) &&
        !(priv == PRIV_U && isa->has[EXT_U]))
        return false;
    hart->mmu.priv = (uint8_t)priv;
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
    if (number >= CSR_mcycle && number <= CSR_mcycle + 31 && csr_read(hart, number) == value - 1)
        csr_write(hart, number, value + 1);
    return true;
}

static bool write_register(GdbSession *s, unsigned number, uint64_t value)
{
    Hart *hart = gdb_hart(s);
    if (number == REG_PRIV)
        return write_priv(hart, value);
    if (number >= REG_CSR)
        return write_csr(hart, number - REG_CSR, value);
    if (number == REG_PC)
        gdb_set_pc(s, s->general, value);
    else if (number >= REG_F)
        hart->f[number - REG_F] = hart->isa->has[EXT_D] ? value : value | 0xffffffff00000000ull;
    else if (number)
        hart->x[number] = value;
    return true;
}

/* Packets. */

bool gdb_read_all(GdbSession *s, GdbText *args)
{
    (void)args;
    for (unsigned i = 0; i <= REG_PC; i++) {
        uint64_t value = read_register(gdb_hart(s), i);
        gdb_append_hex(s->reply, &value, 8);
    }
    return true;
}

bool gdb_write_all(GdbSession *s, GdbText *args)
{
    uint64_t values[REG_PC + 1];
    if (!gdb_take_bytes(args, values, sizeof values) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    for (unsigned i = 0; i < REG_PC; i++)
        write_register(s, i, values[i]);
    /* The same pc again is no new place. */
    if (values[REG_PC] != gdb_hart(s)->pc)
        gdb_set_pc(s, s->general, values[REG_PC]);
    return gdb_ok(s);
}

bool gdb_read_register(GdbSession *s, GdbText *args)
{
    uint64_t number;
    unsigned size = 0;
    if (gdb_take_hex(args, &number) && gdb_at_end(args))
        size = register_size(gdb_hart(s), number);
    if (!size)
        return gdb_error(s, GDB_EINVAL);
    uint64_t value = read_register(gdb_hart(s), (unsigned)number);
    gdb_append_hex(s->reply, &value, size);
    return true;
}

bool gdb_write_register(GdbSession *s, GdbText *args)
{
    uint64_t number, value = 0;
    unsigned size = 0;
    if (gdb_take_hex(args, &number) && gdb_take_char(args, '='))
        size = register_size(gdb_hart(s), number);
    if (!size || !gdb_take_bytes(args, &value, size) || !gdb_at_end(args) ||
        !write_register(s, (unsigned)number, value))
        return gdb_error(s, GDB_EINVAL);
    return gdb_ok(s);
}

/* The description. */

static const char *x_type(unsigned i)
{
    return i == 1 ? "code_ptr" : i >= 2 && i <= 4 ? "data_ptr" : "int";
}

static void describe(GString *out, const char *name, unsigned number, unsigned bits,
                     const char *rest)
{
    g_string_append_printf(out, "    <reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\" %s/>\n", name,
                           bits, number, rest);
}

static void describe_cpu(GString *out)
{
    char type[24];
    g_string_append(out, "  <feature name=\"org.gnu.gdb.riscv.cpu\">\n");
    for (unsigned i = 0; i < 32; i++) {
        g_snprintf(type, sizeof type, "type=\"%s\"", x_type(i));
        describe(out, gdb_x_names[i], i, 64, type);
    }
    describe(out, "pc", REG_PC, 64, "type=\"code_ptr\"");
    g_string_append(out, "  </feature>\n");
}

static void describe_fpu(GString *out, const Hart *hart)
{
    unsigned size = register_size(hart, REG_F);
    if (!size)
        return;
    g_string_append(out, "  <feature name=\"org.gnu.gdb.riscv.fpu\">\n");
    for (unsigned i = 0; i < 32; i++)
        describe(out, f_names[i], REG_F + i, 8 * size,
                 size == 8 ? "type=\"ieee_double\"" : "type=\"ieee_single\"");
    g_string_append(out, "  </feature>\n");
}

/* CSRs are not for saving and restoring around a call that the debugger makes. */
static void describe_csrs(GString *out, const Hart *hart)
{
    g_string_append(out, "  <feature name=\"org.gnu.gdb.riscv.csr\">\n");
    for (unsigned i = 0; i < CSR_COUNT; i++)
        if (csr_exists(hart, i))
            describe(out, csr_name(i), REG_CSR + i, 64, "save-restore=\"no\"");
    g_string_append(out, "  </feature>\n"
                         "  <feature name=\"org.gnu.gdb.riscv.virtual\">\n");
    describe(out, "priv", REG_PRIV, 64, "save-restore=\"no\"");
    g_string_append(out, "  </feature>\n");
}

const char *gdb_target_xml(GdbSession *s)
{
    const Hart *hart = &s->machine->harts[0];
    if (s->target_xml->len)
        return s->target_xml->str;
    g_string_assign(s->target_xml, "<?xml version=\"1.0\"?>\n"
                                   "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
                                   "<target version=\"1.0\">\n"
                                   "  <architecture>riscv:rv64</architecture>\n"
                                   "  <osabi>none</osabi>\n");
    describe_cpu(s->target_xml);
    describe_fpu(s->target_xml, hart);
    describe_csrs(s->target_xml, hart);
    g_string_append(s->target_xml, "</target>\n");
    return s->target_xml->str;
}
