/* SPDX-License-Identifier: MIT */
/* memmove.c - see string.h. */
#include <stdint.h>

#include "lib/string.h"

void *memmove(void *to, const void *from, size_t size)
{
    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size);
    while (size--)
        ((char *)to)[size] = ((const char *)from)[size];
    return to;
}
