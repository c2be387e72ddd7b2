/* SPDX-License-Identifier: MIT */
/*
 * main.c - every serial port gives back what is typed at it, each at its own speed, by interrupts.
 *
 * The smallest program for several people at once: a port has a queue of what it is still to print. At the end of a line it
 * says which port it is and how many lines were typed there. Control-D at any of them ends the run, when all is printed.
 * `-bios none -kernel echoes.elf -device typewriter,chardev=ID ...`
 */
#include "lib/csr.h"
#include "lib/irqchip.h"
#include "lib/machine.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/uart.h"

enum { MOST = 9, QUEUE = 256, CONTROL_D = 4 };

typedef struct {
    uintptr_t base;
    unsigned source; /* of its interrupt */
    unsigned lines;
    char queue[QUEUE]; /* a ring of what is to be printed */
    unsigned head, tail;
} Port;

static Port ports[MOST];
static unsigned n_ports;
static bool ends;

/* What finds no room is not printed. */
static void say(Port *port, char c)
{
    if (port->tail - port->head < QUEUE)
        port->queue[port->tail++ % QUEUE] = c;
}

static void say_text(Port *port, const char *text)
{
    while (*text)
        say(port, *text++);
}

static void end_line(Port *port)
{
    say_text(port, "\r\n");
    say(port, (char)('0' + (port - ports)));
    say(port, ':');
    say(port, (char)('0' + port->lines++ % 10));
    say(port, ' ');
}

static void typed(Port *port, int c)
{
    if (c == CONTROL_D)
        ends = true;
    else if (c == '\r' || c == '\n')
        end_line(port);
    else
        say(port, (char)c);
}

/* Takes what has come, sends what can go. The port is asked to say when the next can while it is busy. */
static void serve(Port *port)
{
    int c;
    while ((c = uart_take(port->base)) >= 0)
        typed(port, c);
    while (port->head != port->tail && uart_can_send(port->base))
        uart_send(port->base, port->queue[port->head++ % QUEUE]);
    uart_interrupts(port->base, UART_RECEIVES | (uart_can_send(port->base) ? 0 : UART_SENDS));
}

static void open_ports(const Fdt *fdt)
{
    FdtNode node = NULL;
    FdtRange reg;
    while (n_ports < MOST && (node = fdt_find_compatible(fdt, node, "ns16550a"))) {
        Port *port = &ports[n_ports++];
        if (!fdt_reg(fdt, node, 0, &reg))
            panic("echoes: a port without an address");
        port->base = reg.base;
        port->source = irqchip_source(fdt, node);
        uart_init(port->base);
        plic_machine.enable(port->source, true);
        end_line(port);
        serve(port);
    }
}

static bool all_printed(void)
{
    for (unsigned i = 0; i < n_ports; i++)
        if (ports[i].head != ports[i].tail || !uart_is_empty(ports[i].base))
            return false;
    return true;
}

static void interrupted(void)
{
    unsigned source;
    while ((source = plic_machine.claim())) {
        for (unsigned i = 0; i < n_ports; i++)
            if (ports[i].source == source)
                serve(&ports[i]);
        plic_machine.complete(source);
    }
}

void main(void *tree)
{
    Fdt fdt;
    if (!fdt_open(&fdt, tree))
        for (;;)
            wfi();
    machine_find(&fdt);
    FdtNode chip = fdt_find_compatible(&fdt, NULL, plic_machine.compatible);
    if (!chip || !plic_machine.open(&fdt, chip, 0))
        panic("echoes: there is no PLIC");
    csr_write(mie, MIE_EXTERNAL);
    open_ports(&fdt);
    while (!ends || !all_printed()) {
        wfi();
        interrupted();
    }
    power_off(true);
}
