/* SPDX-License-Identifier: MIT */
/* uart.h - a serial port, 16550: output by polling. The firmware has set it up. */
#ifndef HYP_LIB_UART_H
#define HYP_LIB_UART_H

#include <stdbool.h>
#include <stdint.h>

/* Has everything left, the shift register too? */
bool uart_is_empty(uintptr_t base);

/* Waits until there is room, then sends one byte. Returns false, and sends nothing, when there is none for long. */
bool uart_put(uintptr_t base, char byte);

#endif
