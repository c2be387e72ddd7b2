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
/* So many characters as a number, decimal or 0x and hexadecimal, as long as it fits into 64 bits; false if they are none. */
bool digits_number(const char *at, size_t length, uint64_t *number);

/*
 * A word NAME=VALUE that a program knows. The value is one of `words`, "this|that"; without words a number from `least` to
 * `most`; with a most of 0 any text. A name that ends with # has a number from 1 to `most` in place of that, and any text as value.
 */
typedef struct {
    const char *name, *words;
    uint64_t least, most;
} Bootarg;
/* Ends the run and says why if a word that begins with `prefix` ("": any) is none of these, or says what it must not, or is
 * there twice. `who` is the program. */
void bootargs_check(const Fdt *fdt, const char *who, const char *prefix, const Bootarg *args,
                    unsigned count);
/* Of a command line for several programs, "for the first | for the second", leaves the words of
 * number `number`, from 0, and blanks the others. */
void bootargs_choose(const Fdt *fdt, unsigned number);

#endif
