/* SPDX-License-Identifier: MIT */
/*
 * drum.h - a swapping drum: the parallel drum of the PDP-1, from its design of 1961 to the Type 23 of 1964.
 *
 * A cylinder turns below fixed heads, one set for each field, so that a word of every field passes at the same time. A
 * transfer writes one field from core memory and reads another into it, in the same pass. Where the cylinder stands
 * follows from virtual time alone; nothing that software does turns it. Fields have numbers from 1 on, because 0 means
 * none in the registers. Sources: C. G. Bell, DEC memorandum M-1102A (1961), where the processor is stopped while a
 * transfer goes on; DEC's Type 23 manual (1964), where it is not, and is interrupted at the end.
 */
#ifndef DEVICES_DRUM_H
#define DEVICES_DRUM_H

#include "devices/device.h"

enum { DRUM_MOST_FIELDS = 128, DRUM_LEAST_WORDS = 16, DRUM_MOST_WORDS = 65536, DRUM_WORD = 4 };
enum { DRUM_MOST_RPM = 60000 };
#define DRUM_MOST_WORD_PS 4000000000ull /* the register has 32 bits */

typedef struct {
    unsigned fields, words; /* words: of a field, a power of two */
    unsigned rpm;           /* revolutions a minute; 0: `word_ps` says it */
    uint64_t word_ps;       /* how long a word is below the heads */
    bool halt;              /* harts do not run while a transfer goes on */
    bool any_start;         /* that of a whole field begins wherever the drum stands */
} DrumConfig;

/* What goes on. */
typedef enum { DRUM_IDLE, DRUM_WAITS, DRUM_TRANSFERS } DrumPhase;

/* Bits of STAT and IE. */
enum { DRUM_DONE = 1, DRUM_ADDRESS = 2, DRUM_ERROR = 4, DRUM_BUSY = 8 };

/* Codes in bits 15:8 of STAT, and in the event drum.end. */
typedef enum {
    DRUM_OK,
    DRUM_BAD_FIELD,   /* there is no such field */
    DRUM_BAD_ADDRESS, /* the initial address or the count is more than a field has */
    DRUM_BAD_CORE,    /* not all of it is RAM, or it is not a multiple of 4 */
    DRUM_IS_BUSY,     /* a transfer goes on */
} DrumError;

/* What became of a field last, for people. Times are in ns of virtual time. */
typedef struct {
    uint64_t written_at, read_at, written_core, read_core;
    uint64_t writes, reads; /* how often; 0: never */
} DrumField;

typedef struct {
    Device dev;
    DrumConfig config;
    IrqLine halt;           /* up while harts are not to run; to be connected before realize */
    uint32_t dia, dba, dcc; /* as written */
    uint64_t core;          /* as written */
    uint32_t dra, stat, ie; /* dra: only while it is read */
    uint32_t cfg, n_words, n_fields, word_ps; /* as read */

    /* The transfer, or the last one. */
    uint64_t command_at, begin_word, begin_at; /* ns; a word is counted from time 0 on */
    uint64_t transfer_core;
    uint32_t write_field, read_field, address, count, phase;

    DrumField field[DRUM_MOST_FIELDS];
    uint8_t *data;       /* all fields, little-endian words */
    uint64_t num, den;   /* a word takes num/den ns */
    Timer step, reached; /* the next phase; the address in DBA */
} Drum;

extern const DeviceType drum_type;

/* The number of the word that is below the heads at `ns`, counted from time 0 on. The drum address is that modulo the
 * words of a field. */
uint64_t drum_word_at(const Drum *drum, uint64_t ns);
/* When that word begins, ns, rounded up. */
uint64_t drum_word_begins(const Drum *drum, uint64_t word);
/* Ns of a revolution, rounded up. */
uint64_t drum_revolution(const Drum *drum);
/* Are harts kept from running? */
bool drum_halts(const Drum *drum);
/* The contents of a field, from 1 on. */
uint8_t *drum_field_data(const Drum *drum, unsigned field);

#endif
