/* SPDX-License-Identifier: MIT */
/*
 * board.h - the address map: QEMU's `virt`.
 *
 *   0x0000_1000  boot ROM          0x0200_0000  CLINT
 *   0x0010_0000  test finisher     0x0c00_0000  PLIC
 *   0x0010_1000  goldfish RTC      0x1000_0000  UART
 *   0x1000_1000  eight virtio-mmio slots, 4 KiB each
 *   0x8000_0000  RAM
 */
#ifndef EMU_BOARD_H
#define EMU_BOARD_H

#include <stdint.h>

#define BOARD_ROM      0x1000ull
#define BOARD_ROM_SIZE 0xf000ull
#define BOARD_FINISHER 0x100000ull
#define BOARD_RTC      0x101000ull
#define BOARD_CLINT    0x2000000ull
#define BOARD_PLIC     0xc000000ull
#define BOARD_UART     0x10000000ull
#define BOARD_VIRTIO   0x10001000ull
#define BOARD_RAM      0x80000000ull

/* Inputs of the PLIC. */
enum { BOARD_IRQ_VIRTIO = 1, BOARD_IRQ_UART = 10, BOARD_IRQ_RTC = 11 };

/* The time CSR and mtime count at 10 MHz. */
enum { BOARD_TIMEBASE = 10000000 };

#endif
