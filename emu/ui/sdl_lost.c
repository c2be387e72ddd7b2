/* SPDX-License-Identifier: MIT */
/* sdl_lost.c - the screen may go while the window is open; see sdl_lost.h. */
#include "emu/ui/sdl_lost.h"

#include <dlfcn.h>
#include <string.h>

#include <SDL.h>

/* Who has the window; X's handler is told nothing, and runs on the thread that talked to the server. */
static GPrivate watcher;

/* Must not return: the program would end. What X's library holds at that moment nobody else needs. */
static int screen_lost(void *display)
{
    UiLink *link = g_private_get(&watcher);
    (void)display;
    if (link)
        window_closed(link, true);
    g_thread_exit(NULL);
    return 0;
}

/* With Wayland SDL says that the window was closed. */
void lost_watch(UiLink *link)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    if (!driver || strcmp(driver, "x11") != 0)
        return;
    void *x11 = dlopen("libX11.so.6", RTLD_NOW | RTLD_NOLOAD); /* SDL has loaded it */
    typedef int Handler(void *display);
    Handler *(*set)(Handler *) = NULL;
    void *symbol = x11 ? dlsym(x11, "XSetIOErrorHandler") : NULL;
    memcpy(&set, &symbol, sizeof set);
    g_private_set(&watcher, link);
    if (set)
        set(screen_lost);
}
