/* SPDX-License-Identifier: MIT */
/*
 * lock.h - one hart at a time. Nobody may hold one where an interrupt handler wants it.
 */
#ifndef HYP_LIB_LOCK_H
#define HYP_LIB_LOCK_H

#include <stdint.h>

#include "lib/csr.h"

typedef struct {
    uint32_t taken;
} Lock;

static inline void lock(Lock *lock)
{
    while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE))
        pause();
}

static inline void unlock(Lock *lock)
{
    __atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

#endif
