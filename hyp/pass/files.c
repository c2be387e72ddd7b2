/* SPDX-License-Identifier: MIT */
/*
 * files.c - a guest interrupt file for each hart, where the guest expects its own S-mode's; and an APLIC that sends to it.
 *
 *   APLIC target:  31    18 17      12 11 10    0      guest 0 is the file of S-mode,
 *                 | hart   | guest    |  | EIID  |     1 the first guest file
 *
 * The guest writes guest 0, for it is in S-mode as far as it knows. So the page of targets is not mapped: an exit each
 * time that an interrupt gets another way, none when one comes.
 */
#include <stddef.h>

#include "lib/irqchip.h"
#include "lib/mmio.h"
#include "lib/paging.h"
#include "lib/print.h"
#include "pass/pass.h"

enum { TARGETS = 0x3000, TARGET_GUEST = 12, TARGET_GUESTS = 0x3f, EIDELIVERY = 0x70 };

/* The files of a hart lie one behind the other: S-mode's, then those of guests: AIA, "Arrangement of the memory regions of
 * multiple interrupt files". */
static bool map_files(const Fdt *tree, FdtNode node, FdtRange reg)
{
    unsigned bits = fdt_cell(tree, node, "riscv,guest-index-bits", 0, 0);
    for (unsigned i = 0; i < guest.count; i++) {
        int place = irqchip_place(tree, node, guest.harts[i].id);
        if (place < 0)
            return false; /* M-mode's */
        uint64_t file = reg.base + ((uint64_t)place << bits) * PAGE_SIZE;
        if (!bits)
            panic("pass: IMSICs without guest files: -M virt,aia=aplic-imsic,aia-guests=1");
        if (file + (PAGE_SIZE << bits) > reg.base + reg.size)
            panic("pass: the IMSIC of hart %lu is not in the first range", guest.harts[i].id);
        vm_map(file, file + GUEST_FILE * PAGE_SIZE, PAGE_SIZE, PTE_RW);
    }
    return true;
}

/* The APLIC of the supervisor level, whose messages go to IMSICs of it. */
static bool map_aplic(const Fdt *tree, FdtNode node, FdtRange reg)
{
    FdtNode files = fdt_find_phandle(tree, fdt_cell(tree, node, "msi-parent", 0, 0));
    if (!files || irqchip_place(tree, files, guest.harts[0].id) < 0)
        return false;
    vm_map(reg.base, reg.base, TARGETS, PTE_RW);
    guest.trapped = (FdtRange){ reg.base + TARGETS, PAGE_SIZE };
    return true;
}

bool files_map(const Fdt *tree, FdtNode node, FdtRange reg)
{
    if (fdt_list_has(tree, node, "compatible", "riscv,imsics"))
        return map_files(tree, node, reg);
    if (fdt_list_has(tree, node, "compatible", "riscv,aplic"))
        return map_aplic(tree, node, reg);
    return false;
}

/* Registers of the file are the guest's if hstateen0 lets them be: norm:hstateen_encoding */
void files_begin(GuestHart *hart)
{
    uint64_t id;
    if (!guest.trapped.size)
        panic("pass: no APLIC with IMSICs: -M virt,aia=aplic-imsic,aia-guests=1");
    if (guest.timer != TIMER_VSTIMECMP)
        panic("pass: the guest's timer must be its own: Sstc, and no other hyp.timer=");
    if (fdt_isa_has(&guest.fdt, fdt_next_cpu(&guest.fdt, NULL, &id), "smstateen"))
        csr_set(hstateen0, HSTATEEN_IMSIC | HSTATEEN_AIA | HSTATEEN_CSRIND);
    csr_write(hstatus, hart->vcpu.hstatus);
    csr_write(vsiselect, EIDELIVERY);
    csr_write(vsireg, 0); /* as after a reset: the hart may have been the guest's before */
}

uint32_t target_read(uint64_t gpa)
{
    return read32(gpa) & ~(TARGET_GUESTS << TARGET_GUEST);
}

/* APLIC, "Interrupt targets"; genmsi in the same page has no guest, so it is none of the guest's. */
void target_write(uint64_t gpa, uint32_t value)
{
    if (gpa != guest.trapped.base)
        write32(gpa, (value & ~(TARGET_GUESTS << TARGET_GUEST)) | GUEST_FILE << TARGET_GUEST);
}
