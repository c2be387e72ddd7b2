/* SPDX-License-Identifier: MIT */
/*
 * resolve.c - joins what the options noted, when all are known.
 *
 * Devices with bus= get their slot first, the others fill the slots from the last one downwards, as QEMU does. What is
 * connected to nothing, or to two, is refused.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/machinefile/apply.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

struct Driver {
    const char *name;
    bool (*plug)(Options *o, Props *props, VirtioConfig *slot, SlotHost *host, GError **error);
    const char *example, *help;
};

void *options_find_id(const GPtrArray *list, const char *id)
{
    for (unsigned i = 0; i < list->len; i++) {
        const char **element = g_ptr_array_index(list, i);
        if (*element && !strcmp(*element, id))
            return element;
    }
    return NULL;
}

/* Without arg= the program is told of what QEMU tells it: the kernel's name and -append. */
static bool resolve_semihosting(Options *o, GError **error)
{
    SemihostConfig *config = &o->semihost;
    if (o->semihost_id && !config->enabled)
        return fail(error, EXIT_CONFIG,
                    "-semihosting-config: chardev '%s' without enable=on; add enable=on",
                    o->semihost_id);
    if (!config->command)
        config->command = options_own(o, g_strjoin(o->images.append ? " " : "",
                                                   o->images.kernel ? o->images.kernel : "",
                                                   o->images.append, NULL));
    config->no_input = !o->semihost_id && o->serial_char->kind == CHAR_STDIO;
    if (!o->semihost_id)
        return true;
    o->semihost_char = options_use_char(o->chars, "-semihosting-config", o->semihost_id, error);
    return o->semihost_char != NULL;
}

static bool plug_blk(Options *o, Props *props, VirtioConfig *slot, SlotHost *host, GError **error)
{
    (void)host;
    const char *id = props_need(props, "drive", "-device virtio-blk-device,drive=ID", error);
    Drive *drive = id ? options_find_id(o->drives, id) : NULL;
    if (!id)
        return false;
    if (!drive)
        return fail(error, EXIT_CONFIG,
                    "-device virtio-blk-device: no -drive has id '%s'; add -drive "
                    "file=FILE,if=none,format=raw,id=%s",
                    id, id);
    if (drive->used)
        return fail(
            error, EXIT_CONFIG,
            "-device virtio-blk-device: drive '%s' is plugged in twice; give each device its "
            "own (a drive with if=virtio, or without if=, has one already)",
            id);
    drive->used = true;
    slot->drive_file = options_keep(o, drive->file);
    slot->read_only = drive->read_only;
    slot->snapshot = drive->snapshot || o->snapshot_all;
    const char *serial = props_take(props, "serial");
    if (serial && strlen(serial) > 20)
        return fail(error, EXIT_CONFIG,
                    "-device virtio-blk-device: serial '%s' has more than 20 "
                    "letters; shorten it",
                    serial);
    slot->serial = serial ? options_keep(o, serial) : NULL;
    return true;
}

static bool parse_mac(const char *text, uint8_t mac[6])
{
    unsigned byte[6];
    int end = 0;
    if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &byte[0], &byte[1], &byte[2], &byte[3], &byte[4],
               &byte[5], &end) != 6 ||
        text[end])
        return false;
    for (unsigned i = 0; i < 6; i++)
        mac[i] = (uint8_t)byte[i];
    return !(mac[0] & 1);
}

static bool plug_net(Options *o, Props *props, VirtioConfig *slot, SlotHost *host, GError **error)
{
    const char *id = props_take(props, "netdev"), *mac = props_take(props, "mac");
    if (mac && !parse_mac(mac, slot->mac))
        return fail(error, EXIT_USAGE,
                    "-device virtio-net-device: mac=%s is not the address of a card; write for "
                    "example mac=52:54:00:12:34:57",
                    mac);
    host->net = id ? options_find_id(o->netdevs, id) : NULL;
    if (id && !host->net)
        return fail(error, EXIT_CONFIG,
                    "-device virtio-net-device: no -netdev has id '%s'; add -netdev user,id=%s", id,
                    id);
    if (id && host->net->used)
        return fail(
            error, EXIT_CONFIG,
            "-device virtio-net-device: netdev '%s' is used twice; give each device its own", id);
    if (id)
        host->net->used = true;
    return true;
}

static bool plug_input(Options *o, Props *props, VirtioConfig *slot, SlotHost *host, GError **error)
{
    const char *serial = props_take(props, "serial");
    (void)host;
    if (serial && strlen(serial) > 64)
        return fail(error, EXIT_CONFIG,
                    "-device %s: serial '%s' has more than 64 letters; shorten it", slot->driver,
                    serial);
    slot->serial = serial ? options_keep(o, serial) : NULL;
    return options_need_modern(o, slot->driver, error);
}

static bool plug_nothing(Options *o, Props *props, VirtioConfig *slot, SlotHost *host,
                         GError **error)
{
    (void)o;
    (void)props;
    (void)slot;
    (void)host;
    (void)error;
    return true;
}

/* Drivers. */

// clang-format off
static const Driver drivers[] = {
    { "virtio-blk-device",    plug_blk,     "virtio-blk-device,drive=ID[,serial=TEXT][,bus=virtio-mmio-bus.N]",            "disk" },
    { "virtio-net-device",    plug_net,     "virtio-net-device,netdev=ID[,mac=ADDRESS]",           "network card" },
    { "virtio-rng-device",    plug_nothing, "virtio-rng-device",                     "random numbers" },
    { "virtio-serial-device", plug_nothing, "virtio-serial-device",                  "carrier of a virtconsole" },
    { "virtio-gpu-device",    options_plug_gpu, OPTIONS_GPU_EXAMPLE,                 "screen" },
    { "virtio-keyboard-device", plug_input, "virtio-keyboard-device[,serial=TEXT]",  "keyboard" },
    { "virtio-tablet-device", plug_input,   "virtio-tablet-device[,serial=TEXT]",    "pointer that is told where it is" },
    { "virtio-mouse-device",  plug_input,   "virtio-mouse-device[,serial=TEXT]",     "pointer that is told how it moves" },
    { "virtconsole",          NULL,         "virtconsole,chardev=ID",                "console, on the virtio-serial-device before it" },
    { "drum",                 NULL,         OPTIONS_DRUM_EXAMPLE,                    "swapping drum of a PDP-1" },
    { "paging-drum",          NULL,         "paging-drum[,pages=N][,rev-us=N][,rate=N]", "drum for pages, as the IBM 2301" },
    { "typewriter",           NULL,         "typewriter,chardev=ID[,cps=N]",         "serial port for one more person, with characters that take 1/cps s" },
    { "loader",               NULL,         "loader,file=FILE[,addr=ADDRESS][,cpu-num=N][,force-raw=on]",         "put a file or a number into memory" },
};
// clang-format on

/* Devices of QEMU's that its users expect. */
// clang-format off
static const struct {
    const char *name, *what;
} missing[] = {
    { "virtio-balloon-device",  "memory balloon" },
    { "virtio-9p-device",       "shared folder" },
    { "virtio-scsi-device",     "SCSI controller" },
    { "virtio-input-host-device", "input device of the host" },
    { "virtio-crypto-device",   "crypto device" },
    { "vhost-vsock-device",     "socket to the host" },
    { "ramfb",                  "screen" },
    { "virtserialport",         "named serial port (virtconsole is there)" },
    { "riscv.cpu",              "hart to be plugged in later" },
};
// clang-format on

static bool refuse_driver(const char *name, GError **error)
{
    const char *names[G_N_ELEMENTS(drivers) + 1] = { NULL };
    for (size_t i = 0; i < G_N_ELEMENTS(missing); i++)
        if (!strcmp(missing[i].name, name))
            return fail(error, EXIT_CONFIG, "-device %s: there is no %s yet; leave it out", name,
                        missing[i].what);
    if (strstr(name, "-pci"))
        return fail(
            error, EXIT_CONFIG,
            "-device %s: there is no PCI bus yet; use the device of the same kind that ends "
            "in -device (-device help lists them)",
            name);
    for (size_t i = 0; i < G_N_ELEMENTS(drivers); i++)
        names[i] = drivers[i].name;
    const char *near = nearest_word(name, names);
    return near ? fail(error, EXIT_USAGE, "-device: no driver is called '%s'; did you mean '%s'?",
                       name, near)
                : fail(error, EXIT_USAGE,
                       "-device: no driver is called '%s'; -device help lists them", name);
}

const Driver *options_find_driver(const char *name, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(drivers); i++)
        if (!strcmp(drivers[i].name, name))
            return &drivers[i];
    refuse_driver(name, error);
    return NULL;
}

const char *options_driver_name(const Driver *driver)
{
    return driver->name;
}

const char *options_driver_example(size_t number)
{
    return number < G_N_ELEMENTS(drivers) ? drivers[number].example : NULL;
}

bool options_show_driver(Options *o, const Driver *driver)
{
    printf("%s\n        %s\n", driver->example, driver->help);
    o->done = true;
    return true;
}

bool options_list_drivers(Options *o)
{
    for (size_t i = 0; i < G_N_ELEMENTS(drivers); i++)
        options_show_driver(o, &drivers[i]);
    return true;
}

/* The slot that `bus` names, or the last free one for NULL; -1: error. */
static int find_slot(const Options *o, const char *driver, const char *bus, GError **error)
{
    static const char prefix[] = "virtio-mmio-bus.";
    uint64_t number;
    if (bus) {
        if (!g_str_has_prefix(bus, prefix) || !parse_number(bus + strlen(prefix), &number) ||
            number >= VIRTIO_SLOTS)
            fail(error, EXIT_CONFIG, "-device %s: no bus is called '%s'; there are %s0 to %s%d",
                 driver, bus, prefix, prefix, VIRTIO_SLOTS - 1);
        else if (o->machine.virtio[number].driver)
            fail(error, EXIT_CONFIG, "-device %s: bus %s has a %s already; choose another", driver,
                 bus, o->machine.virtio[number].driver);
        else
            return (int)number;
        return -1;
    }
    for (int i = VIRTIO_SLOTS; i-- > 0;)
        if (!o->machine.virtio[i].driver)
            return i;
    fail(error, EXIT_CONFIG, "-device %s: all %d virtio-mmio buses are taken; leave a device out",
         driver, VIRTIO_SLOTS);
    return -1;
}

static bool plug_note(Options *o, DeviceNote *note, GError **error)
{
    int at = find_slot(o, note->driver->name, props_take(note->props, "bus"), error);
    if (at < 0)
        return false;
    VirtioConfig *slot = &o->machine.virtio[at];
    slot->driver = note->driver->name;
    note->done = true;
    const char *id = props_take(note->props, "id");
    o->slots[at].id = id ? options_keep(o, id) : NULL;
    return note->driver->plug(o, note->props, slot, &o->slots[at], error) &&
           props_finish(note->props, error);
}

/* A console goes to the first serial device that has none. */
static bool plug_console(Options *o, DeviceNote *note, GError **error)
{
    const char *id = props_need(note->props, "chardev", "-device virtconsole,chardev=con0", error);
    (void)props_take(note->props, "id");
    CharSpec *spec = id ? options_use_char(o->chars, "-device virtconsole", id, error) : NULL;
    note->done = true;
    for (int i = VIRTIO_SLOTS; spec && i-- > 0;) {
        const char *driver = o->machine.virtio[i].driver;
        if (!driver || strcmp(driver, "virtio-serial-device") || o->slots[i].chr)
            continue;
        o->slots[i].chr = spec;
        return props_finish(note->props, error);
    }
    return spec &&
           fail(error, EXIT_CONFIG,
                "-device virtconsole: no virtio-serial-device is free for chardev '%s' (each "
                "carries one console); add -device virtio-serial-device before it",
                id);
}

/* Plugs in the notes for which `wanted` is true. */
static bool plug_notes(Options *o, bool (*wanted)(const DeviceNote *note),
                       bool (*plug)(Options *o, DeviceNote *note, GError **error), GError **error)
{
    for (unsigned i = 0; i < o->notes->len; i++) {
        DeviceNote *note = g_ptr_array_index(o->notes, i);
        if (!note->done && wanted(note) && !plug(o, note, error))
            return false;
    }
    return true;
}

static bool has_bus(const DeviceNote *note)
{
    return props_take(note->props, "bus") && note->driver->plug;
}

static bool is_card(const DeviceNote *note)
{
    return note->driver->plug != NULL;
}

static bool is_plug(const DeviceNote *note)
{
    return plug_find(note->driver->name) != NULL;
}

static bool is_any(const DeviceNote *note)
{
    (void)note;
    return true;
}

/* What is connected to nothing was meant to be connected to something. */
static bool check_used(const Options *o, GError **error)
{
    for (unsigned i = 0; i < o->drives->len; i++) {
        const Drive *drive = g_ptr_array_index(o->drives, i);
        if (!drive->used)
            return fail(error, EXIT_CONFIG,
                        "-drive: no device uses drive '%s'; add -device virtio-blk-device,drive=%s",
                        drive->id, drive->id);
    }
    for (unsigned i = 0; i < o->netdevs->len; i++) {
        const Netdev *netdev = g_ptr_array_index(o->netdevs, i);
        if (!netdev->used)
            return fail(
                error, EXIT_CONFIG,
                "-netdev: no device uses netdev '%s'; add -device virtio-net-device,netdev=%s",
                netdev->id, netdev->id);
    }
    for (unsigned i = 0; i < o->chars->len; i++) {
        const CharSpec *spec = g_ptr_array_index(o->chars, i);
        if (!spec->users)
            return fail(
                error, EXIT_CONFIG,
                "-chardev: nothing uses chardev '%s'; add -serial chardev:%s, or leave it out",
                spec->id, spec->id);
    }
    return true;
}

/* Does a serial line or monitor want the terminal? */
static bool wants_terminal(const Options *o)
{
    bool on_terminal = o->serial_char->kind == CHAR_STDIO;
    for (unsigned i = 0; i < o->monitor_chars->len; i++)
        on_terminal |=
            ((const CharSpec *)g_ptr_array_index(o->monitor_chars, i))->kind == CHAR_STDIO;
    for (unsigned i = 0; i < o->chars->len; i++)
        on_terminal |= ((const CharSpec *)g_ptr_array_index(o->chars, i))->kind == CHAR_STDIO;
    return on_terminal;
}

/* In the background there is no terminal. -top draws below a line that is typed at: console/panel.h. */
static bool check_terminal(const Options *o, GError **error)
{
    if (!wants_terminal(o))
        return true;
    if (o->daemonize)
        return fail(error, EXIT_CONFIG,
                    "-daemonize: a program in the background has no terminal, and a serial line or "
                    "monitor wants it; write for example -serial file:out.txt");
    if ((o->top || o->top_harts) && isatty(STDOUT_FILENO) && !isatty(STDIN_FILENO))
        return fail(
            error, EXIT_CONFIG,
            "-top shares the terminal with a serial line or monitor only where somebody types; "
            "write for example -serial file:out.txt");
    return true;
}

/* Turns of instructions are for a machine whose instructions are time. Long ones are shorter. */
static bool resolve_quantum(Options *o, GError **error)
{
    const TimedConfig *timed = &o->machine.timed;
    bool given = g_ptr_array_find_with_equal_func(o->given, "quantum", g_str_equal, NULL);
    if (o->machine.pdp_time && o->machine.n_harts > 1 && !given)
        o->machine.quantum = PDP_QUANTUM;
    if (!timed->on || timed->start != TIMED_AT_RESET || !given)
        return true;
    return fail(error, EXIT_CONFIG,
                "-quantum counts instructions, and in timed mode harts take turns of cycles; write "
                "-timing ...,quantum=CYCLES");
}

bool options_resolve(Options *o, GError **error)
{
    if (o->daemonize && !o->serial)
        o->nodefaults = true; /* there is no terminal that it could have */
    if (o->commit_file && !o->log_commits)
        return fail(error, EXIT_CONFIG, "-log '%s', but nothing is to be logged; add -log-commits",
                    o->commit_file);
    if (o->trace_pre && !o->trace_start)
        return fail(error, EXIT_CONFIG,
                    "-trace-pre, but no event is waited for; add -trace-start "
                    "EVENT");
    if (!options_resolve_window(o, error) || !machinefile_resolve(o, error) ||
        !options_check_machine(o, error) || !options_resolve_serial(o, error) ||
        !options_resolve_monitors(o, error) || !options_check_vcs(o, error) ||
        !options_resolve_gdbs(o, error) || !plug_notes(o, has_bus, plug_note, error) ||
        !plug_notes(o, is_card, plug_note, error) || !plug_notes(o, is_plug, options_plug, error) ||
        !plug_notes(o, is_any, plug_console, error) || !resolve_semihosting(o, error) ||
        !check_used(o, error) || !resolve_quantum(o, error))
        return false;
    if (o->stopped && !o->gdbs->len && !o->monitor_chars->len)
        return fail(error, EXIT_CONFIG,
                    "-S waits for gdb or the monitor, and neither has a way in; add -s");
    if (o->daemonize && o->verb && !strcmp(o->verb, "gdb"))
        return fail(error, EXIT_CONFIG,
                    "gdb wants the terminal that -daemonize lets go; write one of them");
    if (!check_terminal(o, error))
        return false;
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        o->machine.virtio[i].seed = o->machine.seed + i + 1;
    for (unsigned i = 0; i < o->loads->len; i++)
        if (g_array_index(o->loads, LoadNote, i).hart >= (int)o->machine.n_harts)
            return fail(error, EXIT_CONFIG,
                        "-device loader: cpu-num=%d, but the machine has harts 0 to %u; raise -smp",
                        g_array_index(o->loads, LoadNote, i).hart, o->machine.n_harts - 1);
    o->images.loads = (const LoadNote *)(const void *)o->loads->data;
    o->images.n_loads = o->loads->len;
    return true;
}
