/* SPDX-License-Identifier: MIT */
/*
 * qos_bus.c - who may have which slot of the modelled bus; see qos.h.
 *
 * Harts run a little ahead of each other, so requests do not come in order of time: each is booked in the window of its
 * slot, and what a window grants follows from the one before the last. "Bandwidth Allocation Configuration": a reservation
 * is there whatever the others do; the rest is shared by weight among those that are there; what is left over is for
 * whoever may have it.
 */
#include "mmu/timing/qos.h"

#include <string.h>

#include "emu/base/bits.h"

/* The place of window `number` in the ring, emptied if it was another's before; -1: it is too long ago. */
static int find_window(Qos *qos, uint64_t number)
{
    unsigned at = (unsigned)(number % QOS_WINDOWS), rcids = qos->config.n_rcids;
    if (qos->number[at] == number + 1)
        return (int)at;
    if (qos->number[at] > number + 1)
        return -1;
    qos->number[at] = number + 1;
    memset(&qos->used[at * rcids * QOS_TYPES], 0, rcids * QOS_TYPES * sizeof *qos->used);
    memset(&qos->allowance[at * rcids], 0, rcids * sizeof *qos->allowance);
    memset(&qos->held[at * rcids], 0, rcids);
    return (int)at;
}

/* The account that has the limits of `rcid` and `type`. */
static unsigned own_account(const Qos *qos, unsigned rcid, QosType type)
{
    const QosBandwidth *it = &qos->bandwidth[qos_account(rcid, type)];
    return qos_account(rcid, it->shares ? it->shared : type);
}

/* Slots of a window that are reserved for the account. */
static uint32_t reserved_of(const Qos *qos, unsigned account)
{
    const QosBandwidth *it = &qos->bandwidth[account];
    return it->shares ? 0 : it->reserved * QOS_BLOCK_LINES;
}

static uint32_t reserved(const Qos *qos, unsigned rcid)
{
    return reserved_of(qos, qos_account(rcid, QOS_DATA)) +
           reserved_of(qos, qos_account(rcid, QOS_CODE));
}

/* One weight for all access types: data's, or what data shares. */
static uint32_t weight(const Qos *qos, unsigned rcid)
{
    return qos->bandwidth[own_account(qos, rcid, QOS_DATA)].weight;
}

static uint32_t used(const Qos *qos, int window, unsigned rcid)
{
    const uint32_t *by_type =
        &qos->used[((unsigned)window * qos->config.n_rcids + rcid) * QOS_TYPES];
    return by_type[QOS_DATA] + by_type[QOS_CODE];
}

/* What `rcid` has a right to, if `pool` slots are shared by `weights`. */
static uint32_t entitled(const Qos *qos, unsigned rcid, uint32_t pool, uint32_t weights)
{
    return reserved(qos, rcid) + (weights ? pool * weight(qos, rcid) / weights : 0);
}

/*
 * What `rcid` will want of its `right` in the window that `before` decides about: what it used there, unless its limits
 * held it back. If the bus was full, nobody could have used more, so that it may be a little more.
 */
static uint32_t wanted(const Qos *qos, int before, unsigned rcid, uint32_t right, bool was_full)
{
    uint32_t had = used(qos, before, rcid);
    if (qos->held[(unsigned)before * qos->config.n_rcids + rcid])
        return right;
    return MIN(right, was_full ? had + had / 8 + QOS_BLOCK_LINES : had);
}

/* What a window gives to those that were in the one that decides about it, and to one who asks. */
typedef struct {
    uint32_t pool;    /* slots reserved for nobody who is there */
    uint32_t weights; /* by which they are shared */
    bool was_full;
} Sharing;

static Sharing share_out(const Qos *qos, int before, unsigned rcid)
{
    uint32_t taken = reserved(qos, rcid), all = 0;
    Sharing it = { .weights = weight(qos, rcid) };
    for (unsigned other = 0; before >= 0 && other < qos->config.n_rcids; other++) {
        uint32_t had = used(qos, before, other);
        all += had;
        if (!had || other == rcid)
            continue;
        taken += reserved(qos, other);
        it.weights += weight(qos, other);
    }
    it.pool = taken < QOS_WINDOW ? QOS_WINDOW - taken : 0;
    it.was_full = all >= QOS_WINDOW;
    return it;
}

/*
 * Slots that `rcid` may have in the window that `before` decides about (-1: nothing is known of it), at least one. What
 * others leave of their right is shared by weight among those that want all of theirs.
 */
static uint32_t make_allowance(const Qos *qos, int before, unsigned rcid)
{
    Sharing it = share_out(qos, before, rcid);
    uint32_t own = entitled(qos, rcid, it.pool, it.weights), mine = weight(qos, rcid);
    uint32_t left = 0, claims = mine;
    for (unsigned other = 0; before >= 0 && other < qos->config.n_rcids; other++) {
        if (other == rcid || !used(qos, before, other))
            continue;
        uint32_t right = entitled(qos, other, it.pool, it.weights);
        uint32_t wants = wanted(qos, before, other, right, it.was_full);
        left += right - wants;
        claims += wants == right ? weight(qos, other) : 0;
    }
    /* "A weight of 0 implies that the configured limit is a hard limit". */
    return MAX(own + (mine ? left * mine / claims : 0), 1);
}

/* The window that decides about `number`: the last that is surely over when somebody has to wait for that one. */
static int window_before(const Qos *qos, uint64_t number)
{
    unsigned at = (unsigned)((number - 2) % QOS_WINDOWS);
    return number >= 2 && qos->number[at] == number - 1 ? (int)at : -1;
}

/* Has `tag` a slot left in `window`, reserved or of what is shared? */
static bool has_slot(Qos *qos, QosTag tag, int window, uint64_t number)
{
    unsigned at = (unsigned)window, rcid = tag.rcid;
    const uint32_t *by_type = &qos->used[(at * qos->config.n_rcids + rcid) * QOS_TYPES];
    unsigned account = own_account(qos, rcid, tag.type);
    uint32_t *allowance = &qos->allowance[at * qos->config.n_rcids + rcid], shared = 0;
    if (by_type[account % QOS_TYPES] < reserved_of(qos, account))
        return true;
    if (!*allowance)
        *allowance = make_allowance(qos, window_before(qos, number), rcid);
    for (unsigned type = 0; type < QOS_TYPES; type++) {
        uint32_t own = reserved_of(qos, qos_account(rcid, type));
        shared += by_type[type] > own ? by_type[type] - own : 0;
    }
    uint32_t own = reserved(qos, rcid);
    return *allowance > own && shared < *allowance - own;
}

uint64_t qos_admit(Qos *qos, QosTag tag, uint64_t slot, unsigned partition)
{
    uint64_t first = slot, number = slot / QOS_WINDOW;
    int window = find_window(qos, number);
    (void)partition;
    while (window >= 0 && !has_slot(qos, tag, window, number)) {
        qos->held[(unsigned)window * qos->config.n_rcids + tag.rcid] = 1;
        slot = ++number * QOS_WINDOW;
        window = find_window(qos, number);
    }
    qos->throttled[tag.rcid] += slot - first;
    return slot;
}

/* "Bandwidth Monitoring Counter Value": 62 bits. */
static void count(QosCounter *counter, QosTag tag, unsigned bytes, bool write)
{
    bool wanted = counter->event == QOS_MOVED_BYTES ||
                  counter->event == (write ? QOS_MOVED_WRITES : QOS_MOVED_READS);
    if (!wanted || (counter->by_type && counter->type != tag.type))
        return;
    counter->value += bytes;
    counter->overflowed |= counter->value >> 62 != 0;
    counter->value &= MASK(61, 0);
}

void qos_moved(Qos *qos, QosTag tag, uint64_t slot, unsigned bytes, bool write)
{
    int window = find_window(qos, slot / QOS_WINDOW);
    unsigned account = own_account(qos, tag.rcid, tag.type);
    if (window >= 0)
        qos->used[(unsigned)window * qos->config.n_rcids * QOS_TYPES + account]++;
    count(&qos->traffic[tag.mcid], tag, bytes, write);
}
