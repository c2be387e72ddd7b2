/* SPDX-License-Identifier: MIT */
/*
 * pairs.h - the time from events A to events B: how long it is, and which part of the time lies in it.
 *
 *   A   A     B          A      B      A
 *   |---gap-->|          |-gap->|      .
 *       |-gap>|                        .
 *   |=========|..........|======|......|     share: ==== of all, from the first A to the last
 *
 * The gap of an A is the time to the next B behind it, so two A's before one B are two gaps that overlap, and count once in the
 * share. A B before any A, and an A that no B follows, are no pairs; only the longest gap is at least as long as such an A waits
 * until the end, or nobody who starves would be seen. What is both ends the gaps that
 * wait for it, and begins one: the gap from A to A is how long a round takes.
 *
 * Events have keys: an A waits for a B of its own key. Pairs of two keys at the same time both count, so that the share is then
 * how many there are on average, and may be more than 1. It is looked at from the first A to the last, of any key, so that
 * there are whole rounds of what comes again and again; what of a pair is outside of that does not count.
 *
 * Memory is constant for each key.
 */
#ifndef EMU_EXPECT_PAIRS_H
#define EMU_EXPECT_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef struct {
    GHashTable *waiting;   /* key → PairsWaiting: A's that no B has followed yet */
    uint64_t starts, ends; /* how many A's and B's came */
    bool overflow;         /* there were more keys at a time than are told apart */
    /* Gaps, ns. */
    uint64_t count;
    double sum, least, most;
    double waited; /* the longest that an A waited in vain */
    /* Of this window: when its first and last A were; keys that wait, and the ns after `first` at which they began to, added
     * up; ns of pairs that are complete, and what there was of them and of the others at the last A. */
    bool begun;
    uint64_t first, last, n_open;
    double open_since, complete, inside;
    /* Of all windows that are over: their length, and what of it is in pairs. */
    double length, covered;
} Pairs;

Pairs *pairs_new(void);
void pairs_free(Pairs *pairs);

/* An A came, or a B, at `time` in ns, which never goes back. Of what is both first tell the B. True of pairs_end: these are the
 * longest or shortest gaps so far. */
void pairs_start(Pairs *pairs, uint64_t key, uint64_t time);
bool pairs_end(Pairs *pairs, uint64_t key, uint64_t time);
/* At `time` something ends: what comes next is looked at as if it were another run; its gaps and times are added. */
void pairs_break(Pairs *pairs, uint64_t time);

/* Behind pairs_break: the part of the time that is in pairs. False: there were never two A's, one later than the other. */
bool pairs_share(const Pairs *pairs, double *share);

#endif
