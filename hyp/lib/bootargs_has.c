/* SPDX-License-Identifier: MIT */
/* bootargs_has.c - whole words of the command line; see bootargs.h. */
#include "lib/bootargs.h"
#include "lib/string.h"

bool bootarg_has(const Fdt *fdt, const char *word)
{
    const char *line = fdt_text(fdt, fdt_find(fdt, "/chosen"), "bootargs");
    size_t length = strlen(word);
    for (const char *at = line; *at; at++) {
        bool begins = at == line || at[-1] == ' ';
        if (begins && !memcmp(at, word, length) && (!at[length] || at[length] == ' '))
            return true;
    }
    return false;
}
