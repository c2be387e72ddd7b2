/* SPDX-License-Identifier: MIT */
/*
 * dbtr.c - an S-mode program that sets breakpoints through SBI's Debug Triggers extension (DBTR, SBI 3.0 chapter 19).
 *
 * Asks how many mcontrol6 triggers there are, installs one on a function and one on stores to a word, runs into both,
 * and says so on the console; then switches the machine off.
 */
#include "sbi.h"

enum { SBI_DBTR = 0x44425452 };
enum { DBTR_NUM_TRIGGERS, DBTR_SETUP_SHMEM, DBTR_READ, DBTR_INSTALL };
enum { M6_S = 1 << 4, M6_EXECUTE = 1 << 2, M6_STORE = 1 << 1 };
#define M6 (6ull << 60)

typedef struct {
    uint64_t state, tdata1, tdata2, tdata3;
} TriggerMessage;

static TriggerMessage shared __attribute__((aligned(4096)));
static volatile uint64_t word, breaks, last_epc, last_tval;

static void __attribute__((noinline)) function(void)
{
    asm volatile("nop; nop");
}

/* A breakpoint: goes on behind the instruction, four bytes as nothing here is compressed. */
static void __attribute__((interrupt("supervisor"), aligned(4))) handler(void)
{
    uint64_t epc, tval;
    asm volatile("csrr %0, sepc\n csrr %1, stval" : "=r"(epc), "=r"(tval));
    breaks++;
    last_epc = epc;
    last_tval = tval;
    epc += 4;
    asm volatile("csrw sepc, %0" : : "r"(epc));
}

static void install(uint64_t kind, uint64_t address)
{
    shared = (TriggerMessage){ 0, M6 | M6_S | kind, address, 0 };
    print(sbi(SBI_DBTR, DBTR_INSTALL, 1, 0, 0).error ? "install: failed\n" : "install: ok\n");
}

void main(void)
{
    asm volatile("csrw stvec, %0" : : "r"(handler));
    asm volatile("csrw sie, zero\n csrsi sstatus, 2"); /* triggers fire only where interrupts may */
    print_number("triggers: ", sbi(SBI_DBTR, DBTR_NUM_TRIGGERS, M6, 0, 0).value);
    sbi(SBI_DBTR, DBTR_SETUP_SHMEM, (unsigned long)&shared, 0, 0);
    install(M6_EXECUTE, (uint64_t)function);
    install(M6_STORE, (uint64_t)&word);
    function();
    print(breaks == 1 && last_epc == (uint64_t)function ? "execute: ok\n" : "execute: missed\n");
    word = 1;
    print(breaks == 2 && last_tval == (uint64_t)&word && !word ? "store: ok\n" : "store: missed\n");
    switch_off();
}
