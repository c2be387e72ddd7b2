/* SPDX-License-Identifier: MIT */
/*
 * main.c - how it begins, and the dispatcher: the machines that can go on have the processor in turn, for a quantum each.
 *
 * A machine loses it earlier when it waits for a page, or for an interrupt of its own. Words of the command line:
 *
 *   vm1=loop:16:20  what machine 1 loads, and its registers a0, a1, a2    all=4*loop:16:20  the same for machines 1 to 4
 *   frames=48       frames that CP leaves them of 64                     quantum=50        milliseconds
 *   replace=use     frames that were used are passed over (else fifo)    drum=ordered      (else first in, first out)
 *   seconds=10      then it ends; else when all machines have halted
 */
#include "cp40.h"

#include "lib/bootargs.h"
#include "lib/irqchip.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/string.h"

Cp cp;
static const Irqchip *const irqchip = &plic_machine;

void vm_stop(Vm *vm, const char *why)
{
    if (vm->state == STOPPED)
        return;
    vm->state = STOPPED;
    if (why)
        vm_say(vm, why);
}

static void interrupts(void)
{
    for (unsigned source; (source = irqchip->claim());) {
        if (source == cp.drum_source)
            paging_ended();
        else if (source == cp.uart_source)
            console_received();
        irqchip->complete(source);
    }
    for (Vm *vm = cp.vm; vm < cp.vm + cp.n_vms; vm++)
        if (vm->state == WAITING && vm_pending(vm))
            vm->state = READY;
}

/* The next alarm: `when`, or a machine's timer or the end before that. */
static void alarm(uint64_t when)
{
    uint64_t now = machine_time();
    when = when < cp.end ? when : cp.end;
    for (const Vm *vm = cp.vm; vm < cp.vm + cp.n_vms; vm++)
        if (vm->state != STOPPED && vm->csr.ie & MIE_TIMER && vm->timer < when &&
            (vm->timer > now || vm->state == WAITING))
            when = vm->timer;
    machine_alarm(when);
}

static void exception(Vm *vm)
{
    const uint64_t cause = vm->user.cause, tval = vm->user.tval;
    switch (cause) {
    case CAUSE_FETCH_PAGE:
    case CAUSE_LOAD_PAGE:
    case CAUSE_STORE_PAGE:
        if (tval < CORE_SIZE)
            page_fault(vm, (unsigned)(tval / PAGE_SIZE));
        else if (cause == CAUSE_FETCH_PAGE)
            reflect(vm, CAUSE_FETCH_ACCESS, tval);
        else
            device_access(vm);
        return;
    case CAUSE_ILLEGAL: privileged(vm, (uint32_t)tval); return;
    case CAUSE_ECALL_U:
        reflect(vm, vm->supervisor ? 11 : CAUSE_ECALL_U, 0);
        return; /* 11: of M-mode */
    default: reflect(vm, cause, tval); return;
    }
}

/* Until it waits, stops, or its quantum is over. */
static Why run(Vm *vm)
{
    const uint64_t end = machine_time() + cp.quantum;
    cat_select(vm->number);
    while (vm->state == READY) {
        vm_interrupt(vm);
        if (vm->state != READY)
            break;
        alarm(end);
        user_run(&vm->user);
        if (vm->user.cause & MCAUSE_IRQ)
            interrupts();
        else
            exception(vm);
        if (machine_time() >= end)
            return WHY_QUANTUM;
    }
    return vm->state == PAGE_WAIT ? WHY_PAGE : vm->state == WAITING ? WHY_WAIT : WHY_HALT;
}

static Vm *next_ready(unsigned last)
{
    for (unsigned i = 0; i < cp.n_vms; i++)
        if (cp.vm[(last + i) % cp.n_vms].state == READY)
            return &cp.vm[(last + i) % cp.n_vms];
    return NULL;
}

static bool all_stopped(void)
{
    for (const Vm *vm = cp.vm; vm < cp.vm + cp.n_vms; vm++)
        if (vm->state != STOPPED)
            return false;
    return true;
}

static void dispatch(void) __attribute__((noreturn));
static void dispatch(void)
{
    unsigned last = 0;
    Why why = WHY_START;
    for (;;) {
        console_listen();
        interrupts();
        Vm *vm = next_ready(last);
        if (machine_time() >= cp.end || (!vm && all_stopped()))
            power_off(true);
        if (!vm) {
            alarm(UINT64_MAX);
            wfi();
            continue;
        }
        say_dispatch(last, vm->number, why);
        say_start(vm->number, 0, why);
        why = run(vm);
        say_stop(vm->number, 0, why);
        last = vm->number;
    }
}

/* Programs: members of an archive, called NAME.bin/ there; each header has 60 characters, name and size among them. */
enum { MAGIC = 8, SIZE_AT = 48, HEADER = 60 };

static uint64_t decimal(const char **at)
{
    uint64_t number = 0;
    for (; **at >= '0' && **at <= '9'; ++*at)
        number = 10 * number + (uint64_t)(**at - '0');
    return number;
}

static bool find_program(Vm *vm, const char *name, size_t size)
{
    for (const char *at = cp.tape + MAGIC; at + HEADER < cp.tape_end;) {
        const char *digits = at + SIZE_AT;
        uint64_t bytes = decimal(&digits);
        if (!memcmp(at, name, size) && at[size] == '.' && bytes <= CORE_SIZE) {
            vm->image = at + HEADER;
            vm->image_size = bytes;
            return true;
        }
        at += HEADER + bytes + (bytes & 1);
    }
    return false;
}

/* `text` is NAME:A0:A1:A2, up to a space. */
static void ipl(Vm *vm, const char *text)
{
    size_t size = 0;
    while (text[size] > ' ' && text[size] != ':')
        size++;
    if (!find_program(vm, text, size))
        panic("cp40: vm%u: there is no such program on the tape", vm->number);
    const char *at = text + size;
    memset(&vm->user, 0, sizeof(vm->user));
    for (unsigned i = 10; *at == ':' && i < 18; i++) {
        const char *digits = ++at;
        vm->user.x[i] = decimal(&at);
        if (at == digits)
            break;
    }
    if (*at > ' ' || at[-1] == ':')
        panic("cp40: vm%u: behind each : there is a number, eight at most", vm->number);
    vm->timer = UINT64_MAX;
    vm->supervisor = true;
    vm->state = READY;
    if (vm->number > cp.n_vms)
        cp.n_vms = vm->number;
}

/* The words vmN=..., and before them all=K*... */
static void load_all(const char *words)
{
    for (Vm *vm = cp.vm; vm < cp.vm + VMS; vm++) {
        vm->number = (unsigned)(vm - cp.vm) + 1;
        vm->state = STOPPED;
    }
    for (unsigned own = 0; own < 2; own++) {
        for (const char *at = words; *at;) {
            bool named = !memcmp(at, "vm", 2), wanted = own ? named : !memcmp(at, "all=", 4);
            const char *digits = at + (named ? 2 : 4);
            uint64_t number = wanted ? decimal(&digits) : 0;
            if (wanted && (number < 1 || number > VMS || *digits != (own ? '=' : '*')))
                panic("cp40: vmN=PROGRAM or all=N*PROGRAM, with machines 1 to %u", VMS);
            for (uint64_t n = own ? number : 1; n && n <= number; n++)
                ipl(&cp.vm[n - 1], digits + 1);
            while (*at && *at != ' ')
                at++;
            while (*at == ' ')
                at++;
        }
    }
    if (!cp.n_vms)
        panic("cp40: nothing to load: give -append vm1=NAME");
}

static const Bootarg words[] = {
    { "vm#", .most = VMS },
    { "all", .most = 0 },
    { "frames", .least = 2, .most = FRAMES },
    { "replace", .words = "fifo|use" },
    { "drum", .words = "fifo|ordered" },
    { "quantum", .least = 1, .most = 10000 },
    { "seconds", .least = 1, .most = 1000000 },
};

void main(void *blob)
{
    Fdt fdt;
    uint32_t size;
    if (!fdt_open(&fdt, blob))
        panic("cp40: there is no device tree");
    machine_find(&fdt);
    bootargs_check(&fdt, "cp40", "", words, sizeof words / sizeof words[0]);
    if (!cat_is_there())
        panic("cp40: this hart has no associative memory: give -cpu max,cat=64");
    FdtNode chosen = fdt_find(&fdt, "/chosen"),
            chip = fdt_find_compatible(&fdt, NULL, irqchip->compatible);
    const void *start = fdt_prop(&fdt, chosen, "linux,initrd-start", &size);
    const void *end = fdt_prop(&fdt, chosen, "linux,initrd-end", NULL);
    if (!start || !end || !chip || !irqchip->open(&fdt, chip, csr_read(mhartid)))
        panic("cp40: no programs: give build/hyp/cp40.tape with -initrd");
    cp.tape = (const char *)fdt_number(start, size / 4);
    cp.tape_end = (const char *)fdt_number(end, size / 4);
    console_open(&fdt);
    paging_open(&fdt);
    irqchip->enable(cp.uart_source, true);
    irqchip->enable(cp.drum_source, true);
    load_all(fdt_text(&fdt, chosen, "bootargs"));
    cp.quantum = bootarg_number(&fdt, "quantum", 50) * machine_hz() / 1000;
    uint64_t seconds = bootarg_number(&fdt, "seconds", 0);
    cp.end = seconds ? machine_time() + seconds * machine_hz() : UINT64_MAX;
    csr_write(mcounteren, 0);
    csr_write(mie, MIE_TIMER | MIE_EXTERNAL);
    csr_set(mstatus, MSTATUS_TW);
    dispatch();
}
