/* SPDX-License-Identifier: MIT */
/* main.c - a loop of vcpu_run and a look at why it came back; exits are counted by cause. */
#include <stddef.h>

#include "calls.h"
#include "lib/causes.h"
#include "lib/csr.h"
#include "lib/fdt.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"
#include "lib/vcpu.h"

typedef void ExitFn(Vcpu *vcpu);

extern const char guest[];

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

static void on_call(Vcpu *vcpu)
{
    if (vcpu->x[17] == CALL_END)
        finish(!vcpu->x[10]);
    print("guest: %lu\n", vcpu->x[10]);
    vcpu->pc += 4;
}

/* What the guest may not do is not done. */
static void on_instruction(Vcpu *vcpu)
{
    print("hyp: %s at guest+0x%lx\n", cause_name(vcpu->scause), vcpu->pc - (uintptr_t)guest);
    vcpu->pc += 4;
}

static ExitFn *const handlers[CAUSE_COUNT] = {
    [CAUSE_ECALL_VS] = on_call,
    [CAUSE_BREAKPOINT] = on_instruction,
    [CAUSE_VIRTUAL_INSTRUCTION] = on_instruction,
};

static void handle(Vcpu *vcpu)
{
    if (vcpu->scause >= CAUSE_COUNT || !handlers[vcpu->scause])
        panic("hyp: %s at 0x%lx, and nobody expects it", cause_name(vcpu->scause), vcpu->pc);
    exits[vcpu->scause]++;
    handlers[vcpu->scause](vcpu);
}

void main(void *tree)
{
    static Vcpu vcpu;
    Fdt fdt;
    if (!fdt_open(&fdt, tree))
        panic("hyp: no device tree");
    power_find(&fdt);
    csr_write(hedeleg, 0);
    csr_write(hgatp, 0);
    vcpu_reset(&vcpu, (uintptr_t)guest, 0, 0);
    for (;;) {
        vcpu_run(&vcpu);
        handle(&vcpu);
    }
}
