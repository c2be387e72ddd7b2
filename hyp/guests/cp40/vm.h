/* SPDX-License-Identifier: MIT */
/*
 * vm.h - what a program in a virtual machine of CP-40 has: 256 KiB, a console, a timer and the registers of a machine of its own.
 *
 * It is written as for a bare machine. All that is privileged traps to CP, which does it.
 */
#ifndef CP40_VM_H
#define CP40_VM_H

#include <stdbool.h>
#include <stdint.h>

#define csr_read(csr)                                                \
    ({                                                               \
        uint64_t value_;                                             \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_)::"memory"); \
        value_;                                                      \
    })
#define csr_write(csr, value) \
    __asm__ volatile("csrw " #csr ", %0" ::"rK"((uint64_t)(value)) : "memory")

/* Reported as the event `mark` (docs/adr/0015): ID is a number. */
#define mark(id, value) __asm__ volatile("slti x0, %0, " #id ::"r"((uint64_t)(value)) : "memory")

enum {
    UART = 0x10000000,
    UART_LSR = UART + 5,
    TIMER_COMPARE = 0x2004000,
    TIMER_NOW = 0x200bff8,
    MEMORY = 0x40000,
    HZ = 10000000
};

static inline void type(const char *text)
{
    while (*text)
        *(volatile uint8_t *)UART = (uint8_t)*text++;
}

/* The next character typed; -1: none. */
static inline int typed(void)
{
    return *(volatile uint8_t *)UART_LSR & 1 ? *(volatile uint8_t *)UART : -1;
}

static inline uint64_t now(void)
{
    return *(volatile uint64_t *)TIMER_NOW;
}

static inline void alarm(uint64_t when)
{
    *(volatile uint64_t *)TIMER_COMPARE = when;
}

/* Defined by the program. */
void run(uint64_t a0, uint64_t a1, uint64_t a2);

#endif
