/* SPDX-License-Identifier: MIT */
/* isa.c - extensions of harts: what the machine's have, and which of them a guest's have; see partition.h. */
#include "lib/string.h"
#include "partition.h"

enum { ROOM = 2048, BASE = 4 }; /* "rv64" */

/* Harts have these, but not for a guest of this hypervisor. */
static const char *const not_for_guests[] = {
    "h",        "sha",       "shcounterenw", "shgatpa",  "shlcofideleg", "shtvala",
    "shvsatpa", "shvstvala", "shvstvecd",    "sscofpmf", "ssccfg",       "sscsrind",
    "ssdbltrp", "ssqosid",   "smcdeleg",     "smcsrind", "smcntrpmf",    "smstateen",
    "smepmp",   "smmpm",     "smaia",        "sdtrig",   "zk",           "zkr",
};

/* "rv64imac_zicsr_sstc": how long the extension at `at` is, one letter or a word behind an underscore, with that. */
static size_t length_at(const char *at)
{
    size_t length = *at != 0;
    while (*at == '_' && at[length] && at[length] != '_')
        length++;
    return length;
}

static bool is(const char *at, size_t length, const char *name)
{
    size_t skip = *at == '_';
    return strlen(name) == length - skip && !memcmp(at + skip, name, length - skip);
}

bool isa_has(const char *isa, const char *name)
{
    size_t length;
    for (const char *at = strlen(isa) > BASE ? isa + BASE : ""; (length = length_at(at));
         at += length)
        if (is(at, length, name))
            return true;
    return false;
}

static bool is_for_guest(const Vm *vm, const char *at, size_t length)
{
    for (unsigned i = 0; i < sizeof(not_for_guests) / sizeof(not_for_guests[0]); i++)
        if (is(at, length, not_for_guests[i]))
            return false;
    return (!config.timer_by_calls || !is(at, length, "sstc")) &&
           (vm->irq == &irq_files || !is(at, length, "ssaia"));
}

void isa_put(TreeWriter *tree, const Vm *vm, const char *isa)
{
    static char text[ROOM], list[ROOM];
    uint32_t size = BASE, listed = 0;
    size_t length;
    memcpy(text, "rv64", BASE);
    for (const char *at = strlen(isa) > BASE ? isa + BASE : ""; (length = length_at(at));
         at += length) {
        size_t skip = *at == '_';
        if (!is_for_guest(vm, at, length) || size + length >= ROOM || listed + length >= ROOM)
            continue;
        memcpy(text + size, at, length);
        size += (uint32_t)length;
        memcpy(list + listed, at + skip, length - skip);
        listed += (uint32_t)(length - skip);
        list[listed++] = 0;
    }
    text[size] = 0;
    tree_text(tree, "riscv,isa", text);
    tree_prop(tree, "riscv,isa-extensions", list, listed);
}
