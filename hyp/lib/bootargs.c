/* SPDX-License-Identifier: MIT */
/* bootargs.c - see bootargs.h. */
#include "lib/bootargs.h"

#include "lib/string.h"

static size_t word_length(const char *at)
{
    size_t length = 0;
    while (at[length] && at[length] != ' ')
        length++;
    return length;
}

const char *bootarg(const Fdt *fdt, const char *name, size_t *length)
{
    size_t own = strlen(name);
    const char *at = fdt_text(fdt, fdt_find(fdt, "/chosen"), "bootargs");
    while (*at) {
        size_t size = word_length(at);
        if (size > own && !memcmp(at, name, own) && at[own] == '=') {
            *length = size - own - 1;
            return at + own + 1;
        }
        at += size;
        while (*at == ' ')
            at++;
    }
    return NULL;
}

bool bootarg_is(const Fdt *fdt, const char *name, const char *value)
{
    size_t length;
    const char *at = bootarg(fdt, name, &length);
    return at && length == strlen(value) && !memcmp(at, value, length);
}
