/* SPDX-License-Identifier: MIT */
/* causes.h - names of traps, as the manual's tables have them. */
#ifndef HYP_LIB_CAUSES_H
#define HYP_LIB_CAUSES_H

#include <stdint.h>

enum { CAUSE_COUNT = 24 }; /* codes below this, of exceptions and of interrupts */

/* Of a value of scause; "?" for one without a name. */
const char *cause_name(uint64_t scause);

#endif
