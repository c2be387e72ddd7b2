/* SPDX-License-Identifier: MIT */
/*
 * irq.c - external interrupts by hand: they come to us, and we make the guest's of them.
 *
 * The guest sets the PLIC up itself, but for the registers by which a hart takes an interrupt, threshold and
 * claim: these are not mapped, since an access there changes what is pending, which we must hear of.
 */
#include "hyp.h"
#include "lib/access.h"
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/mmio.h"
#include "lib/print.h"

enum { PLIC_CONTEXTS = 0x200000 }; /* thresholds and claims from here on */

static FdtRange claims;

bool irq_device(const Fdt *tree, FdtNode node)
{
    FdtRange plic;
    if (!fdt_list_has(tree, node, "compatible", "riscv,plic0") || !fdt_reg(tree, node, 0, &plic))
        return false;
    map(plic.base, plic.base, PLIC_CONTEXTS);
    claims = (FdtRange){ plic.base + PLIC_CONTEXTS, plic.size - PLIC_CONTEXTS };
    return true;
}

/* The guest's interrupt is pending as long as ours is. Meanwhile ours is off: it would come again at once.
 * norm:hip_vseip_vseie_op */
void on_external(Vcpu *vcpu)
{
    (void)vcpu;
    if (csr_read(sip) & SIE_EXTERNAL) {
        csr_set(hvip, HVIP_EXTERNAL);
        csr_clear(sie, SIE_EXTERNAL);
    } else {
        csr_clear(hvip, HVIP_EXTERNAL);
        csr_set(sie, SIE_EXTERNAL);
    }
}

/* Which load or store it was, htinst says, or else the instruction, read where the guest fetched it (hlvx).
 * We do it in its place, and it goes on behind it. */
void on_mmio(Vcpu *vcpu)
{
    Access access;
    uint64_t gpa = vcpu_fault_gpa(vcpu), value = 0;
    if (gpa - claims.base >= claims.size || !access_decode(vcpu, &access) || access.size != 4)
        panic("hyp: %s at 0x%lx: 0x%lx is not its own", cause_name(vcpu->scause), vcpu->pc, gpa);
    if (access.write)
        write32(gpa, (uint32_t)vcpu->x[access.reg]);
    else
        value = read32(gpa);
    on_external(vcpu); /* that may have changed what is pending */
    access_finish(vcpu, &access, value);
}
