/* SPDX-License-Identifier: MIT */
/*
 * naive_aia.h - which interrupts are pending, enabled, delegated and taken, bit by bit as the manuals say it.
 *
 * A second opinion for the interrupt logic of cpu/: written from the AIA specification and the privileged manual
 * alone. Each bit of each register is asked for by itself; nothing is remembered that the manuals do not remember.
 */
#ifndef TESTS_LIB_NAIVE_AIA_H
#define TESTS_LIB_NAIVE_AIA_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers of registers. */
enum {
    NAIVE_SIE = 0x104,
    NAIVE_SIP = 0x144,
    NAIVE_STIMECMP = 0x14d,
    NAIVE_SISELECT = 0x150,
    NAIVE_SIREG = 0x151,
    NAIVE_STOPEI = 0x15c,
    NAIVE_STOPI = 0xdb0,
    NAIVE_VSIE = 0x204,
    NAIVE_VSIP = 0x244,
    NAIVE_VSISELECT = 0x250,
    NAIVE_VSIREG = 0x251,
    NAIVE_VSTOPEI = 0x25c,
    NAIVE_VSTOPI = 0xeb0,
    NAIVE_HIDELEG = 0x603,
    NAIVE_HIE = 0x604,
    NAIVE_HGEIE = 0x607,
    NAIVE_HVIEN = 0x608,
    NAIVE_HVICTL = 0x609,
    NAIVE_HIP = 0x644,
    NAIVE_HVIP = 0x645,
    NAIVE_HVIPRIO1 = 0x646,
    NAIVE_HVIPRIO2 = 0x647,
    NAIVE_HGEIP = 0xe12,
    NAIVE_MIDELEG = 0x303,
    NAIVE_MIE = 0x304,
    NAIVE_MVIEN = 0x308,
    NAIVE_MVIP = 0x309,
    NAIVE_MIP = 0x344,
    NAIVE_MISELECT = 0x350,
    NAIVE_MIREG = 0x351,
    NAIVE_MTOPEI = 0x35c,
    NAIVE_MTOPI = 0xfb0,
};

enum { NAIVE_GUESTS = 5, NAIVE_FILES = 3 + NAIVE_GUESTS };

typedef struct {
    /* What there is. */
    uint64_t mie_bits; /* of mie that can be set */
    bool imsic;
    unsigned geilen;
    /* Registers that hold what was written, where it is writable. */
    uint64_t mie, mideleg, mvien, hideleg, hvien, hvip, hgeie, hvictl, hviprio[2];
    uint64_t ssip, stip, lcofip; /* bits of mip, 0 or 1 */
    uint64_t mvip;        /* where it is no alias; bit 9 is the software-writable SEIP of mip */
    uint64_t sie, vsie;   /* where they are no alias */
    uint8_t iprio[2][64]; /* of machine and supervisor level */
    unsigned vgein, siselect, vsiselect, miselect;
    bool stce, vstce; /* STCE of menvcfg, and of both menvcfg and henvcfg */
    uint64_t mstateen0, hstateen0;
    /* Signals: bits 3, 7, 9 and 11 of mip; guest external interrupts; whether stimecmp and vstimecmp have passed;
     * what the interrupt files report (machine, supervisor, guest 1 ...). */
    uint64_t lines, hgeip;
    bool stimer, vstimer;
    unsigned topei[NAIVE_FILES];
    /* Where the hart is: 0, 1, 3; and what it lets in. */
    unsigned priv;
    bool v, mie_bit, sie_bit, vsie_bit; /* MIE and SIE of mstatus, SIE of vsstatus */
} NaiveAia;

/* The value of a register that has a bit for each interrupt, one of its bits, and what a write does. Of hideleg,
 * mideleg, mvien and hvien the writer decides what sticks: they are written above. */
uint64_t naive_aia_read(const NaiveAia *h, unsigned csr);
uint64_t naive_aia_bit(const NaiveAia *h, unsigned csr, unsigned n);
void naive_aia_write(NaiveAia *h, unsigned csr, uint64_t value);

/* mtopi, stopi or vstopi. */
uint64_t naive_aia_topi(const NaiveAia *h, unsigned csr);

/* The mode that takes an interrupt now ('M', 'S', 'V' or 0), and its number as xcause has it. */
char naive_aia_trap(const NaiveAia *h, unsigned *number);
/* Must WFI end? */
bool naive_aia_wakes(const NaiveAia *h);

/* What an access in the hart's mode raises: nothing, an illegal-instruction or a virtual-instruction exception. */
typedef enum { NAIVE_ALLOWED, NAIVE_ILLEGAL, NAIVE_VIRTUAL } NaiveRefusal;
NaiveRefusal naive_aia_check(const NaiveAia *h, unsigned csr, bool write);

#endif
