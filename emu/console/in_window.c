/* SPDX-License-Identifier: MIT */
/* in_window.c - between a line in the window (vc.h) and the guest's or a monitor's end of it; see console.h. */
#include "emu/console/ports.h"

enum { PIECE = 4096 };

const GPtrArray *console_vcs(const Console *console)
{
    return console->vcs;
}

void channel_open_vc(Channel *channel)
{
    const CharSpec *spec = channel->spec;
    channel->vc = vc_new(spec->id ? spec->id : spec->name, false, spec->cols, spec->rows);
    g_ptr_array_add(channel->console->vcs, channel->vc);
}

/* How many bytes may still wait for the line in focus. */
static size_t room(const Channel *channel)
{
    const Port *port = g_ptr_array_index(channel->ports, channel->focus);
    return MAX_WAITING - MIN(port->waiting->len - port->taken, MAX_WAITING);
}

static void tell_size(const Channel *channel, unsigned cols, unsigned rows)
{
    for (guint i = 0; i < channel->ports->len; i++) {
        Port *port = g_ptr_array_index(channel->ports, i);
        port->chr.cols = cols;
        port->chr.rows = rows;
        port_event(port, HOST_RESIZED);
    }
}

/* By the inbox. What does not fit is asked for when it does. */
static void typed_arrived(void *opaque, void *unused)
{
    Channel *channel = opaque;
    uint8_t keys[PIECE];
    unsigned cols, rows;
    (void)unused;
    if (vc_take_size(channel->vc, &cols, &rows))
        tell_size(channel, cols, rows);
    size_t size = vc_take(channel->vc, keys, MIN(room(channel), PIECE));
    channel_take_keys(channel, keys, size);
    if (room(channel))
        vc_offer(channel->vc);
}

/* On the thread where it was typed, or on this one. */
static void post_typed(void *opaque)
{
    Channel *channel = opaque;
    inbox_post(&channel->console->machine->inbox, typed_arrived, channel, NULL);
}

void channel_start_vc(Channel *channel)
{
    vc_start(channel->vc, post_typed, channel);
}

void channel_offer_vc(const Channel *channel)
{
    if (room(channel) > MAX_WAITING / 2)
        vc_offer(channel->vc);
}
