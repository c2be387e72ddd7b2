/* SPDX-License-Identifier: MIT */
/* aia.h - interrupt files and APLIC for corners; run with -M virt,aia=aplic-imsic,aia-guests=N. */
#ifndef TESTS_CORNERS_LIB_AIA_H
#define TESTS_CORNERS_LIB_AIA_H

#include "corner.h"

#define IMSIC_M 0x24000000ul
#define IMSIC_S 0x28000000ul
#define APLIC_M 0xc000000ul
#define APLIC_S 0xd000000ul

/* The page of the supervisor's file, 0, or a guest's. */
#define FILE_PAGE(guest) (IMSIC_S + 4096ul * (guest))

/* What the select registers choose. "CSRs for external interrupts via an IMSIC" */
enum { EIDELIVERY = 0x70, EITHRESHOLD = 0x72, EIP0 = 0x80, EIE0 = 0xc0 };

/* hvictl. "Virtual interrupts for VS level" */
enum { HVICTL_VTI = 1 << 30, HVICTL_DPR = 1 << 9, HVICTL_IPRIOM = 1 << 8 };
#define HVICTL(iid, iprio) ((uint64_t)(iid) << 16 | (iprio))

/* A register of the supervisor's file, or of the guest's that VGEIN chooses. */
static inline void write_s_file(uint64_t select, uint64_t value)
{
    CSR_WRITE(siselect, select);
    CSR_WRITE(sireg, value);
}

static inline uint64_t read_s_file(uint64_t select)
{
    CSR_WRITE(siselect, select);
    return CSR_READ(sireg);
}

static inline void write_guest_file(uint64_t select, uint64_t value)
{
    CSR_WRITE(vsiselect, select);
    CSR_WRITE(vsireg, value);
}

static inline uint64_t read_guest_file(uint64_t select)
{
    CSR_WRITE(vsiselect, select);
    return CSR_READ(vsireg);
}

static inline void choose_guest(uint64_t guest)
{
    CSR_WRITE(hstatus, guest << HSTATUS_VGEIN_SHIFT);
}

/* Virtual interrupts and priorities: none. */
static inline void reset_virtual_interrupts(void)
{
    CSR_WRITE(mvien, 0);
    CSR_WRITE(hvien, 0);
    CSR_WRITE(hvictl, 0);
    CSR_WRITE(hviprio1, 0);
    CSR_WRITE(hviprio2, 0);
}

/* The supervisor's file and that of guest 1, which is chosen: everything enabled, nothing pending, delivered. */
static inline void open_files(void)
{
    choose_guest(1);
    for (unsigned i = 0; i < 8; i += 2) {
        write_s_file(EIP0 + i, 0);
        write_s_file(EIE0 + i, ~0ul);
        write_guest_file(EIP0 + i, 0);
        write_guest_file(EIE0 + i, ~0ul);
    }
    write_s_file(EITHRESHOLD, 0);
    write_s_file(EIDELIVERY, 1);
    write_guest_file(EITHRESHOLD, 0);
    write_guest_file(EIDELIVERY, 1);
}

#endif
