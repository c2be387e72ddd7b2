/* SPDX-License-Identifier: MIT */
/* check_devices.c - what is plugged in, and who gets it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/nearest.h"
#include "emu/board.h"
#include "emu/machine.h"
#include "emu/machinefile/check.h"
#include "emu/options/handlers.h"

static bool takes_slot(const MfDevice *device)
{
    return device->driver && g_str_has_prefix(device->driver, "virtio-");
}

/* The slot that bus names, -1: none. */
static int slot_of_bus(const char *bus)
{
    static const char prefix[] = "virtio-mmio-bus.";
    if (!bus || !g_str_has_prefix(bus, prefix) || !g_ascii_isdigit(bus[strlen(prefix)]))
        return -1;
    int number = atoi(bus + strlen(prefix));
    return number < VIRTIO_SLOTS && !bus[strlen(prefix) + 1] ? number : -1;
}

int mf_slot(const MachineFile *file, unsigned number)
{
    bool taken[VIRTIO_SLOTS] = { false };
    const MfDevice *device = &file->devices.at[number];
    if (!takes_slot(device))
        return -1;
    if (device->bus)
        return slot_of_bus(device->bus);
    for (unsigned i = 0; i < file->devices.n; i++) {
        int slot = takes_slot(&file->devices.at[i]) ? slot_of_bus(file->devices.at[i].bus) : -1;
        if (slot >= 0)
            taken[slot] = true;
    }
    for (unsigned i = 0; i <= number; i++) {
        int slot = VIRTIO_SLOTS - 1;
        if (!takes_slot(&file->devices.at[i]) || file->devices.at[i].bus)
            continue;
        while (slot >= 0 && taken[slot])
            slot--;
        if (i == number || slot < 0)
            return slot;
        taken[slot] = true;
    }
    return -1;
}

static void virtio_resource(MfResource *out, unsigned slot)
{
    out->base = BOARD_VIRTIO + slot * 0x1000ull;
    out->size = 0x1000;
    out->interrupt = BOARD_IRQ_VIRTIO + slot;
    out->dma = true;
    g_snprintf(out->path, sizeof out->path, "/soc/virtio_mmio@%" PRIx64, out->base);
}

bool mf_resource(const MachineFile *file, const char *name, MfResource *out)
{
    static const MfResource board[] = {
        { "uart", "/soc/serial@10000000", BOARD_UART, 0x100, BOARD_IRQ_UART, false, true },
        { "rtc", "/soc/rtc@101000", BOARD_RTC, 0x1000, BOARD_IRQ_RTC, false, true },
        { "test", "/soc/test@100000", BOARD_FINISHER, 0x1000, 0, false, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(board); i++) {
        *out = board[i];
        if (!strcmp(board[i].name, name))
            return true;
    }
    *out = (MfResource){ .name = name, .passthrough = true };
    if (g_str_has_prefix(name, "virtio") && name[6] >= '0' && name[6] < '0' + VIRTIO_SLOTS &&
        !name[7]) {
        virtio_resource(out, (unsigned)(name[6] - '0'));
        return true;
    }
    for (unsigned i = 0; i < file->devices.n; i++) {
        const MfDevice *device = &file->devices.at[i];
        if (!device->id || strcmp(device->id, name))
            continue;
        if (mf_plug_resource(file, i, out))
            return true;
        int slot = mf_slot(file, i);
        if (slot < 0)
            continue;
        virtio_resource(out, (unsigned)slot);
        out->passthrough = device->passthrough;
        return true;
    }
    return false;
}

/* Backends: drives, networks, chardevs. */

typedef struct {
    const config_setting_t *at;
    const char *id;
} Backend;

/* All kinds begin with where they are and their id. */
static const Backend *backend_at(const MfGroups *list, size_t size, unsigned number)
{
    return (const Backend *)(const void *)((const char *)list->at + number * size);
}

static void check_ids(MachineFile *file, const MfGroups *list, size_t size, const char *what)
{
    for (unsigned i = 0; i < list->n; i++) {
        const Backend *one = backend_at(list, size, i);
        if (!one->id || !*one->id)
            MF_ERROR(file, one, "id", "a %s without an id; add id = \"%s%u\"", what, what, i);
        for (unsigned j = 0; one->id && j < i; j++) {
            const Backend *other = backend_at(list, size, j);
            if (other->id && !strcmp(other->id, one->id))
                MF_ERROR(file, one, "id",
                         "%s \"%s\" is there already, in line %u; choose another id", what, one->id,
                         mf_line(other->at, "id"));
        }
    }
}

#define LIST(list) ((const MfGroups *)(const void *)&(list))

/* How many devices use backend `id` by setting `key`. */
static unsigned users(const MachineFile *file, size_t field, const char *id)
{
    unsigned n = 0;
    for (unsigned i = 0; i < file->devices.n; i++) {
        const char *used =
            *(const char *const *)(const void *)((const char *)&file->devices.at[i] + field);
        n += used && !strcmp(used, id);
    }
    return n;
}

static void check_used(MachineFile *file, const MfGroups *list, size_t size, const char *what,
                       size_t field)
{
    for (unsigned i = 0; i < list->n; i++) {
        const Backend *one = backend_at(list, size, i);
        unsigned n = one->id ? users(file, field, one->id) : 1;
        if (!n)
            MF_ERROR(
                file, one, "id",
                "no device uses %s \"%s\"; add { driver = \"virtio-%s-device\"; %s = \"%s\"; } to "
                "devices, or leave it out",
                what, one->id, !strcmp(what, "drive") ? "blk" : "net", what, one->id);
        else if (n > 1)
            MF_ERROR(file, one, "id", "%s \"%s\" is used by %u devices; give each its own", what,
                     one->id, n);
    }
}

void mf_check_backends(MachineFile *file)
{
    check_ids(file, LIST(file->drives), sizeof(MfDrive), "drive");
    check_ids(file, LIST(file->netdevs), sizeof(MfNetdev), "netdev");
    check_ids(file, LIST(file->chardevs), sizeof(MfChardev), "chardev");
    check_used(file, LIST(file->drives), sizeof(MfDrive), "drive", offsetof(MfDevice, drive));
    check_used(file, LIST(file->netdevs), sizeof(MfNetdev), "netdev", offsetof(MfDevice, netdev));
    for (unsigned i = 0; i < file->drives.n; i++)
        if (!file->drives.at[i].file)
            MF_ERROR(file, &file->drives.at[i], "file",
                     "a drive without an image; add file = "
                     "\"disk.img\"");
}

/* Devices. */

static bool backend_exists(const MfGroups *list, size_t size, const char *id)
{
    for (unsigned i = 0; i < list->n; i++) {
        const char *other = backend_at(list, size, i)->id;
        if (other && !strcmp(other, id))
            return true;
    }
    return false;
}

static void check_backend(MachineFile *file, const MfDevice *device, const char *key,
                          const char *id, const MfGroups *list, size_t size)
{
    if (id && !backend_exists(list, size, id))
        MF_ERROR(file, device, key, "no %s is called \"%s\"; add %ss = ( { id = \"%s\"; ... } )",
                 key, id, key, id);
}

/* Screens, keyboards and pointers have no legacy registers. */
static bool needs_modern(const char *driver)
{
    static const char *const drivers[] = { "virtio-gpu-device", "virtio-keyboard-device",
                                           "virtio-mouse-device", "virtio-tablet-device", NULL };
    return g_strv_contains(drivers, driver);
}

static void check_driver(MachineFile *file, const MfDevice *device)
{
    g_autoptr(GError) problem = NULL;
    if (!device->driver)
        MF_ERROR(file, device, "driver",
                 "a device that is nothing; add driver = \"virtio-blk-device\" (-device help lists "
                 "drivers)");
    else if (!options_find_driver(device->driver, &problem))
        MF_ERROR(file, device, "driver", "%s", problem->message);
    else if (needs_modern(device->driver) &&
             (!file->machine.virtio || strcmp(file->machine.virtio, "modern") != 0))
        MF_ERROR(file, device, "driver",
                 "it has no legacy registers, and drivers would not find it; add virtio = "
                 "\"modern\" to the machine");
    else if (!strcmp(device->driver, "virtio-blk-device") && !device->drive)
        MF_ERROR(file, device, "driver", "a disk without an image; add drive = \"ID\"");
    else if (!strcmp(device->driver, "loader"))
        MF_ERROR(file, device, "driver",
                 "a loader is no device; give kernels to partitions, and other files with -device "
                 "loader on the command line");
}

static void check_slot(MachineFile *file, unsigned number)
{
    const MfDevice *device = &file->devices.at[number];
    int slot = mf_slot(file, number);
    if (device->bus && takes_slot(device) && slot < 0)
        MF_ERROR(file, device, "bus",
                 "no bus is called \"%s\"; write virtio-mmio-bus.0 to virtio-mmio-bus.%d",
                 device->bus, VIRTIO_SLOTS - 1);
    else if (takes_slot(device) && slot < 0)
        MF_ERROR(file, device, "driver", "all %d slots are taken; leave a device out",
                 VIRTIO_SLOTS);
    for (unsigned i = 0; i < number && slot >= 0 && device->bus; i++)
        if (file->devices.at[i].bus && mf_slot(file, i) == slot)
            MF_ERROR(file, device, "bus", "bus %s has a device already (line %u); choose another",
                     device->bus, mf_line(file->devices.at[i].at, "bus"));
}

static void check_device(MachineFile *file, unsigned number)
{
    const MfDevice *device = &file->devices.at[number];
    check_driver(file, device);
    mf_check_plug(file, number);
    check_slot(file, number);
    check_backend(file, device, "drive", device->drive, LIST(file->drives), sizeof(MfDrive));
    check_backend(file, device, "netdev", device->netdev, LIST(file->netdevs), sizeof(MfNetdev));
    check_backend(file, device, "chardev", device->chardev, LIST(file->chardevs),
                  sizeof(MfChardev));
    for (unsigned i = 0; device->id && i < number; i++)
        if (file->devices.at[i].id && !strcmp(file->devices.at[i].id, device->id))
            MF_ERROR(file, device, "id",
                     "device \"%s\" is there already, in line %u; choose another id", device->id,
                     mf_line(file->devices.at[i].at, "id"));
}

/* Who gets them. */

/* The partition before this one (or this one before that place) that has the device at `base`. */
static const MfPartition *owner_of(const MachineFile *file, unsigned number, unsigned place,
                                   uint64_t base)
{
    MfResource resource;
    for (unsigned i = 0; i <= number; i++) {
        const MfPartition *part = &file->partitions.at[i];
        for (unsigned j = 0; j < (i == number ? place : part->devices.n); j++)
            if (mf_resource(file, part->devices.at[j], &resource) && resource.base == base)
                return part;
    }
    return NULL;
}

static void unknown_device(MachineFile *file, const MfPartition *part, const char *name)
{
    const char *names[MF_MOST_GROUPS + 8] = { "uart", "rtc", "test", "virtio0" };
    unsigned n = 4;
    for (unsigned i = 0; i < file->devices.n; i++)
        if (file->devices.at[i].id)
            names[n++] = file->devices.at[i].id;
    const char *near = nearest_word(name, names);
    if (near)
        MF_ERROR(file, part, "devices", "there is no device \"%s\"; did you mean \"%s\"?", name,
                 near);
    else
        MF_ERROR(
            file, part, "devices",
            "there is no device \"%s\"; there are uart, rtc, test, virtio0 to virtio7, and those in "
            "devices",
            name);
}

/* A device that reaches memory by itself reaches all of it, whatever the hypervisor maps. */
static void check_dma(MachineFile *file, const MfPartition *part, const MfResource *resource)
{
    if (!resource->dma || !resource->passthrough || file->machine.iommu)
        return;
    MF_WARNING(
        file, part, "devices",
        "device \"%s\" of partition \"%s\" reaches memory by itself, and there is no IOMMU that "
        "keeps it from the others': the partition is not isolated; set passthrough = false on "
        "the device, so that the hypervisor stands between",
        resource->name, mf_name(part));
    if (part->colors.n)
        MF_WARNING(
            file, part, "devices",
            "memory in some colours is not in one piece, so device \"%s\" cannot use the "
            "addresses that partition \"%s\" gives it; set passthrough = false on the device, or leave colors "
            "out",
            resource->name, mf_name(part));
}

static void check_given(MachineFile *file, unsigned number, unsigned place)
{
    const MfPartition *part = &file->partitions.at[number];
    const char *name = part->devices.at[place];
    MfResource resource;
    if (!mf_resource(file, name, &resource)) {
        unknown_device(file, part, name);
        return;
    }
    const MfPartition *owner = owner_of(file, number, place, resource.base);
    if (owner == part)
        MF_ERROR(file, part, "devices", "device \"%s\" stands twice here; leave one out", name);
    else if (owner && resource.passthrough)
        MF_ERROR(
            file, part, "devices",
            "device \"%s\" belongs to partition \"%s\" already (line %u); give each device to one "
            "partition",
            name, mf_name(owner), mf_line(owner->at, "devices"));
    check_dma(file, part, &resource);
}

void mf_check_devices(MachineFile *file)
{
    for (unsigned i = 0; i < file->devices.n; i++)
        check_device(file, i);
    for (unsigned i = 0; i < file->partitions.n; i++)
        for (unsigned place = 0; place < file->partitions.at[i].devices.n; place++)
            check_given(file, i, place);
}

/* Interrupts. */

/* Who gets interrupt `number` by a device. */
static const MfPartition *device_owner(const MachineFile *file, unsigned number,
                                       const char **device)
{
    MfResource resource;
    for (unsigned i = 0; i < file->partitions.n; i++) {
        const MfPartition *part = &file->partitions.at[i];
        for (unsigned j = 0; j < part->devices.n; j++) {
            if (!mf_resource(file, part->devices.at[j], &resource) || resource.interrupt != number)
                continue;
            *device = part->devices.at[j];
            return part;
        }
    }
    return NULL;
}

static void check_interrupt(MachineFile *file, unsigned number, unsigned place)
{
    enum { SOURCES = 95 };
    const MfPartition *part = &file->partitions.at[number];
    unsigned interrupt = part->interrupts.at[place];
    const char *device = NULL;
    const MfPartition *owner = device_owner(file, interrupt, &device);
    MfNumbers before = { place, part->interrupts.at };
    if (interrupt > SOURCES)
        MF_ERROR(file, part, "interrupts",
                 "interrupt %u is not there, they are 1 to %d; choose another", interrupt, SOURCES);
    else if (mf_has(&before, interrupt))
        MF_ERROR(file, part, "interrupts", "interrupt %u stands twice here; leave one out",
                 interrupt);
    else if (owner == part)
        MF_WARNING(file, part, "interrupts",
                   "interrupt %u comes with device \"%s\" already; leave it out", interrupt,
                   device);
    else if (owner)
        MF_ERROR(
            file, part, "interrupts",
            "interrupt %u is that of device \"%s\" of partition \"%s\"; give the device to this "
            "partition, or leave the interrupt out",
            interrupt, device, mf_name(owner));
    for (unsigned i = 0; i < number; i++)
        if (mf_has(&file->partitions.at[i].interrupts, interrupt))
            MF_ERROR(file, part, "interrupts",
                     "interrupt %u belongs to partition \"%s\" already (line %u); give each to one "
                     "partition",
                     interrupt, mf_name(&file->partitions.at[i]),
                     mf_line(file->partitions.at[i].at, "interrupts"));
}

void mf_check_interrupts(MachineFile *file)
{
    for (unsigned i = 0; i < file->partitions.n; i++)
        for (unsigned place = 0; place < file->partitions.at[i].interrupts.n; place++)
            check_interrupt(file, i, place);
}
