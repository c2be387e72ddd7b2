/* SPDX-License-Identifier: MIT */
/*
 * net_slirp.h - user networking: a small NAT network made by libslirp.
 *
 * The guest is on 10.0.2.0/24 (IPv4): 10.0.2.2 is the gateway and the host, 10.0.2.3 answers DNS,
 * and DHCP hands out addresses from 10.0.2.15. The network runs in a thread of its own, because it
 * waits for sockets; frames are handed over both ways. Only built when the library is there: use it
 * under `if (CONFIG_SLIRP)`.
 */
#ifndef EMU_NET_SLIRP_H
#define EMU_NET_SLIRP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

typedef struct NetSlirp NetSlirp;

typedef struct {
    /* Port forwardings from the host, "[tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport"
     * each, up to a NULL; NULL: none. */
    const char *const *hostfwd;
    bool restricted; /* the guest reaches nothing but what is forwarded to it */
    /* Takes over a frame for the guest. Called from the network's thread, until net_slirp_free
     * returns. */
    void (*post)(void *opaque, GBytes *frame);
    void *opaque;
} NetSlirpConfig;

/* Makes the network and starts its thread. Fails on a malformed forwarding (EXIT_USAGE) and on a
 * port that cannot be had (EXIT_HOST). */
NetSlirp *net_slirp_new(const NetSlirpConfig *config, GError **error);
/* Ends the thread, closes all connections. NULL is fine. */
void net_slirp_free(NetSlirp *net);

/* Hands a frame of the guest to the network; does not wait. Fits HostNet.send with the NetSlirp
 * as `host`. */
void net_slirp_send(void *net, const uint8_t *frame, size_t size);

#endif
