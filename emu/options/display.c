/* SPDX-License-Identifier: MIT */
/* display.c - the options that say what is to be seen: -display and its relatives, and pictures of the window. */
#include <string.h>

#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

/* Those at which the letters' pixels are whole. */
static const unsigned scales[] = { 100, 125, 150, 175, 200, 250, 300 };

static bool set_scale(Options *o, const char *option, const char *text, GError **error)
{
    uint64_t scale;
    if (parse_number(text, &scale) && scale && scale <= 3)
        scale *= 100;
    for (size_t i = 0; parse_number(text, &(uint64_t){ 0 }) && i < G_N_ELEMENTS(scales); i++) {
        if (scales[i] == scale) {
            o->window.scale = (unsigned)scale;
            return true;
        }
    }
    return fail(
        error, EXIT_USAGE,
        "%s %s: the window is drawn at 100, 125, 150, 175, 200, 250 or 300 %%; write one of "
        "these",
        option, text);
}

bool option_ui_scale(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    return set_scale(o, "-ui-scale", argument, error);
}

bool option_full_screen(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def, (void)argument, (void)error;
    o->window.full_screen = true;
    return true;
}

static bool read_size(Options *o, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, "x", 2);
    uint64_t width, height;
    if (parts[0] && parts[1] && parse_number(parts[0], &width) && parse_number(parts[1], &height) &&
        width && height && width <= WINDOW_MOST && height <= WINDOW_MOST) {
        o->window.width = (unsigned)width;
        o->window.height = (unsigned)height;
        return true;
    }
    return fail(
        error, EXIT_USAGE,
        "-display sdl,size=%s is no size of a window; write for example size=1280x800, at most "
        "%dx%d",
        text, WINDOW_MOST, WINDOW_MOST);
}

/* "right:600/monitor:0". */
static bool read_layout(Options *o, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, "/", -1);
    for (char **word = words; *word; word++) {
        g_auto(GStrv) parts = g_strsplit(*word, ":", 2);
        uint64_t size;
        unsigned area = 0;
        while (area < WINDOW_AREAS && strcmp(window_area_names[area], parts[0] ? parts[0] : ""))
            area++;
        if (area == WINDOW_AREAS || !parts[1] || !parse_number(parts[1], &size) ||
            size > WINDOW_MOST)
            return fail(error, EXIT_USAGE,
                        "-display sdl,layout=%s: '%s' is no area with its size; write for example "
                        "layout=left:240/right:480/timeline:120/monitor:0, where 0 hides it",
                        text, *word);
        o->window.areas[area] = (int)size;
    }
    return true;
}

static bool read_window(Options *o, Props *props, GError **error)
{
    WindowConfig *w = &o->window;
    const char *scale = props_take(props, "scale"), *size = props_take(props, "size");
    const char *layout = props_take(props, "layout"), *zoom = props_take(props, "zoom");
    g_auto(GStrv) panels = props_take_all(props, "panel");
    for (char **panel = panels; *panel; panel++)
        g_ptr_array_add(w->panels, options_keep(o, *panel));
    w->on = true;
    w->zoom = zoom ? options_keep(o, zoom) : w->zoom;
    return (!scale || set_scale(o, "-display sdl,scale", scale, error)) &&
           (!size || read_size(o, size, error)) && (!layout || read_layout(o, layout, error)) &&
           props_bool(props, "full-screen", &w->full_screen, error) &&
           props_bool(props, "stats", &w->stats, error) &&
           props_bool(props, "hidden", &w->hidden, error) &&
           props_bool(props, "ask-size", &w->asks_size, error) &&
           props_bool(props, "smooth", &w->smooth, error) &&
           props_only(props, "renderer", "software", "pixels are to be the same everywhere",
                      error) &&
           props_only(props, "gl", "off", "pixels are to be the same everywhere", error) &&
           props_only(props, "grab-mod", "lctrl-lalt", "the keys are Ctrl+Alt", error) &&
           props_finish(props, error);
}

/* What stands there is the same, but for sizes. */
static bool read_terminal(Options *o, Props *props, GError **error)
{
    g_auto(GStrv) panels = props_take_all(props, "panel");
    for (char **panel = panels; *panel; panel++)
        g_ptr_array_add(o->window.panels, options_keep(o, *panel));
    o->window.on = true;
    return props_finish(props, error);
}

bool option_display(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_autoptr(Props) props = props_parse("-display", argument, "type", error);
    const char *type = props ? props_take(props, "type") : NULL;
    if (!props)
        return false;
    if (type && !strcmp(type, "none")) {
        o->window.on = false;
        return props_finish(props, error);
    }
    o->window.in_terminal = type && !strcmp(type, "curses");
    if (o->window.in_terminal)
        return read_terminal(o, props, error);
    if (type && !strcmp(type, "sdl"))
        return read_window(o, props, error);
    return fail(error, EXIT_CONFIG,
                "-display %s cannot be had: there are sdl, curses and none; write -display sdl",
                type ? type : argument);
}

bool option_vga(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)o, (void)def;
    return !strcmp(argument, "none") ||
           fail(error, EXIT_CONFIG,
                "-vga %s cannot be had: the board has no PCI; write -device virtio-gpu-device",
                argument);
}

/* Pictures. */

bool option_ui_shot(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    if (!g_str_has_suffix(argument, ".png") && !g_str_has_suffix(argument, ".txt"))
        return fail(
            error, EXIT_USAGE,
            "-ui-shot '%s': the name ends neither in .png, for pixels, nor in .txt, for what "
            "is drawn; write for example -ui-shot window.png",
            argument);
    g_ptr_array_add(o->shot_files, options_keep(o, argument));
    return true;
}

/* "1.5s", "200ms", "1e6i", "1000000" (ns). */
static bool read_moment(const char *text, WindowShot *shot)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = { { "s", 1e9 }, { "ms", 1e6 }, { "us", 1e3 }, { "ns", 1 }, { "", 1 }, { "i", 1 } };
    char *end;
    double count = g_ascii_isdigit(*text) ? g_ascii_strtod(text, &end) : -1;
    for (size_t i = 0; count >= 0 && i < G_N_ELEMENTS(units); i++) {
        double at = count * units[i].factor + 0.5;
        if (strcmp(units[i].name, end) || at > 1e19)
            continue;
        shot->in_insns = *end == 'i';
        shot->at = (uint64_t)at;
        return true;
    }
    return false;
}

bool option_ui_at(Options *o, const OptionDef *def, const char *argument, GError **error)
{
    (void)def;
    g_auto(GStrv) words = g_strsplit(argument, ",", -1);
    for (char **word = words; *word; word++) {
        WindowShot shot = { 0 };
        if (!read_moment(*word, &shot))
            return fail(
                error, EXIT_USAGE,
                "-ui-at: '%s' is no moment of a run; write for example 1.5s, 200ms, or 1e6i "
                "for a million instructions",
                *word);
        const WindowShot *last =
            o->shot_times->len ? &g_array_index(o->shot_times, WindowShot, o->shot_times->len - 1)
                               : &shot;
        if (last->in_insns != shot.in_insns || last->at > shot.at)
            return fail(
                error, EXIT_USAGE,
                "-ui-at: '%s' does not come after the moment before it; write them in order, "
                "all as times or all as counts of instructions",
                *word);
        g_array_append_val(o->shot_times, shot);
    }
    return true;
}

/* The file of picture `number` of several: %d is the number, or it stands before the ending. */
static const char *name_of(Options *o, const char *file, unsigned number, bool several)
{
    const char *hole = strstr(file, "%d"), *dot = strrchr(file, '.');
    if (hole)
        return options_own(o,
                           g_strdup_printf("%.*s%u%s", (int)(hole - file), file, number, hole + 2));
    if (!several)
        return file;
    return options_own(o, g_strdup_printf("%.*s-%u%s", (int)(dot - file), file, number, dot));
}

bool options_resolve_window(Options *o, GError **error)
{
    WindowConfig *w = &o->window;
    if (!o->shot_files->len != !o->shot_times->len)
        return fail(
            error, EXIT_CONFIG,
            "-ui-shot says where a picture goes and -ui-at when it is taken; write both, as "
            "-ui-shot window.png -ui-at 1.5s");
    for (guint i = 0; i < o->shot_times->len; i++) {
        for (guint j = 0; j < o->shot_files->len; j++) {
            WindowShot shot = g_array_index(o->shot_times, WindowShot, i);
            shot.path =
                name_of(o, g_ptr_array_index(o->shot_files, j), i + 1, o->shot_times->len > 1);
            g_array_append_val(w->shots, shot);
        }
    }
    /* Who wants pictures alone needs no screen, and if no line leads elsewhere, no more than pictures. */
    w->hidden |= w->shots->len && !w->on;
    w->on |= w->shots->len > 0;
    w->name = o->name;
    w->escape = (unsigned)o->escape;
    if (w->in_terminal && w->on && w->shots->len)
        return fail(error, EXIT_CONFIG,
                    "-ui-shot takes pictures of the window, which -display curses is not; write "
                    "-display sdl, or no -display");
    if (w->in_terminal && w->on && o->daemonize)
        return fail(error, EXIT_CONFIG,
                    "-daemonize: a program in the background has no terminal for -display curses; "
                    "leave one of them out");
    if (w->full_screen && (!w->on || w->in_terminal || w->hidden))
        return fail(error, EXIT_CONFIG,
                    "-full-screen: there is no window to fill it; add -display sdl");
    o->has_window = w->on;
    bool nobody =
        (!o->serial || options_is_nothing(o->serial)) && !o->monitors->len && !o->gdbs->len;
    w->ends = w->hidden && w->shots->len && nobody;
    o->skip_idle |= w->ends;
    if (o->nographic && w->on && !w->hidden)
        return fail(error, EXIT_CONFIG,
                    "-nographic says that there is no window, and -display %s that there is; write "
                    "one of them",
                    w->in_terminal ? "curses" : "sdl");
    return true;
}

void options_begin_window(Options *o)
{
    for (unsigned i = 0; i < WINDOW_AREAS; i++)
        o->window.areas[i] = -1;
    o->window.panels = g_ptr_array_new();
    o->window.shots = g_array_new(FALSE, FALSE, sizeof(WindowShot));
    o->shot_files = g_ptr_array_new();
    o->shot_times = g_array_new(FALSE, FALSE, sizeof(WindowShot));
}

void options_end_window(Options *o)
{
    g_ptr_array_free(o->window.panels, TRUE);
    g_array_free(o->window.shots, TRUE);
    g_ptr_array_free(o->shot_files, TRUE);
    g_array_free(o->shot_times, TRUE);
}
