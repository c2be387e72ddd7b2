/* SPDX-License-Identifier: MIT */
/*
 * aclint.c - software interrupts of the ACLINT; see aclint.h. Chapters are those of the RISC-V
 * ACLINT specification.
 */
#include "devices/aclint.h"

#include <libfdt.h>

enum { SIZE = 0x4000 };

/* Registers of harts that the machine lacks read as zero and swallow what is written. */
static bool has_hart(AclintSwi *swi, const Reg *reg, unsigned hart)
{
    if (hart < swi->n_harts)
        return true;
    swi->reg[hart] = 0;
    return device_guest_error(&swi->dev, GUEST_ERROR_REGISTER, reg->offset + 4 * hart);
}

/* "Machine-level Software Interrupt Device (MSWI)": a level. */
static void msip_written(Device *dev, const Reg *reg, unsigned hart)
{
    AclintSwi *swi = (AclintSwi *)dev;
    if (has_hart(swi, reg, hart))
        irq_set(&swi->out[hart], swi->reg[hart]);
}

/* "Supervisor-level Software Interrupt Device (SSWI)": an edge, which the hart keeps. */
static void setssip_written(Device *dev, const Reg *reg, unsigned hart)
{
    AclintSwi *swi = (AclintSwi *)dev;
    if (has_hart(swi, reg, hart) && swi->reg[hart]) {
        irq_set(&swi->out[hart], true);
        irq_set(&swi->out[hart], false);
    }
    swi->reg[hart] = 0;
}

static bool swi_realize(Device *dev, GError **error)
{
    const AclintSwi *swi = (const AclintSwi *)dev;
    (void)error;
    g_assert(swi->n_harts && swi->n_harts <= ACLINT_MAX_HARTS && swi->out);
    return true;
}

static void swi_reset(Device *dev)
{
    AclintSwi *swi = (AclintSwi *)dev;
    for (unsigned hart = 0; hart < swi->n_harts; hart++) {
        swi->reg[hart] = 0;
        irq_set(&swi->out[hart], false);
    }
}

static void swi_describe(Device *dev, void *fdt)
{
    (void)dev;
    fdt_property(fdt, "interrupt-controller", NULL, 0);
    fdt_property_u32(fdt, "#interrupt-cells", 0);
}

static const Reg mswi_regs[] = {
    { "msip", 0, ACLINT_MAX_HARTS, AT_ARRAY(AclintSwi, reg), REG_RW, 1, NULL, msip_written },
};
static const Reg sswi_regs[] = {
    { "setssip", 0, ACLINT_MAX_HARTS, AT_ARRAY(AclintSwi, reg), REG_WO, 1, NULL, setssip_written },
};

static const StateField mswi_fields[] = { STATE_ARRAY(AclintSwi, reg), STATE_END };
static const StateDesc mswi_state = { .name = "mswi", .version = 1, .fields = mswi_fields };

const DeviceType aclint_mswi_type = {
    .name = "mswi",
    .compatible = "riscv,aclint-mswi",
    .size = sizeof(AclintSwi),
    .mmio_size = SIZE,
    .regs = mswi_regs,
    .n_regs = G_N_ELEMENTS(mswi_regs),
    .state = &mswi_state,
    .realize = swi_realize,
    .reset = swi_reset,
    .describe = swi_describe,
};

const DeviceType aclint_sswi_type = {
    .name = "sswi",
    .compatible = "riscv,aclint-sswi",
    .size = sizeof(AclintSwi),
    .mmio_size = SIZE,
    .regs = sswi_regs,
    .n_regs = G_N_ELEMENTS(sswi_regs),
    .realize = swi_realize,
    .reset = swi_reset,
    .describe = swi_describe,
};
