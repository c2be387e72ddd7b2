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

#include "cpu/hart.h"
#include "cpu/isa/isa.h"

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
    CSR_CAT0 = 0x7c0,
    CSR_COUNT = 4096
};

/* time cannot be stopped. */
#define COUNTINHIBIT_MASK 0xfffffffdull

typedef enum { CSR_ALLOWED, CSR_ILLEGAL, CSR_VIRTUAL } CsrAccess;

/* May the hart, in its present mode, access `number`, or which exception does that raise? norm:Zicsr_access,
 * norm:H_cause_virtual_instruction */
CsrAccess csr_check_all(const Hart *hart, unsigned number, bool write);

/* What is gated by nothing but privilege is decided here. norm:Zicsr_access */
static inline CsrAccess csr_check(const Hart *hart, unsigned number, bool write)
{
    bool plain = !hart->csr_gates[number] && !hart->mmu.v && hart->mmu.priv >= (number >> 8 & 3);
    return LIKELY(plain && !(write && number >> 10 == 3)) ? CSR_ALLOWED
                                                          : csr_check_all(hart, number, write);
}

/* May the present mode use what M-mode lets others use if `by_machine`, and the hypervisor its guests if
 * `by_hypervisor`; `by_supervisor`: the supervisor U-mode, if the present mode is that? */
CsrAccess csr_enabled(const Hart *hart, bool by_machine, bool by_hypervisor, bool by_supervisor);

/* Do the state enables `index` let the present mode reach the state behind `bit`? norm:stateen_illegal_state_access */
CsrAccess csr_state_enabled(const Hart *hart, unsigned index, uint64_t bit);

/* The register that the instruction's `number` means in the present mode: guests get the VS registers.
 * norm:H_vscsrs_sub */
unsigned csr_effective(const Hart *hart, unsigned number);

/* The architectural value; `number` must exist. */
uint64_t csr_read(Hart *hart, unsigned number);
void csr_write(Hart *hart, unsigned number, uint64_t value);

/* The value that csrrs and csrrc modify: differs from csr_read in mip. norm:mip_seip_rdcsr */
uint64_t csr_read_for_modify(Hart *hart, unsigned number);

/* Does the hart's configuration have the CSR? Debuggers may then read and write it from any mode. */
bool csr_exists(const Hart *hart, unsigned number);

/* Does a configuration have it? */
bool csr_configured(const Isa *isa, unsigned number);

/* What gates each CSR of a configuration, for Hart.csr_gates. The caller frees it. */
uint8_t *csr_make_gates(const Isa *isa);

/* Its name, or NULL. The text is static or in a small per-thread buffer. */
const char *csr_name(unsigned number);

/* Sets every CSR to its reset value. */
void csr_reset(Hart *hart);

#endif
