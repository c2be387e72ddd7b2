/* SPDX-License-Identifier: MIT */
/*
 * console.c - terminals. Each virtual machine's console is a typewriter of a user's, at which he also speaks to CP: the
 * attention key stops the machine, and lines are console functions until BEGIN. [CP-67 User's Guide GH20-0859]
 *
 * A typewriter is slow, so what is said waits in a ring; a machine that says much is stopped until there is room, as one that has
 * started a typewriter waits for its end. A machine without a terminal of its own says whole lines at the operator's.
 */
#include "cp67/cp.h"
#include "lib/irqchip.h"
#include "lib/machine.h"
#include "lib/print.h"
#include "lib/uart.h"

enum { OUT = 4096, FULL = OUT / 4, BACKSPACE = 8, DELETE = 0x7f, PATIENCE = 60, PAUSES = 100 };

struct Terminal {
    uintptr_t port;
    Vm *vm;
    bool to_cp;   /* its lines are for CP */
    bool in_line; /* the carriage is not at the left */
    char line[UNIT_LINE + 1];
    unsigned length;
    char out[OUT]; /* a ring */
    unsigned said, typed;
};

static Terminal terminals[1 + VM_MAX];
static unsigned count;
static Terminal *answer = terminals;
static bool by_interrupt;

static unsigned waiting(const Terminal *terminal)
{
    return terminal->said - terminal->typed;
}

/* Where a machine is heard. */
static Terminal *heard_at(const Vm *vm)
{
    Terminal *own = terminal_of(vm);
    return own ? own : terminals;
}

/* Types what the typewriter takes now; machines that were stopped until there is room go on. */
static void type(Terminal *terminal)
{
    while (waiting(terminal) && uart_can_send(terminal->port))
        uart_send(terminal->port, terminal->out[terminal->typed++ % OUT]);
    bool more = waiting(terminal) || (terminal == terminals && spool_prints());
    uart_interrupts(terminal->port, UART_RECEIVES | (more ? UART_SENDS : 0));
    for (Vm *vm = cp.vms; vm < cp.vms + cp.count && waiting(terminal) < FULL / 2; vm++) {
        if (vm->state == CONSOLE && heard_at(vm) == terminal &&
            !(terminal->vm == vm && terminal->to_cp))
            vm_wake(vm, vm->queue, WHY_CONSOLE);
    }
}

/* A machine is stopped long before there is no room; what CP itself says then is lost. A typewriter does what it is told: to
 * the left, and a line on. */
static void say_at(Terminal *terminal, char c)
{
    if (waiting(terminal) > OUT - 2)
        return;
    if (c == '\n')
        terminal->out[terminal->said++ % OUT] = '\r';
    terminal->out[terminal->said++ % OUT] = c;
    terminal->in_line = c != '\n';
}

/* For print. */
void console_write(const char *text, size_t size)
{
    if (!count) {
        for (size_t i = 0; i < size; i++)
            uart_put(machine_serial(), text[i]);
        return;
    }
    for (size_t i = 0; i < size; i++)
        say_at(answer, text[i]);
    type(answer);
}

bool answer_at(Terminal *terminal)
{
    answer = terminal ? terminal : terminals;
    return waiting(answer) < FULL / 4;
}

void answer_fresh(void)
{
    if (answer->in_line)
        print("\n");
}

static unsigned claim(void)
{
    return by_interrupt ? plic_machine.claim() : 0;
}

static void complete(unsigned source)
{
    if (source)
        plic_machine.complete(source);
}

void console_drain(void)
{
    uint64_t end = machine_time() + PATIENCE * machine_hz();
    for (unsigned i = 0; i < count; i++) {
        for (; waiting(&terminals[i]) && machine_time() < end; type(&terminals[i])) {
            machine_alarm(machine_time() + machine_hz() / PAUSES);
            wfi();
            complete(claim());
        }
    }
}

bool printer_is_free(void)
{
    return waiting(terminals) < FULL && !terminals->in_line;
}

Terminal *terminal_of(const Vm *vm)
{
    for (unsigned i = 0; vm && i < count; i++) {
        if (terminals[i].vm == vm)
            return &terminals[i];
    }
    return NULL;
}

Vm *terminal_vm(const Terminal *terminal)
{
    return terminal->vm;
}

unsigned terminal_number(const Terminal *terminal)
{
    return (unsigned)(terminal - terminals);
}

void terminal_connect(Terminal *terminal, Vm *vm)
{
    terminal->vm = vm;
    terminal->to_cp = !vm;
}

void terminal_begin(Terminal *terminal)
{
    terminal->to_cp = false;
    if (waiting(terminal) < FULL && terminal->vm->state == CONSOLE)
        vm_wake(terminal->vm, Q1, WHY_CONSOLE);
}

void console_hold(Vm *vm)
{
    if (waiting(heard_at(vm)) >= FULL && vm->state == RUNNABLE)
        vm_stop(vm, CONSOLE);
}

/* Without a terminal of its own a machine is heard by whole lines, with its name before, and no control characters in them: they
 * could make one machine's text look like another's. */
void console_flush(Vm *vm)
{
    const Terminal *own = terminal_of(vm);
    bool whole = vm->line_length == LINE || vm->state == LOGGED_OFF ||
                 (vm->line_length && vm->line[vm->line_length - 1] == '\n');
    if (!vm->line_length || !(own || whole))
        return;
    answer_at(heard_at(vm));
    if (!own) {
        answer_fresh();
        print("%s: ", vm->name);
        for (unsigned i = 0; i < vm->line_length; i++)
            vm->line[i] = vm->line[i] == '\n' || (vm->line[i] >= ' ' && vm->line[i] < DELETE)
                              ? vm->line[i]
                              : '.';
    }
    console_write(vm->line, vm->line_length);
    if (!own)
        answer_fresh();
    answer_at(NULL);
    vm->line_length = 0;
    console_hold(vm);
}

/* Where others may say something in between, lines stay whole if they can. */
void console_put(Vm *vm, char c)
{
    bool alone = count > 1 || cp.count == 1;
    vm->line[vm->line_length++] = c;
    if (c == '\n' || vm->line_length == LINE || (alone && terminal_of(vm)))
        console_flush(vm);
}

int console_get(Vm *vm)
{
    return vm->typed == vm->taken ? -1 : (unsigned char)vm->input[vm->taken++ % INPUT];
}

/* The machine stops, whatever it does: CP listens. */
static void attend(Terminal *terminal)
{
    terminal->length = 0;
    if (terminal->vm && !terminal->to_cp) {
        terminal->to_cp = true;
        if (terminal->vm->state == RUNNABLE || terminal->vm->state == WAITING)
            vm_stop(terminal->vm, CONSOLE);
    }
    answer_at(terminal);
    answer_fresh();
    print("CP\n");
    answer_at(NULL);
}

/* A line for CP is edited here, and comes back as it is typed. */
static void take_for_cp(Terminal *terminal, char c)
{
    answer_at(terminal);
    if (c == '\r' || c == '\n') {
        print("\n");
        terminal->line[terminal->length] = 0;
        terminal->length = 0;
        command_do(terminal->vm, terminal, terminal->line, false);
    } else if ((c == BACKSPACE || c == DELETE) && terminal->length) {
        terminal->length--;
        print("\b \b");
    } else if (c >= ' ' && c < DELETE && terminal->length < UNIT_LINE) {
        terminal->line[terminal->length++] = c;
        print("%c", c);
    }
    answer_at(NULL);
}

/* A machine that waited for a page when the key was pressed is stopped when the page has come; one that is gone leaves its
 * terminal. */
static void follow(Terminal *terminal)
{
    Vm *vm = terminal->vm;
    if (vm && vm->state == LOGGED_OFF)
        terminal_connect(terminal, NULL);
    else if (vm && terminal->to_cp && (vm->state == RUNNABLE || vm->state == WAITING))
        vm_stop(vm, CONSOLE);
}

/* What its user types ends a machine's wait: a real one would be interrupted. All is taken, since the attention key may be behind it;
 * more than the machine's ring holds is lost. */
static void take(Terminal *terminal, char c)
{
    follow(terminal);
    Vm *vm = terminal->vm;
    if (c == ATTENTION) {
        attend(terminal);
    } else if (terminal->to_cp) {
        take_for_cp(terminal, c);
    } else if (vm->typed - vm->taken < INPUT) {
        vm->input[vm->typed++ % INPUT] = c;
        vm->spoken_to = vm->state != WAITING;
        if (vm->state == WAITING)
            vm_wake(vm, Q1, WHY_WAKE);
    }
}

void console_poll(void)
{
    unsigned source = claim();
    spool_poll();
    for (unsigned i = 0; i < count; i++) {
        int c;
        while ((c = uart_take(terminals[i].port)) >= 0)
            take(&terminals[i], (char)c);
        type(&terminals[i]);
        follow(&terminals[i]);
    }
    paging_poll();
    complete(source); /* who still has a reason interrupts again */
}

uint64_t console_patience(void)
{
    return by_interrupt ? UINT64_MAX : machine_hz() / PAUSES;
}

void console_listen(unsigned source)
{
    if (by_interrupt)
        plic_machine.enable(source, true);
}

static void add(FdtNode node)
{
    FdtRange reg;
    Terminal *terminal = &terminals[count];
    if (!node || count == 1 + VM_MAX || !fdt_reg(&cp.fdt, node, 0, &reg))
        return;
    *terminal = (Terminal){ .port = reg.base, .to_cp = true };
    uart_init(terminal->port);
    uart_interrupts(terminal->port, UART_RECEIVES);
    console_listen(irqchip_source(&cp.fdt, node));
    count++;
}

/* With typewriters a machine each, as far as they go; without, the first machine has the board's serial port. */
void console_make(void)
{
    FdtNode node = fdt_find_compatible(&cp.fdt, NULL, plic_machine.compatible);
    by_interrupt = node && plic_machine.open(&cp.fdt, node, HART);
    csr_set(mie, by_interrupt ? MIE_EXTERNAL : 0);
    for (node = NULL; (node = fdt_find_compatible(&cp.fdt, node, "ns16550a"));) {
        if (!fdt_list_has(&cp.fdt, node, "compatible", "bulkhead,typewriter"))
            break;
    }
    add(node);
    for (node = NULL; (node = fdt_find_compatible(&cp.fdt, node, "bulkhead,typewriter"));)
        add(node);
    for (unsigned i = 0; i < cp.count; i++) {
        unsigned number = count > 1 ? i + 1 : i;
        if (number < count)
            terminal_connect(&terminals[number], &cp.vms[i]);
    }
}
