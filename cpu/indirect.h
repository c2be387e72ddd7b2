/* SPDX-License-Identifier: MIT */
/*
 * indirect.h - registers behind miselect and siselect (Smcsrind, Sscsrind).
 *
 * An indirect register is another name of a register that has a number too: select value and alias are looked up, and
 * the access goes to that number.
 */
#ifndef CPU_INDIRECT_H
#define CPU_INDIRECT_H

#include <stdbool.h>

typedef struct Hart Hart;

/* Does mireg* or sireg* `number` lead anywhere now? If not, an access is an illegal instruction. */
bool indirect_exists(const Hart *hart, unsigned number);

#endif
