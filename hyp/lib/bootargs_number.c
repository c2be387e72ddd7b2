/* SPDX-License-Identifier: MIT */
/* bootargs_number.c - numbers on the command line; see bootargs.h. */
#include "lib/bootargs.h"

static unsigned digit_of(char c)
{
    return c >= '0' && c <= '9'   ? (unsigned)(c - '0')
           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                  : 16;
}

bool digits_number(const char *at, size_t length, uint64_t *number)
{
    bool hex = length > 2 && at[0] == '0' && at[1] == 'x';
    const unsigned base = hex ? 16 : 10;
    *number = 0;
    for (size_t i = hex ? 2 : 0; i < length; i++) {
        unsigned digit = digit_of(at[i]);
        if (digit >= base || *number > (UINT64_MAX - digit) / base)
            return false;
        *number = base * *number + digit;
    }
    return length;
}

uint64_t bootarg_number(const Fdt *fdt, const char *name, uint64_t otherwise)
{
    size_t length;
    uint64_t number;
    const char *at = bootarg(fdt, name, &length);
    return at && digits_number(at, length, &number) ? number : otherwise;
}
