/* SPDX-License-Identifier: MIT */
/*
 * ping.c - four harts hand an interrupt round in a circle, waiting in WFI; then all interrupt all others at once.
 *
 * args: -smp 4
 * exit: 0
 * console: ping: done
 */
#include "lib/guest.h"

enum { MSI = 1 << 3, HARTS = 4, ROUNDS = 500, MEETINGS = 50 };

static volatile uint64_t hops[HARTS], arrived, go;

static void wait_for_ping(unsigned hart)
{
    while (!(CSR_READ(mip) & MSI))
        __asm__ volatile("wfi");
    write32(MSIP(hart), 0);
}

static void circle(unsigned hart)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (hart || i)
            wait_for_ping(hart);
        hops[hart]++;
        guest_check("order", hart, hops[(hart + 1) % HARTS], hart == HARTS - 1 ? i + 1 : i);
        write32(MSIP((hart + 1) % HARTS), 1);
    }
    if (!hart)
        wait_for_ping(hart);
}

/* All meet here; the last one to come lets the others go. */
static void meet(uint64_t round)
{
    if (__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST) == round * HARTS)
        go = round;
    while (go < round)
        ;
}

static void all_to_all(unsigned hart)
{
    for (unsigned i = 0; i < MEETINGS; i++) {
        for (unsigned other = 0; other < HARTS; other++)
            if (other != hart)
                write32(MSIP(other), 1);
        wait_for_ping(hart);
        meet(2 * i + 1);
        write32(MSIP(hart), 0); /* pings that came after the first */
        meet(2 * i + 2);
    }
    guest_check("nothing left", hart, CSR_READ(mip) & MSI, 0);
}

int main(unsigned hart)
{
    CSR_WRITE(mie, MSI);
    circle(hart);
    all_to_all(hart);
    if (hart)
        return 0;
    guest_check("hops", 0, hops[0] + hops[1] + hops[2] + hops[3], HARTS * ROUNDS);
    guest_print("ping: done\n");
    return (int)guest_failures;
}
