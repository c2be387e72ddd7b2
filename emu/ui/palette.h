/* SPDX-License-Identifier: MIT */
/*
 * palette.h - colours by what they mean. Owners have the colours of Okabe and Ito ("Color Universal Design", 2008), which people of
 * every kind of colour vision tell apart, and a pattern and a letter each besides; text has a contrast of at least 4.5:1 on
 * what it stands on.
 */
#ifndef EMU_UI_PALETTE_H
#define EMU_UI_PALETTE_H

#include "emu/ui/draw.h"

enum {
    UI_BACK = 0x101418,   /* of the window */
    UI_PANEL = 0x181e24,  /* of a panel */
    UI_RAISED = 0x2a333c, /* buttons, headings of tables, what is chosen */
    UI_RULE = 0x46525e,   /* lines between things */
    UI_TEXT = 0xe6ebf0,
    UI_DIM = 0x9aa8b4, /* what matters less */
    UI_FOCUS = 0x56b4e9,
    UI_GOOD = 0x2fbf8f,
    UI_BAD = 0xff7b52,
    UI_WARN = 0xf0c020,
    UI_SHADE = 0x0a0d10, /* the lines of patterns on a bright colour, and text there */
};

enum { UI_OWNERS = 8, UI_HEATS = 16 };

/* Of partition `number` as sights number them, 0 the hypervisor or host, whose colour nobody else has; beyond UI_OWNERS
 * they begin again with other patterns. */
UiColor ui_owner_color(unsigned number);
/* Of letters on that colour. */
UiColor ui_owner_ink(unsigned number);
UiPattern ui_owner_pattern(unsigned number);
char ui_owner_letter(unsigned number); /* 'H' for 0, then 'A', 'B', ... */
/* Fills `at` with the owner's colour and pattern. */
void ui_draw_owner(DrawList *list, UiRect at, unsigned number);

/* From dark, none, to bright, most: `part` of `whole`. */
UiColor ui_heat(uint64_t part, uint64_t whole);

/* Of a mode of a hart, and its name's: "M", "HS", "S", "U", "VS", "VU", "D", "idle". */
UiColor ui_mode_color(const char *mode);

#endif
