/* SPDX-License-Identifier: MIT */
/* counters.c - cycle, time, instret and the event counters. */
#include "cpu/csr.h"
#include "cpu/csr_hooks.h"
#include "cpu/hart.h"

/* Counters: cycle, (time), instret, hpmcounter3.. by the low five bits of their numbers. */

enum { EVENT_NONE = 0, EVENT_CYCLES = 1, EVENT_INSTRUCTIONS = 2 };

/* What a counter counts, counted since power-on. */
static uint64_t counted(const Hart *hart, unsigned index)
{
    uint64_t event = index >= HPM_FIRST ? hart->hpm_event[index - HPM_FIRST] : EVENT_NONE;
    if (index == 0 || event == EVENT_CYCLES)
        return hart_cycles(hart);
    if (index == 2 || event == EVENT_INSTRUCTIONS)
        return hart_retired(hart);
    return 0;
}

static uint64_t counter_value(const Hart *hart, unsigned index)
{
    bool inhibited = hart->csr.mcountinhibit >> index & 1;
    return hart->counter_offset[index] + (inhibited ? 0 : counted(hart, index));
}

static void set_counter(Hart *hart, unsigned index, uint64_t value)
{
    bool inhibited = hart->csr.mcountinhibit >> index & 1;
    hart->counter_offset[index] = value - (inhibited ? 0 : counted(hart, index));
}

uint64_t read_counter(Hart *hart, unsigned number)
{
    return counter_value(hart, number & 31);
}

/* The written value is what the next instruction reads, so the writing instruction itself does not count. */
void write_counter(Hart *hart, unsigned number, uint64_t value)
{
    unsigned index = number & 31;
    bool counts = index < HPM_FIRST || hart->hpm_event[index - HPM_FIRST] != EVENT_NONE;
    bool inhibited = hart->csr.mcountinhibit >> index & 1;
    set_counter(hart, index, value - (counts && !inhibited));
}

uint64_t read_time(Hart *hart, unsigned number)
{
    (void)number;
    return hart->mtime(hart->mtime_opaque);
}

void write_mcountinhibit(Hart *hart, unsigned number, uint64_t value)
{
    uint64_t values[HPM_FIRST + HPM_COUNTERS];
    (void)number;
    for (unsigned i = 0; i < G_N_ELEMENTS(values); i++)
        values[i] = counter_value(hart, i);
    hart->csr.mcountinhibit = value;
    for (unsigned i = 0; i < G_N_ELEMENTS(values); i++)
        set_counter(hart, i, values[i]);
}

uint64_t read_mhpmevent(Hart *hart, unsigned number)
{
    return hart->hpm_event[number - 0x323];
}

/* WARL: an event that is not known selects none. */
void write_mhpmevent(Hart *hart, unsigned number, uint64_t value)
{
    unsigned index = number - 0x323;
    uint64_t held = counter_value(hart, index + HPM_FIRST);
    hart->hpm_event[index] = value <= EVENT_INSTRUCTIONS ? value : EVENT_NONE;
    set_counter(hart, index + HPM_FIRST, held);
}
