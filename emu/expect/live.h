/* SPDX-License-Identifier: MIT */
/* live.h - rules of trace expect for a run while it runs: -expect. */
#ifndef EMU_EXPECT_LIVE_H
#define EMU_EXPECT_LIVE_H

#include "emu/machine.h"

typedef struct LiveExpect LiveExpect;

/* Reads the rules of `path` and turns on, for them, the events that they need. Before the machine's first reset. */
LiveExpect *live_expect_new(Machine *machine, const char *path, GError **error);
/* The machine stopped for good: writes the answers as text to standard error. `recording` is named in the commands that
 * lead further; NULL: there is none. True: all rules hold. */
bool live_expect_report(LiveExpect *live, const char *recording);
void live_expect_free(LiveExpect *live);

/* The text of a file of rules, to be freed. */
bool expect_read(const char *path, char **text, GError **error);

#endif
