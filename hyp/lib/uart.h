/* SPDX-License-Identifier: MIT */
/*
 * uart.h - a serial port, 16550: output by polling, of a port that the firmware has set up; and what a program needs that
 * has ports of its own and is interrupted by them.
 *
 * A port raises its interrupt while something of what uart_interrupts asked for is so. A program that has nothing to send
 * must not ask for UART_SENDS: there is always room then.
 */
#ifndef HYP_LIB_UART_H
#define HYP_LIB_UART_H

#include <stdbool.h>
#include <stdint.h>

/* Has everything left, the shift register too? */
bool uart_is_empty(uintptr_t base);

/* Waits until there is room, then sends one byte. Returns false, and sends nothing, when there is none for long. */
bool uart_put(uintptr_t base, char byte);

/* Ports of one's own: uart_port.c. */

/* Bits of IER, the interrupt enable register. */
enum { UART_RECEIVES = 1, UART_SENDS = 2 };

/* Sets the port up: characters of 8 bits without parity, FIFOs on and empty, no interrupts. */
void uart_init(uintptr_t base);

/* From now on it interrupts for these: UART_RECEIVES, a character has come and is not taken; UART_SENDS, the next can go.
 * UART_SENDS interrupts once for each time that it becomes so, and when it is asked for. */
void uart_interrupts(uintptr_t base, unsigned which);

/* Is there room for a character? On a typewriter there is none until the one before is printed. */
bool uart_can_send(uintptr_t base);

/* Sends one, for which there is room. */
void uart_send(uintptr_t base, char byte);

/* The next character that has come, 0 to 255; -1: none has. */
int uart_take(uintptr_t base);

#endif
