/* SPDX-License-Identifier: MIT */
/* plug.c - the properties of devices that -device puts on the board itself: plug.h has their table. */
#include <string.h>

#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

static bool find_line(Options *o, DeviceNote *note, const Plug *plug, GError **error)
{
    const char *driver = plug->kind->driver;
    g_autofree char *option = g_strdup_printf("-device %s", driver);
    g_autofree char *example = g_strdup_printf("-device %s,chardev=ID", driver);
    const char *id = props_need(note->props, "chardev", example, error);
    CharSpec *spec = id ? options_use_char(o->chars, option, id, error) : NULL;
    o->plug_chars[plug - o->machine.plugs.at] = spec;
    return spec != NULL;
}

bool options_plug(Options *o, DeviceNote *note, GError **error)
{
    const PlugKind *kind = plug_find(options_driver_name(note->driver));
    Plug *plug = plugs_put(&o->machine.plugs, kind);
    if (!plug)
        return fail(error, EXIT_CONFIG,
                    "-device %s: there can be only %u of them; leave the others out", kind->driver,
                    kind->most);
    note->done = true;
    (void)props_take(note->props, "id");
    for (unsigned i = 0; kind->properties[i].name; i++) {
        const char *text = props_take(note->props, kind->properties[i].name);
        if (text && !plug_set(plug, i, text, error))
            return false;
    }
    return (!kind->has_line || find_line(o, note, plug, error)) && plug_check(plug, error) &&
           props_finish(note->props, error);
}
