/* SPDX-License-Identifier: MIT */
/* main.c - who gets which harts and colours; see split.h. */
#include "split.h"

#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/trap.h"

static VmHart vm_harts[HART_MAX];
static Vm target = { .name = "target", .vmid = 1 },
          interferer = { .name = "interferer", .vmid = 2 };

/* A trap of our own is a mistake of our own. */
void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

static void run_other(void *hart)
{
    move_join();
    vm_hart_run(hart);
}

static void give_harts(Vm *vm, unsigned first, unsigned count)
{
    vm->harts = &vm_harts[first];
    vm->count = count;
    for (unsigned i = 0; i < count; i++)
        vm->harts[i] = (VmHart){ .vm = vm, .id = hart_self()->id + first + i };
}

static void start_interferers(void)
{
    for (unsigned i = 0; i < interferer.count; i++) {
        long error = hart_start(interferer.harts[i].id, run_other, &interferer.harts[i]);
        if (error)
            panic("split: hart %lu does not start: error %ld", interferer.harts[i].id, error);
    }
}

void main(void *blob)
{
    Fdt host;
    if (!fdt_open(&host, blob))
        panic("split: no device tree");
    power_find(&host);
    console_find(&host);
    frames_find(&host);
    target.colors = bootarg_number(&host, "target", 0);
    interferer.colors = bootarg_number(&host, "others", 0);
    uint64_t own = bootarg_number(&host, "own", 0);
    give_harts(&target, 0, 1);
    give_harts(&interferer, 1, (unsigned)bootarg_number(&host, "interferers", 0));
    vm_make(&target, &host, true);
    if (interferer.count)
        vm_make(&interferer, &host, false);
    print("split: %u interferers, of %u colours 0x%lx, 0x%lx, 0x%lx\n", interferer.count, n_colors,
          target.colors, interferer.colors, own);
    start_interferers();
    move_all(own, interferer.count);
    vm_harts[1].started = interferer.count > 0;
    while (__atomic_load_n(&n_ready, __ATOMIC_ACQUIRE) < interferer.count)
        pause();
    target.harts[0].started = true;
    vm_hart_run(&target.harts[0]);
}
