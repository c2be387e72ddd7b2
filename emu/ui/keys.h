/* SPDX-License-Identifier: MIT */
/*
 * keys.h - what keys mean: to the window, and to guests. Keys of the keyboard have the numbers that USB gives them (HID usage
 * page 7), which are SDL's scancodes too.
 */
#ifndef EMU_UI_KEYS_H
#define EMU_UI_KEYS_H

#include "emu/ui/ui.h"

/* Linux's code of a key, as in input-event-codes.h; 0: it has none. */
unsigned keys_evdev(unsigned usage);

/* What a key does in the window. */
typedef struct {
    unsigned key, modifiers; /* as ui_key gets it */
    UiAction action;
    const char *name, *help; /* "Ctrl+Alt+G"; NULL: as the row before */
} KeyRow;

/* All of them, up to a row without an action. */
extern const KeyRow key_rows[];

/* `passes`: keys without Ctrl+Alt belong to the guest. */
UiAction keys_find(unsigned key, unsigned modifiers, bool passes);

enum { UI_KEY_F1 = 0x110100 }; /* F2 is one more, and so on */

#endif
