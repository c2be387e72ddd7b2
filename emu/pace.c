/* SPDX-License-Identifier: MIT */
/* pace.c - how fast virtual time passes on the wall; see pace.h. */
#include "emu/pace.h"

/* ns. Less ahead is not worth waking up for. */
enum { MOST_BEHIND = 20000000, MOST_AHEAD = 1000000000, LEAST_AHEAD = 1000000 };

/* Virtual time follows the wall through idleness. What waking up and short bursts of work take is made up for; what real
 * work takes is not: then the two are set equal anew. With pdp_time it also follows through work, which may be far ahead
 * at once (a drum that halts the harts). Returns how far virtual time is behind, in ns. */
static int64_t time_behind_wall(Machine *m, int64_t wall)
{
    int64_t virtual = (int64_t)clock_now(&m->clock);
    int64_t behind = wall - m->wall_offset - virtual;
    if (behind <= MOST_BEHIND && behind >= (m->config.pdp_time ? -MOST_AHEAD : -MOST_BEHIND))
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

bool pace_run(Machine *m)
{
    int64_t ahead = -time_behind_wall(m, g_get_monotonic_time() * 1000);
    if (ahead < LEAST_AHEAD)
        return false;
    inbox_wait(&m->inbox, (uint64_t)ahead);
    return true;
}
