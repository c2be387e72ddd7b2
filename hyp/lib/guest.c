/* SPDX-License-Identifier: MIT */
/* guest.c - see guest.h. */
#include "lib/guest.h"

#include <stddef.h>

#include "lib/csr.h"
#include "lib/print.h"
#include "lib/string.h"

void guest_load(const Fdt *host, void *to, uint64_t room)
{
    FdtNode chosen = fdt_find(host, "/chosen");
    uint32_t size;
    const void *start = fdt_prop(host, chosen, "linux,initrd-start", &size);
    const void *end = fdt_prop(host, chosen, "linux,initrd-end", NULL);
    if (!start || !end)
        panic("no guest: give its raw image with -initrd");
    const char *image = (const char *)fdt_number(start, size / 4);
    uint64_t length = fdt_number(end, size / 4) - (uintptr_t)image;
    if (!memcmp(image, "\177ELF", 4) || length > room)
        panic("the guest must be a raw image of at most %lu bytes", room);
    memcpy(to, image, length);
    fence_i();
}

void guest_tree(Fdt *tree, const Fdt *host, void *to, uint64_t room, FdtRange ram)
{
    if (host->size > room)
        panic("a device tree of %u bytes is too large", host->size);
    memcpy(to, host->base, host->size);
    fdt_open(tree, to);
    FdtNode chosen = fdt_find(tree, "/chosen"), memory = NULL;
    fdt_erase_prop(tree, chosen, "linux,initrd-start");
    fdt_erase_prop(tree, chosen, "linux,initrd-end");
    FdtNode reserved = fdt_find(tree, "/reserved-memory");
    if (reserved)
        fdt_erase_node(tree, reserved);
    while ((memory = fdt_next(tree, memory))) {
        if (!strcmp(fdt_text(tree, memory, "device_type"), "memory"))
            fdt_set_reg(tree, memory, 0, ram);
    }
}

void guest_devices(const Fdt *tree, GuestDeviceFn *keep, void *opaque)
{
    FdtNode node = NULL, top = fdt_next(tree, NULL), soc = fdt_find(tree, "/soc");
    while ((node = fdt_next(tree, node))) {
        FdtNode parent = fdt_parent(tree, node);
        if (node != soc && (parent == top || parent == soc) &&
            fdt_prop(tree, node, "compatible", NULL) && !(keep && keep(opaque, tree, node)))
            fdt_erase_node(tree, node);
    }
}
