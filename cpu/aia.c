/* SPDX-License-Identifier: MIT */
/*
 * aia.c - CSRs of the advanced interrupt architecture (Smaia and Ssaia); see csr_hooks.h. What decides about interrupts
 * is in interrupt.c, what lies behind the select registers in indirect.c.
 */
#include "cpu/csr.h"
#include "cpu/csr_hooks.h"
#include "cpu/hart.h"
#include "cpu/indirect.h"
#include "emu/base/mutant.h"

uint64_t read_mtopi(Hart *hart, unsigned number)
{
    (void)number;
    return hart_topi(hart, LEVEL_M);
}

uint64_t read_stopi(Hart *hart, unsigned number)
{
    (void)number;
    return hart_topi(hart, LEVEL_HS);
}

uint64_t read_vstopi(Hart *hart, unsigned number)
{
    (void)number;
    return hart_topi(hart, LEVEL_VS);
}

/* Reading claims nothing. AIA, "Top external interrupt CSRs (mtopei, stopei, vstopei)" */
uint64_t read_topei(Hart *hart, unsigned number)
{
    int file = indirect_file(hart, number);
    uint64_t identity = file >= 0 ? hart->aia->topei(hart->aia->to, (unsigned)file) : 0;
    if (BROKEN(topei_claims) && file >= 0)
        hart->aia->claim(hart->aia->to, (unsigned)file);
    return identity << 16 | identity;
}

/* Claims what a read would report now, whatever is written. */
void write_topei(Hart *hart, unsigned number, uint64_t value)
{
    int file = indirect_file(hart, number);
    (void)value;
    if (file >= 0)
        hart->aia->claim(hart->aia->to, (unsigned)file);
}

/* Bits 1, 5 and 9 are those of mip unless mvien makes 1 and 9 virtual. AIA, "Interrupt filtering and virtual interrupts
 * for supervisor level" */
static uint64_t shared_with_mip(const Hart *hart)
{
    uint64_t shared = BIT(IRQ_SEI) | (BIT(IRQ_SSI) & ~hart->csr.mvien);
    return shared | (hart->csr.menvcfg & MENVCFG_STCE ? 0 : BIT(IRQ_STI));
}

static uint64_t own_of_mvip(const Hart *hart)
{
    return ~IRQS_BASE | (hart->csr.mvien & BIT(IRQ_SSI));
}

uint64_t read_mvip(Hart *hart, unsigned number)
{
    (void)number;
    return (hart->csr.mvip & own_of_mvip(hart)) | (hart->mip_software & shared_with_mip(hart));
}

void write_mvip(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t shared = shared_with_mip(hart);
    (void)number;
    hart->csr.mvip = value & own_of_mvip(hart);
    hart->mip_software = (hart->mip_software & ~shared) | (value & shared);
    hart_update_irq(hart);
}

/* mvien, hvien, hvictl and hviprio: whatever they hold, only what is pending changes. */
void write_virtual_irqs(Hart *hart, unsigned number, uint64_t value)
{
    switch (number) {
    case CSR_mvien: hart->csr.mvien = value; break;
    case CSR_hvien: hart->csr.hvien = value; break;
    case CSR_hvictl: hart->csr.hvictl = value; break;
    case CSR_hviprio1: hart->csr.hviprio1 = value; break;
    default: hart->csr.hviprio2 = value; break;
    }
    hart_update_guest_irqs(hart);
}
