/* SPDX-License-Identifier: MIT */
/*
 * window.h - the window, as the rest of the emulator sees it: a thread of its own that looks at the machine and posts what
 * people do. All it is made of (SDL, fonts, terminals) lies in a module that is loaded when there is to be one; see
 * ui/module.h.
 */
#ifndef EMU_DISPLAY_WINDOW_H
#define EMU_DISPLAY_WINDOW_H

#include "emu/display/display.h"
#include "emu/machine.h"
#include "emu/monitor/hub.h"

/* Areas of the window whose size -display says. */
typedef enum {
    WINDOW_LEFT,
    WINDOW_RIGHT,
    WINDOW_TIMELINE,
    WINDOW_MONITOR,
    WINDOW_AREAS
} WindowArea;
enum { WINDOW_MOST = 16384 }; /* pixels or units of a side */
extern const char *const window_area_names[WINDOW_AREAS];

/* A picture that is wanted. */
typedef struct {
    const char *path; /* .png: pixels; .txt: what is drawn, line by line */
    uint64_t at;
    bool in_insns; /* `at` counts instructions and traps of all harts, not ns */
} WindowShot;

/* What the options say. Strings belong to them. */
typedef struct {
    bool on;          /* there is to be a window */
    bool hidden;      /* only pictures of it are wanted: nobody sees it */
    bool in_terminal; /* it is text in the terminal */
    unsigned escape;  /* the key there that is not the guest's: a letter's number, 1 for Ctrl-A */
    unsigned scale;   /* percent; 0: as the screen is */
    unsigned width, height; /* at 100 %; 0: the usual */
    bool full_screen, stats;
    bool asks_size; /* guests are asked for pictures as large as there is room */
    bool smooth;    /* pictures fill their room, rather than keep their pixels whole */
    bool ends; /* with the last picture the run does, too: nobody sees or says anything any more */
    int areas[WINDOW_AREAS]; /* their size in units, 0: hidden, -1: the usual */
    const char *zoom;        /* the area that has all the room; NULL: none */
    GPtrArray *panels;       /* of strings: PANEL[:NAME=VALUE/...] */
    GArray *shots;           /* of WindowShot */
    const char *name;        /* the machine's, for the title; NULL: it has none */
} WindowConfig;

/* What is looked at. */
typedef struct {
    Machine *machine;
    MonitorHub *hub;
    Display *display;
    const GPtrArray *vcs;      /* of Vc: lines whose terminals are in the window */
    struct Terminal *terminal; /* the one that the program runs in */
} WindowSubjects;

typedef struct Window Window;

/* Loads the module and begins to open the window, which goes on while the machine is built. `config` must outlive it. Fails
 * with EXIT_CONFIG if this program has no window, EXIT_FILE without its module, EXIT_USAGE if no panel is as `config` says. */
Window *window_start(const WindowConfig *config, GError **error);
/* The machine is built and is about to run. Waits until the window is there; fails with EXIT_HOST if there is no screen. */
bool window_attach(Window *window, const WindowSubjects *subjects, GError **error);
/* The run is over: the window goes. Before what it looks at does. Fails if a picture could not be written. NULL is fine. */
bool window_end(Window *window, GError **error);
/* Have all pictures been taken? window_end says which have not. */
bool window_has_all(const Window *window);
/* Once nothing applies the machine's inbox any more: the window may have posted something last. NULL is fine. */
void window_free(Window *window);
/* Is the module there? Otherwise says what to do about it; not to be freed. */
bool window_is_there(const char **fix);

#endif
