/* SPDX-License-Identifier: MIT */
/* mix.c - how often each instruction and each CSR was used; see mix.h. */
#include "cpu/mix.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cpu/csr.h"

void mix_count(InsnMix *mix, const Insn *in, uint32_t raw, bool trapped)
{
    const InsnDef *row = insn_lookup(raw, NULL);
    if (!row)
        return;
    if (!trapped || in->op == INSN_ecall || in->op == INSN_ebreak)
        mix->insns[row - insn_table]++;
    if (row->class == CLASS_CSR)
        (trapped ? mix->refused : mix->csrs)[in->imm & (MIX_CSRS - 1)]++;
}

typedef struct {
    uint64_t count;
    unsigned index;
} Line;

static int by_count(const void *a, const void *b)
{
    const Line *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->index < y->index ? -1 : 1;
}

/* The entries that are not zero, sorted. Returns how many. */
static unsigned sort(const uint64_t *counts, unsigned n, Line *lines)
{
    unsigned used = 0;
    for (unsigned i = 0; i < n; i++)
        if (counts[i])
            lines[used++] = (Line){ counts[i], i };
    qsort(lines, used, sizeof *lines, by_count);
    return used;
}

static void print_name(const char *name, FILE *out)
{
    for (; *name; name++)
        fputc(*name == '_' ? '.' : *name, out);
    fputc('\n', out);
}

static void print_csrs(const uint64_t *counts, const char *what, Line *lines, FILE *out)
{
    unsigned used = sort(counts, MIX_CSRS, lines);
    for (unsigned i = 0; i < used; i++) {
        const char *name = csr_name(lines[i].index);
        fprintf(out, "%12" PRIu64 " %s ", lines[i].count, what);
        if (name)
            fprintf(out, "%s\n", name);
        else
            fprintf(out, "0x%03x\n", lines[i].index);
    }
}

void mix_print(const InsnMix *mix, FILE *out)
{
    g_autofree Line *lines = g_new(Line, MAX((unsigned)MIX_CSRS, (unsigned)INSN_COUNT));
    unsigned used = sort(mix->insns, INSN_COUNT, lines);
    for (unsigned i = 0; i < used; i++) {
        fprintf(out, "%12" PRIu64 " ", lines[i].count);
        print_name(insn_table[lines[i].index].name, out);
    }
    print_csrs(mix->csrs, "csr", lines, out);
    print_csrs(mix->refused, "refused", lines, out);
}
