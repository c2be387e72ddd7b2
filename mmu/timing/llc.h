/* SPDX-License-Identifier: MIT */
/*
 * llc.h - the shared cache: inclusive, physically indexed, every line with its owner.
 *
 * It knows which harts have copies of a line in their L1s (a directory), and whose it is: the owner that brought it in,
 * with the tag of that request (qos.h). Where a line may be put can be limited by that; where it is found is not.
 */
#ifndef MMU_TIMING_LLC_H
#define MMU_TIMING_LLC_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/state.h"
#include "mmu/timing/cache.h"
#include "mmu/timing/counts.h"
#include "mmu/timing/qos.h"

enum { LLC_DIRTY = 1 << 0, LLC_CODE = 1 << 1, LLC_FLAGS = 3 };

/* What is known of a line in the LLC. */
typedef struct {
    uint32_t data, code; /* bit n: hart n's L1D, or L1I, has it */
    uint8_t rcid, mcid, owner, flags;
} LlcLine;

/* Lines that were driven out by others, as long as they are remembered. */
typedef struct {
    uint64_t line;
    uint8_t victim, by, valid, reserved[5];
} LostLine;

typedef struct {
    Cache cache;
    LlcLine *lines; /* by set and way, as the cache's tags */
    LostLine *lost; /* by line; as many as there are lines */
    uint64_t n_lines;
    /* Made of the above: */
    unsigned colors, lines_in_page_shift;
    uint32_t *occupancy; /* lines by owner and colour */
    uint32_t by_mcid[QOS_MAX_IDS][QOS_TYPES];
} Llc;

void llc_init(Llc *llc, const TimingConfig *config);
void llc_free(Llc *llc);

static inline LlcLine *llc_line(const Llc *llc, unsigned set, unsigned way)
{
    return &llc->lines[(size_t)set * llc->cache.ways + way];
}

static inline unsigned llc_color(const Llc *llc, uint64_t line)
{
    return (unsigned)(line >> llc->lines_in_page_shift) & (llc->colors - 1);
}

static inline QosTag llc_tag(const LlcLine *what)
{
    return (QosTag){ what->rcid, what->mcid, what->flags & LLC_CODE ? QOS_CODE : QOS_DATA };
}

/* Puts a line in that is not there, into an empty way. */
void llc_put(Llc *llc, unsigned set, unsigned way, uint64_t line, const LlcLine *what);
/* Takes the line there out; nobody has copies. */
void llc_drop(Llc *llc, unsigned set, unsigned way);

/* `line`, which was `victim`'s, is driven out by `by`. */
void llc_note_lost(Llc *llc, uint64_t line, uint8_t victim, uint8_t by);
/* Who drove out the line, if anybody else did and it is remembered; forgets it. NULL: nobody. `victim` may differ from
 * who asks. */
const LostLine *llc_take_lost(Llc *llc, uint64_t line);

/* Visits all state. After loading, lines are in their sets and what is made from them is right. */
void llc_visit(Llc *llc, StateVisitor *visitor);

#endif
