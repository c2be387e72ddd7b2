/* SPDX-License-Identifier: MIT */
/* finisher.c - one register through which a guest ends its run; see finisher.h. */
#include "devices/finisher.h"

enum { COMMAND_FAIL = 0x3333, COMMAND_PASS = 0x5555, COMMAND_RESET = 0x7777 };

/* The command is in the low half, so a 16-bit store gives one too; a failing program's code is
 * in the upper half. */
static void command_written(Device *dev, const Reg *reg, unsigned index)
{
    Finisher *finisher = (Finisher *)dev;
    uint32_t command = finisher->command;
    (void)reg;
    (void)index;
    finisher->command = 0;
    switch (command & 0xffff) {
    case COMMAND_FAIL: finisher->finish(finisher->opaque, FINISH_FAIL, command >> 16); break;
    case COMMAND_PASS: finisher->finish(finisher->opaque, FINISH_PASS, 0); break;
    case COMMAND_RESET: finisher->finish(finisher->opaque, FINISH_RESET, 0); break;
    default: device_guest_error(dev, GUEST_ERROR_VALUE, command);
    }
}

static bool finisher_realize(Device *dev, GError **error)
{
    (void)error;
    g_assert(((Finisher *)dev)->finish);
    return true;
}

// clang-format off
static const Reg finisher_regs[] = {
    { "command", 0, 1, AT(Finisher, command), REG_WO, 0xffffffff, NULL, command_written },
};
// clang-format on

const DeviceType finisher_type = {
    .name = "test",
    .compatible = "sifive,test1;sifive,test0;syscon",
    .size = sizeof(Finisher),
    .mmio_size = 0x1000,
    .regs = finisher_regs,
    .n_regs = G_N_ELEMENTS(finisher_regs),
    .realize = finisher_realize,
};
