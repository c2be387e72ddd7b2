/* SPDX-License-Identifier: MIT */
/* histogram.c - see histogram.h. */
#include "emu/verdict/histogram.h"

#include <string.h>

#include <glib.h>

/* Numbers of `n` bits, n > FINE, share 1 << (FINE - 1) cells. */
enum { FINE = 6, HALF = 1 << (FINE - 1), CELLS = (1 << FINE) + (64 - FINE) * HALF };

static unsigned bits_of(uint64_t value)
{
    return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

static unsigned cell_of(uint64_t value)
{
    unsigned bits = bits_of(value);
    if (bits <= FINE)
        return (unsigned)value;
    return (1u << FINE) + (bits - FINE - 1) * HALF + (unsigned)(value >> (bits - FINE)) - HALF;
}

/* The greatest number of a cell. */
static uint64_t top_of(unsigned cell)
{
    if (cell < 1 << FINE)
        return cell;
    unsigned shift = (cell - (1 << FINE)) / HALF + 1;
    uint64_t high = HALF + (cell - (1 << FINE)) % HALF;
    return (high << shift) | ((UINT64_C(1) << shift) - 1);
}

void histogram_add(Histogram *h, uint64_t value)
{
    if (!h->cells)
        h->cells = g_new0(uint32_t, CELLS);
    h->min = h->n ? MIN(h->min, value) : value;
    h->max = h->n ? MAX(h->max, value) : value;
    h->sum += value;
    h->n++;
    h->cells[cell_of(value)]++;
}

uint64_t histogram_at(const Histogram *h, unsigned permille)
{
    uint64_t wanted = (h->n * permille + 999) / 1000, seen = 0;
    for (unsigned i = 0; h->n && i < CELLS; i++)
        if ((seen += h->cells[i]) >= wanted && h->cells[i])
            return CLAMP(top_of(i), h->min, h->max);
    return 0;
}

uint64_t histogram_power(const Histogram *h, unsigned bits)
{
    uint64_t count = 0;
    for (unsigned i = 0; h->n && i < CELLS; i++)
        count += bits_of(top_of(i)) == bits ? h->cells[i] : 0;
    return count;
}

void histogram_clear(Histogram *h)
{
    g_free(h->cells);
    memset(h, 0, sizeof *h);
}
