/* SPDX-License-Identifier: MIT */
/* calls.h - what guest and hypervisor agree on: calls, by number in a7 with an argument in a0, and memory. */
#define CALL_SAY 1 /* a number, to print */
#define CALL_END 2 /* 0: all was well */

#define GUEST_BASE 0x40000000 /* guest-physical; the code is in the first page */
#define GUEST_SIZE 0x40000
