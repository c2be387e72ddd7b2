/* SPDX-License-Identifier: MIT */
/* hyp.h - a hypervisor of one guest: main.c runs it and answers exits, calls.c those that are calls of the SBI. */
#ifndef HYP_H
#define HYP_H

#include "lib/vcpu.h"

/* The guest's memory: where it has it, and where it is. */
#define RAM_GUEST 0x80200000ul
#define RAM_HOST  0x81000000ul
#define RAM_SIZE  0x1000000ul

/* Where `size` bytes of the guest's memory are; 0: they are not all of its memory. */
uint64_t ram_host(uint64_t gpa, uint64_t size);

/* Answers a call. */
void on_call(Vcpu *vcpu);

/* Prints the exits, and ends the run. */
void finish(bool well) __attribute__((noreturn));

#endif
