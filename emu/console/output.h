/* SPDX-License-Identifier: MIT */
/* output.h - writing to a file descriptor from a thread of its own, so that bytes go out in batches. */
#ifndef EMU_CONSOLE_OUTPUT_H
#define EMU_CONSOLE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

typedef struct Output Output;

/* Writes to `fd`, which is closed at the end unless it is a standard one; -1: nowhere. */
Output *output_new(int fd);
/* From now on writes to `fd` (-1: nowhere) and closes the one before; what was not written to that is dropped. */
void output_set_fd(Output *output, int fd);
/* Hands over `size` bytes; waits only while a megabyte is waiting already. */
void output_write(Output *output, const uint8_t *data, size_t size);
/* Returns when all that was handed over is written, or whoever should read it has not done so for two seconds. */
void output_flush(Output *output);
/* Why what was handed over could not be written, an error number of the host; 0: it was, or nobody reads it any more.
 * True of what was flushed. */
int output_error(Output *output);
/* Writes out what is left. */
void output_free(Output *output);

#endif
