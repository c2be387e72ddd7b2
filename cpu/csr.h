/* SPDX-License-Identifier: MIT */
/*
 * csr.h - reading and writing control and status registers.
 *
 * csr_check decides, alone, whether an access is allowed; the hooks behind csr_read and csr_write do no permission
 * checks, and reads have no side effects.
 */
#ifndef CPU_CSR_H
#define CPU_CSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Hart Hart;

enum {
#define CSR(name, number, ...)  CSR_##name = number,
#define VIEW(name, number, ...) CSR_##name = number,
#define VIEWS(name, ...)
#include "cpu/csr.def"
#undef CSR
#undef VIEW
#undef VIEWS
    /* The first of a run: */
    CSR_SSTATEEN0 = 0x10c,
    CSR_MHPMEVENT3 = 0x323,
    CSR_COUNT = 4096
};

/* time cannot be stopped. */
#define COUNTINHIBIT_MASK 0xfffffffdull

/* May the hart, in its present mode, access `number`? False: an illegal-instruction exception. norm:Zicsr_access */
bool csr_check(const Hart *hart, unsigned number, bool write);

/* The architectural value; `number` must exist. */
uint64_t csr_read(Hart *hart, unsigned number);
void csr_write(Hart *hart, unsigned number, uint64_t value);

/* The value that csrrs and csrrc modify: differs from csr_read in mip. norm:mip_seip_rdcsr */
uint64_t csr_read_for_modify(Hart *hart, unsigned number);

/* Does the hart's configuration have the CSR? Debuggers may then read and write it from any mode. */
bool csr_exists(const Hart *hart, unsigned number);

/* Its name, or NULL. The text is static or in a small per-thread buffer. */
const char *csr_name(unsigned number);

/* Sets every CSR to its reset value. */
void csr_reset(Hart *hart);

#endif
