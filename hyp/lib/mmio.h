/* SPDX-License-Identifier: MIT */
/* mmio.h - device registers, by address; each call is one access of that size. */
#ifndef HYP_LIB_MMIO_H
#define HYP_LIB_MMIO_H

#include <stdint.h>

static inline uint8_t read8(uintptr_t address)
{
    return *(volatile uint8_t *)address;
}

static inline void write8(uintptr_t address, uint8_t value)
{
    *(volatile uint8_t *)address = value;
}

static inline uint32_t read32(uintptr_t address)
{
    return *(volatile uint32_t *)address;
}

static inline void write32(uintptr_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static inline uint64_t read64(uintptr_t address)
{
    return *(volatile uint64_t *)address;
}

static inline void write64(uintptr_t address, uint64_t value)
{
    *(volatile uint64_t *)address = value;
}

#endif
