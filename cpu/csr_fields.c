/* SPDX-License-Identifier: MIT */
/* csr_fields.c - what the bits of control and status registers mean; see csr_fields.h. */
#include "cpu/csr_fields.h"

#include <inttypes.h>
#include <stdbool.h>

#include "cpu/csr.h"
#include "emu/base/bits.h"

/* The table is read once for every kind of row, and for the names of each. */
// clang-format off
#define VALUES_BEGIN(set)                       static const CsrValue set##_values[] = {
#define VALUE(value, name, meaning)                 { value, #name, meaning },
#define VALUES_END                                  { 0, NULL, NULL } };
#define LAYOUT_BEGIN(...)
#define FIELD(...)
#define LAYOUT_END
#define REGISTER(...)
#include "cpu/csr_fields.def"
#undef VALUES_BEGIN
#undef VALUE
#undef VALUES_END

#define VALUES_BEGIN(set)                       SET_##set,
#define VALUE(...)
#define VALUES_END
enum {
#include "cpu/csr_fields.def"
};
#undef VALUES_BEGIN

#define VALUES_BEGIN(set)                       { #set, set##_values, G_N_ELEMENTS(set##_values) - 1 },
const CsrValues csr_values[] = {
#include "cpu/csr_fields.def"
    { 0 }
};
#undef VALUES_BEGIN
#undef LAYOUT_BEGIN
#undef FIELD
#undef LAYOUT_END

#define VALUES_BEGIN(set)
#define LAYOUT_BEGIN(layout, words)             static const CsrField layout##_fields[] = {
#define FIELD(name, high, low, set, meaning)        { #name, high, low, &csr_values[SET_##set], meaning },
#define LAYOUT_END                              };
#include "cpu/csr_fields.def"
#undef LAYOUT_BEGIN
#undef FIELD
#undef LAYOUT_END

#define LAYOUT_BEGIN(layout, words)             LAYOUT_##layout,
#define FIELD(...)
#define LAYOUT_END
enum {
#include "cpu/csr_fields.def"
    LAYOUT_plain
};
#undef LAYOUT_BEGIN

#define LAYOUT_BEGIN(layout, words)             { #layout, layout##_fields, G_N_ELEMENTS(layout##_fields), &csr_values[SET_##words] },
const CsrLayout csr_layouts[] = {
#include "cpu/csr_fields.def"
    { 0 }
};
#undef LAYOUT_BEGIN
#undef REGISTER

#define LAYOUT_BEGIN(...)
#define REGISTER(first, last, layout, title)    { first, last, LAYOUT_##layout, title },
static const struct {
    uint16_t first, last, layout;
    const char *title;
} registers[] = {
#include "cpu/csr_fields.def"
};
// clang-format on

const CsrLayout *csr_layout(unsigned number)
{
    for (size_t i = 0; i < G_N_ELEMENTS(registers); i++)
        if (number >= registers[i].first && number <= registers[i].last)
            return registers[i].layout == LAYOUT_plain ? NULL : &csr_layouts[registers[i].layout];
    return NULL;
}

const char *csr_title(unsigned number)
{
    if (!csr_name(number))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(registers); i++)
        if (number >= registers[i].first && number <= registers[i].last)
            return registers[i].title;
    return NULL;
}

const CsrValue *csr_find_value(const CsrValues *values, uint64_t value)
{
    for (unsigned i = 0; i < values->n_values; i++)
        if (values->values[i].value == value)
            return &values->values[i];
    return NULL;
}

/* The value as people write it: by its name if it has one. */
static char *show(const CsrField *field, uint64_t value, const CsrValue *known)
{
    if (known)
        return g_strdup(known->name);
    if (field->values->n_values)
        return g_strdup_printf("%" PRIu64 "?", value);
    return g_strdup_printf(field->high - field->low > 7 ? "0x%" PRIx64 : "%" PRIu64, value);
}

char *csr_field_text(const CsrField *field, uint64_t word)
{
    uint64_t value = bits(word, field->high, field->low);
    return show(field, value, csr_find_value(field->values, value));
}

static void describe_field(GString *out, const CsrField *field, uint64_t word)
{
    uint64_t value = bits(word, field->high, field->low);
    const CsrValue *known = csr_find_value(field->values, value);
    g_autofree char *shown = show(field, value, known);
    g_autofree char *place = g_strdup_printf("%u:%u", field->high, field->low);
    g_string_append_printf(out, "  %6s  %-10s %-12s %s", place, field->name, shown, field->meaning);
    if (known)
        g_string_append_printf(out, ": %s", known->meaning);
    g_string_append_c(out, '\n');
}

void csr_describe(GString *out, unsigned number, uint64_t value)
{
    const CsrLayout *layout = csr_layout(number);
    g_string_append_printf(out, "%s (0x%03x) = 0x%016" PRIx64 "  %s\n", csr_name(number), number,
                           value, csr_title(number));
    const CsrValue *known = layout ? csr_find_value(layout->words, value) : NULL;
    if (known)
        g_string_append_printf(out, "  %s: %s\n", known->name, known->meaning);
    for (unsigned i = 0; layout && i < layout->n_fields; i++)
        describe_field(out, &layout->fields[i], value);
}
