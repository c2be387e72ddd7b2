/* SPDX-License-Identifier: MIT */
/*
 * text.h - the text of a machine file before libconfig gets it.
 *
 * What libconfig 1.5 does without a word, or says at the end of the file, is dealt with here: numbers of more than 32 bits
 * without an L behind them, which it cuts off, get their L; brackets, strings and comments that are not closed are found
 * where they begin; @include is refused, a machine file is one file.
 */
#ifndef EMU_MACHINEFILE_TEXT_H
#define EMU_MACHINEFILE_TEXT_H

#include "emu/machinefile/findings.h"

/* The text as libconfig is to have it, with the same lines; NULL: something is wrong with it. To be freed. */
char *mf_text_prepare(const char *text, Findings *findings);

#endif
