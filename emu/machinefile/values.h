/* SPDX-License-Identifier: MIT */
/* values.h - the small languages inside machine files: sizes, times, lists of numbers. */
#ifndef EMU_MACHINEFILE_VALUES_H
#define EMU_MACHINEFILE_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "emu/machinefile/machinefile.h"
#include "emu/machinefile/table.h"

/* A number, size, time (ns) or address as it is written in a string. */
bool mf_value_parse(MfType type, const char *text, uint64_t *value);
/* "0-3,8": appends the numbers as uint16_t. False: it is no such list, or a number is not from 0 to `most`. Numbers may
 * come twice; whoever wants them once says so. */
bool mf_numbers_parse(const char *text, uint64_t most, GArray *out);
/* "1K-64M" of a setting's `extra`. */
void mf_range(const MfSetting *row, uint64_t *least, uint64_t *most);

/* "448M", "1.5G", "4K", "100": the shortest that is exact. To be freed. */
char *mf_size_text(uint64_t bytes);
/* Sorted numbers as "0-3,8". To be freed. */
char *mf_numbers_text(const MfNumbers *numbers);

#endif
