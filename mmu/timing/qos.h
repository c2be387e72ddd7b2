/* SPDX-License-Identifier: MIT */
/*
 * qos.h - quality of service in the modelled cache and bus: who may have how much of them, and who had.
 *
 * A request carries a tag: RCID, whose limits it is under, MCID, whose counter it goes to, and whether it is for code. A
 * line of the cache keeps the tag of the request that brought it. The cache asks which ways a tag may allocate in; the bus
 * asks when a tag may have a slot. What software can set of it is behind devices/cbqri.h; the terms are those of the
 * RISC-V Capacity and Bandwidth QoS Register Interface, of which sections are cited.
 *
 * The bus is metered in windows of QOS_WINDOW slots, one line each. In a window an RCID has the slots reserved for it; what
 * is reserved for nobody who was there two windows before, or was left unused then, is shared by weight.
 */
#ifndef MMU_TIMING_QOS_H
#define MMU_TIMING_QOS_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/state.h"
#include "emu/base/trace.h"

/* "Access type (AT)" */
typedef enum { QOS_DATA, QOS_CODE, QOS_TYPES } QosType;

typedef struct {
    uint16_t rcid, mcid;
    uint8_t type; /* QosType */
} QosTag;

enum {
    QOS_MAX_IDS = 64, /* of RCIDs and of MCIDs */
    QOS_ACCOUNTS = QOS_MAX_IDS * QOS_TYPES,
    QOS_MAX_WAYS = 64,
    QOS_BLOCKS = 100,    /* blocks that the bus's bandwidth has: a block is a hundredth */
    QOS_RESERVABLE = 90, /* of them */
    QOS_BLOCK_LINES = 4, /* in a window */
    QOS_WINDOW = QOS_BLOCKS * QOS_BLOCK_LINES,
    QOS_WINDOWS = 64, /* that are kept in mind */
    QOS_NOBODY = -1,
};

/* What an RCID may have of the cache for one access type. */
typedef struct {
    uint64_t ways;  /* mask of capacity blocks: ways */
    uint64_t units; /* most lines that it may have there; 0: as many as fit */
} QosCapacity;

/* And of the bus: "Bandwidth Allocation Configuration". */
typedef struct {
    uint32_t reserved; /* blocks */
    uint8_t weight;    /* in what is left; 0: nothing of it */
    uint8_t shares;    /* it has what `shared` has instead */
    uint8_t shared;    /* QosType that has limits of its own */
    uint8_t zero;
} QosBandwidth;

typedef enum { QOS_COUNT_NONE, QOS_COUNT_LINES, QOS_CAPACITY_EVENTS } QosCapacityEvent;
typedef enum {
    QOS_MOVED_NONE,
    QOS_MOVED_BYTES,
    QOS_MOVED_READS,
    QOS_MOVED_WRITES,
    QOS_BUS_EVENTS
} QosBusEvent;

/* A counter of an MCID. */
typedef struct {
    uint64_t value;
    uint8_t event;   /* QosCapacityEvent or QosBusEvent */
    uint8_t by_type; /* only requests of access type `type` count */
    uint8_t type;
    uint8_t overflowed;
    uint32_t zero;
} QosCounter;

typedef struct {
    unsigned n_rcids, n_mcids; /* powers of two up to QOS_MAX_IDS */
    unsigned ways;             /* of the cache, up to QOS_MAX_WAYS */
    unsigned window_ns;        /* how long a window is, for events */
    QosTag device;             /* what DMA carries; the access type is QOS_DATA */
} QosConfig;

/* What was asked for and granted in a window. */
typedef struct {
    uint64_t number;                 /* of the window, plus one; 0: none yet */
    uint16_t used[QOS_ACCOUNTS];     /* slots */
    uint16_t allowance[QOS_MAX_IDS]; /* slots an RCID may have; 0: not asked for yet */
    uint16_t held[QOS_MAX_IDS];      /* times it was made to wait */
} QosWindow;

typedef struct Qos {
    QosConfig config;
    uint64_t all_ways;
    QosCapacity capacity[QOS_ACCOUNTS];
    QosBandwidth bandwidth[QOS_ACCOUNTS];
    uint64_t lines[QOS_ACCOUNTS]; /* in the cache */
    uint64_t
        full[QOS_ACCOUNTS / 64]; /* bit n: account n had all it may have when it last wanted more */
    QosCounter occupancy[QOS_MAX_IDS]; /* by MCID */
    QosCounter traffic[QOS_MAX_IDS];
    QosWindow windows[QOS_WINDOWS];  /* of the bus, in a ring */
    uint64_t throttled[QOS_MAX_IDS]; /* slots that an RCID was made to wait, in all */
    /* Takes out of the cache what `rcid` has there for `type`; the model's. NULL: there is no cache. */
    void (*flush)(void *opaque, unsigned rcid, QosType type);
    void *opaque;
    Trace *trace;
} Qos;

/* `trace` may be NULL. All limits are as after a reset. */
Qos *qos_new(const QosConfig *config, Trace *trace);
void qos_free(Qos *qos);
/* Back to what a reset of the cache's controller, or of the bus's, leaves: RCID 0 has everything, the others
 * are not limited either; counters stop. What is in the cache stays. */
void qos_reset_cache(Qos *qos);
void qos_reset_bus(Qos *qos);
void qos_visit(Qos *qos, StateVisitor *visitor);

static inline unsigned qos_account(unsigned rcid, QosType type)
{
    return rcid * QOS_TYPES + type;
}

/* The cache. */

/* Mask of ways that a line of `tag` may be put into. Never 0. */
static inline uint64_t qos_ways(const Qos *qos, QosTag tag)
{
    return qos->capacity[qos_account(tag.rcid, tag.type)].ways;
}

/* A line of `tag` came into the cache, or left it. */
void qos_line_in(Qos *qos, QosTag tag);
void qos_line_out(Qos *qos, QosTag tag);

/* A line of `tag` is to come: how many like it must go before. `partition` is what events say of whose limit that is. */
uint64_t qos_excess(Qos *qos, QosTag tag, unsigned partition);

/* The bus. */

/* The first slot from `slot` on that `tag` may have by its limits: `slot` itself, or the first of a later window.
 * `partition` is what events say of who was made to wait; QOS_NOBODY: nobody waits for that transfer. */
uint64_t qos_admit(Qos *qos, QosTag tag, uint64_t slot, unsigned partition);
/* A line of `tag` has moved in `slot`. */
void qos_moved(Qos *qos, QosTag tag, uint64_t slot, unsigned bytes, bool write);

#endif
