/* SPDX-License-Identifier: MIT */
/*
 * module.h - between the emulator and the module that is the window. The module is one function, which is the window's
 * thread from beginning to end; all that the two have to say to each other stands in a UiLink. The module calls functions
 * of the program that loaded it.
 */
#ifndef EMU_UI_MODULE_H
#define EMU_UI_MODULE_H

#include "emu/display/window.h"
#include "emu/sight/sight.h"

/* A picture is wanted now: the emulation thread waits for it, and makes what is to be seen on it. */
typedef struct {
    const char *path;
    SightWants wants; /* the window's, before `asked` */
    bool asked;
    Sights *sights; /* the emulation thread's answer */
    bool done;
    GError *error; /* why there is none */
} UiShot;

typedef enum { UI_OPENING, UI_OPEN, UI_FAILED, UI_LOST } UiState;

typedef struct {
    const WindowConfig *config;
    gint64 started; /* when the program did, as g_get_monotonic_time tells it */
    GMutex lock;
    GCond to_window, to_emulation;
    /* Under `lock`. */
    UiState state;
    GError *error;                  /* UI_FAILED: why; EXIT_HOST */
    const WindowSubjects *subjects; /* NULL: there is no machine yet */
    SightPublisher *publisher;
    bool attached; /* the window has taken them: lines are read */
    UiShot *shot;  /* NULL: none is wanted */
    bool over;     /* the window is to go */
    bool closed;   /* somebody closed it before there was a machine */
    /* Atomic. What the guest has: window_ask_pointer brings them up to date. */
    gint has_pointer, is_absolute;
} UiLink;

typedef struct {
    size_t link_size; /* of UiLink, as the module was built with it */
    bool (*check)(const WindowConfig *config, GError **error); /* what -display says; EXIT_USAGE */
    void (*run)(UiLink *link);
} UiModule;

/* The one name that is looked up in a module. */
#define UI_MODULE_SYMBOL "bulkhead_ui_module"
extern const UiModule bulkhead_ui_module;

/* For the window: a line of the monitor is to be run, as if it had been typed there. */
void window_command(UiLink *link, const char *line);
/* `link`'s pointer is looked at anew. */
void window_ask_pointer(UiLink *link);
/* The user wants the run to end, or nothing can be shown any more (`lost`). Not under `lock`. */
void window_closed(UiLink *link, bool lost);

#endif
