/* SPDX-License-Identifier: MIT */
/*
 * apply.c - from a machine file to options; see apply.h.
 *
 * Every setting is handed to the option that it is named after, so what is known, and what is wrong, is the same in both
 * places. What an option says is prefixed with the line.
 */
#include "emu/machinefile/apply.h"

#include <inttypes.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/doctor.h"
#include "emu/machinefile/argument.h"
#include "emu/machinefile/check.h"
#include "emu/machinefile/machinefile.h"
#include "emu/machinefile/names.h"
#include "emu/machinefile/values.h"

#define BUILTIN "partition.elf"

/* Acts on an option as if it stood in the setting's line. */
static bool act(Options *o, const config_setting_t *at, const char *option, const char *argument,
                GError **error)
{
    const OptionDef *def = option_find(option);
    unsigned line = config_setting_source_line(at);
    if (!def)
        return fail(error, EXIT_CONFIG, "%s:%u: this program has no -%s yet; leave it out",
                    o->machine_file->path, line, option);
    g_ptr_array_add(o->given, (gpointer)def->name);
    if (def->handle(o, def, argument, error))
        return true;
    g_prefix_error(error, "%s:%u: ", o->machine_file->path, line);
    return false;
}

/* Settings of the machine that are options of their own, as they are. */
static bool apply_plain(Options *o, const MfMachine *m, GError **error)
{
    g_autofree char *harts = g_strdup_printf("%" PRIu64, m->n_harts);
    g_autofree char *memory = g_strdup_printf("%" PRIu64 "K", m->memory >> 10);
    g_autofree char *seed = g_strdup_printf("%" PRIu64, m->seed);
    g_autofree char *quantum = g_strdup_printf("%" PRIu64, m->quantum);
    const char *virtio = m->virtio && !strcmp(m->virtio, "modern") ? "virtio-mmio.force-legacy=off"
                                                                   : "virtio-mmio.force-legacy=on";
    const struct {
        const char *key, *option, *argument;
    } rows[] = {
        { "harts", "smp", harts },         { "memory", "m", memory },
        { "cpu", "cpu", m->cpu },          { "bios", "bios", m->bios },
        { "kernel", "kernel", m->kernel }, { "initrd", "initrd", m->initrd },
        { "append", "append", m->append }, { "dtb", "dtb", m->dtb },
        { "serial", "serial", m->serial }, { "seed", "seed", seed },
        { "quantum", "quantum", quantum }, { "virtio", "global", virtio },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const config_setting_t *at = mf_at(m->at, rows[i].key);
        if (at && !act(o, at, rows[i].option, rows[i].argument, error))
            return false;
    }
    return true;
}

static bool apply_machine(Options *o, const MfMachine *m, GError **error)
{
    g_autoptr(GString) argument = g_string_new(m->type);
    if (!m->at)
        return true;
    if (mf_at(m->at, "aia"))
        mf_add(argument, "aia", m->aia);
    mf_add_number(argument, m->at, "aia-guests", "aia-guests", m->aia_guests);
    if (mf_at(m->at, "aia-direct"))
        mf_add_flag(argument, "aia-direct", m->aia_direct);
    if (mf_at(m->at, "aclint"))
        mf_add_flag(argument, "aclint", m->aclint);
    if (mf_at(m->at, "pdp-time"))
        mf_add_flag(argument, "pdp-time", m->pdp_time);
    if (mf_at(m->at, "cbqri"))
        mf_add_flag(argument, "cbqri", m->cbqri);
    return act(o, m->at, "M", argument->str, error) && apply_plain(o, m, error);
}

static bool apply_timing(Options *o, const MachineFile *file, GError **error)
{
    g_autofree char *argument = file->timing.at ? mf_timing_argument(file) : NULL;
    return !argument || act(o, file->timing.at, "timing", argument, error);
}

static bool apply_hypervisor(Options *o, const MfHypervisor *hyp, GError **error)
{
    return (mf_hypervisor_is_builtin(o->machine_file) ||
            act(o, hyp->at, "kernel", hyp->image, error)) &&
           (!hyp->append || act(o, hyp->at, "append", hyp->append, error));
}

static bool apply_backends(Options *o, const MachineFile *file, GError **error)
{
    for (unsigned i = 0; i < file->drives.n; i++) {
        const MfDrive *drive = &file->drives.at[i];
        g_autoptr(GString) argument = g_string_new("if=none");
        mf_add(argument, "file", drive->file);
        mf_add(argument, "id", drive->id);
        mf_add(argument, "format", drive->format);
        mf_add_flag(argument, "readonly", drive->readonly);
        mf_add_flag(argument, "snapshot", drive->snapshot);
        if (!act(o, drive->at, "drive", argument->str, error))
            return false;
    }
    for (unsigned i = 0; i < file->netdevs.n; i++) {
        const MfNetdev *netdev = &file->netdevs.at[i];
        g_autoptr(GString) argument = g_string_new(netdev->type);
        mf_add(argument, "id", netdev->id);
        for (unsigned j = 0; j < netdev->hostfwd.n; j++)
            mf_add(argument, "hostfwd", netdev->hostfwd.at[j]);
        mf_add_flag(argument, "restrict", netdev->restrict_it);
        if (!act(o, netdev->at, "netdev", argument->str, error))
            return false;
    }
    return true;
}

static bool apply_chardevs(Options *o, const MachineFile *file, GError **error)
{
    for (unsigned i = 0; i < file->chardevs.n; i++) {
        const MfChardev *chardev = &file->chardevs.at[i];
        g_autoptr(GString) argument = g_string_new(chardev->backend);
        mf_add(argument, "id", chardev->id);
        mf_add(argument, "path", chardev->path);
        mf_add(argument, "host", chardev->host);
        mf_add_number(argument, chardev->at, "port", "port", chardev->port);
        if (mf_at(chardev->at, "server"))
            mf_add_flag(argument, "server", chardev->server);
        if (mf_at(chardev->at, "wait"))
            mf_add_flag(argument, "wait", chardev->wait);
        if (!act(o, chardev->at, "chardev", argument->str, error))
            return false;
    }
    return true;
}

/* Devices get the slot that the check counted with, whatever the command line plugs in beside them. */
static bool apply_devices(Options *o, const MachineFile *file, GError **error)
{
    for (unsigned i = 0; i < file->devices.n; i++) {
        const MfDevice *device = &file->devices.at[i];
        int slot = mf_slot(file, i);
        g_autofree char *bus = g_strdup_printf("virtio-mmio-bus.%d", slot);
        g_autoptr(GString) argument = g_string_new(device->driver);
        mf_add(argument, "id", device->id);
        mf_add(argument, "drive", device->drive);
        mf_add(argument, "netdev", device->netdev);
        mf_add(argument, "chardev", device->chardev);
        mf_add(argument, "mac", device->mac);
        mf_add(argument, "serial", device->serial);
        mf_add_number(argument, device->at, "outputs", "max_outputs", device->outputs);
        mf_add_number(argument, device->at, "width", "xres", device->width);
        mf_add_number(argument, device->at, "height", "yres", device->height);
        mf_add_plug(argument, device);
        if (slot >= 0)
            mf_add(argument, "bus", bus);
        if (!act(o, device->at, "device", argument->str, error))
            return false;
    }
    return true;
}

/* Errors that were found fail. */
static bool accept(const MachineFile *file, GError **error)
{
    return !file->findings->errors ||
           fail(error, EXIT_CONFIG,
                "%s cannot be run: %u error%s above; mend what is there, bulkhead "
                "check %s looks again",
                file->path, file->findings->errors, file->findings->errors > 1 ? "s" : "",
                file->path);
}

bool machinefile_apply(Options *o, const char *path, GError **error)
{
    MachineFile *file = o->machine_file = machinefile_read_checked(path, error);
    if (!file || !accept(file, error))
        return false;
    file->partition_names = mf_partitions(file);
    return apply_machine(o, &file->machine, error) && apply_timing(o, file, error) &&
           apply_hypervisor(o, &file->hypervisor, error) && apply_backends(o, file, error) &&
           apply_chardevs(o, file, error) && apply_devices(o, file, error);
}

/* Is the cache, and all that belongs to it, what the file says? */
static bool is_timed_so(const MachineFile *file, const TimedConfig *config)
{
    TimedConfig own;
    if (!config->on)
        return true;
    if (!mf_timed(file, &own, NULL))
        return false;
    g_autofree char *mine = timed_text(&own), *its = timed_text(config);
    return !strcmp(mine, its);
}

/* Options behind the file may have made another machine of it. */
static bool check_again(Options *o, GError **error)
{
    MachineFile *file = o->machine_file;
    bool same_timing = is_timed_so(file, &o->machine.timed);
    if (file->machine.n_harts == o->machine.n_harts &&
        file->machine.memory == o->machine.ram_size && same_timing)
        return true;
    file->machine.n_harts = o->machine.n_harts;
    file->machine.memory = o->machine.ram_size;
    if (!same_timing)
        file->timed = o->machine.timed;
    findings_clear(file->findings);
    machinefile_check(file);
    findings_print(file->findings, stderr);
    return accept(file, error);
}

/* -kernel behind the file is the hypervisor, then. */
static void warn_of_kernel(const Options *o)
{
    MachineFile *file = o->machine_file;
    if (mf_hypervisor_is_builtin(file) || !strcmp(file->hypervisor.image, o->images.kernel))
        return;
    findings_clear(file->findings);
    MF_WARNING(
        file, &file->hypervisor, "image",
        "-kernel '%s' runs in place of this hypervisor, and is told of the partitions; leave "
        "-kernel out if it is no hypervisor",
        o->images.kernel);
    findings_print(file->findings, stderr);
}

/* The built-in hypervisor is built with the programs for the machine: build/hyp, beside build/release. */
static bool find_builtin(Options *o, const MachineFile *file, GError **error)
{
    g_autofree char *path = doctor_find_program(BUILTIN);
    if (!path && o->dumpdtb)
        return true; /* the tree does not depend on it */
    if (!path)
        return fail(error, EXIT_FILE,
                    "%s:%u: partitions are made by a hypervisor in the machine, and the built-in "
                    "one, %s, is not there; run make guests, or name another: hypervisor = { image "
                    "= \"FILE\" }",
                    file->path, mf_line(file->partitions.at[0].at, NULL), BUILTIN);
    o->images.kernel = options_keep(o, path);
    return true;
}

bool machinefile_resolve(Options *o, GError **error)
{
    MachineFile *file = o->machine_file;
    if (!file || !file->partitions.n)
        return true;
    if (!check_again(o, error))
        return false;
    if (!o->images.kernel && !find_builtin(o, file, error))
        return false;
    warn_of_kernel(o);
    if (o->images.dtb)
        return fail(error, EXIT_CONFIG,
                    "-dtb '%s' would not tell the hypervisor of the partitions of %s; leave it out",
                    o->images.dtb, file->path);
    o->images.machine_file = file;
    return true;
}
