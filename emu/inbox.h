/* SPDX-License-Identifier: MIT */
/*
 * inbox.h - what other threads hand to the emulation thread.
 *
 * The machine belongs to one thread. Everybody else (terminal reader, sockets, network, window) posts a message: a
 * function to be called with data, on the emulation thread, between slices. Looking whether there is one costs an
 * atomic load.
 */
#ifndef EMU_INBOX_H
#define EMU_INBOX_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef struct {
    GAsyncQueue *queue;
    gint pending;
    gint urgent; /* somebody wants the run to end: do not take long now. Atomic; stays set */
} Inbox;

void inbox_init(Inbox *inbox);
void inbox_free(Inbox *inbox);

/* Any thread. `apply` gets `opaque` and owns `data`. */
void inbox_post(Inbox *inbox, void (*apply)(void *opaque, void *data), void *opaque, void *data);

/* Emulation thread. Applies the oldest message; false: there was none. */
bool inbox_apply_one(Inbox *inbox);
/* The same with everything that is there. */
void inbox_apply(Inbox *inbox);

/* Emulation thread. Waits until something is there, at most `ns` (UINT64_MAX: without end). */
void inbox_wait(Inbox *inbox, uint64_t ns);

static inline bool inbox_has_messages(const Inbox *inbox)
{
    return g_atomic_int_get(&inbox->pending) > 0;
}

#endif
