/* SPDX-License-Identifier: MIT */
/* pace.c - how fast virtual time passes on the wall; see pace.h. */
#include "emu/pace.h"

enum { MOST_BEHIND = 20000000 }; /* ns */

/* Virtual time follows the wall through idleness. What waking up and short bursts of work take is made up for; what real
 * work takes is not: then the two are set equal anew. Returns how far virtual time is behind, in ns. */
static int64_t time_behind_wall(Machine *m, int64_t wall)
{
    int64_t virtual = (int64_t)clock_now(&m->clock);
    int64_t behind = wall - m->wall_offset - virtual;
    if (behind <= MOST_BEHIND && behind >= -MOST_BEHIND)
        return behind;
    m->wall_offset = wall - virtual;
    return 0;
}

uint64_t pace_idle(Machine *m, uint64_t wait)
{
    int64_t start = g_get_monotonic_time() * 1000, behind = time_behind_wall(m, start);
    if (behind < 0 || wait > (uint64_t)behind)
        inbox_wait(&m->inbox, wait == UINT64_MAX ? wait : wait - (uint64_t)behind);
    int64_t passed = g_get_monotonic_time() * 1000 - start + behind;
    return MIN(wait, (uint64_t)MAX(passed, 0));
}
