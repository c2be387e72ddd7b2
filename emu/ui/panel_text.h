/* SPDX-License-Identifier: MIT */
/*
 * panel_text.h - what panels that are made of text share: lines that follow each other down an area, paragraphs, buttons, and a
 * field to type in. Each takes what it draws on off the area; what has no room is left out.
 */
#ifndef EMU_UI_PANEL_TEXT_H
#define EMU_UI_PANEL_TEXT_H

#include "emu/ui/draw.h"

/* A line, its end left out if it is too long. False: there is no room for another. */
bool panel_line(DrawList *list, UiRect *left, UiColor color, unsigned style, const char *text);
/* At most `most` lines, broken at spaces; ends of line in `text` are kept. */
void panel_paragraph(DrawList *list, UiRect *left, UiColor color, unsigned most, const char *text);
/* How many lines a paragraph takes in that width. */
unsigned panel_paragraph_lines(int width, const char *text);
/* In a row, from the left; nothing if it does not fit. `on`: chosen. */
void panel_button(DrawList *list, UiRect *bar, const char *text, bool on, unsigned region);

/* A line that somebody types. */
typedef struct {
    bool open;
    char text[64];
} PanelField;

void panel_field_open(PanelField *field, const char *text);
typedef enum { FIELD_TYPED, FIELD_DONE, FIELD_LEFT } FieldResult;
/* A key of an open field: it changes, is done (Enter), or is left as it was (Escape); either closes it. */
FieldResult panel_field_key(PanelField *field, unsigned key);
void panel_field_draw(DrawList *list, UiRect *left, const char *label, const PanelField *field);

#endif
