/* SPDX-License-Identifier: MIT */
/*
 * aplic.c - the advanced PLIC's supervisor domain: by itself (direct delivery), or with the IMSICs to which it sends
 * messages; see irqchip.h.
 *
 * RISC-V Advanced Interrupt Architecture, chapters "Advanced Platform-Level Interrupt Controller" and "Incoming MSI
 * Controller". A message's identity is the number of its source.
 */
#include <stddef.h>

#include "lib/aplic.h"
#include "lib/csr.h"
#include "lib/irqchip.h"
#include "lib/mmio.h"

static uintptr_t base, idc;
static uint32_t target; /* the hart, as targets name it */

static bool aplic_open(const Fdt *fdt, FdtNode node, uint64_t id)
{
    FdtRange reg;
    int place = irqchip_place(fdt, node, id);
    if (place < 0 || !fdt_reg(fdt, node, 0, &reg))
        return false;
    base = reg.base;
    idc = base + IDC + IDC_STRIDE * (unsigned)place;
    target = (uint32_t)place << HART_AT;
    write32(base + DOMAINCFG, DOMAIN_IE);
    write32(idc + ITHRESHOLD, 0);
    write32(idc + IDELIVERY, 1);
    return true;
}

static void aplic_enable(unsigned source, bool on)
{
    write32(base + SOURCECFG + 4 * source, on ? LEVEL_HIGH : 0);
    if (on)
        write32(base + TARGET + 4 * source, target | 1); /* priority 1 */
    write32(base + (on ? SETIE : CLRIE) + NUMBER, source);
}

static unsigned aplic_claim(void)
{
    return read32(idc + CLAIMI) >> 16;
}

static void aplic_complete(unsigned source)
{
    (void)source; /* a level is pending as long as it is high */
}

static void aplic_edge(unsigned source)
{
    write32(base + SOURCECFG + 4 * source, EDGE_RISING);
}

const Irqchip aplic = { "APLIC",     "riscv,aplic",  aplic_open, aplic_enable,
                        aplic_claim, aplic_complete, aplic_edge };

static uint64_t edges[1024 / 64]; /* bit n: source n is one */

static void imsic_edge(unsigned source)
{
    edges[source / 64] |= BIT(source % 64);
    aplic_edge(source);
}

/* Of the APLICs only that of the supervisor level sends messages to IMSICs that interrupt S-mode. */
static bool imsic_open(const Fdt *fdt, FdtNode node, uint64_t id)
{
    FdtRange reg;
    FdtNode files = fdt_find_phandle(fdt, fdt_cell(fdt, node, "msi-parent", 0, 0));
    int place = files ? irqchip_place(fdt, files, id) : -1;
    if (place < 0 || !fdt_reg(fdt, node, 0, &reg))
        return false;
    base = reg.base;
    target = (uint32_t)place << HART_AT;
    write32(base + DOMAINCFG, DOMAIN_IE | DOMAIN_DM);
    csr_write(siselect, EITHRESHOLD);
    csr_write(sireg, 0);
    csr_write(siselect, EIDELIVERY);
    csr_write(sireg, 1);
    return true;
}

static void imsic_enable(unsigned source, bool on)
{
    csr_write(siselect, EIE0 + source / 64 * 2);
    if (on)
        csr_set(sireg, BIT(source % 64));
    else
        csr_clear(sireg, BIT(source % 64));
    write32(base + SOURCECFG + 4 * source, on ? LEVEL_HIGH : 0);
    if (on)
        write32(base + TARGET + 4 * source, target | source);
    write32(base + (on ? SETIE : CLRIE) + NUMBER, source);
}

static unsigned imsic_claim(void)
{
    return (unsigned)(csr_swap(stopei, 0) >> 16);
}

/* A level that is still high sends no message by itself; this makes it pending once more, and does nothing when it is
 * low: "Special consideration for level-sensitive interrupt sources". An edge would come again. */
static void imsic_complete(unsigned source)
{
    if (!(edges[source / 64] >> source % 64 & 1))
        write32(base + SETIPNUM_LE, source);
}

const Irqchip imsic = { "APLIC and IMSIC", "riscv,aplic",  imsic_open, imsic_enable,
                        imsic_claim,       imsic_complete, imsic_edge };
