/* SPDX-License-Identifier: MIT */
/*
 * context.h - what translation knows of contexts and their banks; everybody else asks mmu.h.
 */
#ifndef MMU_CONTEXT_H
#define MMU_CONTEXT_H

#include "mmu/mmu.h"

static inline void tlb_entry_clear(TlbEntry *entry)
{
    entry->read_tag = entry->write_tag = TAG_NONE;
}

/* The generation that a bank for `key` must have for its contents to be good. */
static inline uint32_t context_generation(const Mmu *mmu, const BankKey *key)
{
    return key->space >= SPACE_CAT ? 0 : mmu->store->spaces[key->space].generation;
}

/* The bank for accesses with privilege `priv`, of a guest or not, and for HLVX. */
Bank *context_select(Mmu *mmu, unsigned priv, bool guest, bool execute);

/* The store was emptied: no bank is any context's. */
void context_void_banks(Mmu *mmu);

/* Empties one bank. */
void bank_clear(Bank *bank);

/* One translation of `space` died or was replaced: banks of that space forget its line. `mmu` is an Mmu. */
void context_entry_died(void *mmu, unsigned space, uint64_t va);

/* Empties the selected banks if their spaces changed wholesale. */
void context_refresh(Mmu *mmu);

/* cat.c: translates for a context that the associative memory is for, and sets use and change. False: no register has the
 * page. */
bool cat_translate(Mmu *mmu, const BankKey *key, Gva va, Access access, Spa *spa);
/* Takes back bits that the access under way has set there, if that is what it has changed. */
bool cat_take_back(Mmu *mmu);

/* Whatever banks know must be asked for again. */
void context_new_epoch(Mmu *mmu);

#endif
