/* SPDX-License-Identifier: MIT */
/*
 * csr_fields.h - what the bits of control and status registers mean, for debugger, monitor and traces.
 *
 * The tables are csr_fields.def. They describe; nothing the hart does depends on them.
 */
#ifndef CPU_CSR_FIELDS_H
#define CPU_CSR_FIELDS_H

#include <stdint.h>

#include <glib.h>

/* One of the values that a field, or a whole register, can have. */
typedef struct {
    uint64_t value;
    const char *name, *meaning;
} CsrValue;

typedef struct {
    const char *name;
    const CsrValue *values;
    unsigned n_values; /* 0: any word */
} CsrValues;

typedef struct {
    const char *name;
    uint8_t high, low;       /* bits, inclusive */
    const CsrValues *values; /* of none: a plain number */
    const char *meaning;
} CsrField;

typedef struct {
    const char *name; /* registers that look alike share one */
    const CsrField *fields;
    unsigned n_fields;
    const CsrValues *words; /* what the whole register can hold; of none: anything */
} CsrLayout;

/* All there are. Up to a row without a name. */
extern const CsrLayout csr_layouts[];
extern const CsrValues csr_values[];

/* The fields of CSR `number`, or NULL: it is one plain number. */
const CsrLayout *csr_layout(unsigned number);

/* The manual's title of CSR `number`, or NULL: there is no such CSR. */
const char *csr_title(unsigned number);

/* The value's row among `values`, or NULL. */
const CsrValue *csr_find_value(const CsrValues *values, uint64_t value);

/* What a field holds when its register holds `word`, by the value's name if it has one, as people write it; to be freed. */
char *csr_field_text(const CsrField *field, uint64_t word);

/* Appends lines that show `value` of CSR `number`: name, number, title, and each field with what it says. */
void csr_describe(GString *out, unsigned number, uint64_t value);

#endif
