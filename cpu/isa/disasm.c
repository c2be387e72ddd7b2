/* SPDX-License-Identifier: MIT */
/* disasm.c - print an instruction from the operand column of its row; see insn.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "cpu/csr.h"
#include "cpu/isa/insn.h"

/* Ordered fields of fence: i, o, r, w. */
static void put_fence_set(GString *out, int64_t set)
{
    static const char letters[] = "wroi";
    if (!set)
        g_string_append(out, "unknown");
    for (unsigned i = 4; i-- > 0;)
        if (set >> i & 1)
            g_string_append_c(out, letters[i]);
}

static void put_rounding(GString *out, int64_t rm)
{
    static const char *const names[] = { "rne", "rtz",     "rdn",     "rup",
                                         "rmm", "unknown", "unknown", "dyn" };
    g_string_append(out, names[rm]);
}

/* The constants of fli, as objdump writes them. */
static void put_constant(GString *out, int64_t number)
{
    static const char *const names[32] = {
        "-0x1p+0",  "min",      "0x1p-16",  "0x1p-15",  "0x1p-8",   "0x1p-7",   "0x1p-4",
        "0x1p-3",   "0x1p-2",   "0x1.4p-2", "0x1.8p-2", "0x1.cp-2", "0x1p-1",   "0x1.4p-1",
        "0x1.8p-1", "0x1.cp-1", "0x1p+0",   "0x1.4p+0", "0x1.8p+0", "0x1.cp+0", "0x1p+1",
        "0x1.4p+1", "0x1.8p+1", "0x1p+2",   "0x1p+3",   "0x1p+4",   "0x1p+7",   "0x1p+8",
        "0x1p+15",  "0x1p+16",  "inf",      "nan",
    };
    g_string_append(out, names[number]);
}

static void put_csr(GString *out, unsigned number)
{
    static const struct {
        uint16_t first, count;
        const char *format;
        unsigned suffix;
    } others[] = {
#define CSRS(...) { __VA_ARGS__ },
#include "cpu/isa/csr_names.def"
#undef CSRS
    };
    const char *name = csr_name(number);
    for (unsigned i = 0; !name && i < G_N_ELEMENTS(others); i++) {
        unsigned index = number - others[i].first;
        if (index < others[i].count) {
            g_auto(GStrv) parts = g_strsplit(others[i].format, "#", 2);
            g_string_append(out, parts[0]);
            if (parts[1])
                g_string_append_printf(out, "%u%s", others[i].suffix + index, parts[1]);
            return;
        }
    }
    if (name)
        g_string_append(out, name);
    else
        g_string_append_printf(out, "0x%x", number);
}

/* One operand by its name in the row; anything else is copied as it stands. */
static void put_operand(GString *out, const char *name, const InsnDef *def, const int64_t *op,
                        uint64_t pc)
{
    // clang-format off
    static const struct { const char *name; char file; uint8_t slot; } registers[] = {
        { "rd", 'x', SLOT_RD }, { "rs1", 'x', SLOT_RS1 }, { "rs2", 'x', SLOT_RS2 }, { "fd", 'f', SLOT_RD },
        { "fs1", 'f', SLOT_RS1 }, { "fs2", 'f', SLOT_RS2 }, { "fs3", 'f', SLOT_RS3 },
    };
    // clang-format on
    for (unsigned i = 0; i < G_N_ELEMENTS(registers); i++) {
        if (strcmp(name, registers[i].name))
            continue;
        g_string_append_printf(out, "%c%" PRId64, registers[i].file, op[registers[i].slot]);
        return;
    }
    if (!strcmp(name, "offset"))
        g_string_append_printf(out, "%" PRIx64, pc + (uint64_t)op[SLOT_IMM]);
    else if (!strcmp(name, "imm") && (insn_table[def->base].is_wide))
        g_string_append_printf(out, "0x%" PRIx64, (uint64_t)op[SLOT_IMM] >> 12 & 0xfffff);
    else if (!strcmp(name, "imm"))
        g_string_append_printf(out, "%" PRId64, op[SLOT_IMM]);
    else if (!strcmp(name, "shamt"))
        g_string_append_printf(out, "0x%" PRIx64, op[SLOT_IMM]);
    else if (!strcmp(name, "zimm"))
        g_string_append_printf(out, "%" PRId64, op[SLOT_RS1]);
    else if (!strcmp(name, "constant"))
        put_constant(out, op[SLOT_RS1]);
    else if (!strcmp(name, "csr"))
        put_csr(out, (unsigned)op[SLOT_CSR]);
    else if (!strcmp(name, "pred") || !strcmp(name, "succ"))
        put_fence_set(out, op[*name == 'p' ? SLOT_PRED : SLOT_SUCC]);
    else if (!strcmp(name, "sp"))
        g_string_append(out, "x2");
    else
        g_string_append(out, name);
}

static void put_operands(GString *out, const InsnDef *def, const int64_t *op, uint64_t pc)
{
    for (const char *at = def->operands; *at;) {
        size_t length = strcspn(at, ",() ");
        g_autofree char *name = g_strndup(at, length);
        if (!strcmp(name, "rm")) {
            if (op[SLOT_RM] != 7)
                put_rounding(out, op[SLOT_RM]);
            else
                g_string_truncate(out, out->len - 1);
        } else if (length) {
            put_operand(out, name, def, op, pc);
        }
        at += length;
        if (*at && *at != ' ')
            g_string_append_c(out, *at);
        at += *at != '\0';
    }
}

/* An underscore stands for a dot; the n of "mop_r_n" for a number, which is the immediate. */
static void put_name(GString *out, const char *name, const int64_t *op)
{
    size_t length = strlen(name) - (g_str_has_suffix(name, "_n") ? 1 : 0);
    for (size_t i = 0; i < length; i++)
        g_string_append_c(out, name[i] == '_' ? '.' : name[i]);
    if (name[length])
        g_string_append_printf(out, "%" PRId64, op[SLOT_IMM]);
}

void insn_disassemble(uint32_t raw, uint64_t pc, char *text, size_t size)
{
    const InsnDef *def = insn_lookup(raw, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    int64_t op[SLOT_COUNT];
    if (!def || insn_is_unusual(def, raw)) {
        g_snprintf(text, size, (raw & 3) == 3 ? ".insn 4, 0x%08x" : ".insn 2, 0x%04x", raw);
        return;
    }
    insn_operands(def, raw, op);
    put_name(out, def->name, op);
    if (def->class == CLASS_AMO && (op[SLOT_AQ] || op[SLOT_RL]))
        g_string_append_printf(out, ".%s%s", op[SLOT_AQ] ? "aq" : "", op[SLOT_RL] ? "rl" : "");
    if (*def->operands)
        g_string_append_c(out, ' ');
    put_operands(out, def, op, pc);
    g_strlcpy(text, out->str, size);
}
