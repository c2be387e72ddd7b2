/* SPDX-License-Identifier: MIT */
/*
 * histogram.h - how often which number came, exactly up to 64 and to a 32nd above that; the least and the greatest are exact.
 */
#ifndef EMU_VERDICT_HISTOGRAM_H
#define EMU_VERDICT_HISTOGRAM_H

#include <stdint.h>

typedef struct {
    uint64_t n, sum, min, max; /* min and max are of no meaning while n is 0 */
    uint32_t *cells;           /* NULL: none yet */
} Histogram;

void histogram_add(Histogram *histogram, uint64_t value);
/* The number that at least `permille` of 1000 of all are not above, as far as the cells tell; 0 of none. */
uint64_t histogram_at(const Histogram *histogram, unsigned permille);
/* How many are below 2 to the power of `bits`, and not below half of that; bits 0: how many are 0. At most 64. */
uint64_t histogram_power(const Histogram *histogram, unsigned bits);
/* Forgets all. */
void histogram_clear(Histogram *histogram);

#endif
