/* SPDX-License-Identifier: MIT */
/* message.c - the hart sends itself a message, twice, and is interrupted (-M virt,aia=aplic-imsic). */
#include "../guest/lib/guest.h"

/* AIA, "Incoming MSI Controller (IMSIC)": indirect registers of an interrupt file. */
enum { EIDELIVERY = 0x70, EITHRESHOLD = 0x72, EIE0 = 0xc0, IDENTITY = 5 };

#define IMSIC_M  0x24000000ul
#define MISELECT 0x350
#define MIREG    0x351
#define MTOPEI   0x35c

static volatile unsigned taken;

#define WRITE(number, value) __asm__ volatile("csrw %0, %1" ::"i"(number), "r"((uint64_t)(value)))

static void write_file(uint64_t selected, uint64_t value)
{
    WRITE(MISELECT, selected);
    WRITE(MIREG, value);
}

static void on_interrupt(unsigned hart, TrapFrame *frame)
{
    (void)hart;
    (void)frame;
    WRITE(MTOPEI, 0);
    taken++;
}

int main(unsigned hart)
{
    (void)hart;
    guest_interrupt = on_interrupt;
    write_file(EIDELIVERY, 1);
    write_file(EITHRESHOLD, 0);
    write_file(EIE0, 1ul << IDENTITY);
    CSR_SET(mie, 1ul << 11);
    CSR_SET(mstatus, 1ul << 3);
    for (unsigned i = 0; i < 2; i++)
        *(volatile uint32_t *)IMSIC_M = IDENTITY;
    return taken == 2 ? 0 : 1;
}
