/* SPDX-License-Identifier: MIT */
/* main.c - two guests side by side, a hart each: what one does wrong is its own affair. */
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

enum { POOL_PAGES = 32, TREE_SPACE = 0x100000 };

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(4 * PAGE_SIZE)));
static unsigned running = GUESTS;
static bool all_well = true;

Guest guests[GUESTS];

/* Only ours come here: while the guest runs, stvec is vcpu_run's. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

void finish(bool well)
{
    print("hyp: [%c] ends %s\n", guest_self()->name, well ? "well" : "badly");
    if (!well)
        all_well = false;
    if (__atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST))
        hart_stop();
    print("hyp: exits\n");
    exits_print("hyp");
    power_off(all_well);
}

uint64_t ram_host(uint64_t gpa, uint64_t size)
{
    bool inside = gpa >= RAM_GUEST && size <= RAM_SIZE && gpa - RAM_GUEST <= RAM_SIZE - size;
    return inside ? gpa - RAM_GUEST + guest_self()->ram : 0;
}

/* A CSR of S-mode from its U-mode, or one of ours. Without H, as the guest thinks it is, that is illegal. */
static void on_virtual_instruction(Vcpu *vcpu)
{
    vcpu_inject(vcpu, CAUSE_ILLEGAL, vcpu->stval);
}

/* All that is its own is mapped. It ends, and nobody else notices. */
static void on_guest_page(Vcpu *vcpu)
{
    print("hyp: [%c] %s at pc 0x%lx: guest-physical 0x%lx is not its own\n", guest_self()->name,
          cause_name(vcpu->scause), vcpu->pc, vcpu_fault_gpa(vcpu));
    finish(false);
}

static ExitFn *const handlers[2][CAUSE_COUNT] = {
    {
        [CAUSE_ECALL_VS] = on_call,
        [CAUSE_FETCH_GUEST_PAGE] = on_guest_page,
        [CAUSE_LOAD_GUEST_PAGE] = on_guest_page,
        [CAUSE_VIRTUAL_INSTRUCTION] = on_virtual_instruction,
        [CAUSE_STORE_GUEST_PAGE] = on_guest_page,
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

/* The guest's tree is the machine's without what the guest has not got: of harts it has that of its number. */
static void make_tree(unsigned number, const Fdt *host, void *to)
{
    Fdt tree;
    uint64_t id;
    guest_tree(&tree, host, to, TREE_SPACE, (FdtRange){ RAM_GUEST, RAM_SIZE });
    guest_devices(&tree, NULL, NULL);
    bootargs_choose(&tree, number);
    for (FdtNode next, cpu = fdt_next_cpu(&tree, NULL, &id); cpu; cpu = next) {
        bool own = id == number;
        next = fdt_next_cpu(&tree, cpu, &id);
        if (own)
            fdt_isa_remove(&tree, cpu, "h");
        else
            fdt_erase_node(&tree, cpu);
    }
}

static void make_vm(unsigned number, const Fdt *host)
{
    Guest *guest = &guests[number];
    guest->name = (char)('a' + number);
    guest->root = paging_root(SV39X4);
    guest->ram = RAM_HOST + number * RAM_SIZE;
    guest->tree = RAM_GUEST + RAM_SIZE - TREE_SPACE;
    paging_map(guest->root, SV39X4, RAM_GUEST, guest->ram, RAM_SIZE, PTE_RWX | PTE_U);
    guest_load(host, (void *)guest->ram, RAM_SIZE - TREE_SPACE);
    make_tree(number, host, (void *)(guest->ram + RAM_SIZE - TREE_SPACE));
}

/* A hart's own: the guest's map, and what the guest may keep. The VMID tells what a hart
 * remembers of one guest from what it remembers of another. */
static void set_up_hart(const Guest *guest, uint64_t vmid)
{
    csr_write(hgatp, ATP_SV39 << ATP_MODE | vmid << HGATP_VMID | (uintptr_t)guest->root >> 12);
    hfence_gvma();
    csr_write(hedeleg, BIT(CAUSE_ILLEGAL) | BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_ECALL_U) |
                           BIT(CAUSE_FETCH_PAGE) | BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE));
    csr_write(hideleg, HVIP_TIMER);
    csr_write(henvcfg, HENVCFG_STCE);
    csr_write(vstimecmp, -1ul);
    csr_write(hcounteren, COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR);
}

static void hart_run(void *which)
{
    Guest *guest = which;
    set_up_hart(guest, hart_self()->id + 1);
    vcpu_reset(&guest->vcpu, RAM_GUEST, hart_self()->id, guest->tree);
    for (;;) {
        vcpu_run(&guest->vcpu);
        handle(&guest->vcpu);
    }
}

void main(void *tree)
{
    Fdt host;
    if (!fdt_open(&host, tree))
        panic("hyp: no device tree");
    power_find(&host);
    page_pool(pool, pool + sizeof(pool));
    for (unsigned i = 0; i < GUESTS; i++)
        make_vm(i, &host);
    for (unsigned i = 0; i < GUESTS; i++) {
        if (i != hart_self()->id && hart_start(i, hart_run, &guests[i]))
            panic("hyp: no hart %u: this takes -smp 2", i);
    }
    hart_run(guest_self());
}
