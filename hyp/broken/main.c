/* SPDX-License-Identifier: MIT */
/*
 * main.c - a hypervisor with three mistakes, each of them a classic; docs/howto/find-a-hypervisor-bug.md finds them.
 *
 * The guest has two pages, at guest-physical addresses where the machine has other things. It says hello, asks for
 * another page in place of its second, and looks whether it got it. `fixed=N` on the command line puts the first N
 * mistakes right.
 */
#include "lib/bootargs.h"
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/paging.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/string.h"
#include "lib/trap.h"
#include "lib/vcpu.h"

#define GUEST_CODE 0x40000000ul
#define GUEST_DATA 0x40001000ul
enum { CALL_OTHER_PAGE = 0xb0 }; /* beside those of SBI */

extern const char guest_image[], guest_image_end[];

static uint64_t pages[3][PAGE_SIZE / 8] __attribute__((aligned(4096)));
static char tables[16 * PAGE_SIZE] __attribute__((aligned(4096)));
static uint64_t *root;
static uint64_t fixed;

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static void map_page(uint64_t gpa, const void *page)
{
    const uint64_t flags = PTE_RWX | (fixed >= 1 ? PTE_U : 0);
    paging_map(root, SV39X4, gpa, (uintptr_t)page, PAGE_SIZE, flags);
}

static void make_guest(void)
{
    memcpy(pages[0], guest_image, (size_t)(guest_image_end - guest_image));
    pages[1][0] = 1;
    pages[2][0] = 2;
    page_pool(tables, tables + sizeof tables);
    root = paging_root(SV39X4);
    map_page(GUEST_CODE, pages[0]);
    map_page(GUEST_DATA, pages[1]);
    csr_write(hgatp, ATP_SV39 << ATP_MODE | 1ul << HGATP_VMID | (uintptr_t)root / PAGE_SIZE);
    hfence_gvma();
}

static void give_other_page(void)
{
    map_page(GUEST_DATA, pages[2]);
    if (fixed >= 3)
        hfence_gvma();
}

static void on_call(Vcpu *vcpu)
{
    const uint64_t *x = vcpu->x;
    if (x[17] == SBI_DBCN)
        sbi_call(SBI_DBCN, SBI_CONSOLE_BYTE, x[10], 0, 0);
    else if (x[17] == CALL_OTHER_PAGE)
        give_other_page();
    else
        power_off(x[17] == SBI_SRST && x[11] == SBI_NO_REASON);
    if (fixed >= 2)
        vcpu->pc += 4;
}

void main(void *fdt)
{
    static Vcpu vcpu;
    Fdt host;
    if (!fdt_open(&host, fdt))
        panic("broken: no device tree");
    power_find(&host);
    fixed = bootarg_number(&host, "fixed", 0);
    make_guest();
    vcpu_reset(&vcpu, GUEST_CODE, 0, 0);
    for (;;) {
        vcpu_run(&vcpu);
        if (vcpu.scause == CAUSE_ECALL_VS)
            on_call(&vcpu);
        else
            panic("broken: the guest left by %s, and I do not know why", cause_name(vcpu.scause));
    }
}
