/* SPDX-License-Identifier: MIT */
/*
 * net_port.c - a network card's other end; see net_port.h.
 *
 * Frames for the guest come from the network's thread through the machine's inbox, and wait here while the card has no
 * room.
 */
#include "emu/net_port.h"

#include "emu/net_slirp.h"

/* More frames than this waiting are dropped, as on a real network. */
enum { MAX_FRAMES = 1024 };

struct NetPort {
    HostNet host;
    NetSlirp *slirp;
    Inbox *inbox;   /* NULL: the machine is not there yet */
    GQueue waiting; /* of GBytes */
    bool offering;
};

static void offer(void *opaque)
{
    NetPort *port = opaque;
    if (port->offering || !port->host.receive)
        return;
    port->offering = true;
    for (GBytes *frame; (frame = g_queue_peek_head(&port->waiting));) {
        gsize size;
        const uint8_t *data = g_bytes_get_data(frame, &size);
        if (!port->host.receive(port->host.device, data, size))
            break;
        g_bytes_unref(g_queue_pop_head(&port->waiting));
    }
    port->offering = false;
}

static void send(void *opaque, const uint8_t *frame, size_t size)
{
    const NetPort *port = opaque;
    if (CONFIG_SLIRP)
        net_slirp_send(port->slirp, frame, size);
}

static void frame_arrived(void *opaque, void *frame)
{
    NetPort *port = opaque;
    if (port->waiting.length < MAX_FRAMES)
        g_queue_push_tail(&port->waiting, frame);
    else
        g_bytes_unref(frame);
    offer(port);
}

/* The network's thread. */
static void post(void *opaque, GBytes *frame)
{
    NetPort *port = opaque;
    Inbox *inbox = g_atomic_pointer_get(&port->inbox);
    if (inbox)
        inbox_post(inbox, frame_arrived, port, frame);
    else
        g_bytes_unref(frame);
}

NetPort *net_port_new(const char *const *hostfwd, bool restricted, GError **error)
{
    NetPort *port = g_new0(NetPort, 1);
    const NetSlirpConfig config = {
        .hostfwd = hostfwd, .restricted = restricted, .post = post, .opaque = port
    };
    if (CONFIG_SLIRP)
        port->slirp = net_slirp_new(&config, error);
    if (!port->slirp) {
        g_free(port);
        return NULL;
    }
    port->host = (HostNet){ .send = send, .ready = offer, .host = port };
    return port;
}

HostNet *net_port_host(NetPort *port)
{
    return &port->host;
}

void net_port_start(NetPort *port, Machine *machine)
{
    g_atomic_pointer_set(&port->inbox, &machine->inbox);
}

void net_port_free(NetPort *port)
{
    if (CONFIG_SLIRP)
        net_slirp_free(port->slirp);
    g_queue_clear_full(&port->waiting, (GDestroyNotify)g_bytes_unref);
    g_free(port);
}
