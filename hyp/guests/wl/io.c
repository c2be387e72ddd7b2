/* SPDX-License-Identifier: MIT */
/* io.c - phases F and G: characters on a serial port, blocks of a disk. */
#include "lib/print.h"
#include "lib/uart.h"
#include "lib/virtio_blk.h"
#include "wl.h"

enum { LINE = 64, BLOCK = 4096, BLOCK_WORDS = BLOCK / sizeof(uint64_t) };

uint64_t phase_print(uint64_t n)
{
    FdtNode node = fdt_find_compatible(&wl.fdt, NULL, "ns16550a");
    FdtRange reg;
    if (!node || !fdt_reg(&wl.fdt, node, 0, &reg))
        return skip("no ns16550a in the device tree");
    for (uint64_t i = 0; i < n; i++) {
        bool last = i % LINE == LINE - 1 || i == n - 1;
        char c = last ? '\n' : (char)('0' + i % LINE);
        check(uart_put(reg.base, c), "room for a character", i);
    }
    while (!uart_is_empty(reg.base)) {
    }
    return n;
}

static VirtioBlk disk;
static uint64_t block[BLOCK_WORDS] __attribute__((aligned(BLOCK)));
static volatile uint64_t block_done;
static uint64_t sums[2]; /* of all blocks, polled and by interrupt */

/* Adds a block to a sum that depends on the order. */
static uint64_t add_block(uint64_t sum)
{
    for (unsigned i = 0; i < BLOCK_WORDS; i++)
        sum = sum * 31 + *(volatile uint64_t *)&block[i];
    return sum;
}

static void disk_interrupt(unsigned source)
{
    check(source == disk.source, "an interrupt of the disk", source);
    virtio_blk_acknowledge(&disk);
    if (virtio_blk_done(&disk))
        block_done = 1;
}

static void wait_by_polling(void)
{
    while (!virtio_blk_done(&disk)) {
    }
}

static void wait_for_interrupt(void)
{
    wait_for(&block_done);
    block_done = 0;
}

/* Reads `n` blocks from the beginning, over and over if the disk is smaller; returns their sum. */
static uint64_t read_blocks(uint64_t n, void (*wait)(void))
{
    uint64_t sum = 0, blocks = disk.sectors / (BLOCK / SECTOR);
    for (uint64_t i = 0; i < n; i++) {
        virtio_blk_read(&disk, i % blocks * (BLOCK / SECTOR), block, BLOCK);
        wait();
        check(!virtio_blk_failed(&disk), "a block that can be read", i);
        sum = add_block(sum);
    }
    return sum;
}

uint64_t phase_disk(uint64_t n)
{
    if (!virtio_blk_open(&disk, &wl.fdt))
        return skip("no virtio disk");
    if (disk.sectors < BLOCK / SECTOR)
        return skip("the disk is smaller than 4 KiB");
    sums[0] = read_blocks(n, wait_by_polling);
    if (!wl.irqchip)
        return n; /* report_disk says so */
    hooks.external = disk_interrupt;
    virtio_blk_acknowledge(&disk);
    virtio_blk_interrupts(&disk, true);
    wl.irqchip->enable(disk.source, true);
    interrupts_on(SIE_EXTERNAL);
    sums[1] = read_blocks(n, wait_for_interrupt);
    interrupts_off(SIE_EXTERNAL);
    wl.irqchip->enable(disk.source, false);
    virtio_blk_interrupts(&disk, false);
    hooks.external = NULL;
    check(sums[0] == sums[1], "the same data both times", sums[1]);
    return n;
}

void report_disk(void)
{
    print("  sum 0x%016lx%s\n", sums[0],
          wl.irqchip ? "" : ", by interrupt skipped: no interrupt controller in the device tree");
}
