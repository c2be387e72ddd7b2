/* SPDX-License-Identifier: MIT */
/* string.c - see string.h. Words are copied where both sides are aligned. */
#include "lib/string.h"

#include <stdint.h>

typedef uint64_t __attribute__((may_alias)) Word;

static size_t words(const void *a, const void *b, size_t size)
{
    return ((uintptr_t)a | (uintptr_t)b) % sizeof(Word) ? 0 : size / sizeof(Word);
}

void *memset(void *to, int value, size_t size)
{
    size_t n = words(to, to, size);
    for (size_t i = 0; i < n; i++)
        ((Word *)to)[i] = (uint8_t)value * 0x0101010101010101ul;
    for (size_t i = n * sizeof(Word); i < size; i++)
        ((char *)to)[i] = (char)value;
    return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
    size_t n = words(to, from, size);
    for (size_t i = 0; i < n; i++)
        ((Word *)to)[i] = ((const Word *)from)[i];
    for (size_t i = n * sizeof(Word); i < size; i++)
        ((char *)to)[i] = ((const char *)from)[i];
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *x = a, *y = b;
    for (; size; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (uint8_t)*a - (uint8_t)*b;
}
