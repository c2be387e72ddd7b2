/* SPDX-License-Identifier: MIT */
/* daemon.h - going into the background once everything is there, so that a caller knows it is. */
#ifndef EMU_DAEMON_H
#define EMU_DAEMON_H

#include <stdbool.h>

#include <glib.h>

/* Goes on in a process of its own, in a session of its own. The caller's process waits until daemon_ready or daemon_tell
 * and then calls `ready`, which does not return (NULL: it ends with code 0), or ends with the code this one ends with
 * before. Returns what these two want; -1: no process was to be had, which `option` is blamed for. To be called while
 * there is one thread. */
int daemon_start(const char *option, void (*ready)(void *opaque), void *opaque, GError **error);
/* Lets go of the terminal and of the caller. */
void daemon_ready(int channel);
/* Lets the caller go on; this process keeps the terminal, and ends by SIGTERM when the caller's does. */
void daemon_tell(int channel);

#endif
