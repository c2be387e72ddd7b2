/* SPDX-License-Identifier: MIT */
/* virtio_net.h - a network card behind virtqueues (section 5.1), without offloads. */
#ifndef DEVICES_VIRTIO_NET_H
#define DEVICES_VIRTIO_NET_H

#include "devices/virtio.h"
#include "emu/base/host.h"

enum { VIRTIO_NET_MAC_SIZE = 6 };

/* The address a card has when nobody gives one: 52:54:00:12:34:56. */
extern const uint8_t virtio_net_default_mac[VIRTIO_NET_MAC_SIZE];

/* A card with address `mac` on the network `net` (stays the machine's; NULL: a cable with
 * nothing at its end). */
VirtioBackend *virtio_net_new(HostNet *net, const uint8_t mac[VIRTIO_NET_MAC_SIZE]);

#endif
