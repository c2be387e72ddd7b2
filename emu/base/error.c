/* SPDX-License-Identifier: MIT */
/* error.c - the one error domain; see error.h. */
#include "emu/base/error.h"

#include <stdarg.h>

GQuark bulkhead_error_quark(void)
{
    return g_quark_from_static_string("bulkhead-error");
}

bool fail(GError **error, ExitCode code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (error && !*error)
        *error = g_error_new_valist(BULKHEAD_ERROR, (int)code, format, args);
    va_end(args);
    return false;
}
