/* SPDX-License-Identifier: MIT */
/* base.h - the verdict that another is compared with: base=FILE.json. */
#ifndef EMU_VERDICT_BASE_H
#define EMU_VERDICT_BASE_H

#include "emu/json_read.h"
#include "emu/verdict/inside.h"

/* Reads a verdict that was written as JSON, of a run whose clock counted the same; to be freed with json_value_free. Fails
 * with EXIT_FILE or EXIT_CONFIG. */
JsonValue *base_read(const char *path, const char *clock, GError **error);

/* Has it a partition of that name? */
bool base_has(const JsonValue *base, const char *name);

/* Of its partition of that name, the worst latency in ns of interrupts of a kind. False: it has none. */
bool base_worst(const JsonValue *base, const char *name, Kind kind, uint64_t *worst);

#endif
