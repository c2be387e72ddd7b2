/* SPDX-License-Identifier: MIT */
/* picture.h - pictures as files: PPM, and PNG by zlib alone, so that no start waits for a library of pictures. */
#ifndef EMU_DISPLAY_PICTURE_H
#define EMU_DISPLAY_PICTURE_H

#include <glib.h>

#include "emu/base/host.h"

typedef enum { PICTURE_PPM, PICTURE_PNG } PictureFormat;

/* "ppm" or "png"; false: neither. */
bool picture_format(const char *name, PictureFormat *format);

/* Writes `image`, whose upper bytes do not matter, to file `path`: 8 bits each of red, green and blue. False: the file
 * cannot be written. Any thread. */
bool picture_write(const char *path, PictureFormat format, const HostImage *image, GError **error);

#endif
