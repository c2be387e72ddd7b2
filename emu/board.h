/* SPDX-License-Identifier: MIT */
/*
 * board.h - the address map: QEMU's `virt`.
 *
 *   0x0000_1000  boot ROM          0x0200_0000  CLINT, or ACLINT's mswi; 0x0200_4000 its mtimer
 *   0x0010_0000  test finisher     0x02f0_0000  ACLINT's sswi
 *   0x0010_1000  goldfish RTC      0x0c00_0000  PLIC, or APLIC of machine level
 *   0x0482_0000  with -M cbqri=on: quality of service of the shared cache; 0x0482_8000: of the memory bus
 *   0x1000_0000  UART              0x0d00_0000  APLIC of supervisor level
 *   0x1000_1000  eight virtio-mmio slots, 4 KiB each
 *   0x1001_0000  with -device: a drum, a paging drum, and from 0x1001_2000 on typewriters
 *   0x2400_0000  IMSICs' files of machine level
 *   0x2800_0000  IMSICs' files of supervisor level and of guests
 *   0x8000_0000  RAM
 */
#ifndef EMU_BOARD_H
#define EMU_BOARD_H

#include <stdint.h>

#define BOARD_ROM         0x1000ull
#define BOARD_ROM_SIZE    0xf000ull
#define BOARD_FINISHER    0x100000ull
#define BOARD_RTC         0x101000ull
#define BOARD_CLINT       0x2000000ull
#define BOARD_MTIMER      0x2004000ull
#define BOARD_SSWI        0x2f00000ull
#define BOARD_PLIC        0xc000000ull
#define BOARD_APLIC_M     0xc000000ull
#define BOARD_APLIC_S     0xd000000ull
#define BOARD_UART        0x10000000ull
#define BOARD_VIRTIO      0x10001000ull
/* What -device plugs in behind the virtio slots. */
#define BOARD_DRUM        0x10010000ull
#define BOARD_PAGING_DRUM 0x10011000ull
#define BOARD_TYPEWRITER  0x10012000ull /* eight of them, 4 KiB each */
#define BOARD_IMSIC_M     0x24000000ull
#define BOARD_IMSIC_S     0x28000000ull
#define BOARD_RAM         0x80000000ull

/* Where QEMU's patches for them have them. */
#define BOARD_CBQRI_CAPACITY  0x4820000ull
#define BOARD_CBQRI_BANDWIDTH 0x4828000ull

/* Inputs of the PLIC or APLIC; all are levels. */
enum {
    BOARD_IRQ_VIRTIO = 1,
    BOARD_IRQ_UART = 10,
    BOARD_IRQ_RTC = 11,
    BOARD_IRQ_DRUM = 12,
    BOARD_IRQ_PAGING_DRUM = 13,
    BOARD_IRQ_TYPEWRITER = 14, /* and the seven behind it */
};

/* The time CSR and mtime count at 10 MHz. */
enum { BOARD_TIMEBASE = 10000000 };

#endif
