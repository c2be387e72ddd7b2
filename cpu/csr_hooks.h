/* SPDX-License-Identifier: MIT */
/*
 * csr_hooks.h - the functions that csr.def names: what reading a CSR gives and what writing it does.
 *
 * They do no permission checks, and reads have no side effects; see csr.def for the arguments. Each group is defined in
 * one file: status, traps, configuration and memory in csr_hooks.c, counters in counters.c.
 */
#ifndef CPU_CSR_HOOKS_H
#define CPU_CSR_HOOKS_H

#include <stdint.h>

typedef struct Hart Hart;

typedef uint64_t CsrReadFn(Hart *hart, unsigned number);
typedef void CsrWriteFn(Hart *hart, unsigned number, uint64_t value);

/* Floating point, status, interrupts, configuration and memory: csr_hooks.c */
CsrReadFn read_fflags, read_frm, read_fcsr, read_mstatus, read_sstatus, read_epc, read_mip,
    read_sip, read_sie, read_seed, read_pmpcfg, read_pmpaddr;
CsrWriteFn write_fcsr, write_fflags, write_frm, write_mstatus, write_sstatus, write_mip, write_sip,
    write_sie, write_interrupt, write_stimecmp, write_senvcfg, write_menvcfg, write_satp,
    write_seed, write_mseccfg, write_mstateen0, write_mnstatus, write_pmpcfg, write_pmpaddr;

/* Counters: counters.c */
CsrReadFn read_counter, read_time, read_mhpmevent, read_scountovf, read_scountinhibit;
CsrWriteFn write_counter, write_mcountinhibit, write_countercfg, write_mhpmevent,
    write_scountinhibit;

/* What is not there reads as zero and cannot be written. */
CsrReadFn read_zero;

/* Debug triggers: trigger.c */
CsrReadFn read_tdata, read_tinfo;
CsrWriteFn write_tselect, write_tdata;

/* Indirect registers: indirect.c */
CsrReadFn read_indirect;
CsrWriteFn write_indirect;

#endif
