/* SPDX-License-Identifier: MIT */
/*
 * supervisor.h - S-mode of a hart that there is not: its mode and CSRs, and what traps, sret and CSR accesses do to them. For
 * monitors whose guests have no S-mode of the machine's: CSRs have 64 bits, no floating point, traps go to S-mode only.
 */
#ifndef HYP_LIB_SUPERVISOR_H
#define HYP_LIB_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool supervisor; /* the mode: S, or U */
    uint64_t sstatus, sie, sip, stvec, scounteren, senvcfg, sscratch, sepc, scause, stval, satp;
} Supervisor;

/* An instruction of opcode SYSTEM, in its parts. */
typedef struct {
    uint32_t code;
    unsigned funct3, rd, rs1, rs2, funct7, csr;
} System;

enum { OPCODE_SYSTEM = 0x73, INSN_SRET = 0x10200073, INSN_WFI = 0x10500073 };
enum { SFENCE_VMA = 0x09, SINVAL_VMA = 0x0b }; /* funct7 */
enum { CSR_SATP = 0x180, CSR_TIME = 0xc01 };

static inline System system_decode(uint32_t code)
{
    return (System){
        .code = code,
        .funct3 = code >> 12 & 7,
        .rd = code >> 7 & 31,
        .rs1 = code >> 15 & 31,
        .rs2 = code >> 20 & 31,
        .funct7 = code >> 25,
        .csr = code >> 20,
    };
}

/* Does it write its CSR? norm:csrrs_csrrc_rs1_x0 */
bool system_writes(const System *insn);
/* What is in the CSR then; x are the general registers. */
uint64_t system_value(const System *insn, const uint64_t *x, uint64_t old);

/* After power-on: S-mode, nothing set. */
void supervisor_reset(Supervisor *hart);
/* The CSR of that number, and in `mask` which bits of it can be written; NULL: there is none. */
uint64_t *supervisor_csr(Supervisor *hart, unsigned number, uint64_t *mask);
/* A trap at pc; returns where it goes on. */
uint64_t supervisor_trap(Supervisor *hart, uint64_t pc, uint64_t cause, uint64_t tval);
/* sret; returns where it goes on. */
uint64_t supervisor_return(Supervisor *hart);
/* The most urgent of the interrupts that are pending and taken now, as scause; 0: none. */
uint64_t supervisor_interrupt(const Supervisor *hart, uint64_t pending);

#endif
