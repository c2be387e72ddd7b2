/* SPDX-License-Identifier: MIT */
/* drum.c - see drum.h; registers have the names of the PDP-1's instructions for its drum. */
#include "lib/drum.h"

#include <stddef.h>

#include "lib/irqchip.h"
#include "lib/mmio.h"

enum { DIA = 0x00, DCC = 0x08, CORE = 0x10, CORE_HIGH = 0x14, STAT = 0x1c, IE = 0x20, CFG = 0x24 };
enum { WORDS = 0x28, FIELDS = 0x2c, WORD_PS = 0x30 };
enum { STAT_DONE = 1, STAT_ERROR = 4, CFG_HALT = 1, FIELD = 16 };

bool drum_open(Drum *drum, const Fdt *fdt)
{
    FdtRange reg;
    FdtNode node = fdt_find_compatible(fdt, NULL, "bulkhead,drum");
    if (!node || !fdt_reg(fdt, node, 0, &reg))
        return false;
    *drum = (Drum){ .base = reg.base,
                    .source = irqchip_source(fdt, node),
                    .words = read32(reg.base + WORDS),
                    .fields = read32(reg.base + FIELDS),
                    .halts = read32(reg.base + CFG) & CFG_HALT };
    drum->revolution_ns = (uint64_t)read32(reg.base + WORD_PS) * drum->words / 1000;
    return true;
}

void drum_prepare(const Drum *drum, const DrumTransfer *transfer)
{
    write32(drum->base + CORE, (uint32_t)transfer->core);
    write32(drum->base + CORE_HIGH, (uint32_t)(transfer->core >> 32));
    write32(drum->base + DIA, transfer->write << FIELD | transfer->address);
}

void drum_begin(const Drum *drum, const DrumTransfer *transfer)
{
    write32(drum->base + DCC, transfer->read << FIELD | transfer->count);
}

bool drum_is_done(const Drum *drum)
{
    return read32(drum->base + STAT) & (STAT_DONE | STAT_ERROR);
}

bool drum_acknowledge(const Drum *drum)
{
    bool failed = read32(drum->base + STAT) & STAT_ERROR;
    write32(drum->base + STAT, STAT_DONE | STAT_ERROR);
    return !failed;
}

void drum_interrupts(const Drum *drum, bool on)
{
    write32(drum->base + IE, on ? STAT_DONE | STAT_ERROR : 0);
}

bool drum_transfer(const Drum *drum, const DrumTransfer *transfer)
{
    drum_prepare(drum, transfer);
    drum_begin(drum, transfer);
    while (!drum_is_done(drum)) {
    }
    return drum_acknowledge(drum);
}
