/* SPDX-License-Identifier: MIT */
/*
 * aplic.h - the advanced platform-level interrupt controller: one interrupt domain a device.
 *
 * All wires arrive at the root domain, at machine level. A source that it delegates belongs to its
 * child, at supervisor level. A domain delivers its sources by a wire to each hart (direct), or as
 * messages to the harts' IMSICs; which of the two it can do is configuration.
 *
 *   0x0000                domaincfg            0x1e00 + 4 * word     setie
 *   0x0000 + 4 * source   sourcecfg            0x1edc                setienum
 *   0x1bc0 ... 0x1bcf     mmsiaddrcfg[h],      0x1f00 + 4 * word     clrie
 *                         smsiaddrcfg[h]       0x1fdc                clrienum
 *   0x1c00 + 4 * word     setip                0x2000, 0x2004        setipnum_le, setipnum_be
 *   0x1cdc                setipnum             0x3000                genmsi
 *   0x1d00 + 4 * word     in_clrip             0x3000 + 4 * source   target
 *   0x1ddc                clripnum             0x4000 + 32 * hart    idelivery, iforce, ithreshold,
 *                                                                    topi, claimi
 */
#ifndef DEVICES_APLIC_H
#define DEVICES_APLIC_H

#include "devices/device.h"

enum { APLIC_SOURCES = 96, APLIC_MAX_HARTS = 32, APLIC_MAX_PRIORITY = 255 };

/* A set of sources: bit s % 64 of word s / 64. */
enum { APLIC_SET_WORDS = 2 };

enum {
    APLIC_MMSIADDRCFG,
    APLIC_MMSIADDRCFGH,
    APLIC_SMSIADDRCFG,
    APLIC_SMSIADDRCFGH,
    APLIC_MSIADDRCFGS
};

typedef struct Aplic Aplic;
struct Aplic {
    Device dev;
    /* Configuration. */
    Aplic *parent;            /* NULL: this is the root domain */
    unsigned n_harts;         /* 1..APLIC_MAX_HARTS; a hart's index is its number in both domains */
    unsigned guests;          /* guest files of an IMSIC (GEILEN); of a supervisor-level domain */
    bool has_direct, has_msi; /* the ways to deliver; one at least */
    IrqLine *out;             /* a wire a hart, if has_direct; the array stays the machine's */

    uint32_t domaincfg; /* IE and DM */
    uint32_t msiaddrcfg[APLIC_MSIADDRCFGS];
    uint32_t genmsi;
    uint16_t sourcecfg[APLIC_SOURCES + 1];
    uint32_t target[APLIC_SOURCES + 1];
    uint64_t pending[APLIC_SET_WORDS], enabled[APLIC_SET_WORDS];
    uint64_t wires[APLIC_SET_WORDS]; /* their levels; of the root domain */
    uint8_t idelivery[APLIC_MAX_HARTS], iforce[APLIC_MAX_HARTS], ithreshold[APLIC_MAX_HARTS];
    uint32_t out_level; /* a bit a hart */
    Timer resend;       /* of the root domain: messages that had to wait */
    /* Not state: */
    Aplic *child;
    uint64_t active[APLIC_SET_WORDS], wired[APLIC_SET_WORDS]; /* made from sourcecfg */
    uint64_t inverted[APLIC_SET_WORDS], by_level[APLIC_SET_WORDS];
    bool sending; /* root domain: a message is on its way */
    uint8_t
        last_claim[APLIC_MAX_HARTS]; /* for who looks: what each hart claimed last; 0: nothing */
};

extern const DeviceType aplic_type;

/* topi of `hart`: source and priority number of what it would claim in direct delivery, 0: nothing. */
uint32_t aplic_topi(const Aplic *domain, unsigned hart);

/* The level of the wire of `source` (1..APLIC_SOURCES) to the root domain. Fits IrqLine.set. */
void aplic_set_source(void *root, unsigned source, bool level);

#endif
