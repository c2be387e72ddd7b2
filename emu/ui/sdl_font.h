/* SPDX-License-Identifier: MIT */
/*
 * sdl_font.h - characters as pixels. Terminus has a drawing of each for every scale, which is the same on every computer;
 * what it lacks comes from DejaVu, or is a box.
 */
#ifndef EMU_UI_SDL_FONT_H
#define EMU_UI_SDL_FONT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef struct Font Font;

/* Fails with EXIT_HOST if neither font is there. `scale` in percent, one of those that -ui-scale takes. */
Font *font_new(unsigned scale, GError **error);
void font_free(Font *font);
/* A GlyphFn (paint.h); `font` is a Font. Lives as long as the font. */
const uint8_t *font_glyph(void *font, gunichar character, bool bold);

#endif
