/* SPDX-License-Identifier: MIT */
/*
 * decode.c - turn an instruction word into operands.
 *
 * The encodings are the ones printed in the ISA manual; see all.def. They are parsed once, at start-up, so there is no
 * generated code to read or to debug. Rows may overlap only if one is a special case of the other: a bucket is searched
 * most specific first.
 */
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "cpu/isa/insn.h"
#include "emu/base/bits.h"

#define INSN_NO_EXPANDED
#define INSN(id, ...) ExecFn exec_##id;
#include "cpu/isa/all.def"
#undef INSN

InsnDef insn_table[INSN_COUNT + 1] = {
    [INSN_mark] = { .name = "mark", .class = CLASS_ALU, .exec = exec_mark },
#define INSN(id, ext, enc, ops, cls, ...)   \
    [INSN_##id] = { .name = #id,            \
                    .extension = EXT_##ext, \
                    .encoding = enc,        \
                    .operands = ops,        \
                    .class = CLASS_##cls,   \
                    .exec = exec_##id,      \
                    __VA_ARGS__ },
#include "cpu/isa/all.def"
#undef INSN
#undef INSN_NO_EXPANDED
#define INSN(id, ext, enc, ops, cls, ...)   \
    [INSN_##id] = { .name = #id,            \
                    .extension = EXT_##ext, \
                    .encoding = enc,        \
                    .operands = ops,        \
                    .class = CLASS_##cls,   \
                    __VA_ARGS__ },
#include "cpu/isa/c.def"
#include "cpu/isa/hint.def"
#undef INSN
};

// clang-format off
static const struct { const char *name; uint8_t slot, width, bias; } field_names[] = {
    { "rd",   SLOT_RD,   5, 0 }, { "rs1",  SLOT_RS1,  5, 0 }, { "rs2",  SLOT_RS2, 5, 0 }, { "rs3", SLOT_RS3, 5, 0 },
    { "rd'",  SLOT_RD,   3, 8 }, { "rs1'", SLOT_RS1,  3, 8 }, { "rs2'", SLOT_RS2, 3, 8 }, { "aq",  SLOT_AQ,  1, 0 },
    { "rl",   SLOT_RL,   1, 0 }, { "rm",   SLOT_RM,   3, 0 }, { "imm",  SLOT_IMM, 0, 0 }, { "uimm", SLOT_IMM, 0, 0 },
    { "csr",  SLOT_CSR, 12, 0 }, { "zimm", SLOT_RS1,  5, 0 }, { "fm",   SLOT_FM,  4, 0 }, { "pred", SLOT_PRED, 4, 0 },
    { "succ", SLOT_SUCC, 4, 0 },
};
// clang-format on

static unsigned find_name(const char *name, size_t length)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(field_names); i++)
        if (!strncmp(field_names[i].name, name, length) && !field_names[i].name[length])
            return i;
    g_error("unknown field '%.*s' in an instruction row", (int)length, name);
}

static void add_field(InsnDef *def, unsigned name, unsigned lo, unsigned width, unsigned shift)
{
    g_assert(def->n_fields < G_N_ELEMENTS(def->fields));
    def->fields[def->n_fields++] = (InsnField){ .slot = field_names[name].slot,
                                                .lo = (uint8_t)lo,
                                                .width = (uint8_t)width,
                                                .shift = (uint8_t)shift,
                                                .bias = field_names[name].bias };
}

/* "[12|10:5]" claims bits below *pos, most significant first. */
static void parse_slices(InsnDef *def, unsigned name, const char *s, unsigned *pos)
{
    bool is_signed = field_names[name].name[0] == 'i';
    do {
        char *end;
        unsigned hi = (unsigned)strtoul(s + 1, &end, 10), lo = hi;
        if (*end == ':')
            lo = (unsigned)strtoul(end + 1, &end, 10);
        *pos -= hi - lo + 1;
        add_field(def, name, *pos, hi - lo + 1, lo);
        if (is_signed && hi > def->sign_bit)
            def->sign_bit = (uint8_t)hi;
        s = end;
    } while (*s == '|');
    g_assert(*s == ']');
}

static void parse_digits(InsnDef *def, const char *token, size_t length, unsigned *pos)
{
    for (size_t i = 0; i < length; i++) {
        --*pos;
        def->mask |= 1u << *pos;
        def->match |= (uint32_t)(token[i] - '0') << *pos;
    }
}

/* A run of digits, a field, a field with slices, or two fields that share their bits ("rd/rs1"). */
static void parse_token(InsnDef *def, const char *token, size_t length, unsigned *pos)
{
    const char *bracket = memchr(token, '[', length), *slash = memchr(token, '/', length);
    if (*token == '0' || *token == '1') {
        parse_digits(def, token, length, pos);
        return;
    }
    if (bracket) {
        parse_slices(def, find_name(token, (size_t)(bracket - token)), bracket, pos);
        return;
    }
    size_t first_length = slash ? (size_t)(slash - token) : length;
    unsigned first = find_name(token, first_length), width = field_names[first].width;
    *pos -= width;
    add_field(def, first, *pos, width, 0);
    if (slash)
        add_field(def, find_name(slash + 1, length - first_length - 1), *pos, width, 0);
}

static uint16_t find_insn(const char *name)
{
    for (uint16_t id = 1; id < INSN_COUNT; id++)
        if (insn_table[id].name[0] == name[0] && !strcmp(insn_table[id].name, name))
            return id;
    g_error("an instruction row expands to '%s', which has no row", name);
}

/* "addi rd=2 rs1=2": what a compressed row stands for. */
static void parse_expansion(InsnDef *def)
{
    g_auto(GStrv) words = g_strsplit(def->expands, " ", -1);
    def->base = find_insn(words[0]);
    for (char **word = words + 1; *word; word++) {
        const char *equals = strchr(*word, '=');
        unsigned name = find_name(*word, (size_t)(equals - *word));
        def->implied[field_names[name].slot] = (int16_t)atoi(equals + 1);
    }
}

/* "rd&1 rs2&1", or NULL. */
static void parse_conditions(InsnCondition *out, const char *text)
{
    if (!text)
        return;
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (unsigned i = 0; words[i]; i++) {
        size_t length = strcspn(words[i], "=>&");
        g_assert(i < CONDITIONS);
        out[i] = (InsnCondition){ .slot = field_names[find_name(words[i], length)].slot,
                                  .relation = words[i][length],
                                  .number = (uint8_t)atoi(words[i] + length + 1) };
    }
}

static void parse_row(InsnDef *def)
{
    size_t length = strlen(def->encoding);
    def->length = strcmp(def->encoding + length - 2, "11") ? 2 : 4;
    unsigned pos = def->length * 8;
    for (const char *token = def->encoding; *token; token += strspn(token, " ")) {
        size_t token_length = strcspn(token, " ");
        parse_token(def, token, token_length, &pos);
        token += token_length;
    }
    def->fixed_bits = (uint8_t)__builtin_popcount(def->mask);
    if (pos)
        g_error("the encoding of %s leaves %u bits open", def->name, pos);
    def->base = (uint16_t)(def - insn_table);
    parse_conditions(def->reserved, def->unless);
    parse_conditions(def->odd, def->unusual);
    if (def->expands)
        parse_expansion(def);
    def->is_wide = !def->expands && def->sign_bit > 15;
    def->rd_is_f = g_str_has_prefix(def->operands, "fd");
    for (unsigned i = 0; i < def->n_fields; i++)
        def->has_rd |= def->fields[i].slot == SLOT_RD && def->class != CLASS_BRANCH;
}

/* Buckets by the bits every format fixes: opcode and funct3. */
enum { BUCKETS = 512 + 32, BUCKET_SIZE = 96 };
static uint16_t buckets[BUCKETS][BUCKET_SIZE]; /* InsnId; INSN_NONE ends */

static unsigned bucket_of(uint32_t raw)
{
    return (raw & 3) == 3 ? ((raw >> 2) & 31) << 3 | ((raw >> 12) & 7)
                          : 512 | (raw & 3) << 3 | ((raw >> 13) & 7);
}

/* The most specific row first. */
static void put_in_bucket(uint16_t *slot, uint16_t put)
{
    const uint16_t *end = slot + BUCKET_SIZE - 1;
    for (; *slot != INSN_NONE; slot++) {
        if (insn_table[*slot].fixed_bits < insn_table[put].fixed_bits) {
            uint16_t displaced = *slot;
            *slot = put;
            put = displaced;
        }
    }
    g_assert(slot < end);
    *slot = put;
}

void insn_table_init(void)
{
    if (insn_table[INSN_lui].length)
        return;
    for (InsnDef *def = insn_table + 1; def < insn_table + INSN_COUNT; def++) {
        parse_row(def);
        for (unsigned f3 = 0; f3 < 8; f3++) {
            unsigned at = def->length == 4 ? 12 : 13;
            uint32_t raw = (def->match & ~(7u << at)) | f3 << at;
            if ((raw & def->mask) == def->match)
                put_in_bucket(buckets[bucket_of(raw)], (uint16_t)(def - insn_table));
        }
    }
}

/* What a field of `raw` gives its operand. */
static int64_t field_value(const InsnField *f, uint32_t raw)
{
    return (int64_t)(((raw >> f->lo) & ((1u << f->width) - 1)) + f->bias) << f->shift;
}

static int64_t operand(const InsnDef *def, unsigned slot, uint32_t raw)
{
    int64_t value = def->implied[slot];
    for (unsigned i = 0; i < def->n_fields; i++)
        if (def->fields[i].slot == slot)
            value |= field_value(&def->fields[i], raw);
    return value;
}

static bool any_holds(const InsnCondition *conditions, const InsnDef *def, uint32_t raw)
{
    for (const InsnCondition *c = conditions; c < conditions + CONDITIONS && c->relation; c++) {
        int64_t value = operand(def, c->slot, raw);
        if (c->relation == '='   ? value == c->number
            : c->relation == '>' ? value > c->number
                                 : value & c->number)
            return true;
    }
    return false;
}

bool insn_is_unusual(const InsnDef *def, uint32_t raw)
{
    return any_holds(def->odd, def, raw);
}

static bool is_there(const InsnDef *def, const Isa *isa)
{
    return (isa->has[def->extension] || (def->also && isa->has[def->also])) && isa->has[def->needs];
}

const InsnDef *insn_lookup(uint32_t raw, const Isa *isa)
{
    if ((raw & 3) != 3)
        raw &= 0xffff;
    for (const uint16_t *slot = buckets[bucket_of(raw)]; *slot != INSN_NONE; slot++) {
        const InsnDef *def = &insn_table[*slot];
        if ((raw & def->mask) == def->match && (!isa || is_there(def, isa)))
            return any_holds(def->reserved, def, raw) ? NULL : def;
    }
    return NULL;
}

void insn_operands(const InsnDef *def, uint32_t raw, int64_t operands[SLOT_COUNT])
{
    for (unsigned slot = 0; slot < SLOT_COUNT; slot++)
        operands[slot] = def->implied[slot];
    for (const InsnField *f = def->fields; f < def->fields + def->n_fields; f++)
        operands[f->slot] |= field_value(f, raw);
    if (def->sign_bit)
        operands[SLOT_IMM] = sign_extend((uint64_t)operands[SLOT_IMM], def->sign_bit + 1u);
}

bool insn_decode(Insn *out, uint32_t raw, const Isa *isa)
{
    const InsnDef *def = insn_lookup(raw, isa);
    if (!def)
        return false;
    int64_t op[SLOT_COUNT];
    insn_operands(def, raw, op);
    const InsnDef *base = &insn_table[def->base];
    bool to_sink = !base->rd_is_f && !op[SLOT_RD];
    *out = (Insn){ .op = def->base,
                   .rd = to_sink ? REG_SINK : (uint8_t)op[SLOT_RD],
                   .rs1 = (uint8_t)op[SLOT_RS1] };
    if (base->is_wide) {
        out->rs1 = def->length / 2;
        out->wide = (int32_t)op[SLOT_IMM];
        return true;
    }
    if (def->base == INSN_slti && to_sink)
        out->op = INSN_mark;
    out->rs2 = (uint8_t)op[SLOT_RS2];
    out->step = def->length / 2;
    out->imm = (int16_t)op[SLOT_IMM];
    if (base->class == CLASS_CSR)
        out->imm = (int16_t)op[SLOT_CSR];
    else if (base->class == CLASS_FP)
        out->imm = (int16_t)(op[SLOT_RS3] | op[SLOT_RM] << 8);
    return true;
}
