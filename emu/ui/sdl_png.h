/* SPDX-License-Identifier: MIT */
/* sdl_png.h - a picture into a file. */
#ifndef EMU_UI_SDL_PNG_H
#define EMU_UI_SDL_PNG_H

#include "emu/ui/paint.h"

/* The same pixels give the same bytes. Fails with EXIT_FILE. */
bool png_write(const Canvas *canvas, const char *path, GError **error);

#endif
