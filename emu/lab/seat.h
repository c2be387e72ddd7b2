/* SPDX-License-Identifier: MIT */
/* seat.h - systems of the past that one can sit at: bulkhead lab NAME. */
#ifndef EMU_LAB_SEAT_H
#define EMU_LAB_SEAT_H

#include <stdbool.h>

#include <glib.h>

/* The names of all, up to a NULL. */
extern const char *const seat_names[];

/* Prints a line for each whose machine file is there; nothing if none is. */
void seat_list(void);
/* Is `name` one of them? */
bool seat_is(const char *name);
/* Becomes the machine `name`, with more options, up to a NULL: in a window if there is a screen, else in the terminal. Returns
 * only if that cannot be: EXIT_FILE if something is not there, EXIT_HOST if there is neither screen nor terminal. */
bool seat_take(const char *name, char **options, GError **error);

#endif
