/* SPDX-License-Identifier: MIT */
/*
 * rows.c - what the instruction rows say, for scripts to compare with what others say.
 *
 *   rows                 every row: name, length, mask, match, extension, the one it is also of, the one it needs
 *   rows csrs            the name of every CSR row; of a run of them the first
 *   rows words N SEED    N words of each length: half of them of rows with random operands, half at random
 *                        (but for the beginnings of longer instructions)
 *   rows disassemble     of each line "ADDRESS WORD" of standard input, in hexadecimal, the text
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/csr.h"
#include "cpu/isa/insn.h"

static void print_name(const char *name)
{
    for (; *name; name++)
        putchar(*name == '_' ? '.' : *name);
}

static void print_rows(void)
{
    for (unsigned id = 1; id < INSN_COUNT; id++) {
        const InsnDef *def = &insn_table[id];
        print_name(def->name);
        printf(" %u 0x%x 0x%x %s %s %s\n", def->length, def->mask, def->match,
               extension_info[def->extension].id, def->also ? extension_info[def->also].id : "-",
               def->needs ? extension_info[def->needs].id : "-");
    }
}

/* xorshift64*: the same words for the same seed everywhere. */
static uint32_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * 0x2545f4914f6cdd1dull >> 32);
}

/* Any word of that length: the two low bits say which, and five ones begin something longer. */
static uint32_t random_bits(unsigned length, uint64_t *state)
{
    uint32_t word = next_random(state);
    if (length == 2)
        return (word & 0xffff) ^ ((word & 3) == 3);
    return ((word & 0x1c) == 0x1c ? word & ~4u : word) | 3;
}

static uint32_t random_of_row(unsigned length, uint64_t *state)
{
    const InsnDef *def;
    do
        def = &insn_table[1 + next_random(state) % (INSN_COUNT - 1)];
    while (def->length != length);
    uint32_t word = (next_random(state) & ~def->mask) | def->match;
    return length == 4 ? word : word & 0xffff;
}

static void print_words(unsigned long count, uint64_t seed)
{
    uint64_t state = seed * 0x9e3779b97f4a7c15ull + 1;
    for (unsigned long i = 0; i < count; i++)
        for (unsigned length = 4; length; length -= 2)
            printf("%u 0x%08x\n", length, (i & 1 ? random_of_row : random_bits)(length, &state));
}

static void disassemble_input(void)
{
    char line[64], text[128];
    while (fgets(line, sizeof line, stdin)) {
        uint64_t pc;
        uint32_t word;
        if (sscanf(line, "%" SCNx64 " %" SCNx32, &pc, &word) != 2)
            exit(1);
        insn_disassemble(word, pc, text, sizeof text);
        puts(text);
    }
}

static void print_csrs(void)
{
#define CSR(name, number, ...)  puts(csr_name(number));
#define VIEW(name, number, ...) puts(csr_name(number));
#define VIEWS(name, first, ...) puts(csr_name(first));
#include "cpu/csr.def"
#undef CSR
#undef VIEW
#undef VIEWS
}

int main(int argc, char **argv)
{
    insn_table_init();
    if (argc == 1)
        print_rows();
    else if (argc == 2 && !strcmp(argv[1], "csrs"))
        print_csrs();
    else if (argc == 4 && !strcmp(argv[1], "words"))
        print_words(strtoul(argv[2], NULL, 0), strtoull(argv[3], NULL, 0));
    else if (argc == 2 && !strcmp(argv[1], "disassemble"))
        disassemble_input();
    else
        return 64;
    return 0;
}
