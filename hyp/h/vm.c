/* SPDX-License-Identifier: MIT */
/* vm.c - the guest: what memory it has, what devices, and what its device tree says of it. */
#include <stddef.h>

#include "h.h"
#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/guest.h"
#include "lib/paging.h"
#include "lib/print.h"

enum { POOL_PAGES = 16, VMID = 1, TREE_SPACE = 0x200000 };

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(4 * PAGE_SIZE)));
extern char image_start[];

/* Devices the guest drives itself, and how much of each: the registers with which a hart takes an interrupt are left
 * out, for it is to us that the interrupt comes. */
static const struct {
    const char *compatible;
    uint64_t mapped;
} devices[] = {
    { "ns16550a", PAGE_SIZE },    { "google,goldfish-rtc", PAGE_SIZE },
    { "virtio,mmio", PAGE_SIZE }, { "riscv,plic0", 0x200000 },
    { "riscv,aplic", 0x4000 },
};

/* Maps the device for the guest, if it is one of those. */
static bool map_device(void *root, const Fdt *tree, FdtNode node)
{
    FdtRange reg;
    for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        uint64_t mapped = devices[i].mapped;
        if (!fdt_list_has(tree, node, "compatible", devices[i].compatible))
            continue;
        if (!fdt_reg(tree, node, 0, &reg) || !fdt_enabled(tree, node) ||
            fdt_prop(tree, node, "msi-parent", NULL))
            return false; /* messages go to IMSICs, which this hypervisor does not give away */
        paging_map(root, SV39X4, reg.base, reg.base, mapped, PTE_RW | PTE_U);
        if (reg.size > mapped)
            guest.claims = (FdtRange){ reg.base + mapped, reg.size - mapped };
        return true;
    }
    return false;
}

static void find_harts(bool guest_sstc)
{
    FdtNode cpu = NULL;
    uint64_t id;
    while ((cpu = fdt_next_cpu(&guest.fdt, cpu, &id)) && guest.count < HART_MAX) {
        guest.harts[guest.count++].id = id;
        fdt_isa_remove(&guest.fdt, cpu, "h");
        if (!guest_sstc)
            fdt_isa_remove(&guest.fdt, cpu, "sstc");
    }
}

void vm_make(const Fdt *host)
{
    uint64_t id;
    FdtNode cpu = fdt_next_cpu(host, NULL, &id);
    if (!fdt_isa_has(host, cpu, "h"))
        panic("h: the harts have no hypervisor extension");
    guest.host_sstc = fdt_isa_has(host, cpu, "sstc");
    bool guest_sstc = guest.host_sstc && !bootarg_is(host, "sstc", "hs");
    guest.henvcfg = guest_sstc ? HENVCFG_STCE : 0;
    guest.ram = (FdtRange){ 0x80200000, (uintptr_t)image_start - 0x80200000 };

    page_pool(pool, pool + sizeof(pool));
    uint64_t *root = paging_root(SV39X4);
    paging_map(root, SV39X4, guest.ram.base, guest.ram.base, guest.ram.size, PTE_RWX | PTE_U);
    guest.hgatp = ATP_SV39 << ATP_MODE | (uint64_t)VMID << HGATP_VMID | (uintptr_t)root >> 12;
    uint64_t room = guest.ram.size - TREE_SPACE;
    guest_load(host, (void *)guest.ram.base, room);
    guest_tree(&guest.fdt, host, (void *)(guest.ram.base + room), TREE_SPACE, guest.ram);
    guest_devices(&guest.fdt, map_device, root);
    find_harts(guest_sstc);
    print("h: one guest, memory 0x%lx to 0x%lx, %u harts, timer %s\n", guest.ram.base,
          guest.ram.base + guest.ram.size, guest.count, guest_sstc ? "of its own" : "of ours");
}
