/* SPDX-License-Identifier: MIT */
/* verbs.h - bulkhead check, bulkhead export. */
#ifndef EMU_MACHINEFILE_VERBS_H
#define EMU_MACHINEFILE_VERBS_H

#include <stdbool.h>

#include <glib.h>

/* `words` follow the verb on the command line. Sets `code` to the exit code: EXIT_CONFIG when a file has errors. Fails
 * with EXIT_USAGE or EXIT_FILE. */
bool machinefile_verb_check(int n, char **words, int *code, GError **error);
bool machinefile_verb_export(int n, char **words, GError **error);

#endif
