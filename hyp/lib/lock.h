/* SPDX-License-Identifier: MIT */
/*
 * lock.h - one hart at a time. Nobody may hold one where an interrupt handler wants it.
 */
#ifndef HYP_LIB_LOCK_H
#define HYP_LIB_LOCK_H

#include <stdint.h>

#include "lib/csr.h"

/* A queue: whoever waits longest is next, so nobody waits for more than one turn of each other hart. */
typedef struct {
    uint32_t tickets, turn;
} Lock;

static inline void lock(Lock *lock)
{
    uint32_t own = __atomic_fetch_add(&lock->tickets, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&lock->turn, __ATOMIC_ACQUIRE) != own)
        pause();
}

static inline void unlock(Lock *lock)
{
    __atomic_store_n(&lock->turn, lock->turn + 1, __ATOMIC_RELEASE);
}

#endif
