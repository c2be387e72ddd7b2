/* SPDX-License-Identifier: MIT */
/* main.c - what the guest takes for firmware is us. */
#include <stddef.h>

#include "hyp.h"
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/guest.h"
#include "lib/paging.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

typedef void ExitFn(Vcpu *vcpu);

enum { POOL_PAGES = 32, VMID = 1, TREE_SPACE = 0x100000 };

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(4 * PAGE_SIZE)));
static uint64_t *root; /* of the G stage */
static uint64_t exits[CAUSE_COUNT];

/* Only ours come here: while the guest runs, stvec is vcpu_run's. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

void finish(bool well)
{
    print("hyp: exits\n");
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        if (exits[cause])
            print("hyp: %4lu %s\n", exits[cause], cause_name(cause));
    }
    call_print();
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

static ExitFn *const handlers[CAUSE_COUNT] = {
    [CAUSE_ECALL_VS] = on_call,
    [CAUSE_VIRTUAL_INSTRUCTION] = on_virtual_instruction,
};

static void handle(Vcpu *vcpu)
{
    if (vcpu->scause >= CAUSE_COUNT || !handlers[vcpu->scause])
        panic("hyp: %s at 0x%lx, and nobody expects it", cause_name(vcpu->scause), vcpu->pc);
    exits[vcpu->scause]++;
    handlers[vcpu->scause](vcpu);
}

/* The guest's tree is the machine's without what the guest has not got. */
static void make_tree(const Fdt *host, void *to)
{
    Fdt tree;
    uint64_t id;
    guest_tree(&tree, host, to, TREE_SPACE, (FdtRange){ RAM_GUEST, RAM_SIZE });
    guest_devices(&tree, NULL, NULL);
    FdtNode cpu = fdt_next_cpu(&tree, NULL, &id);
    fdt_isa_remove(&tree, cpu, "h");
    fdt_isa_remove(&tree, cpu, "sstc");
}

/* All memory at once, by pages of 2 MiB: no exits for it. Returns where the device tree is, as the guest sees it. */
static uint64_t make_vm(const Fdt *host)
{
    page_pool(pool, pool + sizeof(pool));
    root = paging_root(SV39X4);
    paging_map(root, SV39X4, RAM_GUEST, RAM_HOST, RAM_SIZE, PTE_RWX | PTE_U);
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
    for (;;) {
        vcpu_run(&vcpu);
        handle(&vcpu);
    }
}
