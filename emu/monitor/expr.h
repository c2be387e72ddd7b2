/* SPDX-License-Identifier: MIT */
/*
 * expr.h - numbers as people write them: 0x1000, $a0 + 8, ($sp & ~0xfff) >> 12.
 *
 *   expression = C's operators + - * / % & | ^ ~ << >> and parentheses over 64-bit numbers, with C's precedence, of
 *                numbers (decimal, 0x, 0, with K, M or G), and registers with a dollar: x and ABI names, f0 to f31, pc,
 *                CSRs; and symbols of the images that are ELF files
 */
#ifndef EMU_MONITOR_EXPR_H
#define EMU_MONITOR_EXPR_H

#include "emu/monitor/monitor.h"

/* Reads an expression at `*at` and moves on, past spaces behind it. False: `out` says what is wrong. */
bool monitor_expr(const Monitor *monitor, const char **at, uint64_t *value, GString *out);
/* Likewise; nothing but the expression may be there. */
bool monitor_expr_only(const Monitor *monitor, const char *text, uint64_t *value, GString *out);

/* A register's name without its dollar. */
bool monitor_register(const Monitor *monitor, const char *name, uint64_t *value);

#endif
