/* SPDX-License-Identifier: MIT */
/*
 * asm.c - the rows of the instruction tables, read backwards: an assembler.
 *
 * An instruction is encoded by putting its operands where insn_operands finds them. Text is taken apart by the operand
 * column of the row, the same that the disassembler prints from.
 */
#include <stdlib.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/base/bits.h"
#include "program.h"

uint32_t asm_word(const InsnDef *def, const Ops *ops)
{
    uint32_t word = def->match;
    for (unsigned i = 0; i < def->n_fields; i++) {
        const InsnField *f = &def->fields[i];
        uint32_t mask = (1u << f->width) - 1;
        uint32_t field = (uint32_t)(ops->v[f->slot] >> f->shift) - f->bias;
        word = (word & ~(mask << f->lo)) | (field & mask) << f->lo;
    }
    return word;
}

bool asm_encode(const InsnDef *def, const Ops *ops, uint32_t *raw)
{
    uint32_t word = *raw = asm_word(def, ops);
    if (insn_lookup(word, NULL) != def)
        return false;
    int64_t is[SLOT_COUNT];
    insn_operands(def, word, is);
    for (unsigned i = 0; i < def->n_fields; i++)
        if (is[def->fields[i].slot] != ops->v[def->fields[i].slot])
            return false;
    return true;
}

void asm_raw(Program *program, uint32_t raw)
{
    unsigned size = insn_length((uint16_t)raw);
    if (program->at + size > IMAGE_SIZE)
        g_error("the program does not fit in its image");
    memcpy(program->image + program->at, &raw, size);
    program->at += size;
}

void asm_emit(Program *program, InsnId id, Ops ops)
{
    uint32_t raw;
    if (!asm_encode(&insn_table[id], &ops, &raw))
        g_error("%s cannot have these operands", insn_table[id].name);
    asm_raw(program, raw);
}

/* lui and addiw make 32 bits; whatever is above is made first and shifted up. */
void asm_constant(Program *program, unsigned rd, uint64_t value)
{
    int64_t low = sign_extend(value, 12);
    if (value == (uint64_t)(int64_t)(int32_t)value) {
        int64_t high = (int64_t)(int32_t)((uint32_t)value - (uint32_t)low);
        if (high)
            asm_emit(program, INSN_lui, OPS(OP_RD = rd, OP_IMM = high));
        asm_emit(program, high ? INSN_addiw : INSN_addi,
                 OPS(OP_RD = rd, OP_RS1 = high ? rd : 0, OP_IMM = low));
        return;
    }
    uint64_t rest = value - (uint64_t)low;
    unsigned shift = (unsigned)__builtin_ctzll(rest);
    asm_constant(program, rd, (uint64_t)((int64_t)rest >> shift));
    asm_emit(program, INSN_slli, OPS(OP_RD = rd, OP_RS1 = rd, OP_IMM = shift));
    if (low)
        asm_emit(program, INSN_addi, OPS(OP_RD = rd, OP_RS1 = rd, OP_IMM = low));
}

void asm_label(Program *program, const char *name, uint64_t offset)
{
    g_hash_table_insert(program->labels, g_strdup(name), GSIZE_TO_POINTER(offset));
}

uint64_t asm_find(Program *program, const char *name)
{
    gpointer value;
    if (!g_hash_table_lookup_extended(program->labels, name, NULL, &value))
        g_error("there is no label '%s'", name);
    return GPOINTER_TO_SIZE(value);
}

static const InsnDef *find_row(const char *mnemonic)
{
    g_autofree char *name = g_strdelimit(g_strdup(mnemonic), ".", '_');
    for (unsigned id = 1; id < INSN_COUNT; id++)
        if (!strcmp(insn_table[id].name, name))
            return &insn_table[id];
    g_error("no instruction is called '%s'", mnemonic);
}

static int64_t find_csr(const char *name)
{
    for (unsigned number = 0; number < CSR_COUNT; number++) {
        const char *is = csr_name(number);
        if (is && !strcmp(is, name))
            return number;
    }
    g_error("no CSR is called '%s'", name);
}

static void wait_for(Program *program, const InsnDef *def, const Ops *ops, const char *label,
                     int part)
{
    Fixup fixup = { program->at, def, *ops, g_strdup(label), part };
    g_array_append_val(program->fixups, fixup);
}

/* One operand: `name` is what the row calls it, `text` what stands there. */
static void take_operand(Program *program, const InsnDef *def, Ops *ops, const char *name,
                         const char *text)
{
    // clang-format off
    static const struct { const char *name; uint8_t slot; } registers[] = {
        { "rd", SLOT_RD }, { "rs1", SLOT_RS1 }, { "rs2", SLOT_RS2 },
        { "fd", SLOT_RD }, { "fs1", SLOT_RS1 }, { "fs2", SLOT_RS2 }, { "fs3", SLOT_RS3 },
    };
    // clang-format on
    for (unsigned i = 0; i < G_N_ELEMENTS(registers); i++)
        if (!strcmp(name, registers[i].name))
            ops->v[registers[i].slot] = atoi(text + 1);
    if (!strcmp(name, "offset"))
        wait_for(program, def, ops, text, 0);
    else if (!strcmp(name, "csr"))
        ops->v[SLOT_CSR] = find_csr(text);
    else if (!strcmp(name, "imm") || !strcmp(name, "shamt"))
        ops->v[SLOT_IMM] = strtoll(text, NULL, 0);
}

/* "rd, imm(rs1)" and "x1, 8(x2)" side by side. */
static void assemble(Program *program, const char *mnemonic, const char *text)
{
    const InsnDef *def = find_row(mnemonic);
    Ops ops = { { 0 } };
    uint32_t raw;
    for (const char *name = def->operands; *name;) {
        size_t long_name = strcspn(name, ",() "), length = strcspn(text, ",() ");
        g_autofree char *one = g_strndup(name, long_name), *other = g_strndup(text, length);
        if (long_name)
            take_operand(program, def, &ops, one, other);
        name += long_name + (name[long_name] != '\0');
        text += length + (text[length] != '\0');
    }
    if (!asm_encode(def, &ops, &raw))
        g_error("cannot assemble '%s %s'", mnemonic, text);
    asm_raw(program, raw);
}

static void assemble_la(Program *program, const char *text)
{
    Ops ops = OPS(OP_RD = atoi(text + 1));
    const char *label = strchr(text, ' ') + 1;
    wait_for(program, &insn_table[INSN_auipc], &ops, label, 1);
    program->at += 4;
    ops.v[SLOT_RS1] = ops.v[SLOT_RD];
    wait_for(program, &insn_table[INSN_addi], &ops, label, 2);
    program->at += 4;
}

void asm_text(Program *program, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **each = lines; *each; each++) {
        char *line = g_strstrip(*each);
        size_t length = strlen(line), word = strcspn(line, " ");
        if (!length)
            continue;
        if (line[length - 1] == ':') {
            line[length - 1] = '\0';
            asm_label(program, line, program->at);
            continue;
        }
        g_autofree char *mnemonic = g_strndup(line, word);
        const char *rest = line + word + (line[word] != '\0');
        if (!strcmp(mnemonic, "la"))
            assemble_la(program, rest);
        else
            assemble(program, mnemonic, rest);
    }
}

void asm_finish(Program *program)
{
    for (unsigned i = 0; i < program->fixups->len; i++) {
        Fixup *fixup = &g_array_index(program->fixups, Fixup, i);
        uint32_t from = fixup->part == 2 ? fixup->at - 4 : fixup->at, end = program->at;
        int64_t distance = (int64_t)asm_find(program, fixup->label) - from;
        int64_t low = sign_extend((uint64_t)distance, 12);
        fixup->ops.v[SLOT_IMM] = fixup->part == 0   ? distance
                                 : fixup->part == 1 ? distance - low
                                                    : low;
        program->at = fixup->at;
        asm_emit(program, (InsnId)(fixup->def - insn_table), fixup->ops);
        program->at = end;
        g_free(fixup->label);
    }
    g_array_set_size(program->fixups, 0);
}
