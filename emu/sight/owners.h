/* SPDX-License-Identifier: MIT */
/*
 * owners.h - who is who in sights: numbers of partitions, which stay the same whenever and however often one looks.
 *
 * 0 is the host: hypervisor, firmware, or whatever runs without. Others have the numbers that traces call them by
 * (partitions_traced); guests without a VMID, which traces do not tell apart, have one for each hart.
 */
#ifndef EMU_SIGHT_OWNERS_H
#define EMU_SIGHT_OWNERS_H

#include "emu/json.h"
#include "emu/machine.h"

enum { OWNER_NAME = 32 };

typedef struct {
    unsigned number;
    char letter; /* 'H' for 0, then 'A', 'B', ...: what panels write */
    bool declared;
    int vmid;       /* -1: it has none, or any */
    uint32_t harts; /* bit n: hart n is declared for it, or ran it */
    char name[OWNER_NAME];
} SightOwner;

/* The number of a guest, or of what is none, on `hart`. Looking makes nobody known. */
unsigned owner_find(const Machine *machine, bool guest, unsigned vmid, unsigned hart);
/* Of one that the registry has. */
unsigned owner_of_partition(const Partitions *parts, unsigned partition);
/* Of who is on the hart now. */
unsigned owner_now(const Machine *machine, unsigned hart);
/* What is known of a number that owner_find gave. */
SightOwner owner_get(const Machine *machine, unsigned number);
char owner_letter(unsigned number);

/* A list of them without doubles, by number: adds one that is not there yet, with `hart` (bits) among its harts. */
GArray *owners_new(void);
SightOwner *owners_add(GArray *owners, const Machine *machine, unsigned number, uint32_t harts);
/* NULL: it is not in the list. */
const SightOwner *owners_find(const GArray *owners, unsigned number);

/* Member "partitions". */
void owners_json(const GArray *owners, Json *json);

/* "0-2,5" of bits; "-" of none. To be freed. */
char *owner_harts_text(uint32_t harts);

#endif
