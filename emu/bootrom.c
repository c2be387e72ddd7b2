/* SPDX-License-Identifier: MIT */
/*
 * bootrom.c - the boot ROM; see bootrom.h.
 *
 * Six instructions, then data they find relative to the program counter:
 *
 *     +0   auipc t0, 0            t0 = address of the ROM
 *     +4   addi  a2, t0, 40       a2 = the hand-over block
 *     +8   csrr  a0, mhartid
 *     +12  ld    a1, 32(t0)       a1 = device tree
 *     +16  ld    t0, 24(t0)       t0 = entry
 *     +20  jr    t0
 *     +24  entry   +32  device tree   +40  struct fw_dynamic_info
 */
#include "emu/bootrom.h"

#include <string.h>

#include "emu/board.h"

#define FW_DYNAMIC_MAGIC 0x4942534full /* "OSBI" */

enum { FW_DYNAMIC_VERSION = 2, OFFSET_DATA = 24 };

void bootrom_make(uint8_t *rom, uint64_t entry, uint64_t fdt, uint64_t next, unsigned next_mode)
{
    static const uint32_t code[] = {
        0x00000297, /* auipc t0, 0 */
        0x02828613, /* addi  a2, t0, 40 */
        0xf1402573, /* csrr  a0, mhartid */
        0x0202b583, /* ld    a1, 32(t0) */
        0x0182b283, /* ld    t0, 24(t0) */
        0x00028067, /* jr    t0 */
    };
    const uint64_t data[] = {
        entry, fdt, FW_DYNAMIC_MAGIC, FW_DYNAMIC_VERSION, next, next_mode, 0, /* options */
        0, /* boot hart: any may win */
    };
    memset(rom, 0, BOARD_ROM_SIZE);
    memcpy(rom, code, sizeof code);
    memcpy(rom + OFFSET_DATA, data, sizeof data);
}
