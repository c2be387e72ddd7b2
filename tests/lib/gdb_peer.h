/* SPDX-License-Identifier: MIT */
/* gdb_peer.h - the other end of a debugger's session without a socket: packets in, replies out. Aborts the test when what
 * comes is no whole frame with a right sum. */
#ifndef TESTS_LIB_GDB_PEER_H
#define TESTS_LIB_GDB_PEER_H

#include "emu/gdb/hub.h"
#include "emu/gdb/session.h"

typedef struct {
    Machine *machine;
    GdbSession *session;
    GString *out; /* all that was sent since the last packet */
    size_t after; /* where in `out` the replies of the last packet end */
    bool runs;    /* a stop, as a reply or a notification, ends machine_run */
} Peer;

/* Connects to the hub's machine. */
void peer_join(Peer *peer, GdbHub *hub, GdbView view);
void peer_leave(Peer *peer);

void peer_feed(Peer *peer, const char *bytes, size_t size);

/* The payload of the frame at `*at`, which begins with `first`; moves on. The caller frees it. */
GString *peer_take_frame(const GString *out, size_t *at, char first);

/* Sends a packet; its reply, or the last of several, which lives until the next call. NULL: there was none. What
 * is in `out` from `after` on is no reply. */
const char *peer_ask_bytes(Peer *peer, const char *payload, size_t size);
const char *peer_ask(Peer *peer, const char *payload);

/* Lets the machine go until the session says that it stopped, or a million units have passed: the stop, without frame. */
const char *peer_wait(Peer *peer);

#endif
