/* SPDX-License-Identifier: MIT */
/* main.c - from the firmware to the guests, and the life of a hart; see partition.h. */
#include <stddef.h>

#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/string.h"
#include "lib/trap.h"
#include "partition.h"

Vm vms[VMS];
unsigned n_vms;
Config config;

/* A trap of our own is a mistake of our own. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    panic("partition: hart %lu: a trap of our own: scause 0x%lx, stval 0x%lx, at 0x%lx",
          hart_self()->id, cause, tval, frame->pc);
}

/* The guest keeps what it can handle: norm:hedeleg_acc, norm:hideleg_acc */
void hart_set_up(const VmHart *hart)
{
    const Vm *vm = hart->vm;
    csr_write(hedeleg, BIT(CAUSE_FETCH_MISALIGNED) | BIT(CAUSE_FETCH_ACCESS) | BIT(CAUSE_ILLEGAL) |
                           BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_LOAD_MISALIGNED) |
                           BIT(CAUSE_LOAD_ACCESS) | BIT(CAUSE_STORE_MISALIGNED) |
                           BIT(CAUSE_STORE_ACCESS) | BIT(CAUSE_ECALL_U) | BIT(CAUSE_FETCH_PAGE) |
                           BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE));
    csr_write(hideleg, HVIP_SOFT | HVIP_TIMER | HVIP_EXTERNAL);
    csr_write(hcounteren, COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR);
    csr_write(henvcfg, HENVCFG_PBMTE | HENVCFG_CBO | (config.svade ? 0 : HENVCFG_ADUE) |
                           (!config.timer_by_calls ? HENVCFG_STCE : 0));
    if (config.stateen)
        csr_write(
            hstateen0,
            HSTATEEN_SE0 | HSTATEEN_ENVCFG |
                (vm->irq == &irq_files ? HSTATEEN_AIA | HSTATEEN_IMSIC | HSTATEEN_CSRIND : 0));
    csr_write(hgatp,
              ATP_SV39 << ATP_MODE | (uint64_t)vm->vmid << HGATP_VMID | (uintptr_t)vm->root >> 12);
    csr_write(sie, SIE_SOFT);
}

void kick(VmHart *hart, uint32_t request)
{
    __atomic_fetch_or(&hart->requests, request, __ATOMIC_ACQ_REL);
    sbi_send_ipi(BIT(hart->id), 0);
}

/* Is it wanted? Then it runs from now on. */
static bool take_start(VmHart *hart)
{
    Vm *vm = hart->vm;
    lock(&vm->lock);
    bool wanted = vm->state == VM_RUNNING && hart->state == SBI_HART_START_PENDING;
    if (wanted) {
        hart->state = SBI_HART_STARTED;
        vm->running++;
    }
    unlock(&vm->lock);
    return wanted;
}

/* Until it is wanted. Its siblings and the manager wake it by kick(); what waits for the guest that was here must not, and
 * its enables are in hie. norm:wfi_resume_reason */
static void wait_for_start(VmHart *hart)
{
    csr_write(hie, 0);
    csr_write(sie, SIE_SOFT);
    while (!take_start(hart)) {
        late_leave(hart);
        vm_settle(hart->vm);
        if (__atomic_load_n(&hart->requests, __ATOMIC_ACQUIRE) == 0)
            wfi();
        csr_clear(sip, SIE_SOFT);
        __atomic_store_n(&hart->requests, 0, __ATOMIC_RELEASE);
    }
}

/* Where nobody is left who could start a hart, the partition has ended. It cannot start anew before that is said. */
static void leave(VmHart *hart)
{
    Vm *vm = hart->vm;
    lock(&vm->lock);
    if (hart->state == SBI_HART_STARTED)
        hart->state = SBI_HART_STOPPED;
    bool over = vm->state == VM_RUNNING && vm->running == 1;
    for (unsigned i = 0; i < vm->n_harts; i++)
        over = over && vm->harts[i].state == SBI_HART_STOPPED;
    unlock(&vm->lock);
    if (over)
        vm_end(vm, VM_STOPPED, false);
    lock(&vm->lock);
    vm->running--;
    unlock(&vm->lock);
}

/* Nothing of the one before. */
static void reset_registers(void)
{
    if (config.stateen)
        csr_write(sstateen0, 0);
    if (!config.fpu)
        return;
    clear_float();
}

/* From now on the guest sees a hart that comes out of reset. */
static void reset(VmHart *hart)
{
    vcpu_reset(&hart->vcpu, hart->start_pc, hart->number, hart->start_argument);
    csr_write(senvcfg, 0);
    csr_write(scounteren, 0);
    reset_registers();
    timer_reset(hart);
    if (hart->vm->irq->reset)
        hart->vm->irq->reset(hart);
    fence_i();
    hfence_gvma();
    hfence_vvma();
}

bool hart_runs(const VmHart *hart)
{
    return __atomic_load_n(&hart->vm->state, __ATOMIC_ACQUIRE) == VM_RUNNING &&
           __atomic_load_n(&hart->state, __ATOMIC_ACQUIRE) == SBI_HART_STARTED;
}

void hart_go_on(VmHart *hart)
{
    for (;;) {
        while (hart_runs(hart)) {
            vcpu_run(&hart->vcpu);
            exit_handle(hart);
        }
        leave(hart);
        wait_for_start(hart);
        reset(hart);
    }
}

void hart_live(void *vm_hart)
{
    VmHart *hart = vm_hart;
    hart_set_up(hart);
    budget_open(hart);
    wait_for_start(hart);
    reset(hart);
    hart_go_on(hart);
}

static Profile find_profile(const Fdt *host)
{
    static const char *const words[] = { "profile=bao", "profile=dom0less", "profile=jailhouse" };
    for (unsigned i = PROFILE_BAO; i <= PROFILE_JAILHOUSE; i++)
        if (bootarg_has(host, words[i - PROFILE_BAO]))
            return (Profile)i;
    if (bootarg_has(host, "profile="))
        panic("partition: profile= is bao, dom0less or jailhouse");
    return PROFILE_OWN;
}

static void read_config(const Fdt *host)
{
    uint64_t id;
    FdtNode cpu = fdt_next_cpu(host, NULL, &id);
    const char *isa = fdt_text(host, cpu, "riscv,isa");
    if (!isa_has(isa, "h"))
        panic("partition: the harts have no hypervisor extension");
    config = (Config){
        .profile = find_profile(host),
        .timer_by_calls = bootarg_has(host, "timer=sbi") || !isa_has(isa, "sstc"),
        .irq_emulated = bootarg_has(host, "irq=emulated"),
        .lazy = bootarg_has(host, "lazy"),
        .quiet = bootarg_has(host, "quiet"),
        .sstc = isa_has(isa, "sstc"),
        .stateen = isa_has(isa, "ssstateen") || isa_has(isa, "smstateen"),
        .svade = isa_has(isa, "svade"),
        .fpu = isa_has(isa, "f"),
    };
}

/* What has a place of its own, before anybody gets what is left. */
static void take_places(const Fdt *host)
{
    Partition part = { .node = NULL };
    while (partitions_next(host, part.node, &part)) {
        frames_take(part.kernel.host, part.kernel.size);
        frames_take(part.initrd.host, part.initrd.size);
        for (unsigned i = 0; i < part.n_memories; i++)
            if (part.memories[i].fixed)
                frames_take(part.memories[i].host, part.memories[i].size);
    }
    shared_find(host);
}

static void make_vms(const Fdt *host)
{
    static Partition part;
    unsigned good = 0;
    while (n_vms < VMS && partitions_next(host, part.node, &part)) {
        vms[n_vms].index = n_vms;
        vm_make(&vms[n_vms], host, &part);
        good += !vms[n_vms++].refused;
    }
    if (!good || (good < n_vms && config.profile == PROFILE_JAILHOUSE))
        panic("partition: nothing to start");
}

static void join(void *vm_hart)
{
    color_join();
    hart_live(vm_hart);
}

/* All harts of guests but this one; returns how many. This one's is `own`, NULL if it is no guest's. */
static unsigned start_harts(VmHart **own)
{
    unsigned n = 0;
    *own = NULL;
    for (unsigned i = 0; i < n_vms; i++)
        for (unsigned j = 0; j < vms[i].n_harts; j++) {
            VmHart *hart = &vms[i].harts[j];
            if (hart->id == hart_self()->id) {
                *own = hart;
                continue;
            }
            long error = hart_start(hart->id, join, hart);
            if (error)
                panic("partition: hart %lu does not start: error %ld", hart->id, error);
            n++;
        }
    return n;
}

void main(void *blob)
{
    Fdt host;
    PartitionSetup setup;
    VmHart *own;
    if (!fdt_open(&host, blob))
        panic("partition: no device tree");
    power_find(&host);
    if (!partitions_setup(&host, &setup))
        panic("partition: no partitions in the device tree");
    read_config(&host);
    frames_find(&host, &setup);
    frames_take(setup.memory.base + setup.memory.size - PAGE_SIZE, PAGE_SIZE); /* late.h */
    take_places(&host);
    console_make();
    make_vms(&host);
    if (config.profile == PROFILE_JAILHOUSE)
        late_begin(&host, &setup);
    unsigned others = start_harts(&own);
    color_move(&setup, others);
    if (own)
        hart_live(own);
    hart_stop();
}
