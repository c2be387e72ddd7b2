/* SPDX-License-Identifier: MIT */
/* listen.h - where a debugger can connect. */
#ifndef EMU_GDB_LISTEN_H
#define EMU_GDB_LISTEN_H

#include "emu/gdb/session.h"

typedef struct {
    int fd; /* -1: nowhere */
    unsigned port;
    char *path; /* of the socket, NULL: it has a port */
    GdbView view;
} GdbListener;

/* Listens at `spec`, see gdb_listen in gdb.h. On failure there is something to close all the same. */
bool gdb_open_listener(GdbListener *listener, const char *spec, GError **error);
void gdb_close_listener(GdbListener *listener);

#endif
