/* SPDX-License-Identifier: MIT */
/*
 * uart.h - a serial port: the National Semiconductor 16550A.
 *
 * Byte registers one byte apart, a 16-byte receive FIFO, an input clock of 3.6864 MHz. The other
 * end of the line is a HostChar. Transmission takes no virtual time: the transmitter is empty again
 * before the next instruction.
 *
 * A typewriter is one whose characters take their time to print. It begins with one as soon as the
 * one before is done; until then there is room for more only in the transmit FIFO, if that is on,
 * and the transmitter is empty when all is printed.
 */
#ifndef DEVICES_UART_H
#define DEVICES_UART_H

#include "devices/device.h"
#include "emu/base/host.h"

enum { UART_CLOCK = 3686400, UART_FIFO = 16 };

typedef struct {
    Device dev;
    HostChar *chr;    /* configuration: the other end; NULL: nothing is connected */
    uint8_t port;     /* configuration: which it is, in traces; 0 is the board's */
    uint64_t char_ns; /* configuration: that a character takes to print; 0: none */
    uint8_t ier, fcr, lcr, mcr, scr;
    uint8_t msr_delta; /* MSR bits 3:0 */
    uint16_t divisor;
    uint8_t rx[UART_FIFO]; /* a ring */
    uint8_t rx_first, rx_count;
    uint16_t rx_breaks; /* bit n: rx[n] is what a break put there, and nobody has read LSR since */
    bool overrun;
    bool thr_pending;     /* the transmitter became empty and nobody has asked since */
    bool timeout_pending; /* characters wait below the trigger level and the line is silent */
    Timer timeout;
    /* Of a typewriter. */
    uint8_t tx[UART_FIFO]; /* a ring; the first is being printed */
    uint8_t tx_first, tx_count;
    Timer printed; /* when that is done */
} Uart;

extern const DeviceType uart_type, typewriter_type;

#endif
