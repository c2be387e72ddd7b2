/* SPDX-License-Identifier: MIT */
/* daemon.h - going into the background once everything is there, so that a caller knows it is. */
#ifndef EMU_DAEMON_H
#define EMU_DAEMON_H

#include <stdbool.h>

#include <glib.h>

/* Goes on in a process of its own, in a session of its own. The caller's process waits until daemon_ready and ends with
 * code 0, or with the code this one ends with before. Returns what daemon_ready wants; -1: no process was to be had.
 * To be called while there is one thread. */
int daemon_start(GError **error);
/* Lets go of the terminal and of the caller. */
void daemon_ready(int channel);

#endif
