/* SPDX-License-Identifier: MIT */
/* ping.c - phase H: two harts that wake each other in turn; and a page that changes its frame under one of them. */
#include "lib/hart.h"
#include "lib/sbi.h"
#include "wl.h"

enum { REMAPS = 16 };

static volatile uint64_t turns; /* even: the first hart's turn, odd: the other's */
static uint64_t last;
static volatile bool remapping; /* the other hart looks at the window, and says what is there */
static volatile uint64_t seen;
static uint64_t frames[2][PAGE_SIZE / sizeof(uint64_t)] __attribute__((aligned(PAGE_SIZE)));

static void send(uint64_t hart)
{
    fence();
    long error = sbi_send_ipi(1, hart);
    check(!error, "an interrupt that can be sent", (uint64_t)error);
}

/* Interrupts are off in sstatus: wfi ends when one is pending, and there is no trap. */
static void wait_my_turn(uint64_t parity)
{
    for (;;) {
        csr_clear(sip, SIE_SOFT);
        fence();
        if (turns % 2 == parity)
            return;
        wfi();
    }
}

static void pong(void *to)
{
    paging_on();
    csr_set(sie, SIE_SOFT);
    while (turns < last) {
        wait_my_turn(1);
        if (remapping)
            seen = *(volatile uint64_t *)WINDOW_BASE;
        turns++;
        send((uint64_t)to);
    }
    csr_clear(sie, SIE_SOFT);
}

static bool find_other(uint64_t *other)
{
    FdtNode cpu = NULL;
    while ((cpu = fdt_next_cpu(&wl.fdt, cpu, other))) {
        if (*other != wl.hart)
            return true;
    }
    return false;
}

static void take_turns(uint64_t other)
{
    turns++;
    send(other);
    wait_my_turn(0);
}

/* The other hart may go on with the frame of before until it is told to fence. */
static void remap(uint64_t other)
{
    uint64_t *entry = paging_entry(wl.root, SV39, WINDOW_BASE);
    remapping = true;
    for (uint64_t i = 0; i < REMAPS; i++) {
        frames[i % 2][0] = i;
        *entry = pte_make((uintptr_t)frames[i % 2], PTE_RW | PTE_V);
        long error = sbi_remote_sfence(1, other, WINDOW_BASE, PAGE_SIZE);
        check(!error, "a fence on the other hart", (uint64_t)error);
        take_turns(other);
        check(seen == i, "the frame of now on the other hart", seen);
    }
    *entry = 0;
    sfence_vma_page(WINDOW_BASE);
    remapping = false;
}

uint64_t phase_ping(uint64_t n)
{
    uint64_t other;
    if (!find_other(&other))
        return skip("there is one hart only");
    turns = 0;
    last = 2 * (n + REMAPS);
    interrupts_off(~0ul);
    csr_set(sie, SIE_SOFT);
    long error = hart_start(other, pong, (void *)wl.hart);
    check(!error, "a hart that can be started", (uint64_t)error);
    while (turns < 2 * n)
        take_turns(other);
    remap(other);
    csr_clear(sie, SIE_SOFT);
    while (sbi_call(SBI_HSM, SBI_HART_STATUS, other, 0, 0).value != SBI_HART_STOPPED)
        pause();
    return turns / 2 - REMAPS;
}
