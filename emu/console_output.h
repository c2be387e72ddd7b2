/* SPDX-License-Identifier: MIT */
/* console_output.h - writing to a file descriptor from a thread of its own, so that bytes go out in batches. */
#ifndef EMU_CONSOLE_OUTPUT_H
#define EMU_CONSOLE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

typedef struct Output Output;

/* Writes to `fd`, which is closed at the end unless it is a standard one. */
Output *output_new(int fd);
/* Hands over `size` bytes; waits only while a megabyte is waiting already. */
void output_write(Output *output, const uint8_t *data, size_t size);
/* Returns when all that was handed over is written. */
void output_flush(Output *output);
/* Writes out what is left. */
void output_free(Output *output);

#endif
