/* SPDX-License-Identifier: MIT */
/* console.c - text of a program in M-mode; see machine.h. */
#include "lib/machine.h"
#include "lib/print.h"
#include "lib/uart.h"

/* A new line begins at the left on every terminal, also on one that does what it is told and no more. */
void console_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            uart_put(machine_serial(), '\r');
        uart_put(machine_serial(), text[i]);
    }
}
