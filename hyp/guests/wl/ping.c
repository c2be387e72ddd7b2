/* SPDX-License-Identifier: MIT */
/* ping.c - phase H: two harts that wake each other in turn. */
#include "lib/hart.h"
#include "lib/sbi.h"
#include "wl.h"

static volatile uint64_t turns; /* even: the first hart's turn, odd: the other's */
static uint64_t last;

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

uint64_t phase_ping(uint64_t n)
{
    uint64_t other;
    if (!find_other(&other))
        return skip("there is one hart only");
    turns = 0;
    last = 2 * n;
    interrupts_off(~0ul);
    csr_set(sie, SIE_SOFT);
    long error = hart_start(other, 1, pong, (void *)wl.hart);
    check(!error, "a hart that can be started", (uint64_t)error);
    while (turns < last) {
        turns++;
        send(other);
        wait_my_turn(0);
    }
    csr_clear(sie, SIE_SOFT);
    while (sbi_call(SBI_HSM, SBI_HART_STATUS, other, 0, 0).value != SBI_HART_STOPPED)
        pause();
    return turns / 2;
}
