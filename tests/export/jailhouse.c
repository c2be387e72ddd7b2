/* SPDX-License-Identifier: MIT */
/* jailhouse.c - prints an exported cell, which EXPORTED names, as the compiler understood it. */
#include EXPORTED

#include <stdio.h>

#ifdef CELL_root
#define THE_CELL config.header.root_cell
#else
#define THE_CELL config.cell
#endif

int main(void)
{
    printf("cell %s cpus %lx reset %lx pins %x %x of %lx\n", THE_CELL.name, config.cpus[0],
           THE_CELL.cpu_reset_address, config.irqchips[0].pin_bitmap[0],
           config.irqchips[0].pin_bitmap[1], config.irqchips[0].address);
    for (unsigned i = 0; i < THE_CELL.num_memory_regions; i++)
        printf("  region %lx at %lx size %lx flags %lx\n", config.mem_regions[i].phys_start,
               config.mem_regions[i].virt_start, config.mem_regions[i].size,
               config.mem_regions[i].flags);
}
