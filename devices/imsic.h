/* SPDX-License-Identifier: MIT */
/*
 * imsic.h - incoming MSI controllers: the interrupt files of all harts at one level.
 *
 * An interrupt file holds a pending and an enable bit for each of 255 identities. Messages come in
 * by a page of memory, the hart's software by CSRs (AiaPort). A device is the pages of one level:
 * those of machine level, one a hart, or those of supervisor level, each followed by the pages of
 * the hart's guest files and filled up to a power of two.
 *
 *   0x000   seteipnum_le   writing an identity makes it pending
 *   0x004   seteipnum_be   the same, big-endian
 */
#ifndef DEVICES_IMSIC_H
#define DEVICES_IMSIC_H

#include "devices/device.h"

enum { IMSIC_MAX_HARTS = 32, IMSIC_MAX_GUESTS = 63, IMSIC_IDENTITIES = 255, IMSIC_WORDS = 4 };

/* What eidelivery can hold: nothing is delivered, the file's interrupts, those of an APLIC. */
enum { IMSIC_DELIVER_NONE = 0, IMSIC_DELIVER_FILE = 1, IMSIC_DELIVER_APLIC = 0x40000000 };

typedef struct {
    uint64_t pending[IMSIC_WORDS], enabled[IMSIC_WORDS]; /* bit i % 64 of word i / 64 */
    uint32_t eidelivery, eithreshold;
    bool aplic; /* the wire of an APLIC that may stand in for this file */
    bool out;   /* the level of its own wire */
    /* Not state: */
    bool may_bypass;     /* eidelivery can be IMSIC_DELIVER_APLIC */
    uint64_t ready;      /* bit w: something in word w is pending and enabled */
    uint32_t last_claim; /* for who looks: the identity that was claimed last; 0: none */
} ImsicFile;

typedef struct {
    Device dev;
    /* Configuration. */
    bool is_machine;
    unsigned n_harts; /* 1..IMSIC_MAX_HARTS */
    unsigned guests;  /* guest files a hart (GEILEN), 0 at machine level */
    bool may_bypass;  /* an APLIC may deliver in place of a file that is not a guest's */
    IrqLine *out;     /* a wire a file, hart by hart; the array stays the machine's */
    ImsicFile *files; /* in the same order */
} Imsic;

extern const DeviceType imsic_type;

/* What one hart has of the two devices: its IMSIC. */
typedef struct {
    AiaPort port;
    Imsic *machine, *supervisor;
    unsigned hart;
} ImsicPort;

/* Makes `port` the way of hart `hart` to its files; the devices must outlive it. */
void imsic_port_init(ImsicPort *port, Imsic *machine, Imsic *supervisor, unsigned hart);

/* Bits of a guest's number in the address of a page: riscv,guest-index-bits. */
unsigned imsic_guest_bits(const Imsic *imsic);

/* Does an APLIC stand in for the file of `hart` that is not a guest's? */
bool imsic_is_bypassed(const Imsic *imsic, unsigned hart);
/* The wire of an APLIC to the file of `hart` that is not a guest's. Fits IrqLine.set. */
void imsic_set_aplic(void *imsic, unsigned hart, bool level);

#endif
