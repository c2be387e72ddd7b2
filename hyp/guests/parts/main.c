/* SPDX-License-Identifier: MIT */
/*
 * main.c - a hypervisor that makes no partition: it says which ones it was asked to make, and looks at their images.
 *
 * What it prints is held against the machine file by tests/machinefile/run.
 */
#include <stddef.h>

#include "lib/hart.h"
#include "lib/partitions.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

static void print_colors(const Colors *colors)
{
    if (colors->any) {
        print(" colors any");
        return;
    }
    print(" colors");
    for (unsigned i = COLOR_WORDS; i-- > 0;)
        print(" %lx", colors->words[i]);
}

/* The bytes of an image, each times its place: an image that lies elsewhere, or ends early, has another sum. */
static void print_module(const char *what, const PartitionModule *module)
{
    const uint8_t *at = (const uint8_t *)module->host;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < module->size; i++)
        sum += (i + 1) * at[i];
    if (module->size)
        print("  %s size %lu load %lx entry %lx sum %lu\n", what, module->size, module->load,
              module->entry, sum);
}

static void print_partition(const Partition *part)
{
    print("partition %u %s harts %lx vmid %u", part->number, part->name, part->harts, part->vmid);
    print_colors(&part->colors);
    print("%s budget %u/%u bootargs '%s'\n", part->superpages ? " superpages" : "",
          part->budget_fills, part->budget_period_us, part->bootargs);
    for (unsigned i = 0; i < part->n_memories; i++) {
        const PartitionMemory *memory = &part->memories[i];
        print("  memory %lx size %lx%s", memory->guest, memory->size, memory->fixed ? " host" : "");
        if (memory->fixed)
            print(" %lx", memory->host);
        print("\n");
    }
    print_module("kernel", &part->kernel);
    print_module("initrd", &part->initrd);
}

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

void main(void *tree)
{
    Fdt open, *fdt = &open;
    PartitionSetup setup;
    Partition part = { .node = NULL };
    PartitionShared shared = { .node = NULL };
    if (!fdt_open(fdt, tree))
        panic("parts: no device tree");
    power_find(fdt);
    console_find(fdt);
    if (!partitions_setup(fdt, &setup)) {
        print("no partitions\n");
        power_off(true);
    }
    print("hypervisor memory %lx size %lx of %u colors, own", setup.memory.base, setup.memory.size,
          setup.colors);
    print_colors(&setup.own);
    print("\n");
    while (partitions_next(fdt, part.node, &part))
        print_partition(&part);
    while (partitions_next_shared(fdt, shared.node, &shared))
        print("shared %s guest %lx size %lx partitions %lx doorbell %u\n", shared.name,
              shared.guest.base, shared.guest.size, shared.partitions, shared.doorbell);
    power_off(true);
}
