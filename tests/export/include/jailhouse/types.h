/* SPDX-License-Identifier: MIT */
/* types.h - see cell-config.h. */
#ifndef TESTS_EXPORT_TYPES_H
#define TESTS_EXPORT_TYPES_H

#include <stdint.h>

typedef uint16_t __u16;
typedef uint32_t __u32;
typedef uint64_t __u64;
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
