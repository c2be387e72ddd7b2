/* SPDX-License-Identifier: MIT */
/*
 * error.h - what went wrong outside the machine, and with which exit code the program ends.
 *
 * The codes of the one GError domain are the documented exit codes, so that a message and its code are decided in one
 * place: where the error is found.
 */
#ifndef EMU_BASE_ERROR_H
#define EMU_BASE_ERROR_H

#include <stdbool.h>

#include <glib.h>

typedef enum {
    EXIT_USAGE = 64,    /* unknown or malformed flag */
    EXIT_CONFIG = 65,   /* well-formed, but the machine cannot be built so */
    EXIT_FILE = 66,     /* missing, unreadable, truncated or wrong kind of file */
    EXIT_HOST = 69,     /* a host resource is not to be had: port busy, no memory */
    EXIT_INTERNAL = 70, /* our bug */
    EXIT_TIMEOUT = 124, /* -timeout ran out */
    EXIT_LIMIT = 125,   /* -max-insns ran out */
    EXIT_EXPECT = 126,  /* a run disobeyed its rules, an answer is wrong, nothing was judged */
} ExitCode;

#define BULKHEAD_ERROR (bulkhead_error_quark())
GQuark bulkhead_error_quark(void);

/* Sets `error` to `code` and a printf-style message: a sentence with the offending value and the fix. Returns false,
 * so that failing functions can `return fail(...)`. */
bool fail(GError **error, ExitCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
