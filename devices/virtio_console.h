/* SPDX-License-Identifier: MIT */
/* virtio_console.h - a console with one port behind virtqueues (section 5.3). */
#ifndef DEVICES_VIRTIO_CONSOLE_H
#define DEVICES_VIRTIO_CONSOLE_H

#include "devices/virtio.h"
#include "emu/base/host.h"

/* A console whose other end is `chr` (stays the machine's; NULL: output is dropped). */
VirtioBackend *virtio_console_new(HostChar *chr);

#endif
