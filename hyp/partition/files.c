/* SPDX-License-Identifier: MIT */
/*
 * files.c - external interrupts by guest interrupt files: messages reach the guest without us.
 *
 *   device --wire--> APLIC --message--> guest file 1 of the hart --VGEIN--> the guest's S-mode
 *                     ^ what the guest writes here goes through us: which sources are its own, which harts, which file
 *
 * The guest sees an IMSIC, whose page of each hart is that hart's guest file, mapped; and an APLIC, whose registers we
 * answer for, since the sources of all partitions are in the same pages. Interrupts between harts are stores to the file,
 * and need no exit; a wired one needs none either, until the guest asks for a level that is still high to be sent again.
 *
 * RISC-V Advanced Interrupt Architecture, "Incoming MSI Controller", "Advanced Platform-Level Interrupt Controller".
 */
#include <stddef.h>

#include "files.h"
#include "lib/aplic.h"
#include "lib/csr.h"
#include "lib/mmio.h"

enum { FILE_NUMBER = 1 };

static FdtNode aplic_node, imsic_node; /* of the supervisor level */
static FdtRange aplic_range;
static uint32_t identities; /* the highest of a file */

/* The APLIC whose messages go to the IMSIC files of the hart's supervisor level. */
static bool find_nodes(const Fdt *host, uint64_t id)
{
    FdtNode node = NULL;
    while ((node = fdt_find_compatible(host, node, "riscv,aplic"))) {
        uint32_t parent = fdt_cell(host, node, "msi-parent", 0, 0);
        imsic_node = parent ? fdt_find_phandle(host, parent) : NULL;
        aplic_node = node;
        if (imsic_node && irq_place(host, imsic_node, id) >= 0)
            return fdt_reg(host, node, 0, &aplic_range);
    }
    return false;
}

static bool files_make(Vm *vm, const Fdt *host)
{
    FdtRange reg;
    if (config.irq_emulated || !find_nodes(host, vm->harts[0].id) ||
        !fdt_reg(host, imsic_node, 0, &reg))
        return false;
    uint32_t guest_bits = fdt_cell(host, imsic_node, "riscv,guest-index-bits", 0, 0);
    if (guest_bits == 0)
        return false;
    identities = fdt_cell(host, imsic_node, "riscv,num-ids", 0, 0);
    identities = fdt_cell(host, imsic_node, "riscv,num-guest-ids", 0, identities);
    for (unsigned i = 0; i < vm->n_harts; i++) {
        VmHart *hart = &vm->harts[i];
        hart->place = (unsigned)irq_place(host, imsic_node, hart->id);
        hart->file =
            reg.base + ((uint64_t)hart->place * PAGE_SIZE << guest_bits) + FILE_NUMBER * PAGE_SIZE;
        vm_map(vm, reg.base + i * PAGE_SIZE, hart->file, PAGE_SIZE, PTE_RW);
    }
    mmio_add(vm, aplic_range.base, aplic_range.size, files_aplic);
    vm->controller = aplic_node;
    files_open(aplic_range.base);
    return true;
}

static void files_tree(const Vm *vm, TreeWriter *tree, const Fdt *host)
{
    static const char *const changed[] = { "reg", "interrupts-extended", "riscv,guest-index-bits",
                                           "riscv,num-sources", NULL };
    uint32_t cells[2 * HART_MAX], sources = fdt_cell(host, aplic_node, "riscv,num-sources", 0, 0);
    FdtRange reg;
    (void)fdt_reg(host, imsic_node, 0, &reg);
    for (unsigned i = 0; i < vm->n_harts; i++) {
        cells[2 * i] = fdt_cell(host, imsic_node, "interrupts-extended", 2 * vm->harts[i].place, 0);
        cells[2 * i + 1] = IRQ_EXTERNAL;
    }
    for (unsigned i = 0; i < VM_DOORBELLS; i++)
        sources = vm->doorbell[i].source > sources ? vm->doorbell[i].source : sources;
    tree_node(tree, fdt_name(imsic_node));
    tree_copy(tree, host, imsic_node, changed);
    tree_range(tree, "reg", reg.base, vm->n_harts * PAGE_SIZE);
    tree_cells(tree, "interrupts-extended", cells, 2 * vm->n_harts);
    tree_end(tree);
    tree_node(tree, fdt_name(aplic_node));
    tree_copy(tree, host, aplic_node, changed);
    tree_range(tree, "reg", aplic_range.base, aplic_range.size);
    tree_cell(tree, "riscv,num-sources", sources);
    tree_end(tree);
}

static void write_file(unsigned reg, uint64_t value)
{
    csr_write(vsiselect, reg);
    csr_write(vsireg, value);
}

/* The hart's file as after a reset. */
static void files_reset(VmHart *hart)
{
    hart->vcpu.hstatus |= (uint64_t)FILE_NUMBER << HSTATUS_VGEIN;
    csr_write(hstatus, hart->vcpu.hstatus);
    csr_write(hvictl, 0);
    csr_write(hvien, 0);
    write_file(EIDELIVERY, 0);
    write_file(EITHRESHOLD, 0);
    for (unsigned i = 0; i <= identities; i += 64) {
        write_file(EIP0 + i / 32, 0);
        write_file(EIE0 + i / 32, 0);
    }
    csr_write(vsiselect, 0);
}

/* A message, as the APLIC or a device would send it. */
void files_send(const VmHart *hart, uint32_t identity)
{
    if (identity && identity <= identities)
        write32(hart->file, identity);
}

const IrqWay irq_files = {
    .name = "guest files",
    .make = files_make,
    .tree = files_tree,
    .forget = files_forget,
    .reset = files_reset,
    .raise = files_raise,
};
