/* SPDX-License-Identifier: MIT */
/*
 * harts.h - partitions and harts: who runs where, in which mode, and how much.
 *
 * Of late: from the last events (spans.h), exact. Since counting began: of each hart, by mode and by guest (cpu/stats.h),
 * from the first look on, or from the start with -d stats or a window.
 */
#ifndef EMU_SIGHT_HARTS_H
#define EMU_SIGHT_HARTS_H

#include "emu/sight/owners.h"
#include "emu/sight/sight.h"
#include "emu/sight/spans.h"

#define HARTS_STRETCH_NS UINT64_C(100000000)
enum { HARTS_BLOCKS = 8, HARTS_SYMBOL = 64 };

/* What somebody did of late: ns of the clocks of harts. */
typedef struct {
    uint64_t busy, idle, exits;
} HartsLate;

/* A guest, or what is none, on one hart. */
typedef struct {
    unsigned hart, owner, vmid;
    bool guest, now;
    HartsLate late;
    uint64_t insns[MODES]; /* by mode, and the rest: since counting began */
    uint64_t exceptions, interrupts, own_exceptions, own_interrupts;
} HartsUse;

typedef struct {
    unsigned id, owner, vmid;
    bool guest, idle, critical;
    const char *mode;
    uint64_t pc, retired;
    char symbol[HARTS_SYMBOL]; /* "name+12"; "": none is known */
    HartsLate late;
    uint64_t counted; /* instructions since counting began */
} HartsHart;

typedef struct {
    SightOwner who;
    HartsLate late;
    uint64_t insns, exits; /* since counting began */
    uint32_t on, waiting;  /* bit n: it is on hart n now; and waits there */
} HartsPart;

typedef struct {
    uint64_t from, now;  /* what `late` is of, ns */
    const char *unknown; /* why nothing is known of that; NULL: it is */
    bool counting;
    uint64_t counted_from; /* ns */
    uint64_t counted;      /* instructions of all harts since then */
    unsigned n_harts;
    GArray *parts; /* of HartsPart, by number; the host first */
    GArray *uses;  /* of HartsUse, by hart; the host first, then by VMID */
    HartsHart harts[MACHINE_MAX_HARTS];
} HartsSight;

/* From now on it is counted who executes how much; before the first reset: from the start. False: that cannot be now, since
 * the machine has gone back in time. Between slices. */
bool harts_count(Machine *machine);

void *harts_make(Machine *machine, const SightWants *wants);
void harts_print(const void *sight, GString *out);
void harts_json(const void *sight, Json *json);
void harts_free(void *sight);
/* The same of the last `span_ns`; who makes it does not begin to count. */
HartsSight *harts_look(Machine *machine, uint64_t span_ns);

/* What is written of a partition, of a hart: the same by the monitor and in the window. */
typedef enum {
    PART_LETTER,
    PART_WHO,
    PART_VMID,
    PART_HARTS,
    PART_TIME,
    PART_IDLE,
    PART_EXITS_S,
    PART_INSNS,
    PART_SHARE,
    PART_EXITS,
    PART_STATE,
    PART_CELLS
} PartCell;
typedef enum {
    HART_ID,
    HART_MODE,
    HART_WHO,
    HART_BUSY,
    HART_IDLE,
    HART_EXITS_S,
    HART_INSNS,
    HART_PC,
    HART_SYMBOL,
    HART_CELLS
} HartCell;
typedef struct {
    const char *title;
    bool left; /* from the left, as words are */
} HartsColumn;
extern const HartsColumn harts_part_columns[PART_CELLS], harts_hart_columns[HART_CELLS];
/* To be freed. */
char *harts_part_text(const HartsSight *sight, const HartsPart *part, PartCell cell);
char *harts_hart_text(const HartsSight *sight, const HartsHart *hart, HartCell cell);
/* Two lines that say of when the figures are. To be freed. */
char *harts_late_text(const HartsSight *sight);
char *harts_counted_text(const HartsSight *sight);

static inline const HartsPart *harts_part(const HartsSight *sight, guint i)
{
    return &g_array_index(sight->parts, HartsPart, i);
}

static inline const HartsUse *harts_use(const HartsSight *sight, guint i)
{
    return &g_array_index(sight->uses, HartsUse, i);
}

#endif
