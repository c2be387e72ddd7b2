/* SPDX-License-Identifier: MIT */
/* main.c - the guest's timer: by a call, our timer and an interrupt that we make; or without us. */
#include <stddef.h>

#include "hyp.h"
#include "lib/bootargs.h"
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

/* Our timer, set by call_time: now the guest's is pending, until it sets another. norm:hip_vstip_vstie_acc_op */
static void on_timer(Vcpu *vcpu)
{
    (void)vcpu;
    csr_clear(sie, SIE_TIMER);
    csr_set(hvip, HVIP_TIMER);
}

static ExitFn *const handlers[2][CAUSE_COUNT] = {
    {
        [CAUSE_ECALL_VS] = on_call,
        [CAUSE_VIRTUAL_INSTRUCTION] = on_virtual_instruction,
    },
    {
        [IRQ_TIMER] = on_timer,
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

/* The guest's tree is the machine's without what the guest has not got. */
static void make_tree(const Fdt *host, void *to)
{
    Fdt tree;
    uint64_t id;
    guest_tree(&tree, host, to, TREE_SPACE, (FdtRange){ RAM_GUEST, RAM_SIZE });
    guest_devices(&tree, NULL, NULL);
    fdt_isa_remove(&tree, fdt_next_cpu(&tree, NULL, &id), "h");
    if (bootarg_is(host, "sstc", "no"))
        fdt_isa_remove(&tree, fdt_next_cpu(&tree, NULL, &id), "sstc");
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

/* A hart's own: the guest's map, and what the guest may keep. With STCE that is stimecmp: the hart compares
 * vstimecmp with its time, and makes the guest's interrupt pending by itself. norm:henvcfg_stce */
static void set_up_hart(bool sstc)
{
    csr_write(hgatp, ATP_SV39 << ATP_MODE | (uint64_t)VMID << HGATP_VMID | (uintptr_t)root >> 12);
    hfence_gvma();
    csr_write(hedeleg, BIT(CAUSE_ILLEGAL) | BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_ECALL_U) |
                           BIT(CAUSE_FETCH_PAGE) | BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE));
    csr_write(hideleg, HVIP_TIMER);
    csr_write(henvcfg, sstc ? HENVCFG_STCE : 0);
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
    set_up_hart(!bootarg_is(&host, "sstc", "no"));
    vcpu_reset(&vcpu, RAM_GUEST, 0, argument);
    for (;;) {
        vcpu_run(&vcpu);
        handle(&vcpu);
    }
}
