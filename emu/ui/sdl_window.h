/* SPDX-License-Identifier: MIT */
/*
 * sdl_window.h - the window as SDL has it, or, when nobody is to see it, just its pixels. All pixels are made on a canvas of
 * our own; SDL only brings them to the screen.
 */
#ifndef EMU_UI_SDL_WINDOW_H
#define EMU_UI_SDL_WINDOW_H

#include <SDL.h>

#include "emu/ui/paint.h"
#include "emu/ui/sdl_font.h"
#include "emu/ui/ui.h"

typedef struct {
    SDL_Window *window; /* NULL: there are only pixels */
    Canvas canvas;
    Font *font;
    unsigned scale, first_scale;
    Damage areas[AREAS];
    GArray *rects; /* of UiRect: what changed in this frame, in units */
    bool all;      /* everything is to be painted again */
    GArray *more;  /* of UiRect, units: what views say has changed in their pictures */
    bool help_was_shown;
    bool hide_pointer; /* the guest draws one of its own where the mouse is */
    bool lost;         /* there is no screen any more */
    bool wants_grab;   /* somebody clicked where the guest needs the mouse for itself */
    ImageFn *image;
    void *image_opaque;
} Screen;

/* Fails with EXIT_HOST without a screen, or a font. */
bool screen_open(Screen *screen, const WindowConfig *config, GError **error);
void screen_close(Screen *screen);
/* Size in units. */
void screen_size(const Screen *screen, int *w, int *h);
/* The window has another size now, or its pixels are gone. */
void screen_resized(Screen *screen);
/* One scale larger or smaller; 0: as at the start. False: there is none. */
bool screen_rescale(Screen *screen, int steps);
/* Draws and paints what changed, and shows it. Returns how many pixels were painted. */
uint64_t screen_show(Screen *screen, Ui *ui);
/* A picture has changed there; in pixels of the canvas, or in units. */
void screen_damage(Screen *screen, UiRect pixels);
void screen_damage_units(Screen *screen, UiRect units);
/* From the window's coordinates to the canvas', and to units. */
void screen_locate(const Screen *screen, int x, int y, UiMouse *mouse);

#endif
