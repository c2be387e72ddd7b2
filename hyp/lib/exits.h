/* SPDX-License-Identifier: MIT */
/* exits.h - how often guests left, by cause, and by extension of the SBI where that was a call; of all harts together. */
#ifndef HYP_LIB_EXITS_H
#define HYP_LIB_EXITS_H

#include "lib/vcpu.h"

/* Counts the exit that `vcpu` just had. */
void exits_count(const Vcpu *vcpu);

/* Prints a line for each kind that there was, and begins it with "WHO: ". */
void exits_print(const char *who);

#endif
