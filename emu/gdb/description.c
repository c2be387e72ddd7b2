/* SPDX-License-Identifier: MIT */
/*
 * description.c - what registers there are, for the debugger: target.xml, made from the tables of registers.
 *
 * The numbers are those that gdb gives RISC-V registers itself: x, pc, f, then 4096 CSRs, then the privilege, then
 * room for vectors; ours come after. The description says <osabi>none</osabi>: gdb would otherwise take the guest for
 * a Linux process and step it in software, which goes wrong at every trap. Source: gdb manual, "Target Descriptions",
 * "RISC-V Features".
 */
#include <inttypes.h>
#include <string.h>

#include "cpu/csr.h"
#include "cpu/csr_fields.h"
#include "emu/gdb/session.h"

static const char *const x_names[32] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

static const char *const f_names[32] = {
    "ft0", "ft1", "ft2", "ft3", "ft4",  "ft5",  "ft6", "ft7", "fs0",  "fs1",  "fa0",
    "fa1", "fa2", "fa3", "fa4", "fa5",  "fa6",  "fa7", "fs2", "fs3",  "fs4",  "fs5",
    "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
};

static void describe(GString *out, const char *name, unsigned number, unsigned bits,
                     const char *rest)
{
    g_string_append_printf(out, "    <reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\" %s/>\n", name,
                           bits, number, rest);
}

static const char *x_type(unsigned i)
{
    return i == 1 ? "code_ptr" : i >= 2 && i <= 4 ? "data_ptr" : "int";
}

/* What lldb wants to know of registers that it does not know by name; gdb passes over it. */
static const char *generic(unsigned i)
{
    static const char *const names[GDB_REG_PC + 1] = {
        [1] = "ra",    [2] = "sp",    [8] = "fp",    [10] = "arg1",
        [11] = "arg2", [12] = "arg3", [13] = "arg4", [14] = "arg5",
        [15] = "arg6", [16] = "arg7", [17] = "arg8", [GDB_REG_PC] = "pc"
    };
    return names[i];
}

static void describe_cpu(GString *out)
{
    g_string_append(out, "  <feature name=\"org.gnu.gdb.riscv.cpu\">\n");
    for (unsigned i = 0; i <= GDB_REG_PC; i++) {
        bool is_pc = i == GDB_REG_PC;
        g_autofree char *known = generic(i) ? g_strdup_printf(" generic=\"%s\"", generic(i)) : NULL;
        g_autofree char *rest =
            g_strdup_printf("type=\"%s\"%s", is_pc ? "code_ptr" : x_type(i), known ? known : "");
        describe(out, is_pc ? "pc" : x_names[i], i, 64, rest);
    }
    g_string_append(out, "  </feature>\n");
}

static void describe_fpu(GString *out, const Hart *hart)
{
    unsigned size = gdb_register_size(hart, GDB_REG_F);
    if (!size)
        return;
    g_string_append(out, "  <feature name=\"org.gnu.gdb.riscv.fpu\">\n");
    for (unsigned i = 0; i < 32; i++)
        describe(out, f_names[i], GDB_REG_F + i, 8 * size,
                 size == 8 ? "type=\"ieee_double\"" : "type=\"ieee_single\"");
    g_string_append(out, "  </feature>\n");
}

/* Types. A field that holds one of a set gets the set's type; names must not meet those of other types. */

/* gdb wants the values of sets to be small; sets of whole words are for the monitor. */
static bool is_type(const CsrValues *values)
{
    bool small = values->n_values > 0;
    for (unsigned i = 0; i < values->n_values; i++)
        small &= values->values[i].value <= INT_MAX;
    return small;
}

static void describe_values(GString *out, const CsrValues *values)
{
    g_string_append_printf(out, "    <enum id=\"%s_values\" size=\"8\">\n", values->name);
    for (unsigned i = 0; i < values->n_values; i++)
        g_string_append_printf(out, "      <evalue name=\"%s\" value=\"%" PRIu64 "\"/>\n",
                               values->values[i].name, values->values[i].value);
    g_string_append(out, "    </enum>\n");
}

static void describe_layout(GString *out, const CsrLayout *layout)
{
    g_string_append_printf(out, "    <flags id=\"%s_fields\" size=\"8\">\n", layout->name);
    for (unsigned i = 0; i < layout->n_fields; i++) {
        const CsrField *field = &layout->fields[i];
        g_string_append_printf(out, "      <field name=\"%s\" start=\"%u\" end=\"%u\"", field->name,
                               field->low, field->high);
        if (field->values->n_values)
            g_string_append_printf(out, " type=\"%s_values\"", field->values->name);
        else if (field->high > field->low)
            g_string_append(out, " type=\"uint64\"");
        g_string_append(out, "/>\n");
    }
    g_string_append(out, "    </flags>\n");
}

/* CSRs are not for saving and restoring around a call that the debugger makes. */
static void describe_csr(GString *out, unsigned number)
{
    const CsrLayout *layout = csr_layout(number);
    g_autofree char *rest = NULL;
    if (layout)
        rest = g_strdup_printf("save-restore=\"no\" type=\"%s_fields\"", layout->name);
    describe(out, csr_name(number), GDB_REG_CSR + number, 64, rest ? rest : "save-restore=\"no\"");
}

static void describe_csrs(GString *out, const Hart *hart)
{
    g_string_append(out, "  <feature name=\"org.gnu.gdb.riscv.csr\">\n");
    for (const CsrValues *values = csr_values; values->name; values++)
        if (is_type(values))
            describe_values(out, values);
    for (const CsrLayout *layout = csr_layouts; layout->name; layout++)
        describe_layout(out, layout);
    for (unsigned i = 0; i < CSR_COUNT; i++)
        if (csr_exists(hart, i))
            describe_csr(out, i);
    g_string_append(out, "  </feature>\n"
                         "  <feature name=\"org.gnu.gdb.riscv.virtual\">\n");
    describe(out, "priv", GDB_REG_PRIV, 64, "save-restore=\"no\"");
    g_string_append(out, "  </feature>\n");
}

/* What is no register of the architecture's, but good to see beside them. */
static void describe_hart(GString *out, const Hart *hart)
{
    static const char *const rest = "group=\"bulkhead\" save-restore=\"no\"";
    g_string_append(out, "  <feature name=\"org.bulkhead.hart\">\n"
                         "    <enum id=\"mode_values\" size=\"8\">\n");
    for (unsigned mode = 0; mode < MODES; mode++)
        if (mode != 2)
            g_string_append_printf(out, "      <evalue name=\"%s\" value=\"%u\"/>\n",
                                   hart_mode_name(hart, mode), mode);
    g_string_append(out, "    </enum>\n");
    describe(out, "mode", GDB_REG_MODE, 64,
             "type=\"mode_values\" group=\"bulkhead\" save-restore=\"no\"");
    describe(out, "vmid", GDB_REG_VMID, 64, rest);
    describe(out, "icount", GDB_REG_ICOUNT, 64, rest);
    describe(out, "cycles", GDB_REG_CYCLES, 64, rest);
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
    describe_hart(s->target_xml, hart);
    g_string_append(s->target_xml, "</target>\n");
    return s->target_xml->str;
}
