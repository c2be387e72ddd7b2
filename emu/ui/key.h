/* SPDX-License-Identifier: MIT */
/* key.h - a key, as panels and terminals get it. */
#ifndef EMU_UI_KEY_H
#define EMU_UI_KEY_H

/* A character as it is typed, or one of these. */
typedef enum {
    UI_KEY_UP = 0x110000,
    UI_KEY_DOWN,
    UI_KEY_LEFT,
    UI_KEY_RIGHT,
    UI_KEY_PAGE_UP,
    UI_KEY_PAGE_DOWN,
    UI_KEY_HOME,
    UI_KEY_END,
    UI_KEY_ENTER,
    UI_KEY_ESCAPE,
    UI_KEY_BACKSPACE,
    UI_KEY_DELETE,
    UI_KEY_TAB,
    UI_KEY_INSERT,
} UiKey;

#endif
