/* SPDX-License-Identifier: MIT */
/* panel_text.c - lines, paragraphs, buttons and fields of panels; see panel_text.h. */
#include "emu/ui/panel_text.h"

#include <string.h>

#include "emu/ui/palette.h"
#include "emu/ui/panel.h"

bool panel_line(DrawList *list, UiRect *left, UiColor color, unsigned style, const char *text)
{
    if (left->h < UI_CELL_H)
        return false;
    draw_fit(list, rect_cut_top(left, UI_CELL_H), color, style, text);
    return true;
}

/* How much of `text` stands in one line of `room` characters: up to a space, or an end of line. Bytes. */
static size_t line_length(const char *text, size_t room)
{
    size_t ends = strcspn(text, "\n"), last = 0;
    if ((size_t)g_utf8_strlen(text, (gssize)ends) <= room)
        return ends;
    const char *limit = g_utf8_offset_to_pointer(text, (glong)room);
    for (size_t i = 0; text + i <= limit; i++)
        if (text[i] == ' ')
            last = i;
    return last ? last : (size_t)(limit - text);
}

static const char *after_line(const char *text, size_t length)
{
    text += length;
    return *text == '\n' || *text == ' ' ? text + 1 : text;
}

unsigned panel_paragraph_lines(int width, const char *text)
{
    size_t room = (size_t)MAX(width / UI_CELL_W, 1);
    unsigned lines = 0;
    for (; *text; lines++)
        text = after_line(text, line_length(text, room));
    return lines;
}

void panel_paragraph(DrawList *list, UiRect *left, UiColor color, unsigned most, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    size_t room = (size_t)MAX(left->w / UI_CELL_W, 1);
    for (const char *at = valid; *at && most && left->h >= UI_CELL_H; most--) {
        size_t length = line_length(at, room);
        const char *next = after_line(at, length);
        bool is_last = most == 1 || left->h < 2 * UI_CELL_H;
        g_autofree char *line = g_strndup(at, is_last ? strcspn(at, "\n") : length);
        if (is_last && *next && at[strlen(line)]) { /* a line that is whole, but not the last */
            g_autofree char *more = g_strconcat(line, " …", NULL);
            panel_line(list, left, color, 0, more);
        } else {
            panel_line(list, left, color, 0, line);
        }
        at = next;
    }
}

void panel_button(DrawList *list, UiRect *bar, const char *text, bool on, unsigned region)
{
    int width = draw_width(text) + UI_CELL_W;
    if (bar->w < width || bar->h < UI_CELL_H)
        return;
    UiRect at = rect_cut_left(bar, width);
    at.h = UI_CELL_H;
    rect_cut_left(bar, 4);
    draw_fill(list, at, UI_RAISED);
    if (on)
        draw_frame(list, at, UI_FOCUS);
    draw_text(list, at.x + UI_CELL_W / 2, at.y, on ? UI_TEXT : UI_DIM, on ? UI_BOLD : 0, text);
    draw_region(list, at, region);
}

void panel_field_open(PanelField *field, const char *text)
{
    field->open = true;
    g_strlcpy(field->text, text, sizeof field->text);
}

FieldResult panel_field_key(PanelField *field, unsigned key)
{
    size_t length = strlen(field->text);
    if (key == UI_KEY_ENTER || key == UI_KEY_ESCAPE) {
        field->open = false;
        return key == UI_KEY_ENTER ? FIELD_DONE : FIELD_LEFT;
    }
    if (key == UI_KEY_BACKSPACE && length)
        field->text[length - 1] = 0;
    else if (key == UI_KEY_DELETE)
        field->text[0] = 0;
    else if (key >= ' ' && key < 0x7f && length + 1 < sizeof field->text)
        field->text[length] = (char)key, field->text[length + 1] = 0;
    return FIELD_TYPED;
}

/* What is typed last stays in sight. */
void panel_field_draw(DrawList *list, UiRect *left, const char *label, const PanelField *field)
{
    if (left->h < UI_CELL_H)
        return;
    UiRect at = rect_cut_top(left, UI_CELL_H);
    draw_fill(list, at, UI_RAISED);
    draw_frame(list, at, UI_FOCUS);
    rect_cut_left(&at, UI_CELL_W / 2);
    int label_width = draw_width(label) + UI_CELL_W, room = at.w / UI_CELL_W;
    if (at.w >= label_width + 12 * UI_CELL_W) {
        draw_text(list, at.x, at.y, UI_DIM, 0, label);
        rect_cut_left(&at, label_width);
        room = at.w / UI_CELL_W;
    }
    int length = (int)strlen(field->text);
    const char *shown = field->text + MAX(0, length + 1 - room);
    int end = draw_text(list, at.x, at.y, UI_TEXT, UI_BOLD, shown);
    draw_text(list, end, at.y, UI_FOCUS, UI_BOLD, "_");
}
