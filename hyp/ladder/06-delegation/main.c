/* SPDX-License-Identifier: MIT */
/* main.c - what the guest can handle need not come to us: it runs twice, without and with delegation. */
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

static char pool[POOL_PAGES * PAGE_SIZE] __attribute__((aligned(4 * PAGE_SIZE)));
static uint64_t *root; /* of the G stage */
static uint64_t exits[CAUSE_COUNT];

/* Only ours come here: while the guest runs, stvec is vcpu_run's. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static void print_exits(uint64_t delegated)
{
    print("hyp: exits with hedeleg 0x%lx\n", delegated);
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        if (exits[cause])
            print("hyp: %4lu %s\n", exits[cause], cause_name(cause));
        exits[cause] = 0;
    }
}

/* The G stage takes every access for one of U-mode: its leaves need U. norm:H_vm_gpapriv */
static void give_page(uint64_t gpa, const void *page, uint64_t flags)
{
    paging_map(root, SV39X4, gpa, (uintptr_t)page, PAGE_SIZE, flags | PTE_U);
}

/* The business of the guest's kernel: we are the hart that it thinks it has, and trap into VS-mode. */
static void on_guests_own(Vcpu *vcpu)
{
    vcpu_inject(vcpu, vcpu->scause, vcpu->stval);
}

/* Bits of hedeleg: with them the hart does that without us. norm:hedeleg_op */
static void run_again(Vcpu *vcpu)
{
    csr_write(hedeleg, BIT(CAUSE_ECALL_U) | BIT(CAUSE_LOAD_PAGE));
    vcpu_reset(vcpu, GUEST_BASE, 0, 0);
}

static void on_call(Vcpu *vcpu)
{
    if (vcpu->x[17] == CALL_SAY) {
        print("guest: %lu traps of its user\n", vcpu->x[10]);
        vcpu->pc += 4;
    } else {
        print_exits(csr_read(hedeleg));
        if (csr_read(hedeleg) || vcpu->x[10])
            power_off(!vcpu->x[10]);
        run_again(vcpu);
    }
}

/* One page more. */
static void on_guest_page(Vcpu *vcpu)
{
    uint64_t gpa = vcpu_fault_gpa(vcpu);
    if (gpa - GUEST_BASE >= GUEST_SIZE)
        panic("hyp: 0x%lx is not its own", gpa);
    give_page(gpa & -PAGE_SIZE, page_alloc(PAGE_SIZE), PTE_RW);
    hfence_gvma();
}

static ExitFn *const handlers[CAUSE_COUNT] = {
    [CAUSE_ECALL_VS] = on_call,
    [CAUSE_ECALL_U] = on_guests_own,
    [CAUSE_LOAD_PAGE] = on_guests_own,
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
