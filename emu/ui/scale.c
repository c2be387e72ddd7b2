/* SPDX-License-Identifier: MIT */
/* scale.c - a picture in another size; see scale.h. */
#include "emu/ui/scale.h"

UiRect scale_place(int w, int h, UiRect room, bool smooth)
{
    int times = MIN(room.w / MAX(w, 1), room.h / MAX(h, 1));
    if (w < 1 || h < 1 || room.w < 1 || room.h < 1)
        return (UiRect){ room.x, room.y, 0, 0 };
    int64_t to_w = room.w, to_h = (int64_t)room.w * h / w;
    if (to_h > room.h) {
        to_h = room.h;
        to_w = (int64_t)room.h * w / h;
    }
    if (times >= 1 && !smooth) {
        to_w = (int64_t)w * times;
        to_h = (int64_t)h * times;
    }
    int width = (int)MAX(to_w, 1), height = (int)MAX(to_h, 1);
    return (UiRect){ room.x + (room.w - width) / 2, room.y + (room.h - height) / 2, width, height };
}

/* Half of each side by 8 bits: red and blue in one word, green in another. */
static uint32_t mix(uint32_t a, uint32_t b, unsigned part)
{
    uint32_t rb = ((a & 0xff00ff) * (256 - part) + (b & 0xff00ff) * part) >> 8 & 0xff00ff;
    uint32_t g = ((a & 0xff00) * (256 - part) + (b & 0xff00) * part) >> 8 & 0xff00;
    return rb | g;
}

/* The middle of pixel `i` of `to` among those of `from`, in 256ths, from the middle of the first. */
static int64_t middle(int i, int from, int to)
{
    int64_t at = ((2 * (int64_t)i + 1) * from * 128) / to - 128;
    return CLAMP(at, 0, ((int64_t)from - 1) * 256);
}

static void paint_mixed(const Picture *p, Canvas *canvas, UiRect at, UiRect seen)
{
    for (int y = seen.y; y < seen.y + seen.h; y++) {
        int64_t from_y = middle(y - at.y, p->h, at.h);
        const uint32_t *above = p->pixels + (from_y >> 8) * p->w;
        const uint32_t *below = (from_y >> 8) + 1 < p->h ? above + p->w : above;
        uint32_t *line = canvas->pixels + (ptrdiff_t)y * canvas->w;
        unsigned down = from_y & 255;
        for (int x = seen.x; x < seen.x + seen.w; x++) {
            int64_t from_x = middle(x - at.x, p->w, at.w);
            int64_t left = from_x >> 8, right = MIN(left + 1, p->w - 1);
            uint32_t top = mix(above[left], above[right], from_x & 255);
            uint32_t bottom = mix(below[left], below[right], from_x & 255);
            line[x] = mix(top, bottom, down);
        }
    }
}

static void paint_whole(const Picture *p, Canvas *canvas, UiRect at, UiRect seen)
{
    int times = at.w / p->w;
    for (int y = seen.y; y < seen.y + seen.h; y++) {
        const uint32_t *from = p->pixels + (ptrdiff_t)((y - at.y) / times) * p->w;
        uint32_t *line = canvas->pixels + (ptrdiff_t)y * canvas->w;
        for (int x = seen.x; x < seen.x + seen.w; x++)
            line[x] = from[times == 1 ? x - at.x : (x - at.x) / times] & 0xffffff;
    }
}

void scale_paint(const Picture *p, Canvas *canvas, UiRect at, UiRect clip)
{
    UiRect seen = rect_common(at, clip);
    if (!seen.w || !seen.h)
        return;
    if (at.w % p->w == 0 && at.h % p->h == 0 && at.w / p->w == at.h / p->h)
        paint_whole(p, canvas, at, seen);
    else
        paint_mixed(p, canvas, at, seen);
}

UiRect scale_part(int w, int h, UiRect at, UiRect part)
{
    int x = (int)((int64_t)(part.x - 1) * at.w / w) - 1,
        y = (int)((int64_t)(part.y - 1) * at.h / h) - 1;
    int right = (int)((int64_t)(part.x + part.w + 1) * at.w / w) + 1;
    int bottom = (int)((int64_t)(part.y + part.h + 1) * at.h / h) + 1;
    UiRect all = { at.x + x, at.y + y, right - x, bottom - y };
    return rect_common(all, at);
}
