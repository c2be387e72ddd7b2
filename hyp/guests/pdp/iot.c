/* SPDX-License-Identifier: MIT */
/*
 * iot.c - hostile: instructions for input and output to devices that are not the user's, and in ways that are none. One
 * for each argument; whoever comes out behind it counts.
 */
#include "pdp.h"

#define IOT(code) __asm__ volatile(code ::"r"(0xffffffffffffffff) : "t0", "memory")

void run(uint64_t argument)
{
    switch (argument) {
    case 0: IOT("sw %0, 0(zero)"); break;     /* device 00 */
    case 1: IOT("sw %0, 4*060(zero)"); break; /* iot 60, 61, 62: the drum's, DIA */
    case 2: IOT("sw %0, 4*061(zero)"); break; /* DBA */
    case 3: IOT("sw %0, 4*062(zero)"); break; /* DCC */
    case 4: IOT("lw t0, 4*062(zero)"); break;
    case 5: IOT("sw %0, 4*0203(zero)"); break; /* another's typewriter */
    case 6: IOT("lw t0, 4*0204(zero)"); break;
    case 7: IOT("sw %0, 4*0777(zero)"); break; /* a typewriter that is none */
    case 8: IOT("sd %0, 12(zero)"); break;     /* not a word */
    case 9: IOT("sb %0, 13(zero)"); break;
    case 10: IOT("amoadd.w t0, %0, (zero)"); break;
    case 11: IOT("lw t0, 12(zero)"); break; /* tyo the wrong way round, and tyi */
    case 12: IOT("sw %0, 16(zero)"); break;
    case 13: IOT("jr zero"); break;
    case 14: IOT("li t0, 12\n jr t0"); break;
    case 15: IOT("lw zero, 4*0304(zero)"); break;
    default: break;
    }
    pdp_count++;
}
