/* SPDX-License-Identifier: MIT */
/* calls.h - what the guest may ask of its hypervisor: number in a7, argument in a0. */
#define CALL_SAY 1 /* a number, to print */
#define CALL_END 2 /* 0: all was well */
