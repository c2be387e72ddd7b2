/* SPDX-License-Identifier: MIT */
/* bootrom.h - what a hart finds at reset: the code and the hand-over block of the boot ROM. */
#ifndef EMU_BOOTROM_H
#define EMU_BOOTROM_H

#include <stdint.h>

/* Fills `rom` (BOARD_ROM_SIZE bytes, to be placed at BOARD_ROM) with code that loads a0 = hart id, a1 = `fdt`,
 * a2 = address of the fw_dynamic_info block, and jumps to `entry`. The block tells OpenSBI to go on at `next` in
 * privilege `next_mode` (1: S). Source: OpenSBI, "Firmware with Dynamic Information". */
void bootrom_make(uint8_t *rom, uint64_t entry, uint64_t fdt, uint64_t next, unsigned next_mode);

#endif
