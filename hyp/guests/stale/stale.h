/* SPDX-License-Identifier: MIT */
/* stale.h - what the checks share; main.c runs them. */
#ifndef HYP_STALE_H
#define HYP_STALE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/csr.h"
#include "lib/fdt.h"
#include "lib/irqchip.h"
#include "lib/paging.h"

typedef struct {
    uint64_t hart, other; /* the same if there is one only */
    uint64_t *root;       /* the table that is in use between checks, with ASID 0 */
    uint64_t asids;       /* bits of satp.ASID that there are, at most two */
    uint64_t threshold;   /* register of this hart in the PLIC; 0: there is none */
    bool svade;           /* harts do not set A and D */
    volatile char
        *own; /* a byte of the device tree, which is the guest's memory; NULL: there is none */
} Stale;

extern Stale stale;

/* Pages that come and go. */
#define WINDOW 0x1800000000ul

/* Ends the run. */
void fail(const char *what, uint64_t value) __attribute__((noreturn));
static inline void check(bool ok, const char *what, uint64_t value)
{
    if (!ok)
        fail(what, value);
}

uint64_t *make_root(void);
uint64_t satp_of(const uint64_t *root, uint64_t asid);
static inline uint64_t *root_entry(uint64_t va)
{
    return &stale.root[va / GIGA_PAGE % 512];
}

/* An access, as the ABI returns it in a0 and a1: what was loaded, and the cause of the exception or 0. */
typedef struct {
    uint64_t value, cause;
} Access;

Access access_load(uint64_t va);

/* Each gives the cause of the exception, or 0. `fetch` calls the code there, `user_load` runs code in U-mode. */
uint64_t load(uint64_t va);
uint64_t store(uint64_t va, uint64_t value);
uint64_t fetch(uint64_t va);
uint64_t user_load(uint64_t code, uint64_t va);
extern const char user_code[]; /* a page: what user_load runs, and `ret` behind */
/* What the last load got. */
uint64_t loaded(void);

/* False: the machine has not what it takes. */
typedef bool CheckFn(void);
CheckFn check_leaves, check_spaces, check_upgrade, check_bits, check_user_pages, check_reserved,
    check_bare, check_user_mode, check_remote;

#endif
