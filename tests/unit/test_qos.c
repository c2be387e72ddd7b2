/* SPDX-License-Identifier: MIT */
/* test_qos.c - who gets how much of the modelled bus: reservations, weights, hard limits, leftovers. */
#include <criterion/criterion.h>

#include "mmu/timing/qos.h"

enum { RCIDS = 8 };

static Qos *make(void)
{
    const QosConfig config = { .n_rcids = RCIDS, .n_mcids = 8, .ways = 8 };
    Qos *qos = qos_new(&config, NULL);
    qos->bandwidth[0].reserved = 0;
    return qos;
}

static void set(Qos *qos, unsigned rcid, unsigned reserved, unsigned weight)
{
    qos->bandwidth[qos_account(rcid, QOS_DATA)] =
        (QosBandwidth){ .reserved = reserved, .weight = (uint8_t)weight };
}

/* A bus on which every RCID with appetite[rcid] != 0 asks for a slot every so many slots, keeping up to that many requests
 * waiting; the calendar gives the first free slot that the limits admit. Counts the slots each got in `windows` windows. */
static void share(Qos *qos, const unsigned every[RCIDS], unsigned windows, unsigned got[RCIDS])
{
    uint64_t slots = (uint64_t)windows * QOS_WINDOW, next[RCIDS] = { 0 };
    g_autofree uint8_t *taken = g_new0(uint8_t, 2 * slots + 64 * QOS_WINDOW);
    for (uint64_t now = 0; now < slots; now++)
        for (unsigned rcid = 0; rcid < RCIDS; rcid++) {
            if (!every[rcid] || next[rcid] > now)
                continue;
            const QosTag tag = { .rcid = (uint16_t)rcid, .mcid = (uint16_t)rcid };
            uint64_t slot = now, admitted;
            for (;; slot = admitted) {
                while (taken[slot])
                    slot++;
                admitted = qos_admit(qos, tag, slot, 0);
                if (admitted == slot)
                    break;
            }
            taken[slot] = 1;
            qos_moved(qos, tag, slot, 64, false);
            got[rcid] += slot < slots;
            next[rcid] = MAX(now + every[rcid], slot > 8 ? slot - 8 : 0);
        }
}

/* Shares in percent of the bus over many windows, within one percent. */
static void expect_shares(Qos *qos, const unsigned every[RCIDS], const unsigned percent[RCIDS])
{
    enum { WINDOWS = 400 };
    unsigned got[RCIDS] = { 0 };
    share(qos, every, WINDOWS, got);
    for (unsigned rcid = 0; rcid < RCIDS; rcid++)
        cr_expect_leq(abs((int)got[rcid] - (int)(percent[rcid] * QOS_WINDOW * WINDOWS / 100)),
                      QOS_WINDOW * WINDOWS / 100, "RCID %u got %.1f %% of the bus, not %u %%", rcid,
                      100.0 * got[rcid] / (QOS_WINDOW * WINDOWS), percent[rcid]);
    qos_free(qos);
}

Test(qos, who_is_alone_has_the_whole_bus)
{
    Qos *qos = make();
    set(qos, 1, 10, 5);
    expect_shares(qos, (unsigned[RCIDS]){ [1] = 1 }, (unsigned[RCIDS]){ [1] = 100 });
}

Test(qos, weight_0_is_a_hard_limit)
{
    Qos *qos = make();
    set(qos, 1, 25, 0);
    expect_shares(qos, (unsigned[RCIDS]){ [1] = 1 }, (unsigned[RCIDS]){ [1] = 25 });
}

Test(qos, reservations_hold_under_contention)
{
    Qos *qos = make();
    set(qos, 1, 60, 0);
    set(qos, 2, 20, 0);
    expect_shares(qos, (unsigned[RCIDS]){ [1] = 1, [2] = 1 },
                  (unsigned[RCIDS]){ [1] = 60, [2] = 20 });
}

/* 10 + 3/4 of the 60 that nobody has reserved, 30 + 1/4. */
Test(qos, what_is_not_reserved_is_shared_by_weight)
{
    Qos *qos = make();
    set(qos, 1, 10, 30);
    set(qos, 2, 30, 10);
    expect_shares(qos, (unsigned[RCIDS]){ [1] = 1, [2] = 1 },
                  (unsigned[RCIDS]){ [1] = 55, [2] = 45 });
}

/* RCID 3 has 50 reserved and is not there; RCID 2 wants every tenth slot only. It is left a little more than that. */
Test(qos, what_is_not_used_is_for_the_others)
{
    Qos *qos = make();
    set(qos, 1, 10, 1);
    set(qos, 2, 30, 1);
    set(qos, 3, 50, 1);
    expect_shares(qos, (unsigned[RCIDS]){ [1] = 1, [2] = 10 },
                  (unsigned[RCIDS]){ [1] = 89, [2] = 10 });
}

/* Without any configuration, all RCIDs share alike, and nobody starves beside RCID 0's reservation. */
Test(qos, nobody_starves)
{
    const QosConfig config = { .n_rcids = RCIDS, .n_mcids = 8, .ways = 8 };
    Qos *qos = qos_new(&config, NULL);
    unsigned got[RCIDS] = { 0 };
    share(qos, (unsigned[RCIDS]){ 1, 1, 1, 1, 1, 1, 1, 1 }, 400, got);
    cr_expect_geq(got[0], 400 * QOS_WINDOW * 89 / 100, "RCID 0 got %u", got[0]);
    for (unsigned rcid = 1; rcid < RCIDS; rcid++)
        cr_expect_geq(got[rcid], 400, "RCID %u got %u", rcid, got[rcid]);
    qos_free(qos);
}

/* In every single window nobody with a hard limit has more than it. */
Test(qos, no_window_exceeds_a_hard_limit)
{
    Qos *qos = make();
    set(qos, 1, 25, 0);
    unsigned got[RCIDS] = { 0 };
    share(qos, (unsigned[RCIDS]){ [1] = 1, [2] = 3 }, 50, got);
    for (unsigned at = 0; at < QOS_WINDOWS; at++)
        cr_expect_leq(qos->windows[at].used[qos_account(1, QOS_DATA)], 25 * QOS_BLOCK_LINES);
    cr_expect_gt(qos->throttled[1], 0);
    cr_expect_eq(qos->throttled[2], 0);
    qos_free(qos);
}
