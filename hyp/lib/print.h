/* SPDX-License-Identifier: MIT */
/*
 * print.h - text on the console.
 *
 * It goes out through SBI's debug console, or through a 16550 where there is none of that.
 */
#ifndef HYP_LIB_PRINT_H
#define HYP_LIB_PRINT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/fdt.h"

/* Text goes to the first serial port of the device tree from now on, if SBI has no debug console or
 * the command line says console=uart. Before that it goes by SBI. */
void console_find(const Fdt *fdt);

/* Bytes to the console. They must lie where virtual and physical addresses are the same. A program may bring a function of
 * this name along, which print uses then. */
void console_write(const char *text, size_t size);

/*
 * A line or a part of one, of at most 255 characters; lines of several harts do not mix. Knows
 * %s %c %d %u %x, %ld %lu %lx, a width, and a 0 or - before that.
 */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a line and switches the machine off, as after a failure. For our own mistakes only. */
void panic(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
