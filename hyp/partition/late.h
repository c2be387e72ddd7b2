/* SPDX-License-Identifier: MIT */
/* late.h - what the root of profile=jailhouse and late.c agree upon. */
#ifndef HYP_PARTITION_LATE_H
#define HYP_PARTITION_LATE_H

#define LATE_MAGIC 0x6c61746568797031ul

/* Where the caller was, for the assembler: ra, sp, gp, tp, s0 to s11, each 8 bytes. */
#define LATE_CALLER (16 * 8)

#ifndef __ASSEMBLER__
#include <stdint.h>

/* The last bytes of the hypervisor's memory while it is not enabled. */
typedef struct {
    uint64_t magic;
    /* Returns 0, in VS-mode. */
    long (*enable)(void);
} LateHeader;
#endif

#endif
