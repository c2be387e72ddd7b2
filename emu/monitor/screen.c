/* SPDX-License-Identifier: MIT */
/* screen.c - commands about what graphics devices show; see monitor.h. */
#include "devices/virtio_gpu.h"
#include "emu/display/display.h"
#include "emu/monitor/monitor.h"

typedef struct {
    char *file; /* to be freed */
    PictureFormat format;
    char *device; /* to be freed; NULL: the first */
    guint64 head;
} Dump;

/* One word after another; -f may stand anywhere, as QEMU's. False: that is not how it is written. */
static bool read_dump(char **words, Dump *dump)
{
    unsigned place = 0;
    for (; *words; words++) {
        if (!strcmp(*words, "-f")) {
            if (!*++words || !picture_format(*words, &dump->format))
                return false;
        } else if (place == 0) {
            dump->file = g_strdup(*words);
            place++;
        } else if (place == 1) {
            dump->device = g_strdup(*words);
            place++;
        } else if (place++ > 2 || !g_ascii_string_to_unsigned(*words, 10, 0, DISPLAY_MOST_OUTPUTS,
                                                              &dump->head, NULL)) {
            return false;
        }
    }
    return dump->file;
}

static void say_outputs(const Display *display, GString *out)
{
    g_string_append(out, "; there ");
    if (!display || !display_outputs(display))
        g_string_append(out, "is none: start with -device virtio-gpu-device");
    for (unsigned i = 0; display && i < display_outputs(display); i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "are ", display_name(display, i));
    g_string_append_c(out, '\n');
}

void monitor_screendump(Monitor *monitor, const char *arguments, GString *out)
{
    Display *display = monitor_host(monitor)->display;
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) error = NULL;
    Dump dump = { .format = PICTURE_PPM };
    if (!monitor_may_touch_files(monitor, out))
        return;
    if (!g_shell_parse_argv(arguments, NULL, &words, NULL) || !read_dump(words, &dump)) {
        monitor_say_usage(monitor, out);
    } else {
        int output = display ? display_find(display, dump.device, (unsigned)dump.head) : -1;
        if (output < 0) {
            g_string_append(out, "no such display");
            say_outputs(display, out);
        } else if (!display_write(display, (unsigned)output, dump.file, dump.format, &error)) {
            g_string_append_printf(out, "%s\n", error->message);
        }
    }
    g_free(dump.file);
    g_free(dump.device);
}

void monitor_info_displays(Monitor *monitor, const char *arguments, GString *out)
{
    Display *display = monitor_host(monitor)->display;
    (void)arguments;
    if (!display || !display_outputs(display))
        g_string_append(out, "there is none: start with -device virtio-gpu-device\n");
    for (unsigned i = 0; display && i < display_outputs(display); i++) {
        DisplayFrame frame = { 0 };
        g_string_append_printf(out, "%s: ", display_name(display, i));
        if (display_peek(display, i, &frame))
            g_string_append_printf(out, "shows %u x %u", frame.width, frame.height);
        else
            g_string_append(out, "shows nothing");
        if (frame.pointer.visible)
            g_string_append_printf(out, ", pointer at %d, %d",
                                   frame.pointer.x + (int)frame.pointer.hot_x,
                                   frame.pointer.y + (int)frame.pointer.hot_y);
        g_string_append_c(out, '\n');
    }
}

/* A side that devices can be given; 0 and 0: there is no screen there any more. */
static bool read_size(char **words, gint64 *width, gint64 *height, GString *out)
{
    if (!strcmp(words[0], "0") && !strcmp(words[1], "0")) {
        *width = *height = 0;
        return true;
    }
    return monitor_number(words[0], "W", VIRTIO_GPU_LEAST_SIDE, VIRTIO_GPU_MOST_SIDE, width, out) &&
           monitor_number(words[1], "H", VIRTIO_GPU_LEAST_SIDE, VIRTIO_GPU_MOST_SIDE, height, out);
}

/* "W H [DEVICE [HEAD]]" */
void monitor_display_size(Monitor *monitor, const char *arguments, GString *out)
{
    Display *display = monitor_host(monitor)->display;
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    guint n = g_strv_length(words);
    gint64 width, height, head = 0;
    if (n < 2 || n > 4) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (!read_size(words, &width, &height, out) ||
        (n == 4 && !monitor_number(words[3], "HEAD", 0, DISPLAY_MOST_OUTPUTS - 1, &head, out)))
        return;
    int output = display ? display_find(display, n > 2 ? words[2] : NULL, (unsigned)head) : -1;
    if (output >= 0) {
        display_size_wanted(display, (unsigned)output, (unsigned)width, (unsigned)height);
        return;
    }
    g_string_append(out, "no such display");
    say_outputs(display, out);
}
