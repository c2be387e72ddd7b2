/* SPDX-License-Identifier: MIT */
/*
 * aplic.h - registers of an APLIC and of an IMSIC. RISC-V Advanced Interrupt Architecture, "Memory-mapped control region for
 * an interrupt domain", "Indirectly accessed interrupt-file registers".
 */
#ifndef HYP_LIB_APLIC_H
#define HYP_LIB_APLIC_H

enum {
    DOMAINCFG = 0x0000,
    SOURCECFG = 0x0000, /* of source i at 4 * i, as TARGET */
    SETIP = 0x1c00,
    CLRIP = 0x1d00,
    SETIE = 0x1e00,
    CLRIE = 0x1f00,
    NUMBER = 0xdc, /* behind each of the four: the same for the source that is written there */
    SETIPNUM_LE = 0x2000,
    TARGET = 0x3000, /* GENMSI for source 0 */
    IDC = 0x4000,
    IDC_STRIDE = 0x20,
};
enum { IDELIVERY = 0x00, ITHRESHOLD = 0x08, TOPI = 0x18, CLAIMI = 0x1c }; /* in an IDC */
enum { DOMAIN_IE = 0x100, DOMAIN_DM = 0x004, MODES = 7, EDGE_RISING = 4, LEVEL_HIGH = 6 };
enum { HART_AT = 18, FILE_AT = 12, IDENTITY = 0x7ff }; /* in a target */
#define DOMAIN_READ 0x80000000u                        /* what domaincfg reads as besides */

/* Of an interrupt file, behind siselect or vsiselect. */
enum { EIDELIVERY = 0x70, EITHRESHOLD = 0x72, EIP0 = 0x80, EIE0 = 0xc0 };

#endif
