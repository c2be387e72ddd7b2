/* SPDX-License-Identifier: MIT */
/*
 * aclint.h - software interrupts of the ACLINT: what the CLINT has in one device are three there.
 *
 *   mswi     0x0000 + 4 * hart   msip      bit 0 is MSIP of that hart
 *   sswi     0x0000 + 4 * hart   setssip   writing 1 sets SSIP of that hart; reads as zero
 *   mtimer   mtimecmp and mtime: aclint_mtimer_type of clint.h
 */
#ifndef DEVICES_ACLINT_H
#define DEVICES_ACLINT_H

#include "devices/device.h"

enum { ACLINT_MAX_HARTS = 32 };

typedef struct {
    Device dev;
    unsigned n_harts; /* configuration */
    IrqLine *out;     /* configuration: a wire a hart; the array stays the machine's */
    uint32_t reg[ACLINT_MAX_HARTS];
} AclintSwi;

extern const DeviceType aclint_mswi_type, aclint_sswi_type;

#endif
