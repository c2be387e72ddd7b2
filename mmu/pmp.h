/* SPDX-License-Identifier: MIT */
/*
 * pmp.h - physical memory protection.
 *
 * The CSRs are kept as written; beside them each entry's range is kept ready, so that a check is a scan of the
 * entries in use, and the stretch of addresses that the last scan was good for. Granularity is 4 bytes (G = 0).
 */
#ifndef MMU_PMP_H
#define MMU_PMP_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/base/addr.h"
#include "mmu/walk.h"

enum { PMP_ENTRIES = 16 };
enum { PMP_R = 1, PMP_W = 2, PMP_X = 4, PMP_A = 0x18, PMP_L = 0x80 };

/* A run of addresses, inclusive, that have the same permissions. */
typedef struct {
    uint64_t first, last;
    uint8_t perms;
} PmpStretch;

typedef struct {
    uint8_t cfg[PMP_ENTRIES];
    uint64_t addr[PMP_ENTRIES];
    bool mml, mmwp, rlb; /* mseccfg, Smepmp: lockdown, allowlist policy, rule locking bypass */
    /* Derived: */
    uint64_t first[PMP_ENTRIES], last[PMP_ENTRIES]; /* inclusive; first > last when off */
    unsigned used;                                  /* entries to look at */
    PmpStretch recent[4];                           /* found last, by privilege */
    uint32_t epoch; /* counts changes; part of the key of context banks */
} Pmp;

/* Writes configuration byte or address register `index`; locked ones keep their value.
 * norm:pmp_l_bit_write_protection */
void pmp_write_cfg(Pmp *pmp, unsigned index, uint8_t value);
void pmp_write_addr(Pmp *pmp, unsigned index, uint64_t value);

/* Is any entry locked? mseccfg.RLB cannot be set then. */
bool pmp_any_locked(const Pmp *pmp);

/* Recomputes what is derived, after reset, load, or a change of mml, mmwp or rlb. */
void pmp_update(Pmp *pmp);

/* May privilege `priv` (0, 1, 3) access `[spa, spa + size)`? All of it must lie in one entry. */
bool pmp_allows(Pmp *pmp, Spa spa, unsigned size, Access access, unsigned priv);

/* PMP_R|W|X that hold for every byte of the page at `spa`; `*uniform` false when its bytes differ. */
uint8_t pmp_page(Pmp *pmp, Spa page, unsigned priv, bool *uniform);

#endif
