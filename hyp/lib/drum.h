/* SPDX-License-Identifier: MIT */
/*
 * drum.h - a magnetic drum after the PDP-1's: fields of 4,096 words, written and read in one revolution.
 *
 * A transfer writes core into one field and fills core from another, word by word in the same pass: word i of a field lies
 * at core + 4 * i. Where the drum halts the processor, it stands still from the store that begins a transfer until its end.
 */
#ifndef HYP_LIB_DRUM_H
#define HYP_LIB_DRUM_H

#include "lib/fdt.h"

typedef struct {
    uintptr_t base;
    unsigned source;        /* of its interrupt */
    uint32_t words, fields; /* words of a field; fields have numbers from 1 */
    uint64_t revolution_ns;
    bool halts; /* the processor, while it transfers */
} Drum;

typedef struct {
    unsigned write, read;    /* fields: from core, into core; 0 is none */
    unsigned address, count; /* the first word, and how many; a count of 0 is the whole field */
    uint64_t core;           /* physical */
} DrumTransfer;

/* Finds the drum; false if there is none. */
bool drum_open(Drum *drum, const Fdt *fdt);

/* Everything but the last store, and that: so that a program can choose its moment. */
void drum_prepare(const Drum *drum, const DrumTransfer *transfer);
void drum_begin(const Drum *drum, const DrumTransfer *transfer);
/* Is it over? */
bool drum_is_done(const Drum *drum);
/* Takes the end, and its interrupt, back; false if nothing was transferred, for an error. */
bool drum_acknowledge(const Drum *drum);
/* Whether the end of a transfer shall interrupt. At first it does not. */
void drum_interrupts(const Drum *drum, bool on);

/* All of it, and waits for the end. */
bool drum_transfer(const Drum *drum, const DrumTransfer *transfer);

#endif
