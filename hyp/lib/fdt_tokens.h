/* SPDX-License-Identifier: MIT */
/* fdt_tokens.h - what the structure block is made of, for those who go through it token by token; see fdt.h. */
#ifndef HYP_LIB_FDT_TOKENS_H
#define HYP_LIB_FDT_TOKENS_H

#include "lib/fdt.h"

enum { FDT_BEGIN_NODE = 1, FDT_END_NODE, FDT_PROP, FDT_NOP, FDT_END = 9 };

/* What follows the token at `at`. */
uint32_t *fdt_after(uint32_t *at);

#endif
