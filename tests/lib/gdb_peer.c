/* SPDX-License-Identifier: MIT */
/* gdb_peer.c - the other end of a debugger's session; see gdb_peer.h. */
#include "tests/lib/gdb_peer.h"

#include <string.h>

#include "tests/lib/machine_rig.h"

enum { LONGEST_RUN = 1000000 };

static void on_send(void *opaque, const char *data, size_t size)
{
    Peer *peer = opaque;
    g_string_append_len(peer->out, data, (gssize)size);
    bool stop = size > 1 && ((data[0] == '$' && data[1] == 'T') || data[0] == '%');
    if (peer->runs && stop)
        machine_stop(peer->machine, STOP_QUIT, 0);
}

void peer_join(Peer *peer, GdbHub *hub, GdbView view)
{
    *peer = (Peer){ .machine = hub->machine, .out = g_string_new(NULL) };
    peer->session = gdb_session_new(hub, &view, on_send, peer);
    gdb_session_open(peer->session);
}

void peer_leave(Peer *peer)
{
    gdb_session_free(peer->session);
    g_string_free(peer->out, TRUE);
}

void peer_feed(Peer *peer, const char *bytes, size_t size)
{
    g_string_truncate(peer->out, 0);
    gdb_session_receive(peer->session, (const uint8_t *)bytes, size);
}

GString *peer_take_frame(const GString *out, size_t *at, char first)
{
    g_autoptr(GString) again = g_string_new(NULL);
    GString *payload = g_string_new(NULL);
    size_t end = *at + 1;
    g_assert(out->str[*at] == first);
    while (end < out->len && out->str[end] != '#')
        end++;
    g_assert(end + 3 <= out->len);
    g_string_append_len(payload, out->str + *at + 1, (gssize)(end - *at - 1));
    gdb_frame(again, payload->str, payload->len);
    g_assert(!memcmp(again->str + 1, out->str + *at + 1, again->len - 1));
    g_assert(payload->len <= GDB_PACKET_SIZE);
    *at = end + 3;
    return payload;
}

const char *peer_ask_bytes(Peer *peer, const char *payload, size_t size)
{
    static char text[2 * GDB_PACKET_SIZE];
    g_autoptr(GString) frame = g_string_new(NULL);
    gdb_frame(frame, payload, size);
    peer_feed(peer, frame->str, frame->len);
    size_t at = peer->out->len && peer->out->str[0] == '+' ? 1 : 0, start = at;
    while (at < peer->out->len && peer->out->str[at] == '$') {
        g_autoptr(GString) reply = peer_take_frame(peer->out, &at, '$');
        memcpy(text, reply->str, reply->len + 1);
    }
    peer->after = at;
    return at > start ? text : NULL;
}

const char *peer_ask(Peer *peer, const char *payload)
{
    return peer_ask_bytes(peer, payload, strlen(payload));
}

const char *peer_wait(Peer *peer)
{
    static char text[128];
    size_t at = 0;
    g_string_truncate(peer->out, 0);
    peer->runs = true;
    rig_run(peer->machine, LONGEST_RUN);
    peer->runs = false;
    if (!peer->out->len)
        return "nothing";
    g_autoptr(GString) stop = peer_take_frame(peer->out, &at, peer->out->str[0] == '%' ? '%' : '$');
    g_strlcpy(text, stop->str, sizeof text);
    return text;
}
