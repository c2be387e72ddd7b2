/* SPDX-License-Identifier: MIT */
/*
 * console.c - one typewriter for all: lines of the machines, each with the name of its own, and CP's own answers.
 *
 * A line that begins with # is for CP; any other is typed at the machine that is attached.
 */
#include "cp40.h"

#include "lib/irqchip.h"
#include "lib/print.h"
#include "lib/string.h"
#include "lib/uart.h"

enum { KEYS = 16 };

static char typed[LINE];
static unsigned length, attached = 1;

void vm_say(const Vm *vm, const char *text)
{
    print("vm%u: %s\n", vm->number, text);
}

/* Its line is printed when it is whole, so that lines do not mix. */
void console_typed(Vm *vm, char character)
{
    if (character != '\n')
        vm->line[vm->line_length++] = character >= ' ' && character <= '~' ? character : '.';
    if (character != '\n' && vm->line_length < LINE - 1)
        return;
    vm->line[vm->line_length] = 0;
    vm->line_length = 0;
    vm_say(vm, vm->line);
}

static void query(unsigned argument)
{
    static const char *const states[] = { "ready", "page wait", "waiting", "stopped" };
    (void)argument;
    for (const Vm *vm = cp.vm; vm < cp.vm + cp.n_vms; vm++)
        print("vm%2u %-9s %2u of %u frames, %u faults, %u simulated%s\n", vm->number,
              states[vm->state], vm->resident, paging_frames(), vm->faults, vm->simulated,
              vm->number == attached ? ", attached" : "");
}

static void query_frames(unsigned argument)
{
    (void)argument;
    for (unsigned i = FRAMES - paging_frames(); i < FRAMES; i++) {
        uint64_t value = cat_read(i);
        print("%2u %s vm%2u page %2u%s%s%s", i, value & CAT_VALID ? "has " : "none",
              (unsigned)(value >> CAT_VM & 15), (unsigned)(value >> CAT_PAGE & 63),
              value & CAT_USE ? " used" : "", value & CAT_CHANGE ? " changed" : "",
              value & CAT_LOCK ? " locked\n" : "\n");
    }
}

static bool is_machine(unsigned number)
{
    if (number < 1 || number > cp.n_vms)
        print("a machine's number is 1 to %u\n", cp.n_vms);
    return number >= 1 && number <= cp.n_vms;
}

static void attach(unsigned argument)
{
    if (is_machine(argument)) {
        attached = argument;
        print("vm%u is attached\n", attached);
    }
}

static void halt(unsigned argument)
{
    if (is_machine(argument))
        vm_stop(&cp.vm[argument - 1], "halted by the operator");
}

static const struct {
    const char *name;
    void (*does)(unsigned argument);
} commands[] = {
    { "query", query }, { "frames", query_frames }, { "attach", attach }, { "halt", halt }
};

/* "NAME" or "NAME NUMBER". */
static void command(const char *text)
{
    unsigned argument = 0;
    size_t size = 0;
    while (text[size] && text[size] != ' ')
        size++;
    for (const char *at = text + size; *at; at++)
        if (*at >= '0' && *at <= '9' && argument < 100)
            argument = 10 * argument + (unsigned)(*at - '0');
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        if (strlen(commands[i].name) != size || memcmp(commands[i].name, text, size))
            continue;
        say_command(argument, i);
        commands[i].does(argument);
        return;
    }
    print("commands: #query #frames #attach N #halt N\n");
}

static void deliver(Vm *vm, const char *text, unsigned size)
{
    for (unsigned i = 0; i <= size && vm->input_count < INPUT; i++)
        vm->input[(vm->input_first + vm->input_count++) % INPUT] = i < size ? text[i] : '\n';
}

void console_listen(void)
{
    uart_interrupts(cp.uart, UART_RECEIVES);
}

/* So many keys, and no more until the next machine has its turn: what is pasted shall not stop the others. */
void console_received(void)
{
    uart_interrupts(cp.uart, 0);
    for (int key, n = 0; n < KEYS && (key = uart_take(cp.uart)) >= 0; n++) {
        if (key != '\r' && key != '\n') {
            if (key >= ' ' && key <= '~' && length < LINE - 1) {
                typed[length++] = (char)key;
                print("%c", key);
            } else if ((key == '\b' || key == 0x7f) && length) {
                length--;
                print("\b \b");
            }
            continue;
        }
        print("\n");
        typed[length] = 0;
        if (typed[0] == '#')
            command(typed + 1);
        else
            deliver(&cp.vm[attached - 1], typed, length);
        length = 0;
    }
}

void console_open(const Fdt *fdt)
{
    FdtRange reg;
    FdtNode node = fdt_find_compatible(fdt, NULL, "ns16550a");
    if (!node || !fdt_reg(fdt, node, 0, &reg))
        panic("cp40: no console");
    cp.uart = reg.base;
    cp.uart_source = irqchip_source(fdt, node);
    uart_init(cp.uart);
}
