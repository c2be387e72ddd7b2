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

#include "emu/base/bits.h"

/* Window `number`, emptied if it was another in that place of the ring; NULL: it is too long ago. */
static QosWindow *find_window(Qos *qos, uint64_t number)
{
    QosWindow *window = &qos->windows[number % QOS_WINDOWS];
    if (window->number > number + 1)
        return NULL;
    if (window->number != number + 1)
        *window = (QosWindow){ .number = number + 1 };
    return window;
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

/* In `window`; NULL: nothing is known of it. */
static uint32_t used(const QosWindow *window, unsigned rcid)
{
    if (!window)
        return 0;
    return window->used[qos_account(rcid, QOS_DATA)] + window->used[qos_account(rcid, QOS_CODE)];
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
static uint32_t wanted(const QosWindow *before, unsigned rcid, uint32_t right, bool was_full)
{
    uint32_t had = used(before, rcid);
    if (before->held[rcid])
        return right;
    return MIN(right, was_full ? had + had / 8 + QOS_BLOCK_LINES : had);
}

/* What a window gives to those that were in the one that decides about it, and to one who asks. */
typedef struct {
    uint32_t pool;    /* slots reserved for nobody who is there */
    uint32_t weights; /* by which they are shared */
    bool was_full;
} Sharing;

static Sharing share_out(const Qos *qos, const QosWindow *before, unsigned rcid)
{
    uint32_t taken = reserved(qos, rcid), all = 0;
    Sharing it = { .weights = weight(qos, rcid) };
    for (unsigned other = 0; other < qos->config.n_rcids; other++) {
        uint32_t had = used(before, other);
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
 * Slots that `rcid` may have in the window that `before` decides about (NULL: nothing is known of it), at least one. What
 * others leave of their right is shared by weight among those that want all of theirs.
 */
static uint32_t make_allowance(const Qos *qos, const QosWindow *before, unsigned rcid)
{
    Sharing it = share_out(qos, before, rcid);
    uint32_t own = entitled(qos, rcid, it.pool, it.weights), mine = weight(qos, rcid);
    uint32_t left = 0, claims = mine;
    for (unsigned other = 0; other < qos->config.n_rcids; other++) {
        if (other == rcid || !used(before, other))
            continue;
        uint32_t right = entitled(qos, other, it.pool, it.weights);
        uint32_t wants = wanted(before, other, right, it.was_full);
        left += right - wants;
        claims += wants == right ? weight(qos, other) : 0;
    }
    /* "A weight of 0 implies that the configured limit is a hard limit". */
    return CLAMP(own + (mine ? left * mine / claims : 0), 1, QOS_WINDOW);
}

/* The window that decides about `number`: the last that is surely over when somebody has to wait for that one. */
static const QosWindow *window_before(const Qos *qos, uint64_t number)
{
    const QosWindow *window = &qos->windows[(number - 2) % QOS_WINDOWS];
    return number >= 2 && window->number == number - 1 ? window : NULL;
}

/* What `rcid` may have in `window`, whose number is in it. */
static uint32_t allowance(const Qos *qos, QosWindow *window, unsigned rcid)
{
    if (!window->allowance[rcid])
        window->allowance[rcid] =
            (uint16_t)make_allowance(qos, window_before(qos, window->number - 1), rcid);
    return window->allowance[rcid];
}

/* Has `tag` a slot left in `window`, reserved or of what is shared? */
static bool has_slot(const Qos *qos, QosTag tag, QosWindow *window)
{
    unsigned rcid = tag.rcid, account = own_account(qos, rcid, tag.type);
    uint32_t shared = 0, own = reserved(qos, rcid);
    if (window->used[account] < reserved_of(qos, account))
        return true;
    for (unsigned type = 0; type < QOS_TYPES; type++) {
        uint32_t its = reserved_of(qos, qos_account(rcid, type));
        uint32_t had = window->used[qos_account(rcid, type)];
        shared += had > its ? had - its : 0;
    }
    uint32_t all = allowance(qos, window, rcid);
    return all > own && shared < all - own;
}

enum { RES_BUS = 1, ACTION_NONE = 0, ACTION_THROTTLE = 2 };

/* It has to wait. True: for the first time in the window, and somebody is to hear of that. */
static bool note_held(const Qos *qos, QosWindow *window, unsigned rcid, unsigned partition)
{
    bool told = !window->held[rcid] && qos->trace && partition != (unsigned)QOS_NOBODY;
    if (told)
        TRACE(qos->trace, budget_exhaust, partition, RES_BUS, used(window, rcid),
              allowance(qos, window, rcid), qos->config.window_ns, ACTION_THROTTLE);
    window->held[rcid] += window->held[rcid] < UINT16_MAX;
    return told;
}

/* Windows that one can be made to wait: the ring must not forget what is now. */
enum { MOST_AHEAD = QOS_WINDOWS / 2 };

uint64_t qos_admit(Qos *qos, QosTag tag, uint64_t slot, unsigned partition)
{
    uint64_t first = slot, number = slot / QOS_WINDOW;
    QosWindow *window = find_window(qos, number);
    bool told = false;
    while (window && !has_slot(qos, tag, window) && number - first / QOS_WINDOW < MOST_AHEAD) {
        told |= note_held(qos, window, tag.rcid, partition);
        slot = ++number * QOS_WINDOW;
        window = find_window(qos, number);
    }
    if (told && window)
        TRACE(qos->trace, budget_refill, partition, RES_BUS, used(window, tag.rcid),
              allowance(qos, window, tag.rcid), qos->config.window_ns, ACTION_NONE);
    qos->throttled[tag.rcid] += partition == (unsigned)QOS_NOBODY ? 0 : slot - first;
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
    QosWindow *window = find_window(qos, slot / QOS_WINDOW);
    if (window) {
        uint16_t *used = &window->used[own_account(qos, tag.rcid, tag.type)];
        *used += *used < UINT16_MAX;
    }
    count(&qos->traffic[tag.mcid], tag, bytes, write);
}
