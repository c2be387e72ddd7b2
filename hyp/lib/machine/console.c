/* SPDX-License-Identifier: MIT */
/* console.c - text of a program in M-mode; see machine.h. */
#include "lib/machine.h"
#include "lib/print.h"
#include "lib/uart.h"

void console_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        uart_put(machine_serial(), text[i]);
}
