/* SPDX-License-Identifier: MIT */
/* sdl_input.h - what people do, from SDL's events. */
#ifndef EMU_UI_SDL_INPUT_H
#define EMU_UI_SDL_INPUT_H

#include "emu/ui/sdl_window.h"

typedef struct {
    Screen *screen;
    Ui *ui;
    bool swallowed; /* the key that is down did something: what it types is not meant */
} Input;

enum { INPUT_DONE = 1, INPUT_RESIZED = 2, INPUT_CLOSED = 4 };

void input_begin(Input *input, Screen *screen, Ui *ui);
/* Takes all that is there; returns what came of it. */
unsigned input_take(Input *input);

#endif
