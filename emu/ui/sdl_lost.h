/* SPDX-License-Identifier: MIT */
/* sdl_lost.h - the screen may go while the window is open: its server ends, or a connection breaks. */
#ifndef EMU_UI_SDL_LOST_H
#define EMU_UI_SDL_LOST_H

#include "emu/ui/module.h"

/* From now on this thread ends when that happens, and `link` hears of it; not the program, as X's library has it. */
void lost_watch(UiLink *link);

#endif
