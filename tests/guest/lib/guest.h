/* SPDX-License-Identifier: MIT */
/*
 * guest.h - what the small bare-metal programs of tests/guest have in common.
 *
 * A program has `int main(unsigned hart)`, which every hart runs, in M-mode. A trap that nobody expects ends the run
 * with exit code 63.
 */
#ifndef TESTS_GUEST_LIB_GUEST_H
#define TESTS_GUEST_LIB_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PRIV_U, PRIV_S, PRIV_M = 3 };
enum { GUEST_HARTS = 4, GUEST_BACK = 0x600d, PAGE = 4096 };

#define FINISHER 0x100000ul
#define RTC      0x101000ul
#define CLINT    0x2000000ul
#define PLIC     0xc000000ul
#define UART     0x10000000ul
#define VIRTIO   0x10001000ul
#define RAM      0x80000000ul
#define RAM_SIZE (16ul << 20) /* every guest runs with -m 16M */

#define MSIP(hart)     (CLINT + 4 * (hart))
#define MTIMECMP(hart) (CLINT + 0x4000 + 8 * (hart))
#define MTIME          (CLINT + 0xbff8)

/* Causes of traps: "Machine Cause (mcause) Register". */
enum {
    FETCH_ACCESS = 1,
    ILLEGAL = 2,
    LOAD_MISALIGNED = 4,
    LOAD_ACCESS = 5,
    STORE_MISALIGNED = 6,
    STORE_ACCESS = 7,
    ECALL_M = 11,
    FETCH_PAGE = 12,
    LOAD_PAGE = 13,
    STORE_PAGE = 15,
};
#define INTERRUPT       (1ul << 63)
#define INTERRUPT_SOFT  (INTERRUPT | 3)
#define INTERRUPT_TIMER (INTERRUPT | 7)

typedef struct {
    uint64_t x[32], epc, cause, tval, status; /* status goes back into mstatus */
} TrapFrame;

/* What happened to a hart since guest_expect: the last exception and how many there were. */
typedef struct {
    uint64_t cause, tval, epc, count;
    bool expected;
} Caught;

extern Caught guest_caught[GUEST_HARTS];
extern unsigned guest_failures; /* what main should return */

/* Called for interrupts when set. */
extern void (*guest_interrupt)(unsigned hart, TrapFrame *frame);
/* Called for exceptions before the usual handling; true: done. */
extern bool (*guest_exception)(unsigned hart, TrapFrame *frame);

/* From now on exceptions of this hart are noted and the instruction is skipped; one of a jump is made to return. */
void guest_expect(bool expected);
/* What was noted; forgets it. */
Caught guest_take(void);

/* The compiler wants these. */
void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);

void guest_exit(unsigned code) __attribute__((noreturn));
void guest_print(const char *text);
void guest_print_hex(uint64_t value);

/* Says `what` and counts a failure unless `value` is `expected`; `where` is printed too. */
void guest_check(const char *what, uint64_t where, uint64_t value, uint64_t expected);

/* Calls `function` in another privilege, from M-mode with interrupts off. */
long guest_call_as(unsigned privilege, long (*function)(long), long argument);
/* Calls `address`; a fetch that faults comes back. */
void guest_jump(uintptr_t address);

/* A pseudo-random sequence (xorshift). */
uint64_t guest_random(uint64_t *state);

#define CSR_READ(csr)                                  \
    ({                                                 \
        uint64_t v_;                                   \
        __asm__ volatile("csrr %0, " #csr : "=r"(v_)); \
        v_;                                            \
    })
#define CSR_WRITE(csr, value) \
    __asm__ volatile("csrw " #csr ", %0" ::"r"((uint64_t)(value)) : "memory")
#define CSR_SET(csr, value) \
    __asm__ volatile("csrs " #csr ", %0" ::"r"((uint64_t)(value)) : "memory")
#define CSR_CLEAR(csr, value) \
    __asm__ volatile("csrc " #csr ", %0" ::"r"((uint64_t)(value)) : "memory")
#define FENCE_I() __asm__ volatile("fence.i" ::: "memory")
#define FENCE()   __asm__ volatile("fence" ::: "memory")
#define SFENCE()  __asm__ volatile("sfence.vma" ::: "memory")

static inline unsigned guest_hart(void)
{
    unsigned hart;
    __asm__ volatile("mv %0, tp" : "=r"(hart));
    return hart;
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
