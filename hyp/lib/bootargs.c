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

bool bootarg_has(const Fdt *fdt, const char *word)
{
    size_t length = strlen(word);
    const char *at = fdt_text(fdt, fdt_find(fdt, "/chosen"), "bootargs");
    while (*at) {
        size_t size = word_length(at);
        if (size == length && !memcmp(at, word, size))
            return true;
        for (at += size; *at == ' ';)
            at++;
    }
    return false;
}

static unsigned digit_of(char c)
{
    return c >= '0' && c <= '9'   ? (unsigned)(c - '0')
           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                  : 16;
}

uint64_t bootarg_number(const Fdt *fdt, const char *name, uint64_t otherwise)
{
    size_t length;
    uint64_t number = 0;
    const char *at = bootarg(fdt, name, &length);
    bool hex = at && length > 2 && at[0] == '0' && at[1] == 'x';
    if (!at || !length)
        return otherwise;
    for (size_t i = hex ? 2 : 0; i < length; i++) {
        unsigned digit = digit_of(at[i]);
        if (digit >= (hex ? 16 : 10))
            return otherwise;
        number = (hex ? 16 : 10) * number + digit;
    }
    return number;
}
