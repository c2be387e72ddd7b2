/* SPDX-License-Identifier: MIT */
/* test_csr_fields.c - the description of CSRs: whole, free of contradictions, and true of what harts hold. */
#include <criterion/criterion.h>
#include <string.h>

#include "cpu/csr.h"
#include "cpu/csr_fields.h"
#include "tests/lib/machine_rig.h"

Test(csr_fields, every_register_has_a_title)
{
    for (unsigned i = 0; i < CSR_COUNT; i++)
        cr_assert_eq(!csr_name(i), !csr_title(i), "0x%03x", i);
    cr_assert_null(csr_layout(0x5ff));
}

Test(csr_fields, fields_stand_in_order_apart_and_hold_their_values)
{
    unsigned count = 0;
    for (const CsrLayout *layout = csr_layouts; layout->name; layout++) {
        int last = -1;
        for (unsigned i = 0; i < layout->n_fields; i++, count++) {
            const CsrField *field = &layout->fields[i];
            cr_assert(field->low > last && field->high >= field->low && field->high < 64, "%s.%s",
                      layout->name, field->name);
            last = field->high;
            for (unsigned j = 0; j < i; j++)
                cr_assert_str_neq(field->name, layout->fields[j].name, "%s", layout->name);
            for (unsigned j = 0; j < field->values->n_values; j++)
                cr_assert_leq(field->values->values[j].value, MASK(field->high - field->low, 0),
                              "%s.%s", layout->name, field->name);
        }
    }
    cr_assert_gt(count, 200);
}

static uint64_t bits_of(const CsrLayout *layout)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < layout->n_fields; i++)
        all |= MASK(layout->fields[i].high, layout->fields[i].low);
    return all;
}

/* Whatever is written, the register shows nothing outside its fields. */
Test(csr_fields, registers_hold_nothing_that_no_field_describes)
{
    static const uint64_t values[] = { 0, ~0ull, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa,
                                       0xfull << 60 };
    Machine *m = rig_in(PRIV_M, "max,smaia=on,ssaia=on,smrnmi=on,smdbltrp=on");
    Hart *hart = &m->harts[0];
    unsigned count = 0;
    for (unsigned number = 0; number < CSR_COUNT; number++) {
        const CsrLayout *layout = csr_exists(hart, number) ? csr_layout(number) : NULL;
        for (unsigned i = 0; layout && i < G_N_ELEMENTS(values); i++, count++) {
            if (number >> 10 != 3)
                csr_write(hart, number, values[i]);
            uint64_t read = csr_read(hart, number);
            cr_assert_eq(read & ~bits_of(layout), 0, "%s: 0x%" G_GINT64_MODIFIER "x",
                         csr_name(number), read);
        }
    }
    cr_assert_gt(count, 300);
    machine_free(m);
}

Test(csr_fields, a_register_is_described_in_words)
{
    g_autoptr(GString) out = g_string_new(NULL);
    csr_describe(out, CSR_hgatp, 0x8000300000080400);
    cr_assert(strstr(out->str, "hgatp (0x680) = 0x8000300000080400  hypervisor guest address"));
    cr_assert(strstr(out->str, "   43:0  PPN        0x80400"));
    cr_assert(strstr(out->str, "  57:44  VMID       0x3 "));
    cr_assert(
        strstr(out->str, "  63:60  MODE       Sv39x4       G-stage translation scheme: 41-bit"));
    g_string_truncate(out, 0);
    csr_describe(out, CSR_scause, CAUSE_INTERRUPT | IRQ_STI);
    cr_assert(strstr(out->str, "  STI: supervisor timer interrupt\n"));
    g_string_truncate(out, 0);
    csr_describe(out, CSR_satp, 0x7000000000000000);
    cr_assert(strstr(out->str, "MODE       7? "));
    g_string_truncate(out, 0);
    csr_describe(out, CSR_sepc, 0x1234);
    cr_assert_str_eq(out->str,
                     "sepc (0x141) = 0x0000000000001234  supervisor exception program counter\n");
}
