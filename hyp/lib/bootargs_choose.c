/* SPDX-License-Identifier: MIT */
/* bootargs_choose.c - one of several command lines; see bootargs.h. */
#include "lib/bootargs.h"

void bootargs_choose(const Fdt *fdt, unsigned number)
{
    char *at = fdt_prop(fdt, fdt_find(fdt, "/chosen"), "bootargs", NULL);
    for (unsigned n = 0; at && *at; at++) {
        bool bar = *at == '|';
        if (bar || n != number)
            *at = ' ';
        n += bar;
    }
}
