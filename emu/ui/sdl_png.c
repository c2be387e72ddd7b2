/* SPDX-License-Identifier: MIT */
/* sdl_png.c - a picture into a file; see sdl_png.h. */
#include "emu/ui/sdl_png.h"

#include <errno.h>
#include <stdio.h>

#include <png.h>

#include "emu/base/error.h"

/* libpng leaves by a jump if something goes wrong: nothing here may need cleaning up behind it. */
static bool write_rows(png_structp png, png_infop info, FILE *file, const Canvas *canvas,
                       uint8_t *line)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_init_io(png, file);
    png_set_compression_level(png, 6);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_IHDR(png, info, (png_uint_32)canvas->w, (png_uint_32)canvas->h, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < canvas->h; y++) {
        const uint32_t *pixels = canvas->pixels + (ptrdiff_t)y * canvas->w;
        for (int x = 0; x < canvas->w; x++) {
            line[3 * x] = (uint8_t)(pixels[x] >> 16);
            line[3 * x + 1] = (uint8_t)(pixels[x] >> 8);
            line[3 * x + 2] = (uint8_t)pixels[x];
        }
        png_write_row(png, line);
    }
    png_write_end(png, info);
    return true;
}

bool png_write(const Canvas *canvas, const char *path, GError **error)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return fail(error, EXIT_FILE, "cannot write '%s': %s; check the path", path,
                    g_strerror(errno));
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    g_autofree uint8_t *line = g_malloc((gsize)canvas->w * 3 + 1);
    bool ok = write_rows(png, info, file, canvas, line);
    png_destroy_write_struct(&png, &info);
    ok &= !fclose(file);
    return ok ||
           fail(error, EXIT_FILE, "'%s' could not be written to its end; make room for it", path);
}
