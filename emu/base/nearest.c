/* SPDX-License-Identifier: MIT */
/* nearest.c - which word somebody may have meant; see nearest.h. */
#include "emu/base/nearest.h"

#include <stddef.h>
#include <string.h>

#include <glib.h>

/* The table of distances between all beginnings of both words, row by row. */
unsigned edit_distance(const char *a, const char *b)
{
    size_t rows = strlen(a) + 1, width = strlen(b) + 1;
    g_autofree unsigned *at = g_new(unsigned, rows *width);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < width; j++) {
            unsigned *here = &at[i * width + j];
            *here = (unsigned)MAX(i, j);
            if (!i || !j)
                continue;
            *here = MIN(MIN(here[-(ptrdiff_t)width], here[-1]) + 1,
                        here[-(ptrdiff_t)width - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                *here = MIN(*here, here[-2 * (ptrdiff_t)width - 2] + 1);
        }
    }
    return at[rows * width - 1];
}

const char *nearest_word(const char *word, const char *const *words)
{
    const char *best = NULL;
    unsigned length = (unsigned)strlen(word), least = MIN(MAX(length / 2, 2) + 1, length);
    for (; *words; words++) {
        size_t other = strlen(*words);
        /* It takes as many changes as one is longer. */
        if (MAX(other, length) - MIN(other, length) >= least)
            continue;
        unsigned distance = edit_distance(word, *words);
        if (distance < least) {
            best = *words;
            least = distance;
        }
    }
    return best;
}
