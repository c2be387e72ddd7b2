/* SPDX-License-Identifier: MIT */
/*
 * typewriter.h - typewriters: serial ports that print so many characters a second, one at a time. uart.h says how to use one.
 */
#ifndef HYP_LIB_TYPEWRITER_H
#define HYP_LIB_TYPEWRITER_H

#include "lib/fdt.h"

typedef struct {
    uintptr_t base;  /* of the port */
    unsigned source; /* of its interrupt */
} Typewriter;

/* Finds the typewriters, at most `most`, and sets them up: by address, a key that is struck interrupts. Returns how many. */
unsigned typewriters_open(const Fdt *fdt, Typewriter *list, unsigned most);

#endif
