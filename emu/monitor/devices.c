/* SPDX-License-Identifier: MIT */
/* devices.c - commands about the board and what it is connected to; see monitor.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/loader.h"
#include "emu/monitor/monitor.h"
#include "emu/options/options.h"

static void append_region(GString *out, uint64_t base, uint64_t size, const char *kind,
                          const char *name)
{
    g_string_append_printf(out, "    %016" PRIx64 "-%016" PRIx64 " (prio 0, %s): %s\n", base,
                           base + size - 1, kind, name);
}

/* In the shape of QEMU's. */
void monitor_info_mtree(Monitor *monitor, const char *arguments, GString *out)
{
    const Bus *bus = &monitor->machine->bus;
    bool ram_shown = false;
    (void)arguments;
    g_string_append(out, "address-space: memory\n"
                         "  0000000000000000-ffffffffffffffff (prio 0, i/o): system\n");
    for (unsigned i = 0; i <= bus->n_regions; i++) {
        const BusRegion *region = i < bus->n_regions ? &bus->regions[i] : NULL;
        if (!ram_shown && (!region || region->base.v > bus->ram_base.v)) {
            append_region(out, bus->ram_base.v, bus->ram_size, "ram", "ram");
            ram_shown = true;
        }
        if (region)
            append_region(out, region->base.v, region->size, region->ops ? "i/o" : "rom",
                          region->name);
    }
}

static void append_backend(GString *out, const VirtioConfig *slot)
{
    if (!slot->driver)
        return;
    g_string_append_printf(out, "    bus: virtio-mmio-bus\n      dev: %s\n", slot->driver);
    if (slot->drive_file)
        g_string_append_printf(out, "        drive = \"%s\"\n", slot->drive_file);
}

void monitor_info_qtree(Monitor *monitor, const char *arguments, GString *out)
{
    const Machine *m = monitor->machine;
    (void)arguments;
    g_string_append(out, "bus: main-system-bus\n  type System\n");
    for (guint i = 0; i < m->devices->len; i++) {
        const Device *dev = g_ptr_array_index(m->devices, i);
        const char *name = dev->type->compatible ? dev->type->compatible : dev->type->name;
        g_string_append_printf(out, "  dev: %.*s, id \"%s\"\n", (int)strcspn(name, ";"), name,
                               dev->id);
        if (dev->irq_number)
            g_string_append_printf(out, "    irq %u\n", dev->irq_number);
        g_string_append_printf(out, "    requester %u\n", dev->requester);
        if (dev->mmio_size)
            g_string_append_printf(out, "    mmio %016" PRIx64 "/%016" PRIx64 "\n", dev->base.v,
                                   dev->mmio_size);
        for (unsigned slot = 0; slot < VIRTIO_SLOTS; slot++)
            if (m->virtio[slot] == dev)
                append_backend(out, &m->config.virtio[slot]);
    }
}

/* What the command line connected. */

static const Options *options_of(const Monitor *monitor, GString *out)
{
    const Options *o = monitor_host(monitor)->options;
    if (!o)
        g_string_append(out, "nothing is connected\n");
    return o;
}

static void append_char(GString *out, const char *label, const CharSpec *spec)
{
    static const char *const kinds[] = { "null", "stdio", "file", "pipe", "pty", "socket", "vc" };
    g_string_append_printf(out, "%s: filename=%s%s", label, spec->mux ? "mux:" : "",
                           kinds[spec->kind]);
    if (spec->path)
        g_string_append_printf(out, ":%s", spec->path);
    if (spec->port)
        g_string_append_printf(out, ":%s:%s", spec->host, spec->port);
    g_string_append(out, spec->server ? ",server=on\n" : "\n");
}

void monitor_info_chardev(Monitor *monitor, const char *arguments, GString *out)
{
    const Options *o = options_of(monitor, out);
    (void)arguments;
    if (!o)
        return;
    if (o->serial_char && !o->serial_char->id)
        append_char(out, "serial0", o->serial_char);
    for (guint i = 0; i < o->chars->len; i++) {
        const CharSpec *spec = g_ptr_array_index(o->chars, i);
        append_char(out, spec->id, spec);
    }
    for (guint i = 0; i < o->monitor_chars->len; i++) {
        const CharSpec *spec = g_ptr_array_index(o->monitor_chars, i);
        g_autofree char *label = g_strdup_printf("compat_monitor%u", i);
        if (!spec->id && spec != o->serial_char)
            append_char(out, label, spec);
    }
}

void monitor_info_block(Monitor *monitor, const char *arguments, GString *out)
{
    const Machine *m = monitor->machine;
    unsigned number = 0;
    (void)arguments;
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        const VirtioConfig *slot = &m->config.virtio[i];
        if (!slot->drive_file)
            continue;
        g_string_append_printf(out, "%sdrive%u: %s (raw%s%s)\n    Attached to:      %s\n",
                               number ? "\n" : "", number, slot->drive_file,
                               slot->read_only ? ", read-only" : "",
                               slot->snapshot ? ", writes are thrown away" : "", m->virtio[i]->id);
        number++;
    }
}

void monitor_info_network(Monitor *monitor, const char *arguments, GString *out)
{
    const Options *o = options_of(monitor, out);
    (void)arguments;
    for (unsigned i = 0; o && i < VIRTIO_SLOTS; i++) {
        const Netdev *net = o->slots[i].net;
        const uint8_t *mac = o->machine.virtio[i].mac;
        if (!net)
            continue;
        g_string_append_printf(out, "%s: type=nic,model=virtio-net-device",
                               monitor->machine->virtio[i]->id);
        if (memcmp(mac, (const uint8_t[6]){ 0 }, 6) != 0)
            g_string_append_printf(out, ",macaddr=%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
                                   mac[2], mac[3], mac[4], mac[5]);
        g_string_append_printf(out, "\n \\ %s: type=user,restrict=%s\n", net->id,
                               net->restricted ? "on" : "off");
        for (char *const *forward = net->hostfwd; forward && *forward; forward++)
            g_string_append_printf(out, "   hostfwd=%s\n", *forward);
    }
}

void monitor_info_version(Monitor *monitor, const char *arguments, GString *out)
{
    (void)monitor, (void)arguments;
    g_string_append(out, "10.0.0 (Bulkhead " VERSION ")\n");
}

void monitor_info_name(Monitor *monitor, const char *arguments, GString *out)
{
    const Options *o = monitor_host(monitor)->options;
    (void)arguments;
    if (o && o->name)
        g_string_append_printf(out, "%s\n", o->name);
}

void monitor_info_roms(Monitor *monitor, const char *arguments, GString *out)
{
    const Loader *loader = monitor_host(monitor)->loader;
    (void)arguments;
    if (loader)
        loader_list(loader, out);
}
