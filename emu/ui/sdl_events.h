/* SPDX-License-Identifier: MIT */
/* sdl_events.h - what people do, from SDL's events. */
#ifndef EMU_UI_SDL_EVENTS_H
#define EMU_UI_SDL_EVENTS_H

#include "emu/ui/sdl_window.h"

typedef struct {
    Screen *screen;
    Ui *ui;
    bool swallowed; /* the key that is down did something: what it types is not meant */
} Events;

enum { EVENTS_DONE = 1, EVENTS_RESIZED = 2, EVENTS_CLOSED = 4 };

void events_begin(Events *events, Screen *screen, Ui *ui);
/* Takes all that is there; returns what came of it. */
unsigned events_take(Events *events);

#endif
