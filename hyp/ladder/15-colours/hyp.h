/* SPDX-License-Identifier: MIT */
/* hyp.h - a hypervisor of two guests: main.c runs them and answers exits, calls.c those that are calls of the SBI. */
#ifndef HYP_H
#define HYP_H

#include "lib/hart.h"
#include "lib/vcpu.h"

/* A guest's memory: where it has it; where its pages are, among others; and where it is put together first. */
#define RAM_GUEST   0x80200000ul
#define RAM_SIZE    0x400000ul
#define FRAMES      0x81000000ul
#define FRAMES_SIZE 0x1000000ul
#define WORKSHOP    0x83000000ul

/* Where this byte of the guest's memory is; NULL: it has none there. */
const char *ram_host(uint64_t gpa);

/* Answers a call. */
void on_call(Vcpu *vcpu);

enum { GUESTS = 2, LINE = 128 };

typedef struct {
    Vcpu vcpu;
    char name;
    uint64_t *root;  /* of its G stage */
    uint64_t tree;   /* where it has its device tree */
    char line[LINE]; /* what it prints, until the line is whole */
    unsigned length;
} Guest;

/* By hart: each guest has one. */
extern Guest guests[GUESTS];

static inline Guest *guest_self(void)
{
    return &guests[hart_self()->id % GUESTS];
}

/* The guest on this hart is over; the last one prints the exits, and ends the run. */
void finish(bool well) __attribute__((noreturn));

#endif
