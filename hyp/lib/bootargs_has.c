/* SPDX-License-Identifier: MIT */
/* bootargs_has.c - whole words of the command line; see bootargs.h. */
#include "lib/bootargs.h"

bool bootarg_has(const Fdt *fdt, const char *word)
{
    const char *line = fdt_text(fdt, fdt_find(fdt, "/chosen"), "bootargs"), *at = line;
    for (size_t i = 0; *at; at++, i = 0) {
        while (word[i] && at[i] == word[i])
            i++;
        bool ends = !at[i] || at[i] == ' ' || (i && word[i - 1] == '=');
        if (!word[i] && ends && (at == line || at[-1] == ' '))
            return true;
    }
    return false;
}
