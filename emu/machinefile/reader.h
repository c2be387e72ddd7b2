/* SPDX-License-Identifier: MIT */
/* reader.h - files in libconfig's syntax become values by a table of settings. */
#ifndef EMU_MACHINEFILE_READER_H
#define EMU_MACHINEFILE_READER_H

#include <libconfig.h>

#include "emu/machinefile/findings.h"
#include "emu/machinefile/table.h"

typedef struct {
    const MfSetting *table; /* its first section is what stands outermost */
    Findings *findings;     /* what is wrong goes there */
    GPtrArray *memory;      /* what the values need belongs to it */
    const char *folder;     /* relative paths begin there */
} MfReader;

/* The text of a file of at most `limit` bytes, with a byte 0 behind it; to be freed. `what` it is, for messages. NULL: it
 * cannot be read, or is empty or larger (EXIT_FILE). */
char *mf_read_file(const char *path, const char *what, unsigned limit, size_t *size,
                   GError **error);

/* The text behind the mark that some editors begin with. */
const char *mf_skip_mark(const char *text);

/* Reads `text` of `size` bytes, and a byte 0, into `config` (after config_init) and from there into `target`, the struct of
 * the first section. What is wrong is in the findings; what was read is usable all the same. `config` must outlive the
 * values. */
void mf_read_text(const MfReader *reader, config_t *config, const char *text, size_t size,
                  void *target);

#endif
