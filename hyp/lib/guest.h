/* SPDX-License-Identifier: MIT */
/*
 * guest.h - what every hypervisor does before its guest can begin: bring the image, and a device tree without what is
 * not the guest's.
 */
#ifndef HYP_LIB_GUEST_H
#define HYP_LIB_GUEST_H

#include "lib/fdt.h"

/* Copies the guest's raw image to `to`, where there are `room` bytes. It is what the firmware calls
 * the initial RAM disk. Without one, or with one that does not fit, says so and ends the run. */
void guest_load(const Fdt *host, void *to, uint64_t room);

/* Makes a device tree of the guest's at `to`: the machine's, without the initial RAM disk and what
 * the firmware reserves, and with `ram` as its memory. */
void guest_tree(Fdt *tree, const Fdt *host, void *to, uint64_t room, FdtRange ram);

/* The only processor of that tree is `hart`, and what it can do is `isa`: a guest that gets less than there is. It has Sv39. */
void guest_processor(const Fdt *tree, uint64_t hart, const char *isa);

/* Called for each device, a node with `compatible` at the top or in /soc; false: it is not the
 * guest's, and goes. NULL: all go. */
typedef bool GuestDeviceFn(void *opaque, const Fdt *tree, FdtNode node);
void guest_devices(const Fdt *tree, GuestDeviceFn *keep, void *opaque);

#endif
