/* SPDX-License-Identifier: MIT */
/*
 * latency.c - how late an interrupt was, in cycles, by a clock that ticks every so many of them; see rt.h.
 *
 * `time` has ticks of 100 ns, `cycle` stands still while a hart waits. So the handler, once it has begun, looks for the
 * next moment when `time` goes on, and counts back: it began cycle - entry.cycle before that.
 */
#include "lib/csr.h"
#include "lib/print.h"
#include "rt.h"

/* Bins of a histogram: one for each number below FINE, then FINE / 2 for each power of two. */
enum { FINE_BITS = 10, FINE = 1 << FINE_BITS, BINS = FINE + FINE / 2 * 22 };

typedef struct {
    uint64_t n, lost, least, most, error; /* the largest error of any */
    uint32_t bins[BINS];
} Latencies;

static Latencies found;

enum { READS = 8 };

/* A moment when `time` went on, to the instruction: reads it so often in a row, with nothing between, that the place where
 * it changes is that of an instruction. What lies between two such rows is missed, and the next edge taken; the rows then
 * shift, each time by more, lest they be in step with `time` and miss all. */
static Moment next_edge(void)
{
    uint64_t last = csr_read(time), misses = 0;
    for (;;) {
        uint64_t begin = csr_read(cycle);
        uint64_t a = csr_read(time), b = csr_read(time), c = csr_read(time), d = csr_read(time);
        uint64_t e = csr_read(time), f = csr_read(time), g = csr_read(time), h = csr_read(time);
        uint64_t end = csr_read(cycle);
        uint64_t old = 1 + (b == a) + (c == a) + (d == a) + (e == a) + (f == a) + (g == a);
        if (h != a)
            return (Moment){ begin + (end - begin) * (old + 1) / (READS + 1), h };
        misses += a != last;
        for (uint64_t i = 0; a != last && i < misses % READS; i++)
            (void)csr_read(time);
        last = a;
    }
}

static uint64_t
    step; /* the largest that `time` made between two edges, beyond what `cycle` says; in cycles */

/* More than a tick is none of rounding. */
static void look_for_step(uint64_t ticks, uint64_t cycles)
{
    uint64_t passed = ticks * rt.per_tick;
    if (passed > cycles + rt.per_tick && passed - cycles > step)
        step = passed - cycles;
}

void latency_watch(void)
{
    Moment first = next_edge(), last = first;
    while (last.time - first.time < rt.timebase / 1000) {
        Moment now = next_edge();
        look_for_step(now.time - last.time, now.cycle - last.cycle);
        last = now;
    }
}

/*
 * Where harts take turns, `time` goes on at another rate during this hart's, and in steps between. So the highest rate that
 * two pairs of edges in a row agree about is the one here, if nearly all pairs have it; where steps are the rule none is known. All
 * takes so long that turns make no difference in the whole.
 */
void latency_calibrate(void)
{
    Moment first = next_edge(), last = first;
    uint64_t agree = 0, n = 0, before = 0;
    while (last.time - first.time < rt.timebase / 250) {
        Moment now = next_edge();
        uint64_t ticks = now.time - last.time;
        uint64_t here = (now.cycle - last.cycle + ticks / 2) / ticks;
        if (here == before && here > rt.per_tick_here) {
            rt.per_tick_here = here;
            agree = n = 0;
        }
        agree += here - rt.per_tick_here + 1 <= 2;
        n++;
        before = here;
        last = now;
    }
    uint64_t ticks = last.time - first.time;
    rt.per_tick = (last.cycle - first.cycle + ticks / 2) / ticks;
    if (agree < n / 8 * 7)
        rt.per_tick_here = 0;
}

/* If the rate is not known, or the edge is not where it should be, all we know is in which tick it was. */
Latency latency_since(uint64_t due, Moment entry)
{
    Moment edge = next_edge();
    uint64_t here = rt.per_tick_here, back = edge.cycle - entry.cycle;
    uint64_t between = edge.time - entry.time; /* edges from the entry to this one */
    look_for_step(between, back);
    if (!here || (back + here - 1) / here - between + 1 > 2)
        return (Latency){ (entry.time - due) * rt.per_tick + rt.per_tick / 2,
                          (rt.per_tick + 1) / 2 };
    uint64_t late = (edge.time - due) * rt.per_tick;
    back = back * rt.per_tick / here;
    return (Latency){ late > back ? late - back : 0, 1 };
}

Latency latency_by_clock(uint64_t ns, uint64_t before, uint64_t after, Moment entry)
{
    uint64_t here = rt.per_tick_here ? rt.per_tick_here : rt.per_tick;
    uint64_t late = ns * rt.per_tick / (1000000000 / rt.timebase), back = before + 1 - entry.cycle;
    uint64_t error = after - before - 1 + (rt.per_tick_here ? 0 : back);
    back = back * rt.per_tick / here;
    return (Latency){ late > back ? late - back : 0, error };
}

Latency latency_as_read(uint64_t ns)
{
    uint64_t tick = 1000000000 / rt.timebase;
    return (Latency){ ns * rt.per_tick / tick, rt.per_tick / tick + 1 };
}

static unsigned bin_of(uint64_t value)
{
    if (value < FINE)
        return (unsigned)value;
    unsigned power = FINE_BITS;
    while (value >> power > 1)
        power++;
    unsigned bin = FINE + (power - FINE_BITS) * (FINE / 2) +
                   (unsigned)(value >> (power - FINE_BITS + 1) & (FINE / 2 - 1));
    return bin < BINS ? bin : BINS - 1;
}

/* The least value of a bin. */
static uint64_t value_of(unsigned bin)
{
    if (bin < FINE)
        return bin;
    unsigned power = (bin - FINE) / (FINE / 2), place = (bin - FINE) % (FINE / 2);
    return (uint64_t)(FINE / 2 + place) << (power + 1);
}

void latency_add(Latency late, uint64_t lost)
{
    uint64_t number = rt.seen++;
    if (number < rt.warm_up || (rt.wanted && found.n == rt.wanted))
        return;
    found.least = found.n && found.least < late.cycles ? found.least : late.cycles;
    found.most = found.most > late.cycles ? found.most : late.cycles;
    found.error = found.error > late.error ? found.error : late.error;
    found.lost += lost;
    found.n++;
    found.bins[bin_of(late.cycles)]++;
}

/* The least value that so many hundredths of all do not exceed, as good as bins tell. */
static uint64_t percentile(unsigned hundredths)
{
    uint64_t wanted = (found.n * hundredths + 99) / 100, sum = 0;
    unsigned bin = 0;
    while (bin < BINS - 1 && (sum += found.bins[bin]) < wanted)
        bin++;
    uint64_t value = value_of(bin);
    return value < found.least ? found.least : value > found.most ? found.most : value;
}

bool latency_print(void)
{
    uint64_t error = found.error > step ? found.error : step;
    print(
        "rt: %lu ticks, lost %lu, latency min/median/p99/max %lu/%lu/%lu/%lu cycles, exact to %lu\n",
        found.n, found.lost, found.least, percentile(50), percentile(99), found.most, error);
    return !found.lost;
}
