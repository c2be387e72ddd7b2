/* SPDX-License-Identifier: MIT */
/* uart_port.c - a serial port of one's own, with interrupts; see uart.h. Registers as the data sheet of the PC16550D names
 * them. */
#include "lib/mmio.h"
#include "lib/uart.h"

enum { RBR_THR, IER, FCR, LCR, MCR, LSR };
enum { FCR_ENABLE = 1, FCR_CLEAR_RECEIVE = 2, FCR_CLEAR_SEND = 4 };
enum { LCR_8_BITS = 3, MCR_DTR = 1, MCR_RTS = 2, MCR_OUT2 = 8 };
enum { LSR_READY = 1, LSR_THRE = 0x20 };

void uart_init(uintptr_t base)
{
    write8(base + IER, 0);
    write8(base + LCR, LCR_8_BITS);
    write8(base + FCR, FCR_ENABLE | FCR_CLEAR_RECEIVE | FCR_CLEAR_SEND);
    write8(base + MCR, MCR_DTR | MCR_RTS | MCR_OUT2);
}

void uart_interrupts(uintptr_t base, unsigned which)
{
    write8(base + IER, (uint8_t)which);
}

bool uart_can_send(uintptr_t base)
{
    return read8(base + LSR) & LSR_THRE;
}

void uart_send(uintptr_t base, char byte)
{
    write8(base + RBR_THR, (uint8_t)byte);
}

int uart_take(uintptr_t base)
{
    return read8(base + LSR) & LSR_READY ? read8(base + RBR_THR) : -1;
}
