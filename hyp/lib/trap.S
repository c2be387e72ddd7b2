/* SPDX-License-Identifier: MIT */
/* trap.S - traps of a program that has no less privileged code. See trap.h. */
#include "lib/trap.inc"

    .text
    .balign 4
    .globl trap_entry
trap_entry:
    trap_call
