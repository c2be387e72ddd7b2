/* SPDX-License-Identifier: MIT */
/* inbox.c - what other threads hand to the emulation thread; see inbox.h. */
#include "emu/inbox.h"

typedef struct {
    void (*apply)(void *opaque, void *data);
    void *opaque, *data;
} Message;

void inbox_init(Inbox *inbox)
{
    *inbox = (Inbox){ .queue = g_async_queue_new_full(g_free) };
}

void inbox_free(Inbox *inbox)
{
    g_async_queue_unref(inbox->queue);
}

void inbox_post(Inbox *inbox, void (*apply)(void *opaque, void *data), void *opaque, void *data)
{
    Message *message = g_new(Message, 1);
    *message = (Message){ apply, opaque, data };
    g_async_queue_push(inbox->queue, message);
    g_atomic_int_inc(&inbox->pending);
}

static void apply(Inbox *inbox, Message *message)
{
    g_atomic_int_add(&inbox->pending, -1);
    message->apply(message->opaque, message->data);
    g_free(message);
}

bool inbox_apply_one(Inbox *inbox)
{
    Message *message = g_async_queue_try_pop(inbox->queue);
    if (message)
        apply(inbox, message);
    return message;
}

void inbox_apply(Inbox *inbox)
{
    while (inbox_apply_one(inbox))
        continue;
}

void inbox_wait(Inbox *inbox, uint64_t ns)
{
    Message *message = ns == UINT64_MAX
                           ? g_async_queue_pop(inbox->queue)
                           : g_async_queue_timeout_pop(inbox->queue, MAX(ns / 1000, 1));
    if (message)
        g_async_queue_push_front(inbox->queue, message);
}
