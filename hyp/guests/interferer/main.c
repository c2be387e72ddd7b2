/* SPDX-License-Identifier: MIT */
/*
 * main.c - the neighbour that disturbs: each of its harts goes through an array larger than its share of the cache, for
 * ever. README.md has its words.
 */
#include <stdbool.h>
#include <stddef.h>

#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

enum { LINE = 64, MEGABYTE = 1 << 20 };

typedef void ModeFn(char *array, uint64_t size);

static void idle(char *array, uint64_t size)
{
    (void)array;
    (void)size;
    wfi();
}

static void stream(char *array, uint64_t size)
{
    for (uint64_t at = 0; at < size; at += LINE)
        ++*(volatile char *)&array[at];
}

static void write(char *array, uint64_t size)
{
    for (uint64_t at = 0; at < size; at += LINE)
        *(volatile char *)&array[at] = 1;
}

static const struct {
    const char *word;
    ModeFn *run;
} modes[] = { { "stream", stream }, { "write", write }, { "idle", idle } };

enum { MODES = sizeof(modes) / sizeof(modes[0]) };

static ModeFn *mode;
static uint64_t size;
extern char image_end[];

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

/* Arrays lie behind the image, one a hart. */
static void run(void *number)
{
    char *array = image_end + (uintptr_t)number * size;
    mark(MARK_BEGIN, 'N');
    for (;;)
        mode(array, size);
}

/* A number of bytes, with K or M behind it. */
static uint64_t find_size(const Fdt *fdt)
{
    size_t length;
    const char *word = bootarg(fdt, "size", &length);
    uint64_t number = 0, unit = 1;
    for (size_t i = 0; word && i < length; i++) {
        if (word[i] >= '0' && word[i] <= '9' && unit == 1)
            number = 10 * number + (uint64_t)(word[i] - '0');
        else
            unit = word[i] == 'K' ? 1 << 10 : word[i] == 'M' ? 1 << 20 : 0;
    }
    if (word && number * unit % 4096)
        panic("interferer: size= is whole pages, as 4096, 512K or 1M");
    return word ? number * unit : MEGABYTE;
}

static const char *find_mode(const Fdt *fdt)
{
    size_t length;
    unsigned i = 0;
    while (i < MODES && bootarg(fdt, "mode", &length) && !bootarg_is(fdt, "mode", modes[i].word))
        i++;
    if (i == MODES)
        panic("interferer: mode= is stream, write or idle");
    mode = modes[i].run;
    return modes[i].word;
}

/* From behind the image to the end of the memory it is in. */
static uint64_t find_room(const Fdt *fdt)
{
    FdtNode node = NULL;
    FdtRange reg;
    uint64_t end = (uintptr_t)image_end;
    while ((node = fdt_next(fdt, node)))
        if (fdt_reg(fdt, node, 0, &reg) && fdt_name(node)[0] == 'm' && end - reg.base < reg.size)
            return reg.base + reg.size - end;
    return 0;
}

void main(void *blob)
{
    Fdt fdt;
    uint64_t id, n = 1;
    if (!fdt_open(&fdt, blob))
        panic("interferer: no device tree");
    power_find(&fdt);
    console_find(&fdt);
    const char *word = find_mode(&fdt);
    size = find_size(&fdt);
    for (FdtNode cpu = NULL; (cpu = fdt_next_cpu(&fdt, cpu, &id));)
        n += id != hart_self()->id;
    if (mode != idle && find_room(&fdt) < n * size)
        panic("interferer: no room for %lu times %lu bytes behind the image", n, size);
    print("interferer: %lu harts, %s, %lu KiB each\n", n, word, size >> 10);
    n = 0;
    for (FdtNode cpu = NULL; (cpu = fdt_next_cpu(&fdt, cpu, &id));) {
        long error = id == hart_self()->id ? 0 : hart_start(id, run, (void *)++n);
        if (error)
            panic("interferer: hart %lu does not start: error %ld", id, error);
    }
    run(NULL);
}
