/* SPDX-License-Identifier: MIT */
/*
 * unit_record.h - what a virtual machine of CP-67 has besides its console: reader, punch and printer, and calls to CP.
 *
 * Both sides include this: CP, which has the machines believe that there are such devices, and guests, which may use them.
 * The devices have the numbers that CP-67 gave them, 00C, 00D and 00E, as pages of registers. A store of the address of a
 * channel command starts the device, and is over when the store is: the command's status says what came of it. (A channel
 * would have gone on by itself, and interrupted; CP took the program over and did the same in one go, which is how all of
 * this was spooled. S17, S39.)
 */
#ifndef HYP_CP67_UNIT_RECORD_H
#define HYP_CP67_UNIT_RECORD_H

#include <stdint.h>

#include "lib/say.h" /* UNIT_READER, UNIT_PUNCH, UNIT_PRINTER */

enum { UNITS = UNIT_PRINTER + 1 };
/* Guest-physical: 00C, 00D and 00E. */
#define UNIT_BASE       0x1000c000ul
#define UNIT_PAGE       0x1000ul
#define UNIT_ADDRESS(u) (UNIT_BASE + (u)*UNIT_PAGE)

/* Registers of a device's page, each of 8 bytes; everything else in it reads as zero. */
enum {
    UNIT_START = 0,  /* w: guest-physical address of a Ccw, on a boundary of 16 bytes */
    UNIT_STATUS = 8, /* r: that of the last one */
};

enum { UNIT_CARD = 80, UNIT_LINE = 132 }; /* bytes of a record, at most */

/* A channel command word: what to do, with which bytes. Those not brought are blanks. */
typedef struct {
    uint8_t command;     /* CCW_... */
    uint8_t reserved[5]; /* zero */
    uint16_t count;      /* of bytes; of a reader, of bytes that there is room for */
    uint64_t address;    /* of the bytes, guest-physical */
} Ccw;

enum { CCW_WRITE = 1, CCW_READ = 2 };

/* Status: bits as in the channel status word of the System/360. */
enum {
    UNIT_DONE = 0x0c,      /* channel end and device end: a record went */
    UNIT_CHECK = 0x02,     /* the device cannot: nothing to read, no room for what is written */
    UNIT_EXCEPTION = 0x01, /* a reader's file has ended */
    UNIT_PROGRAM_CHECK = 0x2000, /* there is no such command, or its bytes are not the machine's */
};

/* Calls to CP, an SBI extension in the space for experiments; the function is the number of the DIAGNOSE. */
enum { SBI_CP = 0x0a000067 };
/* a0: address of a command's text, a1: its length, at most UNIT_LINE. It is done as if it had been typed; returns its code. */
enum { DIAGNOSE_COMMAND = 8 };
/* What it returns; other than these, the command's own. */
enum { CP_DONE = 0, CP_UNKNOWN = 1 };

#endif
