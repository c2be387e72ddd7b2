/* SPDX-License-Identifier: MIT */
/* words.h - what explanations and drawn walks call things, and the rules that they cite. */
#ifndef EMU_EXPLAIN_WORDS_H
#define EMU_EXPLAIN_WORDS_H

#include <glib.h>

#include "cpu/hart.h"
#include "mmu/mmu.h"

/* The name of an exception or, with CAUSE_INTERRUPT, of an interrupt. */
const char *words_of_cause(uint64_t cause);

/* "S" or "VS", or "G"; the scheme of satp.MODE and its like, "Bare", "Sv39", "Sv39x4". */
const char *words_of_stage(bool is_g, bool guest);
const char *words_of_mode(unsigned mode, bool is_g);
/* "load", "store", "fetch" */
const char *words_of_access(Access access);

/* The flags of an entry as eight characters, DAGUXWRV or '-', and a zero. */
enum { WORDS_FLAGS = 9 };
const char *words_of_flags(uint64_t pte, char text[WORDS_FLAGS]);

/* Why a walk failed: what is wrong with the entry, or the address ("V", "U", "PPN", "gpa"), the rule that says so (a norm:
 * anchor of the ISA manual, or the step of an algorithm that has none), and what that rule is about. */
typedef struct {
    const char *bit, *rule, *says;
} Verdict;
Verdict words_of_fault(const WalkEnd *end);

#endif
