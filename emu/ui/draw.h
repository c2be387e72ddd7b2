/* SPDX-License-Identifier: MIT */
/*
 * draw.h - a drawing as a list: what is where, in which colour and pattern. Panels make it, the window paints it, tests read
 * it. Nothing here knows what it is painted with.
 *
 * Units are pixels at 100 %: a character has UI_CELL_W x UI_CELL_H of them. Coordinates are of the whole window.
 */
#ifndef EMU_UI_DRAW_H
#define EMU_UI_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

enum { UI_CELL_W = 8, UI_CELL_H = 16 };

typedef struct {
    int x, y, w, h;
} UiRect;

/* 0xRRGGBB. Colours have names by what they mean: palette.h. */
typedef uint32_t UiColor;

/* What an area is filled with, so that nothing is said by colour alone. */
typedef enum {
    UI_SOLID,
    UI_DOTS,
    UI_RISING,     /* /// */
    UI_FALLING,    /* \\\ */
    UI_HORIZONTAL, /* lines */
    UI_VERTICAL,
    UI_GRID,
    UI_CHECKER,
    UI_PATTERNS
} UiPattern;

typedef enum {
    DRAW_FILL,   /* `at` in `paper`, with `pattern` in `ink` over it */
    DRAW_FRAME,  /* its border, one unit wide, in `ink` */
    DRAW_LINE,   /* from (at.x, at.y) to (at.x + at.w, at.y + at.h), both ends included, in `ink` */
    DRAW_TEXT,   /* `text` in `ink`, one line; on `paper` if `opaque` */
    DRAW_IMAGE,  /* the picture `number` of the window's, into `at` */
    DRAW_REGION, /* nothing to see: who clicks there means `number` */
} DrawKind;

enum { UI_BOLD = 1, UI_UNDERLINE = 2, UI_OPAQUE = 4 };

typedef struct {
    DrawKind kind;
    UiRect at, clip;
    UiColor ink, paper;
    UiPattern pattern;
    unsigned style; /* of text: UI_BOLD, ... */
    unsigned number;
    gsize text; /* where it begins in DrawList.texts; it ends with a zero */
} DrawOp;

typedef struct {
    GArray *ops; /* of DrawOp */
    GString *texts;
    GArray *clips; /* of UiRect, the innermost last */
} DrawList;

DrawList *draw_list_new(void);
void draw_list_free(DrawList *list);
void draw_list_clear(DrawList *list);

/* What is drawn until draw_unclip is cut off outside `area` (and outside what it was cut to before). */
void draw_clip(DrawList *list, UiRect area);
void draw_unclip(DrawList *list);

void draw_fill(DrawList *list, UiRect at, UiColor color);
void draw_pattern(DrawList *list, UiRect at, UiColor paper, UiColor ink, UiPattern pattern);
void draw_frame(DrawList *list, UiRect at, UiColor color);
void draw_line(DrawList *list, int x0, int y0, int x1, int y1, UiColor color);
/* One line of UTF-8, its upper left corner at (x, y). Returns where the next character would be. What is no UTF-8, or
 * controls something, is drawn as a replacement character. */
int draw_text(DrawList *list, int x, int y, UiColor color, unsigned style, const char *text);
int draw_textf(DrawList *list, int x, int y, UiColor color, unsigned style, const char *format, ...)
    G_GNUC_PRINTF(6, 7);
/* The same within `at`, in the middle of its height: from the left; if there is no room for all of it, its beginning and an
 * ellipsis. */
void draw_fit(DrawList *list, UiRect at, UiColor color, unsigned style, const char *text);
/* With a colour behind it. */
int draw_text_on(DrawList *list, int x, int y, UiColor color, UiColor paper, unsigned style,
                 const char *text);
void draw_image(DrawList *list, UiRect at, unsigned number);
void draw_region(DrawList *list, UiRect at, unsigned number);

/* How wide a text is. */
int draw_width(const char *text);

/* The region at that point that was drawn last; 0: none. */
unsigned draw_hit(const DrawList *list, int x, int y);

/* As text, a line each; equal lists give equal texts. */
void draw_dump(const DrawList *list, GString *out);
/* Appends a line for each text that is cut off, and for each two that lie over each other. Returns how many. */
unsigned draw_check(const DrawList *list, GString *out);
/* Equal for equal lists. */
uint64_t draw_hash(const DrawList *list);

/* Helpers for layouts: takes a part off a rectangle and returns it. */
UiRect rect_cut_top(UiRect *rect, int h);
UiRect rect_cut_bottom(UiRect *rect, int h);
UiRect rect_cut_left(UiRect *rect, int w);
UiRect rect_cut_right(UiRect *rect, int w);
UiRect rect_inset(UiRect rect, int by);
bool rect_has(UiRect rect, int x, int y);
/* What both have; of no size if nothing. */
UiRect rect_common(UiRect a, UiRect b);

#endif
