/* SPDX-License-Identifier: MIT */
/* main.c - the guest translates too: two stages, and faults of the second under the tables of the first. */
#include <stddef.h>

#include "calls.h"
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/fdt.h"
#include "lib/paging.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"
#include "lib/vcpu.h"

typedef void ExitFn(Vcpu *vcpu);

extern const char guest[];

enum { POOL_PAGES = 32, VMID = 1 };
enum { HTINST_PTE_READ = 0x3000 }; /* norm:H_trap_xtinst_guestpage_rw */

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(4 * PAGE_SIZE)));
static uint64_t *root; /* of the G stage */
static uint64_t exits[CAUSE_COUNT];

/* Only ours come here: while the guest runs, stvec is vcpu_run's. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static void __attribute__((noreturn)) finish(bool well)
{
    print("hyp: the guest ends %s\n", well ? "well" : "badly");
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        if (exits[cause])
            print("hyp: %4lu %s\n", exits[cause], cause_name(cause));
    }
    power_off(well);
}

/* The G stage takes every access for one of U-mode: its leaves need U. norm:H_vm_gpapriv */
static void give_page(uint64_t gpa, const void *page, uint64_t flags)
{
    paging_map(root, SV39X4, gpa, (uintptr_t)page, PAGE_SIZE, flags | PTE_U);
}

/* Takes its pages away: the entries keep all but V. The hart may remember them still, hence the fence. */
static void forget_pages(void)
{
    for (uint64_t gpa = GUEST_BASE + PAGE_SIZE; gpa < GUEST_BASE + GUEST_SIZE; gpa += PAGE_SIZE)
        *paging_entry(root, SV39X4, gpa) &= ~(uint64_t)PTE_V;
    hfence_gvma();
}

static void on_call(Vcpu *vcpu)
{
    if (vcpu->x[17] == CALL_END)
        finish(!vcpu->x[10]);
    if (vcpu->x[17] == CALL_FORGET)
        forget_pages();
    else
        print("guest: %lu\n", vcpu->x[10]);
    vcpu->pc += 4;
}

/* Who wanted that guest-physical address? The guest's instruction, or the hart, on its way through the
 * guest's tables: then htinst has a value that is no instruction. norm:H_trap_xtinst_guestpage */
static const char *wanted_by(const Vcpu *vcpu)
{
    return vcpu->htinst == HTINST_PTE_READ ? "a walk" : "the guest";
}

/* A page that was taken away comes back, else there is a new one. */
static void on_guest_page(Vcpu *vcpu)
{
    uint64_t gpa = vcpu_fault_gpa(vcpu);
    print("hyp: %s: stval 0x%lx, guest-physical 0x%lx, wanted by %s\n", cause_name(vcpu->scause),
          vcpu->stval, gpa, wanted_by(vcpu));
    if (gpa - GUEST_BASE >= GUEST_SIZE)
        panic("hyp: that is not its own");
    uint64_t *entry = paging_entry(root, SV39X4, gpa);
    if (*entry)
        *entry |= PTE_V;
    else
        give_page(gpa & -PAGE_SIZE, page_alloc(PAGE_SIZE), PTE_RW);
    hfence_gvma();
}

static ExitFn *const handlers[CAUSE_COUNT] = {
    [CAUSE_ECALL_VS] = on_call,
    [CAUSE_FETCH_GUEST_PAGE] = on_guest_page,
    [CAUSE_LOAD_GUEST_PAGE] = on_guest_page,
    [CAUSE_STORE_GUEST_PAGE] = on_guest_page,
};

static void handle(Vcpu *vcpu)
{
    if (vcpu->scause >= CAUSE_COUNT || !handlers[vcpu->scause])
        panic("hyp: %s at 0x%lx, and nobody expects it", cause_name(vcpu->scause), vcpu->pc);
    exits[vcpu->scause]++;
    handlers[vcpu->scause](vcpu);
}

/* Nothing is mapped but the code. */
static void make_vm(void)
{
    page_pool(pool, pool + sizeof(pool));
    root = paging_root(SV39X4);
    give_page(GUEST_BASE, guest, PTE_RX);
    csr_write(hgatp, ATP_SV39 << ATP_MODE | (uint64_t)VMID << HGATP_VMID | (uintptr_t)root >> 12);
    hfence_gvma();
}

void main(void *tree)
{
    static Vcpu vcpu;
    Fdt fdt;
    if (!fdt_open(&fdt, tree))
        panic("hyp: no device tree");
    power_find(&fdt);
    csr_write(hedeleg, 0);
    make_vm();
    vcpu_reset(&vcpu, GUEST_BASE, 0, 0);
    for (;;) {
        vcpu_run(&vcpu);
        handle(&vcpu);
    }
}
