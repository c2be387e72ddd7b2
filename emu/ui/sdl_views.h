/* SPDX-License-Identifier: MIT */
/* sdl_views.h - what stands in tabs: terminals of lines, and what guests show. */
#ifndef EMU_UI_SDL_VIEWS_H
#define EMU_UI_SDL_VIEWS_H

#include "emu/ui/module.h"
#include "emu/ui/sdl_window.h"

typedef struct DisplayView DisplayView;

extern const UiViewType terminal_view, display_view;

/* The terminal of a line of the console; for terminal_view. */
void *terminal_view_new(Vc *vc);
/* What an output shows; for display_view. Pictures have the number of their output. */
DisplayView *display_view_new(UiLink *link, Screen *screen, unsigned output);
/* Paints it into `at`. */
void display_view_paint(DisplayView *view, Canvas *canvas, UiRect at, UiRect clip);

#endif
