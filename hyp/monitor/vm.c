/* SPDX-License-Identifier: MIT */
/* vm.c - the guest: what memory it has, what devices, and what its device tree says of it. */
#include <stddef.h>

#include "lib/bootargs.h"
#include "lib/guest.h"
#include "lib/paging.h"
#include "lib/print.h"
#include "monitor/monitor.h"

enum { POOL_PAGES = 16, TREE_SPACE = 0x200000 };

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(4 * PAGE_SIZE)));
extern char image_start[];

/* Devices the guest drives itself. */
static const char *const devices[] = { "ns16550a", "google,goldfish-rtc", "virtio,mmio" };

static const struct {
    const char *word, *what;
} timers[] = {
    [TIMER_SBI] = { "sbi", "of ours by SBI" },
    [TIMER_SSTC_HS] = { "sstc-hs", "of ours by stimecmp" },
    [TIMER_VSTIMECMP] = { "vstimecmp", "of its own" },
};

void vm_map(uint64_t gpa, uint64_t to, uint64_t size, uint64_t flags)
{
    paging_map(guest.map, SV39X4, gpa, to, size, flags | PTE_U);
}

/* Maps the device for the guest, if it is one of those. */
static bool map_device(void *opaque, const Fdt *tree, FdtNode node)
{
    FdtRange reg;
    (void)opaque;
    if (!fdt_reg(tree, node, 0, &reg) || !fdt_enabled(tree, node))
        return false;
    for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        if (!fdt_list_has(tree, node, "compatible", devices[i]))
            continue;
        vm_map(reg.base, reg.base, PAGE_SIZE, PTE_RW);
        return true;
    }
    return setting.map_irqchip(tree, node, reg);
}

/* The best there is, or what the command line says with hyp.timer=. */
static Timer choose_timer(const Fdt *host)
{
    size_t length;
    Timer timer = guest.host_sstc ? TIMER_VSTIMECMP : TIMER_SBI;
    if (!bootarg(host, "hyp.timer", &length))
        return timer;
    for (timer = TIMER_SBI; timer <= TIMER_VSTIMECMP; timer++) {
        if (bootarg_is(host, "hyp.timer", timers[timer].word))
            break;
    }
    if (timer > TIMER_VSTIMECMP)
        panic("%s: hyp.timer= is sbi, sstc-hs or vstimecmp", setting.name);
    if (timer != TIMER_SBI && !guest.host_sstc)
        panic("%s: hyp.timer=%s needs harts with Sstc", setting.name, timers[timer].word);
    return timer;
}

static void find_harts(void)
{
    FdtNode cpu = NULL;
    uint64_t id;
    while ((cpu = fdt_next_cpu(&guest.fdt, cpu, &id)) && guest.count < HART_MAX) {
        guest.harts[guest.count++].id = id;
        fdt_isa_remove(&guest.fdt, cpu, "h");
        if (guest.timer != TIMER_VSTIMECMP)
            fdt_isa_remove(&guest.fdt, cpu, "sstc");
    }
}

void vm_make(const Fdt *host)
{
    uint64_t id;
    FdtNode cpu = fdt_next_cpu(host, NULL, &id);
    if (!fdt_isa_has(host, cpu, "h"))
        panic("%s: the harts have no hypervisor extension", setting.name);
    guest.host_sstc = fdt_isa_has(host, cpu, "sstc");
    guest.svade = fdt_isa_has(host, cpu, "svade");
    guest.timer = choose_timer(host);
    guest.ram = (FdtRange){ 0x80200000, (uintptr_t)image_start - 0x80200000 };

    page_pool(pool, pool + sizeof(pool));
    guest.map = paging_root(SV39X4);
    vm_map(guest.ram.base, guest.ram.base, guest.ram.size, PTE_RWX);
    uint64_t room = guest.ram.size - TREE_SPACE;
    guest_load(host, (void *)guest.ram.base, room);
    guest_tree(&guest.fdt, host, (void *)(guest.ram.base + room), TREE_SPACE, guest.ram);
    find_harts();
    guest_devices(&guest.fdt, map_device, NULL);
    if (setting.tree)
        setting.tree();
    print("%s: one guest, memory 0x%lx to 0x%lx, %u harts, timer %s\n", setting.name,
          guest.ram.base, guest.ram.base + guest.ram.size, guest.count, timers[guest.timer].what);
}
