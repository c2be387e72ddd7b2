/* SPDX-License-Identifier: MIT */
/*
 * irq.c - external interrupts without us: messages to an interrupt file of the guest's own.
 *
 * The guest drives its file by CSRs, and the APLIC that sends to it by its registers. Only targets are not
 * mapped: in them the guest names the file of S-mode, which is ours.
 *
 *   target:  31   18 17   12 11 10   0      AIA, "Interrupt targets": guest 0 is S-mode's file,
 *           | hart  | guest |  | EIID |     1 the first one of guests
 */
#include <stddef.h>

#include "hyp.h"
#include "lib/access.h"
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/irqchip.h"
#include "lib/mmio.h"
#include "lib/paging.h"
#include "lib/print.h"

enum { APLIC_TARGETS = 0x3000, TARGET_GUEST = 12, FILE = 1 };

static FdtRange targets;

/* The page of a file is where messages to it go. A hart's lie one behind the other: S-mode's, then those of guests. */
bool irq_device(const Fdt *tree, FdtNode node)
{
    FdtRange reg;
    bool is_aplic = fdt_list_has(tree, node, "compatible", "riscv,aplic");
    FdtNode files =
        is_aplic ? fdt_find_phandle(tree, fdt_cell(tree, node, "msi-parent", 0, 0)) : node;
    if (!files || !fdt_list_has(tree, files, "compatible", "riscv,imsics") ||
        irqchip_place(tree, files, 0) != 0 || !fdt_reg(tree, node, 0, &reg))
        return false; /* something else, or M-mode's */
    map(reg.base, reg.base + (is_aplic ? 0 : FILE * PAGE_SIZE),
        is_aplic ? APLIC_TARGETS : PAGE_SIZE);
    if (is_aplic)
        targets = (FdtRange){ reg.base + APLIC_TARGETS, PAGE_SIZE };
    return true;
}

/* Which file the guest's CSRs and its external interrupt belong to: norm:hstatus_vgein_op */
void irq_begin(Vcpu *vcpu, const Fdt *host)
{
    uint64_t id;
    if (!targets.size)
        panic("hyp: this takes -M virt,aia=aplic-imsic,aia-guests=1");
    vcpu->hstatus |= (uint64_t)FILE << HSTATUS_VGEIN;
    if (fdt_isa_has(host, fdt_next_cpu(host, NULL, &id), "smstateen"))
        csr_set(hstateen0, HSTATEEN_IMSIC | HSTATEEN_AIA | HSTATEEN_CSRIND);
}

/* Writes of a target get the guest's file; it does not see that. */
void on_mmio(Vcpu *vcpu)
{
    Access access;
    uint64_t gpa = vcpu_fault_gpa(vcpu), value = 0;
    if (gpa - targets.base >= targets.size || !access_decode(vcpu, &access) || access.size != 4)
        panic("hyp: %s at 0x%lx: 0x%lx is not its own", cause_name(vcpu->scause), vcpu->pc, gpa);
    if (access.write)
        write32(gpa, (uint32_t)vcpu->x[access.reg] | FILE << TARGET_GUEST);
    else
        value = read32(gpa) & ~(FILE << TARGET_GUEST);
    access_finish(vcpu, &access, value);
}
