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

static void put_csr(GString *out, int64_t number)
{
    const char *name = csr_name((unsigned)number);
    if (name)
        g_string_append(out, name);
    else
        g_string_append_printf(out, "0x%x", (unsigned)number);
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
        g_string_append_printf(out, "0x%" PRIx64, pc + (uint64_t)op[SLOT_IMM]);
    else if (!strcmp(name, "imm") && (insn_table[def->base].is_wide))
        g_string_append_printf(out, "0x%" PRIx64, (uint64_t)op[SLOT_IMM] >> 12 & 0xfffff);
    else if (!strcmp(name, "imm"))
        g_string_append_printf(out, "%" PRId64, op[SLOT_IMM]);
    else if (!strcmp(name, "shamt"))
        g_string_append_printf(out, "0x%" PRIx64, op[SLOT_IMM]);
    else if (!strcmp(name, "zimm"))
        g_string_append_printf(out, "%" PRId64, op[SLOT_RS1]);
    else if (!strcmp(name, "csr"))
        put_csr(out, op[SLOT_CSR]);
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

void insn_disassemble(uint32_t raw, uint64_t pc, char *text, size_t size)
{
    const InsnDef *def = insn_lookup(raw, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    int64_t op[SLOT_COUNT];
    if (!def) {
        g_snprintf(text, size, (raw & 3) == 3 ? ".word 0x%08x" : ".half 0x%04x", raw);
        return;
    }
    insn_operands(def, raw, op);
    for (const char *c = def->name; *c; c++)
        g_string_append_c(out, *c == '_' ? '.' : *c);
    if (def->class == CLASS_AMO && (op[SLOT_AQ] || op[SLOT_RL]))
        g_string_append_printf(out, ".%s%s", op[SLOT_AQ] ? "aq" : "", op[SLOT_RL] ? "rl" : "");
    if (*def->operands)
        g_string_append_c(out, ' ');
    put_operands(out, def, op, pc);
    g_strlcpy(text, out->str, size);
}
