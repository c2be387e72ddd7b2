/* SPDX-License-Identifier: MIT */
/* main.c - a device of its own, whose interrupts do not come to us. */
#include <stddef.h>

#include "hyp.h"
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/exits.h"
#include "lib/guest.h"
#include "lib/paging.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

typedef void ExitFn(Vcpu *vcpu);

enum { POOL_PAGES = 32, VMID = 1, TREE_SPACE = 0x100000 };

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(4 * PAGE_SIZE)));
static uint64_t *root; /* of the G stage */

/* Only ours come here: while the guest runs, stvec is vcpu_run's. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

void finish(bool well)
{
    print("hyp: exits\n");
    exits_print("hyp");
    power_off(well);
}

uint64_t ram_host(uint64_t gpa, uint64_t size)
{
    bool inside = gpa >= RAM_GUEST && size <= RAM_SIZE && gpa - RAM_GUEST <= RAM_SIZE - size;
    return inside ? gpa - RAM_GUEST + RAM_HOST : 0;
}

/* A CSR of S-mode from its U-mode, or one of ours. Without H, as the guest thinks it is, that is illegal. */
static void on_virtual_instruction(Vcpu *vcpu)
{
    vcpu_inject(vcpu, CAUSE_ILLEGAL, vcpu->stval);
}

static ExitFn *const handlers[2][CAUSE_COUNT] = {
    {
        [CAUSE_ECALL_VS] = on_call,
        [CAUSE_LOAD_GUEST_PAGE] = on_mmio,
        [CAUSE_VIRTUAL_INSTRUCTION] = on_virtual_instruction,
        [CAUSE_STORE_GUEST_PAGE] = on_mmio,
    },
};

static void handle(Vcpu *vcpu)
{
    bool irq = vcpu->scause & SCAUSE_IRQ;
    uint64_t code = vcpu->scause & ~SCAUSE_IRQ;
    if (code >= CAUSE_COUNT || !handlers[irq][code])
        panic("hyp: %s at 0x%lx, and nobody expects it", cause_name(vcpu->scause), vcpu->pc);
    exits_count(vcpu);
    handlers[irq][code](vcpu);
}

void map(uint64_t gpa, uint64_t to, uint64_t size)
{
    paging_map(root, SV39X4, gpa, to, size, PTE_RWX | PTE_U);
}

static bool keep_device(void *opaque, const Fdt *tree, FdtNode node)
{
    FdtRange reg;
    (void)opaque;
    if (!fdt_list_has(tree, node, "compatible", "google,goldfish-rtc"))
        return irq_device(tree, node);
    if (fdt_reg(tree, node, 0, &reg))
        map(reg.base, reg.base, PAGE_SIZE); /* its own: no exits */
    return true;
}

/* The guest's tree is the machine's without what the guest has not got. */
static void make_tree(const Fdt *host, void *to)
{
    Fdt tree;
    uint64_t id;
    guest_tree(&tree, host, to, TREE_SPACE, (FdtRange){ RAM_GUEST, RAM_SIZE });
    guest_devices(&tree, keep_device, NULL);
    fdt_isa_remove(&tree, fdt_next_cpu(&tree, NULL, &id), "h");
}

/* All memory at once, by pages of 2 MiB: no exits for it. Returns where the device tree is, as the guest sees it. */
static uint64_t make_vm(const Fdt *host)
{
    page_pool(pool, pool + sizeof(pool));
    root = paging_root(SV39X4);
    map(RAM_GUEST, RAM_HOST, RAM_SIZE);
    guest_load(host, (void *)RAM_HOST, RAM_SIZE - TREE_SPACE);
    make_tree(host, (void *)(RAM_HOST + RAM_SIZE - TREE_SPACE));
    return RAM_GUEST + RAM_SIZE - TREE_SPACE;
}

/* A hart's own: the guest's map, and what the guest may keep. */
static void set_up_hart(void)
{
    csr_write(hgatp, ATP_SV39 << ATP_MODE | (uint64_t)VMID << HGATP_VMID | (uintptr_t)root >> 12);
    hfence_gvma();
    csr_write(hedeleg, BIT(CAUSE_ILLEGAL) | BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_ECALL_U) |
                           BIT(CAUSE_FETCH_PAGE) | BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE));
    csr_write(hideleg, HVIP_TIMER | HVIP_EXTERNAL);
    csr_write(henvcfg, HENVCFG_STCE);
    csr_write(vstimecmp, -1ul);
    csr_write(hcounteren, COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR);
}

void main(void *tree)
{
    static Vcpu vcpu;
    Fdt host;
    if (!fdt_open(&host, tree))
        panic("hyp: no device tree");
    power_find(&host);
    uint64_t argument = make_vm(&host);
    set_up_hart();
    vcpu_reset(&vcpu, RAM_GUEST, 0, argument);
    irq_begin(&vcpu, &host);
    for (;;) {
        vcpu_run(&vcpu);
        handle(&vcpu);
    }
}
