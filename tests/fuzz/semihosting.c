/* SPDX-License-Identifier: MIT */
/*
 * semihosting.c - fuzzing: calls that a program makes to the host.
 *
 * Files are those of a folder of its own, which is emptied between cases and removed at the end; the console is a
 * stub. Parameters are handles, lengths and addresses that may be right, and names that try to get out.
 */
#include "emu/semihosting.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/fuzz.h"

#define CODE   BOARD_RAM
#define BLOCK  (BOARD_RAM + 0x1000)
#define NAMES  (BOARD_RAM + 0x2000)
#define BUFFER (BOARD_RAM + 0x10000)

enum { NAME_ROOM = 32 };

static const char *const names[] = {
    "a",    "b",           ":tt",       ":semihosting-features",
    "../a", "/etc/passwd", "./../../a", "d/a",
    "..",   ".",           "/",         "",
    "a/b",  "b/",          "//a",       "a/../b",
};

static char *folder;

static void empty_folder(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        unlink(path);
    }
    if (dir)
        g_dir_close(dir);
}

static void remove_folder(void)
{
    empty_folder();
    rmdir(folder);
    g_free(folder);
}

static void poke(Machine *m, uint64_t at, const void *data, size_t size)
{
    (void)!bus_poke(&m->bus, (Spa){ at }, data, size);
}

static void put_program(Machine *m)
{
    /* slli x0, x0, 0x1f; ebreak; srai x0, x0, 7; j .-12 */
    static const uint32_t code[] = { 0x01f01013, 0x00100073, 0x40705013, 0xff5ff06f };
    poke(m, CODE, code, sizeof code);
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        poke(m, NAMES + i * NAME_ROOM, names[i], strlen(names[i]) + 1);
}

/* A word of a parameter block; `*name` is set to the last name pointed at, for the length that may follow. */
static uint64_t take_word(Bytes *in, const char **name)
{
    unsigned kind = take_below(in, 8), number;
    switch (kind) {
    case 0:
    case 1:
        number = take_below(in, G_N_ELEMENTS(names));
        *name = names[number];
        return NAMES + number * NAME_ROOM;
    case 2: return strlen(*name);
    case 3: return BUFFER + take(in, 2);
    case 4: return take_value(in);
    default: return take_below(in, 16);
    }
}

static void call(Machine *m, Bytes *in)
{
    Hart *hart = &m->harts[0];
    const char *name = "";
    uint64_t words[4];
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        words[i] = take_word(in, &name);
    poke(m, BLOCK, words, sizeof words);
    hart->x[10] = take_below(in, 0x34);
    hart->x[11] = take_below(in, 16) ? BLOCK : take_value(in);
    hart->pc = CODE;
    fuzz_run(m, 4);
    /* What did not end is waiting for input, or went to a trap handler that is not there. */
    hart->idle = false;
}

static void drop(void *host, const uint8_t *data, size_t size)
{
    (void)host;
    (void)data;
    (void)size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzMachine its;
    static HostChar chr = { .write = drop };
    Bytes in = { data, data + size };
    if (!its.machine) {
        MachineConfig config = { .n_harts = 1 };
        its = fuzz_machine(&config, NULL);
        folder = g_dir_make_tmp("fuzz-XXXXXX", NULL);
        if (!folder || atexit(remove_folder))
            fuzz_fail("there is no room for a temporary folder");
    }
    fuzz_restart(&its);
    put_program(its.machine);
    SemihostConfig config = { .enabled = true,
                              .root = folder,
                              .command = "program arguments",
                              .chr = &chr,
                              .no_input = take_below(&in, 2),
                              .heap = BUFFER,
                              .heap_end = BOARD_RAM + FUZZ_RAM };
    Semihost *semihost = semihost_new(its.machine, &config, NULL);
    if (!semihost)
        fuzz_fail("no semihosting in %s", folder);
    while (bytes_left(&in)) {
        (void)chr.receive(chr.device, (const uint8_t *)"typed",
                          5); /* so that reading never waits */
        call(its.machine, &in);
    }
    semihost_free(semihost);
    empty_folder();
    return 0;
}
