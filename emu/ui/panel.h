/* SPDX-License-Identifier: MIT */
/*
 * panel.h - a panel: draws one or two sights, and is moved about in by keys and clicks. It knows neither the window nor the
 * machine: what it wants done is a line of the monitor.
 *
 * Everything that can be clicked can be done by keys. Panels live on the window's thread.
 */
#ifndef EMU_UI_PANEL_H
#define EMU_UI_PANEL_H

#include "emu/display/window.h"
#include "emu/sight/sights.h"
#include "emu/ui/draw.h"
#include "emu/ui/key.h"

typedef struct {
    const char *id;      /* "walk": of -display's and the docs' */
    const char *title;   /* "Walk" */
    const char *command; /* the monitor's that prints the same */
    const char *keys;    /* what its keys do, one line */
    uint32_t sights;     /* bit n: the SightId that it draws */
    size_t state_size;   /* of what it remembers; begins as zeros */
    /* All but draw may be NULL. Says which hart, address and so on it wants, in what all panels share. */
    void (*wants)(const void *state, SightWants *wants);
    /* `sights` has what there is: a sight may be missing, as at the start. */
    void (*draw)(void *state, const Sights *sights, DrawList *list, UiRect area);
    /* False: it has no use for the key. Lines appended to `commands` are run by the monitor. */
    bool (*key)(void *state, const Sights *sights, unsigned key, GString *commands);
    /* "panel=walk:va=0x80000000/hart=1" of -display: makes it show that. False: it knows no such name, or the value is none
     * of its. */
    bool (*set)(void *state, const char *name, const char *value);
    /* A click on its region `number` (panels number theirs from 1). */
    void (*click)(void *state, const Sights *sights, unsigned number, GString *commands);
} UiPanelType;

/* All of them, in the order of their tabs, up to NULL. */
extern const UiPanelType *const ui_panels[];

/* "walk:va=0x80000000/hart=1" of -display: the panel that is named there; NULL: there is no such panel. */
const UiPanelType *panel_named(const char *text);
/* And makes it, whose memory is `state`, show that; EXIT_USAGE if it knows one of the words not. */
bool panel_set(const UiPanelType *type, void *state, const char *text, GError **error);
/* Are all that -display names there, and know their words? EXIT_USAGE otherwise. */
bool panels_check(const WindowConfig *config, GError **error);

extern const UiPanelType ui_panel_harts, ui_panel_timeline, ui_panel_walk, ui_panel_memory,
    ui_panel_irq, ui_panel_csr, ui_panel_drum;

#endif
