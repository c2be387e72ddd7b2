/* SPDX-License-Identifier: MIT */
/*
 * ui.h - the window without its window: areas, tabs, panels, what keys and the mouse do. It knows no library, so tests can
 * look at it. All of it belongs to one thread.
 *
 * ui.c        life, sights, drawing          ui_input.c  keys and mouse
 * ui_bar.c    the bar at the top             ui_help.c   what keys there are
 * layout.c    areas                          keys.c      what keys mean
 */
#ifndef EMU_UI_UI_H
#define EMU_UI_UI_H

#include "emu/ui/layout.h"
#include "emu/ui/panel.h"

enum { UI_SHIFT = 1, UI_CTRL = 2, UI_ALT = 4 };

/* The mouse, in units. */
typedef struct {
    int x, y;
    int pixel_x, pixel_y; /* the same in pixels of the canvas */
    int dx, dy;           /* of the mouse itself, while it is grabbed */
    int wheel;            /* notches upwards */
    unsigned button;      /* 1 left, 2 middle, 3 right; 0: none is meant */
    bool down;
    unsigned modifiers, clicks;
} UiMouse;

/* What stands in a tab of the middle, or in the monitor's area: a console, a display. All but draw may be NULL. */
typedef struct {
    void (*draw)(void *view, DrawList *list, UiRect area, bool focused);
    /* Takes what is new. True: draw it again. `shown`: it is on the screen. */
    bool (*poll)(void *view, bool shown);
    bool (*key)(void *view, unsigned key, unsigned modifiers);
    void (*text)(void *view, const char *utf8);
    /* A key of the keyboard, by its code of evdev, for guests; true: it is the guest's. */
    bool (*scan)(void *view, unsigned code, bool down);
    bool (*mouse)(void *view, const UiMouse *mouse, UiRect area);
    void (*grab)(void *view, bool on); /* keys and mouse are the view's alone, or not any more */
    void (*leave)(void *view);         /* the focus goes elsewhere, or the window's does */
    void (*enter)(void *view);         /* and comes */
    char *(*title)(void *view);        /* what its heading says; to be freed */
    void (*ask_size)(void *view);      /* of the guest: a picture as large as there is room */
    void (*free)(void *view);
    bool is_display; /* keys of the window without Ctrl+Alt are the guest's */
} UiViewType;

typedef struct {
    const UiViewType *type;
    void *view;
    char *title;
    bool shown;
    UiRect at; /* where its content was drawn last */
} UiTab;

typedef struct {
    const UiPanelType *type;
    void *state;
    UiArea area;
} UiPanel;

/* What the window asks of the world. */
typedef struct {
    void (*command)(void *opaque, const char *line); /* of the monitor */
    void (*scale)(void *opaque, int steps);          /* larger or smaller; 0: as at the start */
    void (*full_screen)(void *opaque);
    void (*grab)(void *opaque, bool on);
    void *opaque;
} UiHost;

typedef struct Ui {
    UiHost host;
    UiLayout layout;
    int width, height; /* units */
    UiRect at[AREAS];
    DrawList *lists[AREAS];
    DrawList *help;       /* over everything, if help_shown */
    GArray *tabs;         /* of UiTab: of the middle */
    GArray *bottom;       /* of UiTab: of the monitor's area, at most one */
    GArray *panels;       /* of UiPanel */
    guint tab, inspector; /* that are seen; the inspector is an index into panels */
    UiArea focus;
    Sights *sights; /* NULL: none yet */
    bool help_shown, tiles, grabbed;
    UiArea dragged; /* its size follows the mouse; AREA_NONE: none */
    UiArea pressed; /* gets the mouse while a button is down */
    int drag_x, drag_y;
    bool live;      /* what depends on the host may be shown */
    unsigned scale; /* percent, as it is shown */
    double mips;
} Ui;

Ui *ui_new(const WindowConfig *config, const UiHost *host);
void ui_free(Ui *ui);
void ui_resize(Ui *ui, int width, int height);
/* Owns `view`. The first is seen. */
void ui_add_tab(Ui *ui, const UiViewType *type, void *view, const char *title);
void ui_set_monitor(Ui *ui, const UiViewType *type, void *view, const char *title);
/* What the panels that are seen show. */
void ui_wants(const Ui *ui, SightWants *wants);
/* Owns them. */
void ui_show(Ui *ui, Sights *sights);
/* True: something is to be drawn again. */
bool ui_poll(Ui *ui);
/* Draws all areas that are seen into their lists. */
void ui_draw(Ui *ui);
/* All lists, one below the other, and after each what draw_check says of it, for people and tests. */
void ui_dump(Ui *ui, GString *out);

/* Things that keys and buttons do. */
typedef enum {
    UI_DO_NOTHING,
    UI_DO_RUN, /* or pause */
    UI_DO_STEP,
    UI_DO_STEP_EXIT,
    UI_DO_BACK,
    UI_DO_SPEED,
    UI_DO_HELP,
    UI_DO_TILES,
    UI_DO_GRAB,
    UI_DO_ASK_SIZE,
    UI_DO_FULL_SCREEN,
    UI_DO_LARGER,
    UI_DO_SMALLER,
    UI_DO_USUAL,
    UI_DO_NEXT_AREA,
    UI_DO_PREVIOUS_AREA,
    UI_DO_NEXT_TAB,
    UI_DO_PREVIOUS_TAB,
    UI_DO_GROW,
    UI_DO_SHRINK,
    UI_DO_ZOOM,
    UI_DO_HIDE,
    UI_DO_SHOW_ALL,
    UI_DO_TAB, /* + 0 to 8: that tab */
    UI_DO_LAST = UI_DO_TAB + 8
} UiAction;
void ui_do(Ui *ui, UiAction action);

/* Input. A key is as panel.h has it. True: it is used, and is not to be typed as text. */
bool ui_key(Ui *ui, unsigned key, unsigned modifiers);
void ui_text(Ui *ui, const char *utf8);
bool ui_scan(Ui *ui, unsigned code, bool down);
void ui_mouse(Ui *ui, const UiMouse *mouse);
/* The window has lost or got the keyboard. */
void ui_window_focus(Ui *ui, bool has);
/* The tab or monitor that has the focus; NULL: a panel has. */
UiTab *ui_focused_view(Ui *ui);

/* For the files of ui. */
void ui_focus(Ui *ui, UiArea area);
void ui_draw_bar(const Ui *ui, DrawList *list, UiRect area);
void ui_draw_help(const Ui *ui, DrawList *list);
/* "Paused", and so on, for the bar and the title. */
const char *ui_state_word(const Ui *ui);
UiPanel *ui_panel_of(const Ui *ui, UiArea area);

enum { UI_REGION_TAB = 0x10000 };

#endif
