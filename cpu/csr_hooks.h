/* SPDX-License-Identifier: MIT */
/*
 * csr_hooks.h - the functions that csr.def names: what reading a CSR gives and what writing it does.
 *
 * They do no permission checks, and reads have no side effects; see csr.def for the arguments. Each group is defined in
 * one file: status, traps, configuration and memory in csr_hooks.c, counters in counters.c.
 */
#ifndef CPU_CSR_HOOKS_H
#define CPU_CSR_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu/isa/isa.h"

typedef struct Hart Hart;

typedef uint64_t CsrReadFn(Hart *hart, unsigned number);
typedef void CsrWriteFn(Hart *hart, unsigned number, uint64_t value);

/* Floating point, status, interrupts, configuration and memory: csr_hooks.c */
CsrReadFn read_fflags, read_frm, read_fcsr, read_mstatus, read_sstatus, read_epc, read_mip,
    read_sip, read_sie, read_seed, read_pmpcfg, read_pmpaddr;
CsrWriteFn write_fcsr, write_fflags, write_frm, write_mstatus, write_sstatus, write_mip, write_sip,
    write_sie, write_mie, write_medeleg, write_mideleg, write_stimecmp, write_senvcfg,
    write_menvcfg, write_satp, write_seed, write_mseccfg, write_mstateen0, write_srmcfg,
    write_mnstatus, write_pmpcfg, write_pmpaddr;

/* Hypervisor and virtual supervisor: hypervisor.c */
CsrReadFn read_hideleg, read_hie, read_hip, read_hgeip, read_henvcfg, read_hstateen, read_vsstatus,
    read_vsie, read_vsip;
CsrWriteFn write_hstatus, write_hideleg, write_hie, write_htimedelta, write_hgeie, write_henvcfg,
    write_hstateen, write_hip, write_hvip, write_hgatp, write_vsstatus, write_vsie, write_vsip,
    write_vstimecmp, write_vsatp;

/* Advanced interrupts: aia.c */
CsrReadFn read_mtopi, read_stopi, read_vstopi, read_topei, read_mvip;
CsrWriteFn write_topei, write_mvip, write_virtual_irqs;

/* What both levels of a register make legal: csr_hooks.c */
/* SDT of sstatus or vsstatus, which clears SIE. norm:sstatus_sdt_sstatus_sie_overwrite */
uint64_t csr_legal_sdt(uint64_t value, bool enabled);
/* WARL: where `field` would hold its reserved value, the old one stays. */
uint64_t csr_legal_field(uint64_t value, uint64_t old, uint64_t field, uint64_t reserved);
/* The fields that menvcfg, henvcfg and senvcfg have in common, as a write leaves them, PMM if `has_pmm`; the rest of
 * `value` stays. */
uint64_t csr_legal_envcfg(const Hart *hart, uint64_t value, uint64_t old, bool has_pmm);
/* Bits that mstateen0 has, and hstateen0. */
uint64_t csr_stateen0_mask(const Hart *hart);
/* What satp or vsatp keeps of `value`. */
uint64_t csr_legal_atp(const Hart *hart, uint64_t value);
/* Can satp and vsatp hold this MODE, and hgatp its x4 form? */
bool csr_has_atp_mode(const Isa *isa, unsigned mode);

/* Counters: counters.c */
CsrReadFn read_counter, read_time, read_mhpmevent, read_scountovf, read_scountinhibit;
CsrWriteFn write_counter, write_mcountinhibit, write_countercfg, write_mhpmevent,
    write_scountinhibit;

/* Associative memory: csr_hooks.c */
CsrReadFn read_cat;
CsrWriteFn write_cat;

/* What is not there reads as zero and cannot be written. */
CsrReadFn read_zero;

/* Debug triggers: trigger.c */
CsrReadFn read_tdata, read_tinfo;
CsrWriteFn write_tselect, write_tdata;

/* Indirect registers: indirect.c */
CsrReadFn read_indirect;
CsrWriteFn write_indirect;

#endif
