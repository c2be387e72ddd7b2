/* SPDX-License-Identifier: MIT */
/* input.c - commands that press keys and move pointers; see monitor.h. */
#include <string.h>

#include "emu/base/nearest.h"
#include "emu/display/input.h"
#include "emu/display/keys.h"
#include "emu/monitor/monitor.h"

enum { MOST_KEYS = 16, HOLD_MS = 100, MOST_MS = 600000 };

static void say_no_key(const char *name, size_t length, GString *out)
{
    const char *names[256];
    unsigned n = 0;
    g_autofree char *word = g_strndup(name, length);
    for (const KeyName *key = key_names; key->name; key++)
        names[n++] = key->name;
    names[n] = NULL;
    g_assert(n < G_N_ELEMENTS(names));
    const char *near = nearest_word(word, names);
    g_string_append_printf(out, "unknown key: '%s'", word);
    if (near)
        g_string_append_printf(out, "; did you mean '%s'?", near);
    g_string_append_c(out, '\n');
}

/* Names with dashes between them. Returns how many; 0: something is none, which `out` says. */
static unsigned read_keys(const char *text, unsigned codes[MOST_KEYS], GString *out)
{
    unsigned n = 0;
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, "-");
        if (n == MOST_KEYS) {
            g_string_append_printf(out, "more than %d keys at once\n", MOST_KEYS);
            return 0;
        }
        if (!(codes[n++] = key_find(at, length))) {
            say_no_key(at, length, out);
            return 0;
        }
        at += length;
        if (!*at)
            return n;
    }
}

void monitor_sendkey(Monitor *monitor, const char *arguments, GString *out)
{
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    guint n_words = g_strv_length(words);
    unsigned codes[MOST_KEYS];
    gint64 ms = HOLD_MS;
    if (n_words < 1 || n_words > 2) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (n_words == 2 && !monitor_number(words[1], "MS", 1, MOST_MS, &ms, out))
        return;
    unsigned n = read_keys(words[0], codes, out);
    if (!n)
        return;
    if (!input_has_keyboard(monitor->machine))
        g_string_append(out, "there is no keyboard; start with -device virtio-keyboard-device and "
                             "-global virtio-mmio.force-legacy=false\n");
    else if (!input_hold_keys(monitor->machine, codes, n, (uint64_t)ms))
        g_string_append(out, "too many keys wait to be pressed; let the machine run first\n");
}

/* Whole numbers with spaces between them. Returns how many; -1: something is none. */
static int read_numbers(const char *text, gint64 *numbers, int most, gint64 least_value)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    int n = 0;
    for (char **word = words; *word; word++, n++)
        if (n == most ||
            !g_ascii_string_to_signed(*word, 10, least_value, 100000, &numbers[n], NULL))
            return -1;
    return n;
}

static bool has_pointer(const Monitor *monitor, GString *out)
{
    bool has = input_has_pointer(monitor->machine);
    if (!has)
        g_string_append(out, "there is no pointer; start with -device virtio-tablet-device or "
                             "virtio-mouse-device, and -global virtio-mmio.force-legacy=false\n");
    return has;
}

/* Is there a pointer of that kind? */
static bool has_kind(const Monitor *monitor, VirtioInputKind kind, GString *out)
{
    if (!has_pointer(monitor, out))
        return false;
    if (input_has(monitor->machine, kind))
        return true;
    g_string_append(out,
                    kind == VIRTIO_INPUT_MOUSE
                        ? "the pointer is a tablet, which is told where it is; write mouse_to X Y\n"
                        : "the pointer is a mouse, which is told how it moves; write mouse_move "
                          "DX DY\n");
    return false;
}

void monitor_mouse_move(Monitor *monitor, const char *arguments, GString *out)
{
    gint64 by[3] = { 0 };
    int n = read_numbers(arguments, by, 3, -100000);
    if (n < 2) {
        monitor_say_usage(monitor, out);
    } else if (has_kind(monitor, VIRTIO_INPUT_MOUSE, out)) {
        input_pointer_by(monitor->machine, (int)by[0], (int)by[1]);
        input_wheel(monitor->machine, (int)by[2]);
    }
}

void monitor_mouse_to(Monitor *monitor, const char *arguments, GString *out)
{
    gint64 to[4] = { 0, 0, VIRTIO_INPUT_MAX + 1, VIRTIO_INPUT_MAX + 1 };
    int n = read_numbers(arguments, to, 4, 0);
    if ((n != 2 && n != 4) || !to[2] || !to[3])
        monitor_say_usage(monitor, out);
    else if (to[0] >= to[2] || to[1] >= to[3])
        g_string_append_printf(out,
                               "that is outside: X is from 0 to %" G_GINT64_FORMAT
                               ", Y from 0 to %" G_GINT64_FORMAT "\n",
                               to[2] - 1, to[3] - 1);
    else if (has_kind(monitor, VIRTIO_INPUT_TABLET, out))
        input_pointer_to(monitor->machine, 0, (int)to[0], (int)to[1], (unsigned)to[2],
                         (unsigned)to[3]);
}

/* The bits are those that QEMU looks at. */
void monitor_mouse_button(Monitor *monitor, const char *arguments, GString *out)
{
    static const InputButton buttons[] = { INPUT_LEFT, INPUT_RIGHT, INPUT_MIDDLE };
    gint64 state;
    if (!*arguments)
        monitor_say_usage(monitor, out);
    else if (monitor_number(arguments, "STATE", 0, (1 << G_N_ELEMENTS(buttons)) - 1, &state, out) &&
             has_pointer(monitor, out))
        for (unsigned i = 0; i < G_N_ELEMENTS(buttons); i++)
            input_button(monitor->machine, buttons[i], state >> i & 1);
}

void monitor_mouse_set(Monitor *monitor, const char *arguments, GString *out)
{
    gint64 index;
    if (read_numbers(arguments, &index, 1, 0) != 1)
        monitor_say_usage(monitor, out);
    else if (!input_choose_pointer(monitor->machine, (unsigned)index))
        g_string_append(out, "no pointer has that number; info mice lists them\n");
}

void monitor_info_mice(Monitor *monitor, const char *arguments, GString *out)
{
    bool absolute, current;
    const char *name;
    (void)arguments;
    for (unsigned i = 0; (name = input_pointer(monitor->machine, i, &absolute, &current)); i++)
        g_string_append_printf(out, "%c Mouse #%u: %s%s\n", current ? '*' : ' ', i, name,
                               absolute ? " (absolute)" : "");
    if (!input_has_pointer(monitor->machine))
        g_string_append(out, "No mouse devices connected\n");
}
