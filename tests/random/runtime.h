/* SPDX-License-Identifier: MIT */
/* runtime.h - where the fixed part of a program and its records are. */
#ifndef TESTS_RANDOM_RUNTIME_H
#define TESTS_RANDOM_RUNTIME_H

#include "emu/base/bits.h"

#define TOHOST 0x80003000ull
#define VARS   0x80004000ull
#define NEXT   0x80004100ull /* offsets of setup code, in order, then 0 */

/* Words of VARS. */
enum { VAR_BUDGET, VAR_END, VAR_NEXT, VAR_STATUS_MASK, VAR_VERBOSE };

/* FS and SD may say dirty earlier or later. norm:mstatus_fs_imprecise */
#define STATUS_MASK (~(BIT(63) | 3ull << 13))

enum { TRAP_RECORD = 320, END_RECORD = 640 };

#endif
