/* SPDX-License-Identifier: MIT */
/* check_plugs.c - devices of plug.h, which are put on the board itself: what a machine file says of them. */
#include <inttypes.h>
#include <string.h>

#include "emu/machinefile/argument.h"
#include "emu/machinefile/check.h"
#include "emu/plug.h"

static const PlugKind *kind_of(const MfDevice *device)
{
    return device->driver ? plug_find(device->driver) : NULL;
}

/* Setting `name` of a device as -device has it; to be freed, NULL: it is not there. */
static char *text_of(const MfDevice *device, const char *name)
{
    const config_setting_t *setting = mf_at(device->at, name);
    if (!setting)
        return NULL;
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_STRING: return g_strdup(config_setting_get_string(setting));
    case CONFIG_TYPE_BOOL: return g_strdup(config_setting_get_bool(setting) ? "on" : "off");
    default: return g_strdup_printf("%lld", config_setting_get_int64(setting));
    }
}

void mf_add_plug(GString *argument, const MfDevice *device)
{
    const PlugKind *kind = kind_of(device);
    for (unsigned i = 0; kind && kind->properties[i].name; i++) {
        g_autofree char *text = text_of(device, kind->properties[i].name);
        mf_add(argument, kind->properties[i].name, text);
    }
}

/* Settings that other kinds have. */
static void check_foreign(MachineFile *file, const MfDevice *device)
{
    const PlugKind *kind = kind_of(device), *other;
    for (unsigned n = 0; (other = plug_kind_at(n)); n++)
        for (unsigned i = 0; other != kind && other->properties[i].name; i++) {
            const char *name = other->properties[i].name;
            bool own = false;
            for (unsigned j = 0; kind && kind->properties[j].name; j++)
                own |= !strcmp(kind->properties[j].name, name);
            if (!own && mf_at(device->at, name))
                MF_ERROR(file, device, name, "%s is for driver = \"%s\"; leave it out", name,
                         other->driver);
        }
}

static void check_values(MachineFile *file, const MfDevice *device, const PlugKind *kind)
{
    Plugs plugs = { .n = 0 };
    Plug *plug = plugs_put(&plugs, kind);
    g_autoptr(GError) together = NULL;
    for (unsigned i = 0; kind->properties[i].name; i++) {
        g_autoptr(GError) problem = NULL;
        g_autofree char *text = text_of(device, kind->properties[i].name);
        if (!text || plug_set(plug, i, text, &problem))
            continue;
        MF_ERROR(file, device, kind->properties[i].name, "%s", problem->message);
        return;
    }
    if (!plug_check(plug, &together))
        MF_ERROR(file, device, "driver", "%s", together->message);
}

void mf_check_plug(MachineFile *file, unsigned number)
{
    const MfDevice *device = &file->devices.at[number];
    const PlugKind *kind = kind_of(device);
    unsigned before = 0;
    check_foreign(file, device);
    if (!kind)
        return;
    for (unsigned i = 0; i < number; i++)
        before += kind_of(&file->devices.at[i]) == kind;
    if (before >= kind->most)
        MF_ERROR(file, device, "driver", "there can be only %u of %s; leave this one out",
                 kind->most, kind->driver);
    if (kind->has_line && !device->chardev)
        MF_ERROR(file, device, "driver", "it is the end of no line; add chardev = \"ID\"");
    check_values(file, device, kind);
}

bool mf_plug_resource(const MachineFile *file, unsigned number, MfResource *out)
{
    const MfDevice *device = &file->devices.at[number];
    const PlugKind *kind = kind_of(device);
    unsigned before = 0;
    if (!kind)
        return false;
    for (unsigned i = 0; i < number; i++)
        before += kind_of(&file->devices.at[i]) == kind;
    if (before >= kind->most)
        return false;
    out->base = plug_base(kind, before);
    out->size = kind->type->mmio_size;
    out->interrupt = plug_irq(kind, before);
    out->dma = kind->reaches_ram;
    out->passthrough = device->passthrough;
    g_snprintf(out->path, sizeof out->path, "/soc/%s@%" PRIx64, kind->type->name, out->base);
    return true;
}
