/* SPDX-License-Identifier: MIT */
/*
 * wild.c - hostile: touches what is not the user's. The argument says which: one of `places`, plus 100 to store, plus 200 to
 * jump there. Whoever comes out behind it has got away with it, and counts.
 */
#include "pdp.h"

static const uint64_t places[] = {
    0x80000000,         /* 0: the system's code */
    0x80008000,         /* 1: its data */
    0x800ffffc,         /* 2: the word before the user's memory */
    0x80104000,         /* 3: the word behind it */
    0x80103ffe,         /* 4: half in it, half behind it */
    0x84000000,         /* 5: the library */
    0x10010000,         /* 6: the drum: DIA */
    0x10010008,         /* 7: DCC, which would begin a transfer */
    0x10010010,         /* 8: CORE */
    0x10012000,         /* 9: the first typewriter */
    0x10000000,         /* 10: the serial port */
    0x02004000,         /* 11: the clock's alarm */
    0x0200bff8,         /* 12: the clock */
    0x0c000004,         /* 13: the interrupt controller */
    0x00100000,         /* 14: the finisher, which switches off */
    0xffffffffffffff00, /* 15: nothing at all */
    0x0000004080100000, /* 16: the user's own, but for a high bit */
    0x80100002,         /* 17: the middle of a word of his own, which he may load */
};

void run(uint64_t argument)
{
    uint64_t which = argument % 100 % (sizeof(places) / sizeof(places[0]));
    volatile uint32_t *at = (volatile uint32_t *)places[which];
    if (argument < 100)
        pdp_count += *at & 1;
    else if (argument < 200)
        *at = 0x01005555;
    else
        ((void (*)(void))places[which])();
    pdp_count++;
}
