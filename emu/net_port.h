/* SPDX-License-Identifier: MIT */
/* net_port.h - a network card's other end: hands frames between the emulation thread and user networking. */
#ifndef EMU_NET_PORT_H
#define EMU_NET_PORT_H

#include "emu/machine.h"

typedef struct NetPort NetPort;

/* A user network with the forwardings `hostfwd` (as in net_slirp.h). Fails as net_slirp_new does. */
NetPort *net_port_new(const char *const *hostfwd, bool restricted, GError **error);
/* What the card is given. */
HostNet *net_port_host(NetPort *port);
/* From now on frames reach `machine`. */
void net_port_start(NetPort *port, Machine *machine);
void net_port_free(NetPort *port);

#endif
