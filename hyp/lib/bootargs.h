/* SPDX-License-Identifier: MIT */
/* bootargs.h - words of the command line, /chosen/bootargs in the device tree. */
#ifndef HYP_LIB_BOOTARGS_H
#define HYP_LIB_BOOTARGS_H

#include <stddef.h>

#include "lib/fdt.h"

/* The value of the first word that begins with NAME=, up to the next space, and its length; NULL
 * if there is none. It lies in the device tree. */
const char *bootarg(const Fdt *fdt, const char *name, size_t *length);
/* Is there this word, NAME=VALUE? */
bool bootarg_is(const Fdt *fdt, const char *name, const char *value);
/* Is there this word, as it stands here? One that ends with =, with any value? */
bool bootarg_has(const Fdt *fdt, const char *word);
/* The value as a number, decimal or 0x and hexadecimal; `otherwise` if there is no such word or it is none. */
uint64_t bootarg_number(const Fdt *fdt, const char *name, uint64_t otherwise);
/* Of a command line for several programs, "for the first | for the second", leaves the words of
 * number `number`, from 0, and blanks the others. */
void bootargs_choose(const Fdt *fdt, unsigned number);

#endif
