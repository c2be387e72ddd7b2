/* SPDX-License-Identifier: MIT */
/*
 * main.c - make a random program, from a seed alone.
 *
 * usage: generate -cpu TEXT [-omit NAME[,NAME...]] SEED FILE [MAP]
 *
 * -omit leaves out what a reference has wrong: instructions by their names, "interrupts" (two at once), "blocks"
 * (cache-block operations where there is no memory), "bits" (bit 0 of mepc and sepc, the highest of pmpaddr),
 * "atomics" (where translation or PMP may not allow them), "napot" (reserved page table entries that have not been
 * accessed).
 *
 * Writes the ELF program FILE. MAP gets a line for every instruction of a body: its episode, its item, its offset in
 * the file, its size, its address, and its text. Its first line says where in the file the verbose flag is, how many
 * words a record of an episode's end has, and which extensions and modes the program is for.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "runtime.h"

static void put_word(Program *program, uint64_t address, uint64_t value)
{
    memcpy(program->image + (address - RAM_BASE), &value, 8);
}

static void make_data(Program *program, Rng *rng)
{
    for (unsigned at = 0; at < DATA_PAGES * PAGE; at += 8) {
        uint64_t value = rng_chance(rng, 1, 2) ? value_integer(rng) : value_float(rng);
        memcpy(program->data + at, &value, 8);
    }
}

static void make_program(Program *program, uint64_t seed)
{
    Rng rng = { seed * 0x2545f4914f6cdd1dull + 1 };
    Rng tables = rng_split(&rng), data = rng_split(&rng);
    tables_make(program, &tables);
    guests_make(program, &tables);
    make_data(program, &data);
    runtime_make(program);
    asm_finish(program);
    unsigned count = 16 + rng_below(&rng, MAX_EPISODES - 16);
    program->at = EPISODES - RAM_BASE;
    for (unsigned i = 0; i < count; i++) {
        Rng own = rng_split(&rng);
        episode_make(program, &own);
    }
    asm_finish(program);
    for (unsigned i = 0; i < count; i++)
        put_word(program, NEXT + 8 * i, program->setups[i]);
    put_word(program, VARS + 8 * VAR_NEXT, NEXT);
    put_word(program, VARS + 8 * VAR_STATUS_MASK, STATUS_MASK);
}

static void print_item(const Program *program, unsigned number, FILE *map)
{
    const Item *item = &g_array_index(program->items, Item, number);
    for (uint32_t at = item->at; at < item->at + item->size;) {
        uint32_t raw;
        char text[80];
        memcpy(&raw, program->image + at, 4);
        unsigned size = insn_length((uint16_t)raw);
        raw = size == 2 ? raw & 0xffff : raw;
        insn_disassemble(raw, RAM_BASE + at, text, sizeof text);
        fprintf(map, "%u %u %u %u %" PRIx64 " %s\n", item->episode, number, at + PAGE, size,
                RAM_BASE + at, text);
        at += size;
    }
}

static bool print_map(const Program *program, const char *path)
{
    FILE *map = fopen(path, "w");
    if (!map)
        return false;
    g_autofree char *isa = isa_string(program->isa);
    const char *modes = program->isa->has[EXT_S] ? "msu" : program->isa->has[EXT_U] ? "mu" : "m";
    fprintf(map, "%u %u %s %s\n", (unsigned)(VARS + 8 * VAR_VERBOSE - RAM_BASE + PAGE),
            END_RECORD / 8, isa, modes);
    for (unsigned i = 0; i < program->items->len; i++)
        print_item(program, i, map);
    return !fclose(map);
}

static bool set_omissions(Program *program, const char *text)
{
    static const char *const kinds[OMIT_COUNT] = { "interrupts", "blocks", "bits", "atomics",
                                                   "napot" };
    g_auto(GStrv) names = g_strsplit(text, ",", -1);
    for (char **name = names; *name; name++) {
        bool known = !**name;
        for (unsigned i = 0; i < OMIT_COUNT; i++)
            if (g_str_equal(*name, kinds[i]))
                known = program->omit_kind[i] = true;
        for (unsigned i = 1; i < INSN_COUNT; i++)
            if (g_str_equal(*name, insn_table[i].name))
                known = program->omit[i] = true;
        if (!known) {
            fprintf(stderr, "generate: there is nothing called '%s' to leave out\n", *name);
            return false;
        }
    }
    return true;
}

static bool write_files(const Program *program, const char *path, const char *map)
{
    g_autoptr(GError) error = NULL;
    if (!elf_write(program, path, &error)) {
        fprintf(stderr, "generate: %s\n", error->message);
        return false;
    }
    if (map && !print_map(program, map)) {
        fprintf(stderr, "generate: cannot write '%s'\n", map);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    bool omits = argc > 4 && g_str_equal(argv[3], "-omit");
    char **rest = argv + (omits ? 5 : 3);
    Isa isa;
    if (argc < (omits ? 7 : 5) || strcmp(argv[1], "-cpu")) {
        fputs("usage: generate -cpu TEXT [-omit NAME[,NAME...]] SEED FILE [MAP]\n", stderr);
        return EXIT_FAILURE;
    }
    insn_table_init();
    if (!isa_parse(&isa, argv[2], &error)) {
        fprintf(stderr, "generate: %s\n", error->message);
        return EXIT_FAILURE;
    }
    Program program = { .isa = &isa,
                        .image = g_malloc0(IMAGE_SIZE),
                        .data = g_malloc0(DATA_PAGES * PAGE),
                        .labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                        .fixups = g_array_new(FALSE, FALSE, sizeof(Fixup)),
                        .items = g_array_new(FALSE, FALSE, sizeof(Item)) };
    if (omits && !set_omissions(&program, argv[4]))
        return EXIT_FAILURE;
    make_program(&program, strtoull(rest[0], NULL, 0));
    bool good = write_files(&program, rest[1], rest[2]);
    g_hash_table_destroy(program.labels);
    g_array_free(program.fixups, TRUE);
    g_array_free(program.items, TRUE);
    g_free(program.image);
    g_free(program.data);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
