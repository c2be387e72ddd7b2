/* SPDX-License-Identifier: MIT */
/* test_display.c - what graphics devices show, taken by another, and pictures as files. */
#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "emu/display/display.h"

enum { W = 20, H = 10 };

static void fill(uint32_t *pixels, uint32_t colour)
{
    for (unsigned i = 0; i < W * H; i++)
        pixels[i] = colour;
}

/* A device shows parts; whoever takes them has the picture, and hears which part is new. */
Test(display, parts)
{
    static uint32_t pixels[W * H];
    HostChar *control;
    Display *display = display_new();
    HostDisplay *host = display_add(display, "gpu0", 1, &control);
    DisplayFrame frame = { 0 }, other = { 0 };
    const HostImage image = { W, H, W, pixels };
    cr_assert(!display_take(display, 0, &frame));
    fill(pixels, 0xff112233);
    host->show(host->host, 0, &image, 3, 4, 5, 6); /* the first time that is all of it */
    cr_assert(display_take(display, 0, &frame));
    cr_assert(frame.resized && frame.width == W && frame.height == H);
    cr_assert_eq(frame.pixels[0], 0x112233);
    cr_assert_eq(frame.changed_width * frame.changed_height, W * H);
    cr_assert(!display_take(display, 0, &frame));
    fill(pixels, 0x445566);
    host->show(host->host, 0, &image, 2, 1, 3, 2);
    host->show(host->host, 0, &image, 6, 4, 1, 1);
    cr_assert(display_take(display, 0, &frame));
    cr_assert(!frame.resized);
    cr_assert_eq(frame.x, 2);
    cr_assert_eq(frame.y, 1);
    cr_assert_eq(frame.changed_width, 5);
    cr_assert_eq(frame.changed_height, 4);
    for (unsigned y = 0; y < H; y++)
        for (unsigned x = 0; x < W; x++) {
            bool is_new = (x >= 2 && x < 5 && y >= 1 && y < 3) || (x == 6 && y == 4);
            cr_assert_eq(frame.pixels[y * W + x], is_new ? 0x445566 : 0x112233, "at %u %u", x, y);
        }
    cr_assert(display_take(display, 0, &other)); /* another looker gets all of it */
    cr_assert_eq(other.changed_width * other.changed_height, W * H);
    cr_assert(!memcmp(other.pixels, frame.pixels, W * H * 4));
    host->show(host->host, 0, &image, 0, 0, 1, 1);
    cr_assert(display_take(display, 0, &other));
    host->show(host->host, 0, &image, 1, 0, 1, 1);
    cr_assert(display_take(display, 0, &frame)); /* who has not taken what the other has */
    cr_assert_eq(frame.changed_width * frame.changed_height, W * H);
    host->show(host->host, 0, &(HostImage){ 0 }, 0, 0, 0, 0);
    cr_assert(display_take(display, 0, &frame));
    cr_assert(frame.resized && !frame.width && !frame.height);
    display_frame_clear(&frame);
    display_frame_clear(&other);
    display_free(display);
}

/* What the host has no memory for is not shown, and nothing else comes of it. */
Test(display, too_large)
{
    static uint32_t pixels[W * H];
    HostChar *control;
    Display *display = display_new();
    HostDisplay *host = display_add(display, "gpu0", 1, &control);
    DisplayFrame frame = { 0 };
    const HostImage image = { W, H, W, pixels };
    host->show(host->host, 0, &image, 0, 0, W, H);
    cr_assert(display_take(display, 0, &frame));
    host->show(host->host, 0, &(HostImage){ UINT_MAX, UINT_MAX, UINT_MAX, pixels }, 0, 0, 1, 1);
    cr_assert(display_take(display, 0, &frame));
    cr_assert(frame.resized && !frame.width && !frame.height);
    host->show(host->host, 0, &image, 0, 0, 1, 1);
    cr_assert(display_take(display, 0, &frame));
    cr_assert_eq(frame.width, W);
    cr_assert_eq(frame.changed_width * frame.changed_height, W * H);
    display_frame_clear(&frame);
    display_free(display);
}

Test(display, pointer)
{
    static uint32_t look[DISPLAY_POINTER * DISPLAY_POINTER] = { 0xff0000ff };
    HostChar *control;
    Display *display = display_new();
    HostDisplay *host = display_add(display, "gpu0", 2, &control);
    DisplayFrame frame = { 0 };
    host->point(host->host, 1, &(HostCursor){ true, 5, -6, 1, 2, look });
    cr_assert(!display_take(display, 0, &frame));
    cr_assert(display_take(display, 1, &frame));
    cr_assert(frame.pointer_changed && frame.pointer.visible);
    cr_assert_eq(frame.pointer.y, -6);
    cr_assert_eq(frame.pointer.hot_y, 2);
    cr_assert_eq(frame.pointer.pixels[0], 0xff0000ff);
    host->point(host->host, 1, &(HostCursor){ true, 7, 8, 1, 2, NULL });
    cr_assert(display_take(display, 1, &frame));
    cr_assert_eq(frame.pointer.x, 7);
    cr_assert_eq(frame.pointer.pixels[0], 0xff0000ff);
    cr_assert(!display_take(display, 1, &frame));
    display_free(display);
}

Test(display, names)
{
    HostChar *control;
    Display *display = display_new();
    display_add(display, "virtio7", 1, &control);
    display_add(display, "gpu1", 2, &control);
    cr_assert_eq(display_outputs(display), 3);
    cr_assert_str_eq(display_name(display, 0), "virtio7");
    cr_assert_str_eq(display_name(display, 2), "gpu1.1");
    cr_assert_eq(display_find(display, NULL, 0), 0);
    cr_assert_eq(display_find(display, "gpu1", 1), 2);
    cr_assert_eq(display_find(display, "gpu1", 2), -1);
    cr_assert_eq(display_find(display, "gpu2", 0), -1);
    display_free(display);
}

/* Sizes: the last one that is wanted gets there, whole, and again when the device refused it. */
typedef struct {
    unsigned room, n;
    uint32_t got[8][4];
} Taker;

static size_t take(void *device, const uint8_t *data, size_t size)
{
    Taker *taker = device;
    cr_assert_eq(size, DISPLAY_SIZE_RECORD);
    if (!taker->room)
        return 0;
    taker->room--;
    memcpy(taker->got[taker->n++], data, size);
    return size;
}

Test(display, sizes)
{
    Taker taker = { .room = 1 };
    HostChar *control;
    Display *display = display_new();
    Inbox inbox;
    inbox_init(&inbox);
    display_add(display, "gpu0", 2, &control);
    control->receive = take;
    control->device = &taker;
    display_size_wanted(display, 1, 800, 600);
    cr_assert_eq(taker.n, 0);
    display_start(display, &inbox);
    inbox_apply(&inbox);
    cr_assert_eq(taker.n, 1);
    cr_assert_eq(taker.got[0][0], GUINT32_TO_LE(1));
    cr_assert_eq(taker.got[0][1], GUINT32_TO_LE(800));
    cr_assert_eq(taker.got[0][2], GUINT32_TO_LE(600));
    cr_assert_eq(taker.got[0][3], 0);
    display_size_wanted(display, 1, 800, 600); /* which it has */
    display_size_wanted(display, 0, 100, 100);
    display_size_wanted(display, 0, 1024, 768);
    inbox_apply(&inbox);
    cr_assert_eq(taker.n, 1);
    taker.room = 8;
    control->ready(control->host);
    cr_assert_eq(taker.n, 2);
    cr_assert_eq(taker.got[1][0], 0);
    cr_assert_eq(taker.got[1][1], GUINT32_TO_LE(1024));
    inbox_free(&inbox);
    display_free(display);
}

/* Files. */

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Checks one chunk by the PNG specification, and returns where the next begins. */
static const uint8_t *chunk(const uint8_t *at, const char *type, const uint8_t **data,
                            uint32_t *size)
{
    *size = be32(at);
    *data = at + 8;
    cr_assert(!memcmp(at + 4, type, 4), "%.4s", at + 4);
    cr_assert_eq(be32(*data + *size), (uint32_t)crc32(0, at + 4, *size + 4));
    return *data + *size + 4;
}

static void check_png(const uint8_t *file, const uint32_t *pixels, unsigned stride)
{
    static const uint8_t signature[8] = "\x89PNG\r\n\x1a\n";
    const uint8_t *data, *at = file + 8;
    uint8_t raw[(W * 3 + 1) * H];
    uLong raw_size = sizeof raw;
    uint32_t size;
    cr_assert(!memcmp(file, signature, 8));
    at = chunk(at, "IHDR", &data, &size);
    cr_assert_eq(size, 13);
    cr_assert_eq(be32(data), W);
    cr_assert_eq(be32(data + 4), H);
    cr_assert(!memcmp(data + 8, "\x08\x02\0\0\0", 5)); /* 8 bits, colours, not interlaced */
    at = chunk(at, "IDAT", &data, &size);
    cr_assert_eq(uncompress(raw, &raw_size, data, size), Z_OK);
    cr_assert_eq(raw_size, sizeof raw);
    chunk(at, "IEND", &data, &size);
    for (unsigned y = 0; y < H; y++) {
        uint8_t *line = raw + y * (W * 3 + 1), *above = line - (W * 3 + 1);
        cr_assert_eq(*line, 2); /* filter "up" */
        for (unsigned i = 1; y && i <= W * 3; i++)
            line[i] = (uint8_t)(line[i] + above[i]);
        for (unsigned x = 0; x < W; x++)
            cr_assert_eq((uint32_t)line[1 + 3 * x] << 16 | (uint32_t)line[2 + 3 * x] << 8 |
                             line[3 + 3 * x],
                         pixels[y * stride + x] & 0xffffff);
    }
}

Test(display, files)
{
    enum { STRIDE = W + 3 };
    static uint32_t pixels[STRIDE * H];
    g_autofree char *folder = g_dir_make_tmp("display-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "picture", NULL);
    g_autofree char *bytes = NULL, *png = NULL;
    g_autoptr(GError) error = NULL;
    const HostImage image = { W, H, STRIDE, pixels };
    gsize size;
    for (unsigned i = 0; i < STRIDE * H; i++)
        pixels[i] = i * 0x01234567u;
    cr_assert(picture_write(path, PICTURE_PPM, &image, NULL));
    cr_assert(g_file_get_contents(path, &bytes, &size, NULL));
    cr_assert_eq(size, strlen("P6\n20 10\n255\n") + 3 * W * H);
    cr_assert(g_str_has_prefix(bytes, "P6\n20 10\n255\n"));
    for (unsigned y = 0; y < H; y++)
        for (unsigned x = 0; x < W; x++) {
            const char *at = bytes + strlen("P6\n20 10\n255\n") + 3 * (y * W + x);
            uint32_t want = pixels[y * STRIDE + x];
            cr_assert_eq((uint8_t)at[0], (uint8_t)(want >> 16));
            cr_assert_eq((uint8_t)at[1], (uint8_t)(want >> 8));
            cr_assert_eq((uint8_t)at[2], (uint8_t)want);
        }
    cr_assert(picture_write(path, PICTURE_PNG, &image, NULL));
    cr_assert(g_file_get_contents(path, &png, &size, NULL));
    check_png((const uint8_t *)png, pixels, STRIDE);
    cr_assert(!picture_write("/nowhere/picture", PICTURE_PNG, &image, &error));
    cr_assert(strstr(error->message, "/nowhere/picture"));
    g_unlink(path);
    rmdir(folder);
}
