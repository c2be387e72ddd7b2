/* SPDX-License-Identifier: MIT */
/*
 * dispatch.c - which virtual machine runs, and until when; see vm.h.
 *
 * Who has been spoken to by its user is in Q1, with a short slice, and before all who are in Q2, with one that is eight times as
 * long; within a queue they take turns. [Bard 1973, S19; VM/370 SPG, S39; the ratio is VM/SP's, S44] What of CP-67 is left out: admission to
 * Q2 by the size of the working set, and priorities.
 */
#include "cp67/cp.h"
#include "lib/power.h"
#include "lib/print.h"

#define NEVER UINT64_MAX

/* The interval timer advances with the machine's own processor time, unless it is made real [VM/370 SPG]; the same goes for the
 * time here, since it is what the timer is compared with. */
uint64_t vm_time(const Vm *vm)
{
    if (vm->timer_real)
        return machine_time() + vm->time_lag;
    return vm->time_used + (cp.running == vm ? machine_time() - vm->since : 0) + vm->time_lag;
}

void vm_set_timer(Vm *vm, bool real, bool off)
{
    uint64_t t = vm_time(vm);
    vm->timer_real = real;
    vm->timer_off = off;
    vm->time_lag += t - vm_time(vm);
    cp.entered = 0;
    cp.reconsider = true;
}

static void enqueue(Vm *vm, Queue queue)
{
    static uint64_t tickets;
    if (vm->queue != queue || vm->slice_left <= 0)
        vm->slice_left = (int64_t)cp.slice[queue];
    vm->queue = queue;
    vm->ticket = ++tickets;
}

void vm_wake(Vm *vm, Queue queue, Why why)
{
    vm->state = RUNNABLE;
    enqueue(vm, queue);
    cp.why = why;
    cp.reconsider = true;
}

void vm_stop(Vm *vm, RunState state)
{
    vm->state = state;
    cp.reconsider = true;
}

static void report(const Vm *vm)
{
    const Counts *n = &vm->counts;
    print("cp67: %s: %lu exits, %lu simulated, %lu reflected, %lu calls, %lu registers, "
          "%lu fills, %lu flushes, %lu dispatches\n",
          vm->name, n->exits, n->simulated, n->reflected, n->calls, n->devices, n->fills,
          n->flushes, n->dispatches);
}

void vm_log_off(Vm *vm, bool well)
{
    bool left = false, failed = false;
    vm->failed = !well;
    vm_stop(vm, LOGGED_OFF);
    console_flush(vm);
    paging_forget(vm);
    for (unsigned i = 0; i < cp.count; i++) {
        left |= cp.vms[i].state != LOGGED_OFF;
        failed |= cp.vms[i].failed;
    }
    if (left)
        return;
    for (unsigned i = 0; i < cp.count; i++)
        report(&cp.vms[i]);
    console_drain();
    power_off(!failed);
}

/* Accounts for the time that it ran. Who has used up its slice goes to the end of Q2. */
static void settle(Vm *vm)
{
    uint64_t t = machine_time(), used = t - vm->since;
    vm->time_used += used;
    vm->since = t;
    vm->slice_left -= (int64_t)used;
    if (vm->slice_left <= 0)
        enqueue(vm, Q2);
}

static bool is_before(const Vm *a, const Vm *b)
{
    return a->queue != b->queue ? a->queue < b->queue : a->ticket < b->ticket;
}

static Vm *choose(void)
{
    Vm *best = NULL;
    for (unsigned i = 0; i < cp.count; i++) {
        Vm *vm = &cp.vms[i];
        if (vm->state == WAITING && vm_pending(vm) & vm->csr.sie)
            vm_wake(vm, vm->queue, WHY_WAKE);
        if (vm->state == RUNNABLE && (!best || is_before(vm, best)))
            best = vm;
    }
    return best;
}

/* From a machine to another one, or from or to nobody (NULL). */
static void change(Vm *from, Vm *to)
{
    static const Why left[] = { [RUNNABLE] = WHY_QUANTUM,
                                [WAITING] = WHY_WAIT,
                                [PAGE_WAIT] = WHY_PAGE,
                                [CONSOLE] = WHY_CONSOLE,
                                [LOGGED_OFF] = WHY_DONE };
    if (from == to)
        return;
    say_dispatch(from ? from->number : 0, to ? to->number : 0, from ? left[from->state] : cp.why);
    cp.running = to;
    if (to) {
        to->counts.dispatches++;
        to->since = machine_time();
    }
}

/* Ticks until its timer interrupts; NEVER if it does not soon, or has: who runs gets to know of that before it goes on, but who
 * waits must be woken, if it has come since that was looked at. */
static uint64_t timer_left(const Vm *vm)
{
    uint64_t now = vm_time(vm), left = vm->timer_at - now;
    bool wakes = vm->state == WAITING && vm->csr.sie & SIE_TIMER;
    if (vm->timer_off)
        return NEVER;
    if (now >= vm->timer_at)
        return wakes ? 0 : NEVER;
    return left < NEVER / 4 ? left : NEVER;
}

/* The next time that something has to be decided: a timer of a machine, or the end of a slice that others wait for. */
static void set_alarm(const Vm *vm)
{
    uint64_t least = console_patience();
    for (unsigned i = 0; i < cp.count; i++) {
        const Vm *other = &cp.vms[i];
        uint64_t left = NEVER;
        if (other == vm || (other->state == WAITING && other->timer_real))
            left = timer_left(other);
        else if (vm && other->state == RUNNABLE)
            left = (uint64_t)vm->slice_left;
        least = left < least ? left : least;
    }
    machine_alarm(least == NEVER ? NEVER : machine_time() + least);
}

static void handle(Vm *vm)
{
    vm->counts.exits++;
    switch (vm->user.cause) {
    case MCAUSE_IRQ | IRQ_M_TIMER: cp.reconsider = true; break;
    case MCAUSE_IRQ | IRQ_M_EXTERNAL: console_poll(); break;
    case CAUSE_ILLEGAL: on_illegal(vm); break;
    case CAUSE_FETCH_PAGE:
    case CAUSE_LOAD_PAGE:
    case CAUSE_STORE_PAGE: on_page_fault(vm); break;
    case CAUSE_ECALL_U:
        if (vm->csr.supervisor)
            on_call(vm);
        else
            reflect(vm, CAUSE_ECALL_U, 0);
        break;
    default: reflect(vm, vm->user.cause, vm->user.tval);
    }
}

void dispatch(void)
{
    csr_set(mie, MIE_TIMER);
    for (;;) {
        if (cp.running)
            settle(cp.running);
        console_poll();
        Vm *vm = choose();
        change(cp.running, vm);
        set_alarm(vm);
        cp.reconsider = false;
        if (!vm)
            wfi();
        while (vm && vm->state == RUNNABLE && !cp.reconsider) {
            reflect_interrupt(vm);
            shadow_enter(vm);
            if (cp.fast)
                user_run_fast(&vm->user, fast);
            else
                user_run(&vm->user);
            handle(vm);
        }
    }
}
