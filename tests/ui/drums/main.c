/* SPDX-License-Identifier: MIT */
/*
 * main.c - keeps both drums busy, always in the same way, for pictures of their panel: nine fields are written, then one is
 * exchanged for another again and again; the paging drum has requests for every slot.
 */
#include "lib/machine.h"
#include "lib/mmio.h"
#include "lib/power.h"

#define DRUM        0x10010000ul
#define PAGING_DRUM 0x10011000ul
#define CORE        0x80400000ul

enum { DIA = 0x00, DCC = 0x08, CORE_ADDRESS = 0x10 };
enum { RING = 0x00, SIZE = 0x08, TAIL = 0x0c, MODE = 0x14 };
enum { FIELD_SIZE = 0x4000, PAGE = 4096, REQUESTS = 32, ORDERED = 1 };

static uint32_t ring[REQUESTS][8] __attribute__((aligned(4096)));

static void swap(unsigned write, unsigned read, uint64_t core)
{
    write64(DRUM + CORE_ADDRESS, core);
    write32(DRUM + DIA, write << 16);
    write32(DRUM + DCC, read << 16); /* the hart goes on when it is over */
}

static void ask(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        ring[i][0] = 1 + i % 3 % 2;
        ring[i][1] = (37 * i + i / 3 * 11) % 900; /* page */
        ring[i][2] = (uint32_t)(CORE + 0x100000 + i * PAGE);
    }
    write64(PAGING_DRUM + RING, (uintptr_t)ring);
    write32(PAGING_DRUM + MODE, ORDERED);
    write32(PAGING_DRUM + SIZE, REQUESTS);
    write32(PAGING_DRUM + TAIL, n);
}

void main(void *blob)
{
    Fdt fdt;
    if (!fdt_open(&fdt, blob))
        return;
    machine_find(&fdt);
    for (unsigned field = 1; field <= 9; field++)
        swap(field, 0, CORE + field * FIELD_SIZE);
    for (unsigned turn = 0; turn < 5; turn++) {
        ask(24);
        swap(2 + turn, 3 + turn, CORE);
    }
    power_off(true);
}
