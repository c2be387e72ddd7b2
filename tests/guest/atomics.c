/* SPDX-License-Identifier: MIT */
/*
 * atomics.c - LR and SC misused and used: SC without LR, twice, elsewhere, after another hart's store; misaligned, to
 * devices and to nothing; and four harts that count with LR/SC and with AMOs.
 *
 * args: -smp 4
 * exit: 0
 * console: atomics: done
 */
#include "lib/guest.h"

enum { HARTS = 4, COUNTS = 2000 };

static uint64_t cells[512] __attribute__((aligned(4096)));
static volatile uint64_t request, ready;

static uint64_t load_reserved(uintptr_t address)
{
    uint64_t value = 0x5eed;
    __asm__ volatile("lr.d %0, (%1)" : "+r"(value) : "r"(address) : "memory");
    return value;
}

/* 0: stored. */
static uint64_t store_conditional(uintptr_t address, uint64_t value)
{
    uint64_t failed = 0x5eed;
    __asm__ volatile("sc.d %0, %2, (%1)" : "+r"(failed) : "r"(address), "r"(value) : "memory");
    return failed;
}

static uint64_t store_conditional_word(uintptr_t address, uint32_t value)
{
    uint64_t failed = 0x5eed;
    __asm__ volatile("sc.w %0, %2, (%1)" : "+r"(failed) : "r"(address), "r"(value) : "memory");
    return failed;
}

static void check_pairs(void)
{
    uintptr_t a = (uintptr_t)&cells[0], far = (uintptr_t)&cells[256];
    cells[0] = 1;
    cells[256] = 2;
    guest_check("SC before any LR", 0, store_conditional(a, 9) != 0, true);
    guest_check("and stored nothing", 0, cells[0], 1);
    guest_check("LR", 0, load_reserved(a), 1);
    guest_check("SC", 0, store_conditional(a, 3), 0);
    guest_check("stored", 0, cells[0], 3);
    guest_check("SC a second time", 0, store_conditional(a, 4) != 0, true);
    guest_check("stored nothing", 0, cells[0], 3);
    load_reserved(a);
    guest_check("SC 2 KiB away", 0, store_conditional(far, 5) != 0, true);
    guest_check("SC after a failed SC", 0, store_conditional(a, 5) != 0, true);
    load_reserved(a);
    load_reserved(far);
    guest_check("SC to the first of two LR", 0, store_conditional(a, 6) != 0, true);
    load_reserved(a);
    guest_check("SC.W after a failed SC", 0, store_conditional_word(far, 6) != 0, true);
    guest_check("nothing stored at all", 0, cells[0] + cells[256], 3 + 2);
}

/* Hart 1 stores to `address` while hart 0 has a reservation there. */
static uint64_t sc_after_other(uintptr_t reserved, uintptr_t address)
{
    load_reserved(reserved);
    ready = 0;
    FENCE();
    request = address;
    while (!ready)
        ;
    FENCE();
    return store_conditional(reserved, 77);
}

static void serve_stores(void)
{
    for (;;) {
        while (!request)
            ;
        FENCE();
        uint64_t address = request;
        request = 0;
        if (address == 1)
            return;
        write64(address, 55);
        FENCE();
        ready = 1;
    }
}

static void check_other_hart(void)
{
    uintptr_t a = (uintptr_t)&cells[8];
    for (unsigned i = 0; i < 50; i++) {
        guest_check("SC after another hart's store", i, sc_after_other(a, a) != 0, true);
        guest_check("the store is there", i, cells[8], 55);
        cells[8] = 0;
    }
    request = 1;
}

/* Misaligned and to nothing: the cause tells load (LR) from store (SC, AMO). Either of two causes may be reported for
 * misaligned ones. */
static void check_cause(const char *what, uintptr_t address, uint64_t allowed, uint64_t also)
{
    Caught caught = guest_take();
    guest_check(what, address, caught.count, 1);
    if (caught.cause != also)
        guest_check(what, address, caught.cause, allowed);
    guest_check(what, address, caught.tval, address);
}

static void check_faults(void)
{
    static const uintptr_t nothing[] = { 0,        0x7ffffff8, RAM + RAM_SIZE, 1ul << 62,
                                         FINISHER, CLINT,      PLIC,           VIRTIO };
    guest_expect(true);
    for (unsigned i = 1; i < 8; i++) {
        uintptr_t address = (uintptr_t)cells + i;
        guest_check("LR leaves rd", i, load_reserved(address), 0x5eed);
        check_cause("misaligned LR", address, LOAD_MISALIGNED, LOAD_ACCESS);
        guest_check("SC leaves rd", i, store_conditional(address, 0), 0x5eed);
        check_cause("misaligned SC", address, STORE_MISALIGNED, STORE_ACCESS);
    }
    for (unsigned i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        load_reserved(nothing[i]);
        check_cause("LR of nothing", nothing[i], LOAD_ACCESS, LOAD_ACCESS);
        load_reserved((uintptr_t)cells);
        uint64_t old = 0x5eed;
        __asm__ volatile("amoadd.d %0, %0, (%1)" : "+r"(old) : "r"(nothing[i]) : "memory");
        check_cause("AMO of nothing", nothing[i], STORE_ACCESS, STORE_ACCESS);
        guest_check("AMO leaves rd", i, old, 0x5eed);
    }
    guest_expect(false);
}

static uint64_t sc_count, amo_count, word_count;
static volatile uint64_t finished;

static void count(void)
{
    for (unsigned i = 0; i < COUNTS; i++) {
        uint64_t was, failed;
        do
            __asm__ volatile("lr.d %0, (%2)\n addi %0, %0, 1\n sc.d %1, %0, (%2)"
                             : "=&r"(was), "=&r"(failed)
                             : "r"(&sc_count)
                             : "memory");
        while (failed);
        __atomic_fetch_add(&amo_count, 3, __ATOMIC_SEQ_CST);
        /* The upper word: lower ones must not change. */
        __atomic_fetch_sub((uint32_t *)&word_count + 1, 1, __ATOMIC_SEQ_CST);
    }
    __atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
}

int main(unsigned hart)
{
    if (hart == 1)
        serve_stores();
    if (hart == 0) {
        check_pairs();
        check_other_hart();
        check_faults();
    }
    count();
    if (hart)
        return 0;
    while (finished != HARTS)
        ;
    guest_check("LR/SC by four harts", 0, sc_count, HARTS * COUNTS);
    guest_check("AMOs by four harts", 0, amo_count, 3 * HARTS * COUNTS);
    guest_check("AMOs of a word", 0, word_count, (uint64_t) - (HARTS * COUNTS) << 32);
    guest_print("atomics: done\n");
    return (int)guest_failures;
}
