/* SPDX-License-Identifier: MIT */
/*
 * virtio_input.h - keyboard, tablet and mouse behind virtqueues (section 5.8), with the names and numbers of QEMU's.
 *
 * What people do comes from the host as bytes: records of 8, which are the device's own events. Those up to a SYN_REPORT
 * belong together, and the driver gets all of them or none. Before there is a driver they are taken and lost; a driver
 * that has given too few buffers for them gets them when it has given more, and until then the host keeps them.
 */
#ifndef DEVICES_VIRTIO_INPUT_H
#define DEVICES_VIRTIO_INPUT_H

#include "devices/virtio.h"
#include "emu/base/host.h"

typedef enum {
    VIRTIO_INPUT_KEYBOARD,
    VIRTIO_INPUT_TABLET,
    VIRTIO_INPUT_MOUSE,
    VIRTIO_INPUT_KINDS
} VirtioInputKind;

/* 5.8.6: as in Linux' input-event-codes.h. */
typedef struct {
    uint16_t type, code;
    uint32_t value;
} VirtioInputEvent;

/* Most events that belong together, a multiple of what any device here reports at once. The largest coordinate of a
 * tablet. Codes of keys are below VIRTIO_INPUT_CODES. */
enum { VIRTIO_INPUT_PACKET = 64, VIRTIO_INPUT_MAX = 32767, VIRTIO_INPUT_CODES = 768 };

/* A device that gets its events from `chr` (stays the machine's; NULL: there are none). `serial`: what ID_SERIAL says, NULL:
 * nothing; it must outlive the device. */
VirtioBackend *virtio_input_new(VirtioInputKind kind, const char *serial, HostChar *chr);

/* The kind that QEMU calls `driver` ("virtio-keyboard-device"). False: it is none. */
bool virtio_input_find(const char *driver, VirtioInputKind *kind);
/* Does such a device have the key or button `code`? */
bool virtio_input_has_key(VirtioInputKind kind, unsigned code);
/* What QEMU and guests call it. */
const char *virtio_input_name(VirtioInputKind kind);

/* Of a backend that is one: has the driver been told that key or button `code` is down, and not that it is up again? Its
 * lights, a bit for each LED_* code. */
bool virtio_input_is_down(const VirtioBackend *backend, unsigned code);
unsigned virtio_input_leds(const VirtioBackend *backend);

#endif
