/* SPDX-License-Identifier: MIT */
/*
 * devices.c - the options that plug things in: -device, -drive, -netdev, -nic.
 *
 * Drives and networks are the host's side, devices the guest's. They are only noted here;
 * resolve.c joins them by their ids.
 */
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

/* -device loader. */

static bool loader_source(Options *o, Props *props, LoadNote *note, GError **error)
{
    const char *file = props_take(props, "file");
    uint64_t length = 0;
    bool has_data = props_take(props, "data") != NULL;
    note->file = file ? options_keep(o, file) : NULL;
    if (!props_number(props, "data", &note->data, error) ||
        !props_number(props, "data-len", &length, error) ||
        !props_only(props, "data-be", "off", "the machine is little-endian", error))
        return false;
    if (file && has_data)
        return fail(error, EXIT_USAGE,
                    "-device loader: file= and data= exclude each other; give one");
    if (has_data && (length < 1 || length > 8))
        return fail(error, EXIT_USAGE,
                    "-device loader: data= needs data-len= of 1 to 8 bytes; add "
                    "data-len=4");
    if (!has_data && length)
        return fail(error, EXIT_USAGE, "-device loader: data-len= without data=; add data=");
    note->size = (unsigned)length;
    return true;
}

static bool add_loader(Options *o, Props *props, GError **error)
{
    LoadNote note = { .hart = -1 };
    uint64_t hart = 0;
    if (!loader_source(o, props, &note, error))
        return false;
    note.has_address = props_take(props, "addr") != NULL;
    bool has_hart = props_take(props, "cpu-num") != NULL;
    if (!props_number(props, "addr", &note.address, error) ||
        !props_number(props, "cpu-num", &hart, error) ||
        !props_bool(props, "force-raw", &note.force_raw, error))
        return false;
    (void)props_take(props, "id");
    if (!note.file && !note.has_address)
        return fail(error, EXIT_USAGE,
                    "-device loader: neither file= nor addr= is given; for example: -device "
                    "loader,file=os.bin,addr=0x80200000");
    if (!note.file && !note.size && !has_hart)
        return fail(error, EXIT_USAGE,
                    "-device loader: nothing to load; add file=, data= or cpu-num=");
    if (has_hart)
        note.hart = (int)MIN(hart, MACHINE_MAX_HARTS);
    g_array_append_val(o->loads, note);
    return props_finish(props, error);
}

/* Names of devices are one another's, as QEMU's. */
static bool check_device_id(const Options *o, Props *props, GError **error)
{
    const char *id = props_take(props, "id");
    if (id && !*id)
        return fail(error, EXIT_USAGE, "-device: id= is empty; give it a name, or leave it out");
    for (guint i = 0; id && i < o->notes->len; i++) {
        const DeviceNote *note = g_ptr_array_index(o->notes, i);
        const char *other = props_take(note->props, "id");
        if (other && !strcmp(other, id))
            return fail(error, EXIT_USAGE, "-device: id '%s' is used twice; give each its own", id);
    }
    return true;
}

bool option_device(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (!strcmp(argument, "help") || !strcmp(argument, "?"))
        return options_list_drivers(o);
    g_autoptr(Props) props = props_parse("-device", argument, "driver", error);
    const char *name =
        props ? props_need(props, "driver", "-device virtio-rng-device", error) : NULL;
    if (!name)
        return false;
    const Driver *driver = options_find_driver(name, error);
    if (!driver)
        return false;
    if (props_has(props, "help"))
        return options_show_driver(o, driver);
    if (!check_device_id(o, props, error))
        return false;
    if (!strcmp(name, "loader"))
        return add_loader(o, props, error);
    DeviceNote *note = options_own(o, g_new0(DeviceNote, 1));
    note->driver = driver;
    note->props = g_steal_pointer(&props);
    g_ptr_array_add(o->notes, note);
    return true;
}

/* Notes a device as if it had been given with -device. */
static bool device_printf(Options *o, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);
static bool device_printf(Options *o, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return option_device(o, NULL, text, error);
}

/* The host's side. */

bool options_new_id(const GPtrArray *list, const char *option, const char *id, GError **error)
{
    return !options_find_id(list, id) ||
           fail(error, EXIT_USAGE, "%s: id '%s' is used twice; give each its own", option, id);
}

static bool drive_props(Options *o, Props *props, Drive *drive, GError **error)
{
    const char *id = props_take(props, "id"),
               *file =
                   props_need(props, "file", "-drive file=disk.img,if=virtio,format=raw", error);
    if (!file || !props_only(props, "format", "raw", "disk images are raw", error) ||
        !props_only(props, "media", "disk", "there is no CD drive", error) ||
        !props_bool(props, "readonly", &drive->read_only, error) ||
        !props_bool(props, "snapshot", &drive->snapshot, error))
        return false;
    /* The host's page cache is always used; what the guest flushes is flushed. */
    if (!props_only(props, "cache", "writeback", "the host's cache is used", error))
        return false;
    g_autofree char *made = g_strdup_printf("drive%u", o->drives->len);
    drive->id = options_keep(o, id ? id : made);
    drive->file = options_keep(o, file);
    return options_new_id(o->drives, "-drive", drive->id, error);
}

bool option_drive(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    Drive *drive = options_own(o, g_new0(Drive, 1));
    g_autoptr(Props) props = props_parse("-drive", argument, NULL, error);
    if (!props || !drive_props(o, props, drive, error))
        return false;
    const char *interface = props_take(props, "if");
    if (interface && strcmp(interface, "none") && strcmp(interface, "virtio"))
        return fail(error, EXIT_CONFIG, "-drive: if=%s cannot be had; write if=none or if=virtio",
                    interface);
    if (!props_finish(props, error))
        return false;
    g_ptr_array_add(o->drives, drive);
    /* QEMU's virt puts a drive without if= on virtio. */
    return (interface && !strcmp(interface, "none")) ||
           device_printf(o, error, "virtio-blk-device,drive=%s", drive->id);
}

static bool add_netdev(Options *o, const char *option, Props *props, const char *id, GError **error)
{
    Netdev *netdev = options_own(o, g_new0(Netdev, 1));
    if (!CONFIG_SLIRP)
        return fail(error, EXIT_CONFIG,
                    "%s user: this program was built without libslirp; install libslirp-dev, run "
                    "./configure and make",
                    option);
    netdev->id = options_keep(o, id);
    netdev->hostfwd = options_own_list(o, props_take_all(props, "hostfwd"));
    if (!props_bool(props, "restrict", &netdev->restricted, error) ||
        !options_new_id(o->netdevs, option, id, error))
        return false;
    g_ptr_array_add(o->netdevs, netdev);
    return props_finish(props, error);
}

/* Only user networking is there. */
static bool check_net_type(const char *option, const char *type, GError **error)
{
    return (type && !strcmp(type, "user")) ||
           fail(error, EXIT_CONFIG, "%s: networks of type '%s' cannot be had; write %s user",
                option, type ? type : "", option);
}

bool option_netdev(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_autoptr(Props) props = props_parse("-netdev", argument, "type", error);
    if (!props || !check_net_type("-netdev", props_take(props, "type"), error))
        return false;
    const char *id = props_need(props, "id", "-netdev user,id=net0", error);
    return id && add_netdev(o, "-netdev", props, id, error);
}

bool option_nic(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (!strcmp(argument, "none"))
        return true;
    g_autoptr(Props) props = props_parse("-nic", argument, "type", error);
    if (!props || !check_net_type("-nic", props_take(props, "type"), error))
        return false;
    g_autofree char *made = g_strdup_printf("nic%u", o->netdevs->len);
    const char *id = props_take(props, "id"), *mac = props_take(props, "mac");
    if (!props_only(props, "model", "virtio-net-device,virtio", "there is no other card", error) ||
        !add_netdev(o, "-nic", props, id ? id : made, error))
        return false;
    return device_printf(o, error, "virtio-net-device,netdev=%s%s%s", id ? id : made,
                         mac ? ",mac=" : "", mac ? mac : "");
}

bool option_net(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)o;
    (void)def;
    return !strcmp(argument, "none") ||
           fail(error, EXIT_USAGE, "-net %s is an old spelling; write -nic user,... or -net none",
                argument);
}
