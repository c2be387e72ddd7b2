/* SPDX-License-Identifier: MIT */
/* picture.c - pictures as files; see picture.h. */
#include "emu/display/picture.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "emu/base/error.h"

bool picture_format(const char *name, PictureFormat *format)
{
    bool png = !strcmp(name, "png");
    *format = png ? PICTURE_PNG : PICTURE_PPM;
    return png || !strcmp(name, "ppm");
}

/* Line `y` as bytes red, green, blue. */
static void put_line(const HostImage *image, unsigned y, uint8_t *to)
{
    const uint32_t *from = image->pixels + (size_t)y * image->stride;
    for (unsigned x = 0; x < image->width; x++, to += 3) {
        to[0] = (uint8_t)(from[x] >> 16);
        to[1] = (uint8_t)(from[x] >> 8);
        to[2] = (uint8_t)from[x];
    }
}

static GByteArray *make_ppm(const HostImage *image)
{
    g_autofree char *head = g_strdup_printf("P6\n%u %u\n255\n", image->width, image->height);
    size_t start = strlen(head), line = 3ull * image->width;
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, (const uint8_t *)head, (guint)start);
    g_byte_array_set_size(out, (guint)(start + line * image->height));
    for (unsigned y = 0; y < image->height; y++)
        put_line(image, y, out->data + start + line * y);
    return out;
}

static void put_be32(GByteArray *out, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    g_byte_array_append(out, (const uint8_t *)&value, sizeof value);
}

/* "Portable Network Graphics (PNG) Specification", 5.3: length, type, data, and a checksum of the last two. */
static void put_chunk(GByteArray *out, const char *type, const uint8_t *data, size_t size)
{
    put_be32(out, (uint32_t)size);
    guint from = out->len;
    g_byte_array_append(out, (const uint8_t *)type, 4);
    g_byte_array_append(out, data, (guint)size);
    put_be32(out, (uint32_t)crc32(0, out->data + from, out->len - from));
}

/* 9.2: each line is told as the difference to the one above it, which on screens is mostly nothing. */
static uint8_t *filter_lines(const HostImage *image, size_t line)
{
    enum { FILTER_UP = 2 };
    g_autofree uint8_t *rows = g_malloc0(2 * line);
    uint8_t *above = rows, *own = rows + line, *all = g_malloc((line + 1) * image->height),
            *to = all;
    for (unsigned y = 0; y < image->height; y++) {
        put_line(image, y, own);
        *to++ = FILTER_UP;
        for (size_t i = 0; i < line; i++)
            *to++ = (uint8_t)(own[i] - above[i]);
        uint8_t *other = above;
        above = own;
        own = other;
    }
    return all;
}

static GByteArray *make_png(const HostImage *image)
{
    enum { DEPTH = 8, TRUECOLOUR = 2 };
    static const uint8_t signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    size_t line = 3ull * image->width;
    uLong raw_size = (uLong)((line + 1) * image->height), size = compressBound(raw_size);
    g_autofree uint8_t *raw = filter_lines(image, line), *packed = g_malloc(size);
    uint32_t head[4] = { GUINT32_TO_BE(image->width), GUINT32_TO_BE(image->height) };
    const uint8_t kind[] = { DEPTH, TRUECOLOUR, 0, 0, 0 };
    int result = compress2(packed, &size, raw, raw_size, Z_DEFAULT_COMPRESSION);
    g_assert(result == Z_OK); /* there is room for whatever it is */
    memcpy(head + 2, kind, sizeof kind);
    GByteArray *out = g_byte_array_new();
    g_byte_array_append(out, signature, sizeof signature);
    put_chunk(out, "IHDR", (const uint8_t *)head, 8 + sizeof kind);
    put_chunk(out, "IDAT", packed, size);
    put_chunk(out, "IEND", NULL, 0);
    return out;
}

bool picture_write(const char *path, PictureFormat format, const HostImage *image, GError **error)
{
    g_autoptr(GByteArray) bytes = format == PICTURE_PNG ? make_png(image) : make_ppm(image);
    FILE *file = fopen(path, "wb");
    bool ok = file && fwrite(bytes->data, 1, bytes->len, file) == bytes->len;
    if (file)
        ok &= !fclose(file);
    return ok || fail(error, EXIT_FILE, "cannot write the picture '%s'; check the path", path);
}
