/* SPDX-License-Identifier: MIT */
/* stream.c - the interferers of the papers: each hart writes and reads arrays, one access a line. */
#include "loads.h"

#include "lib/hart.h"
#include "lib/print.h"
#include "lib/sbi.h"

enum { LINE = 64 };

typedef struct {
    char *from;
    uint64_t size;
} Range;

/* First all of it is written, then all of it read. */
static void pass(Range range)
{
    for (char *at = range.from; at < range.from + range.size; at += LINE)
        *(volatile uint64_t *)at = (uintptr_t)at;
    for (char *at = range.from; at < range.from + range.size; at += LINE)
        check(*(volatile uint64_t *)at == (uintptr_t)at, "an array of the interferer",
              (uintptr_t)at);
}

/* Two halves in turn; whoever measures is told when there has been a whole pass. */
static void stream(void *argument)
{
    Range all = *(Range *)argument;
    Range halves[2] = { { all.from, all.size / 2 }, { all.from + all.size / 2, all.size / 2 } };
    for (bool told = false;; told = true) {
        pass(halves[0]);
        pass(halves[1]);
        if (!told)
            sbi_call(SBI_TRENDS, TRENDS_READY, 0, 0, 0);
    }
}

/* The same as a load, with as much memory, for so many passes. */
void passes_run(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        pass((Range){ (char *)OTHERS, OTHERS_SIZE / 4 });
}

void passes_prepare(unsigned count)
{
    (void)count;
}

uint64_t passes_verify(unsigned count)
{
    return count; /* each pass looked at what it wrote */
}

void stream_run(unsigned count, uint64_t size)
{
    static Range ranges[HART_MAX];
    check(count && FILES + count * size <= LOADS_END, "memory of the interferers", count * size);
    for (unsigned i = 0; i < count; i++)
        ranges[i] = (Range){ (char *)FILES + i * size, size };
    for (unsigned i = 1; i < count; i++) {
        long error = hart_start(hart_self()->id + i, stream, &ranges[i]);
        check(!error, "start of a hart", hart_self()->id + i);
    }
    stream(&ranges[0]);
    hart_stop();
}
