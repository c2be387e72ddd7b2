/* SPDX-License-Identifier: MIT */
/* damage.c - what of a drawing has changed: strips are compared by what lies in them; see paint.h. */
#include <string.h>

#include "emu/ui/paint.h"

Damage damage_new(void)
{
    return (Damage){ .bands = g_array_new(FALSE, TRUE, sizeof(uint64_t)) };
}

void damage_free(Damage *damage)
{
    g_array_free(damage->bands, TRUE);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t pair(int a, int b)
{
    return (uint64_t)(uint32_t)a << 32 | (uint32_t)b;
}

static uint64_t hash_op(const DrawList *list, const DrawOp *op)
{
    uint64_t hash = mix(op->kind, (uint64_t)op->ink << 32 | op->paper);
    hash = mix(hash, (uint64_t)op->pattern << 40 | (uint64_t)op->style << 32 | op->number);
    hash = mix(mix(hash, pair(op->at.x, op->at.y)), pair(op->at.w, op->at.h));
    hash = mix(mix(hash, pair(op->clip.x, op->clip.y)), pair(op->clip.w, op->clip.h));
    const char *text = list->texts->str + op->text;
    for (size_t left = op->kind == DRAW_TEXT ? strlen(text) : 0; left;) {
        uint64_t word = 0;
        size_t n = MIN(left, sizeof word);
        memcpy(&word, text, n);
        hash = mix(hash, word);
        text += n;
        left -= n;
    }
    return hash;
}

/* Rows that the operation may touch: a line may go upwards, and has its ends. */
static void rows_of(const DrawOp *op, int *top, int *bottom)
{
    *top = op->kind == DRAW_LINE ? MIN(op->at.y, op->at.y + op->at.h) : op->at.y;
    *bottom = op->kind == DRAW_LINE ? MAX(op->at.y, op->at.y + op->at.h) + 1 : op->at.y + op->at.h;
    *top = MAX(*top, op->clip.y);
    *bottom = MIN(*bottom, op->clip.y + op->clip.h);
}

static void hash_bands(const DrawList *list, UiRect area, uint64_t *bands, int count)
{
    for (guint i = 0; i < list->ops->len; i++) {
        const DrawOp *op = &g_array_index(list->ops, DrawOp, i);
        int top, bottom;
        rows_of(op, &top, &bottom);
        if (op->kind == DRAW_REGION || bottom <= top || bottom <= area.y || top >= area.y + area.h)
            continue;
        int first = MAX(top - area.y, 0) / UI_CELL_H;
        int last = MIN((bottom - 1 - area.y) / UI_CELL_H, count - 1);
        uint64_t hash = hash_op(list, op);
        for (int band = first; band <= last; band++)
            bands[band] = mix(bands[band], hash);
    }
}

void damage_find(Damage *damage, const DrawList *list, UiRect area, GArray *rects)
{
    int count = (area.h + UI_CELL_H - 1) / UI_CELL_H;
    bool same = !memcmp(&area, &damage->area, sizeof area);
    g_autofree uint64_t *bands = g_new0(uint64_t, (gsize)count + 1);
    hash_bands(list, area, bands, count);
    g_array_set_size(damage->bands, (guint)count);
    uint64_t *before = &g_array_index(damage->bands, uint64_t, 0);
    for (int first = 0, last; first < count; first = last + 1) {
        last = first;
        if (same && bands[first] == before[first])
            continue;
        while (last + 1 < count && !(same && bands[last + 1] == before[last + 1]))
            last++;
        UiRect rect = { area.x, area.y + first * UI_CELL_H, area.w,
                        (last - first + 1) * UI_CELL_H };
        rect = rect_common(rect, area);
        g_array_append_val(rects, rect);
    }
    if (count)
        memcpy(before, bands, (gsize)count * sizeof *bands);
    damage->area = area;
}
