/* SPDX-License-Identifier: MIT */
/*
 * ask.h - what the walks of a hart are asked, and what they see of memory; for the files that make them.
 */
#ifndef MMU_ASK_H
#define MMU_ASK_H

#include "mmu/mmu.h"

/* What permissions are judged by: all that a translation in the store needs. */
static inline void ask(WalkRequest *request, const BankKey *key, Gva va, Access access)
{
    request->va = va;
    request->access = access;
    request->user = key_priv(key) == PRIV_U;
    request->sum = key->flags & KEY_SUM;
    request->mxr = key->flags & KEY_MXR;
    request->g_mxr = key->flags & KEY_G_MXR;
    request->execute_as_read = key->flags & KEY_EXECUTE_AS_READ;
}

/* What a walk needs beside that. */
void ask_of_walk(const Mmu *mmu, WalkRequest *request, const BankKey *key);

/* Both. */
WalkRequest ask_all(const Mmu *mmu, const BankKey *key, Gva va, Access access);

/* One stage as `atp` and the bits of a key have it. */
WalkStage ask_stage(const Mmu *mmu, uint64_t atp, bool hardware_ad, bool pbmt);

/* The associative memory as virtual machine `vm`, in place of the first stage. */
void ask_cat(const Mmu *mmu, WalkRequest *request, unsigned vm);

/* Memory as walks of the hart for contexts of `key` see it. Who watches them gets every step. */
WalkMemory ask_memory(Mmu *mmu, const BankKey *key, bool watched);

/* Memory as a debugger's walks see it, which change nothing. */
WalkMemory ask_look(Mmu *mmu);

#endif
