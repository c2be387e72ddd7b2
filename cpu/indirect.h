/* SPDX-License-Identifier: MIT */
/*
 * indirect.h - registers behind miselect and siselect (Smcsrind, Sscsrind).
 *
 * An indirect register is another name of a CSR that has a number too, a word of an interrupt priority array, or a
 * register of an interrupt file.
 */
#ifndef CPU_INDIRECT_H
#define CPU_INDIRECT_H

#include "cpu/csr.h"
#include "cpu/isa/isa.h"

typedef struct Hart Hart;

/* Does the configuration have the select register or window `number`? */
bool indirect_exists(const Isa *isa, unsigned number);

/* May the present mode access an interrupt file by mtopei, stopei or vstopei? */
CsrAccess indirect_check_file(const Hart *hart, unsigned number);
/* The file behind the CSR `number` of the machine's, supervisor's or guest's; -1: there is none. */
int indirect_file(const Hart *hart, unsigned number);

/* May the present mode access mireg*, sireg* or vsireg* `number`, as the instruction names it, with what the select
 * register holds? */
CsrAccess indirect_check(const Hart *hart, unsigned number);

#endif
