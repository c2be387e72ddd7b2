/* SPDX-License-Identifier: MIT */
/* draw.c - a drawing as a list; see draw.h. */
#include "emu/ui/draw.h"

#include <string.h>

static const UiRect everywhere = { -(1 << 20), -(1 << 20), 1 << 21, 1 << 21 };

UiRect rect_cut_top(UiRect *rect, int h)
{
    h = CLAMP(h, 0, rect->h);
    UiRect top = { rect->x, rect->y, rect->w, h };
    rect->y += h;
    rect->h -= h;
    return top;
}

UiRect rect_cut_bottom(UiRect *rect, int h)
{
    h = CLAMP(h, 0, rect->h);
    rect->h -= h;
    return (UiRect){ rect->x, rect->y + rect->h, rect->w, h };
}

UiRect rect_cut_left(UiRect *rect, int w)
{
    w = CLAMP(w, 0, rect->w);
    UiRect left = { rect->x, rect->y, w, rect->h };
    rect->x += w;
    rect->w -= w;
    return left;
}

UiRect rect_cut_right(UiRect *rect, int w)
{
    w = CLAMP(w, 0, rect->w);
    rect->w -= w;
    return (UiRect){ rect->x + rect->w, rect->y, w, rect->h };
}

UiRect rect_inset(UiRect rect, int by)
{
    return (UiRect){ rect.x + by, rect.y + by, MAX(rect.w - 2 * by, 0), MAX(rect.h - 2 * by, 0) };
}

bool rect_has(UiRect rect, int x, int y)
{
    return x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h;
}

UiRect rect_common(UiRect a, UiRect b)
{
    int x = MAX(a.x, b.x), y = MAX(a.y, b.y);
    int right = MIN(a.x + a.w, b.x + b.w), bottom = MIN(a.y + a.h, b.y + b.h);
    return (UiRect){ x, y, MAX(right - x, 0), MAX(bottom - y, 0) };
}

DrawList *draw_list_new(void)
{
    DrawList *list = g_new(DrawList, 1);
    *list = (DrawList){ .ops = g_array_new(FALSE, FALSE, sizeof(DrawOp)),
                        .texts = g_string_new(NULL),
                        .clips = g_array_new(FALSE, FALSE, sizeof(UiRect)) };
    return list;
}

void draw_list_free(DrawList *list)
{
    g_array_free(list->ops, TRUE);
    g_array_free(list->clips, TRUE);
    g_string_free(list->texts, TRUE);
    g_free(list);
}

void draw_list_clear(DrawList *list)
{
    g_array_set_size(list->ops, 0);
    g_array_set_size(list->clips, 0);
    g_string_truncate(list->texts, 0);
}

static UiRect current_clip(const DrawList *list)
{
    guint n = list->clips->len;
    return n ? g_array_index(list->clips, UiRect, n - 1) : everywhere;
}

void draw_clip(DrawList *list, UiRect area)
{
    UiRect clip = rect_common(area, current_clip(list));
    g_array_append_val(list->clips, clip);
}

void draw_unclip(DrawList *list)
{
    g_assert(list->clips->len);
    g_array_set_size(list->clips, list->clips->len - 1);
}

static void add(DrawList *list, DrawOp op)
{
    op.clip = current_clip(list);
    g_array_append_val(list->ops, op);
}

void draw_fill(DrawList *list, UiRect at, UiColor color)
{
    add(list, (DrawOp){ .kind = DRAW_FILL, .at = at, .paper = color, .ink = color });
}

void draw_pattern(DrawList *list, UiRect at, UiColor paper, UiColor ink, UiPattern pattern)
{
    add(list,
        (DrawOp){ .kind = DRAW_FILL, .at = at, .paper = paper, .ink = ink, .pattern = pattern });
}

void draw_frame(DrawList *list, UiRect at, UiColor color)
{
    add(list, (DrawOp){ .kind = DRAW_FRAME, .at = at, .ink = color });
}

void draw_line(DrawList *list, int x0, int y0, int x1, int y1, UiColor color)
{
    add(list, (DrawOp){ .kind = DRAW_LINE, .at = { x0, y0, x1 - x0, y1 - y0 }, .ink = color });
}

void draw_image(DrawList *list, UiRect at, unsigned number)
{
    add(list, (DrawOp){ .kind = DRAW_IMAGE, .at = at, .number = number });
}

void draw_region(DrawList *list, UiRect at, unsigned number)
{
    add(list, (DrawOp){ .kind = DRAW_REGION, .at = at, .number = number });
}

static int count_characters(const char *text)
{
    return (int)g_utf8_strlen(text, -1);
}

int draw_width(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return count_characters(valid) * UI_CELL_W;
}

/* Appends it as it can be drawn. */
static gsize keep_text(DrawList *list, const char *text)
{
    gsize at = list->texts->len;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        g_string_append_unichar(list->texts, g_unichar_iscntrl(character) ? 0xfffd : character);
    }
    g_string_append_c(list->texts, 0);
    return at;
}

static int add_text(DrawList *list, int x, int y, DrawOp op, const char *text)
{
    op.kind = DRAW_TEXT;
    op.text = keep_text(list, text);
    op.at = (UiRect){ x, y, count_characters(list->texts->str + op.text) * UI_CELL_W, UI_CELL_H };
    if (op.at.w)
        add(list, op);
    return x + op.at.w;
}

int draw_text(DrawList *list, int x, int y, UiColor color, unsigned style, const char *text)
{
    return add_text(list, x, y, (DrawOp){ .ink = color, .style = style }, text);
}

int draw_text_on(DrawList *list, int x, int y, UiColor color, UiColor paper, unsigned style,
                 const char *text)
{
    return add_text(list, x, y,
                    (DrawOp){ .ink = color, .paper = paper, .style = style | UI_OPAQUE }, text);
}

int draw_textf(DrawList *list, int x, int y, UiColor color, unsigned style, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return draw_text(list, x, y, color, style, text);
}

void draw_fit(DrawList *list, UiRect at, UiColor color, unsigned style, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    int room = at.w / UI_CELL_W, y = at.y + (at.h - UI_CELL_H) / 2;
    if (room <= 0)
        return;
    if (count_characters(valid) > room) {
        *g_utf8_offset_to_pointer(valid, room - 1) = 0;
        g_autofree char *shorter = g_strconcat(valid, "…", NULL);
        draw_text(list, at.x, y, color, style, shorter);
    } else {
        draw_text(list, at.x, y, color, style, valid);
    }
}

unsigned draw_hit(const DrawList *list, int x, int y)
{
    for (guint i = list->ops->len; i-- > 0;) {
        const DrawOp *op = &g_array_index(list->ops, DrawOp, i);
        if (op->kind == DRAW_REGION && rect_has(rect_common(op->at, op->clip), x, y))
            return op->number;
    }
    return 0;
}

void draw_dump(const DrawList *list, GString *out)
{
    static const char *const kinds[] = { "fill", "frame", "line", "text", "image", "region" };
    for (guint i = 0; i < list->ops->len; i++) {
        const DrawOp *op = &g_array_index(list->ops, DrawOp, i);
        g_string_append_printf(out, "%s %d,%d %dx%d", kinds[op->kind], op->at.x, op->at.y, op->at.w,
                               op->at.h);
        if (op->kind == DRAW_FILL)
            g_string_append_printf(out, " #%06x/%u", op->paper, op->pattern);
        else if (op->kind != DRAW_IMAGE && op->kind != DRAW_REGION)
            g_string_append_printf(out, " #%06x", op->ink);
        else
            g_string_append_printf(out, " %u", op->number);
        if (op->kind == DRAW_TEXT)
            g_string_append_printf(out, " \"%s\"", list->texts->str + op->text);
        g_string_append_c(out, '\n');
    }
}

/* What a later operation paints over is not there any more. */
static bool is_covered(const DrawList *list, guint text)
{
    UiRect at = g_array_index(list->ops, DrawOp, text).at;
    for (guint i = text + 1; i < list->ops->len; i++) {
        const DrawOp *op = &g_array_index(list->ops, DrawOp, i);
        UiRect over = rect_common(op->at, op->clip);
        if (op->kind == DRAW_FILL && over.x <= at.x && over.y <= at.y &&
            over.x + over.w >= at.x + at.w && over.y + over.h >= at.y + at.h)
            return true;
    }
    return false;
}

static unsigned check_pair(const DrawList *list, guint first, guint second, GString *out)
{
    const DrawOp *a = &g_array_index(list->ops, DrawOp, first);
    const DrawOp *b = &g_array_index(list->ops, DrawOp, second);
    UiRect common = rect_common(a->at, b->at);
    if (b->kind != DRAW_TEXT || !common.w || !common.h || is_covered(list, first) ||
        is_covered(list, second))
        return 0;
    g_string_append_printf(out, "overlap: \"%s\" and \"%s\" at %d,%d\n", list->texts->str + a->text,
                           list->texts->str + b->text, common.x, common.y);
    return 1;
}

unsigned draw_check(const DrawList *list, GString *out)
{
    unsigned problems = 0;
    for (guint i = 0; i < list->ops->len; i++) {
        const DrawOp *op = &g_array_index(list->ops, DrawOp, i);
        UiRect seen = rect_common(op->at, op->clip);
        if (op->kind != DRAW_TEXT)
            continue;
        if ((seen.w != op->at.w || seen.h != op->at.h) && !is_covered(list, i)) {
            g_string_append_printf(out, "cut off: \"%s\" at %d,%d\n", list->texts->str + op->text,
                                   op->at.x, op->at.y);
            problems++;
        }
        for (guint j = i + 1; j < list->ops->len; j++)
            problems += check_pair(list, i, j, out);
    }
    return problems;
}

static uint64_t mix(uint64_t hash, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t draw_hash(const DrawList *list)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (guint i = 0; i < list->ops->len; i++) {
        const DrawOp *op = &g_array_index(list->ops, DrawOp, i);
        const uint32_t words[] = { op->kind,
                                   op->ink,
                                   op->paper,
                                   op->pattern,
                                   op->style,
                                   op->number,
                                   (uint32_t)op->at.x,
                                   (uint32_t)op->at.y,
                                   (uint32_t)op->at.w,
                                   (uint32_t)op->at.h,
                                   (uint32_t)op->clip.x,
                                   (uint32_t)op->clip.y,
                                   (uint32_t)op->clip.w,
                                   (uint32_t)op->clip.h };
        hash = mix(hash, words, sizeof words);
    }
    return mix(hash, list->texts->str, list->texts->len);
}
