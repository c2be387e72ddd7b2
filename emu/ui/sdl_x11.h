/* SPDX-License-Identifier: MIT */
/*
 * sdl_x11.h - what SDL leaves undone where the screen is an X server's: it ends the program when the server goes or refuses, and does not
 * paste what owners of the clipboard send in pieces, as they do from some 100 KiB on. Does nothing with other screens.
 */
#ifndef EMU_UI_SDL_X11_H
#define EMU_UI_SDL_X11_H

#include <stdbool.h>

#include <SDL.h>

/* `*lost` becomes true when the server goes, or somebody else ends the window; nothing more is to be asked of it then. */
void x11_watch(SDL_Window *window, bool *lost);
/* What is in the clipboard, UTF-8, to be freed; NULL: nothing, or another screen. */
char *x11_paste(void);

#endif
