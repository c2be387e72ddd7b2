/* SPDX-License-Identifier: MIT */
/*
 * picture.c - a verdict as SVG: per partition where its harts' time went, and how late its interrupts were.
 *
 * Nothing here but integers, so the same verdict is the same picture everywhere. Colours are those of Okabe and Ito, each
 * with its name beside it.
 */
#include <inttypes.h>

#include "emu/verdict/inside.h"

enum { WIDTH = 720, LEFT = 20, INNER = WIDTH - 2 * LEFT, BAR = 22, LINE = 18, PLOT = 90 };
/* LEAST: a share is seen however small it is. */
enum {
    LEAST = 2,
    HEAD = 40,
    PART_HEAD = 2 * LINE + 8,
    SHARES = BAR + LINE + 12,
    KIND_BLOCK = PLOT + 3 * LINE
};

static const char *const spent_colors[SPENTS] = { "#56b4e9", "#0072b2", "#f0e442",
                                                  "#d55e00", "#cc79a7", "#dddddd" };

static void put_text(GString *out, unsigned x, unsigned y, const char *style, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    g_string_append_printf(out, "<text x=\"%u\" y=\"%u\"%s>%s</text>\n", x, y, style, escaped);
}

static void put_box(GString *out, unsigned x, unsigned y, unsigned width, unsigned height,
                    const char *color)
{
    g_string_append_printf(out,
                           "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" fill=\"%s\"/>\n", x,
                           y, width, height, color);
}

/* `part` of `whole`, in units of `size`. */
static unsigned scale(uint64_t part, uint64_t whole, unsigned size)
{
    return whole ? (unsigned)((unsigned __int128)part * size / whole) : 0;
}

static void put_shares(GString *out, unsigned y, const PartCounts *c)
{
    uint64_t all = 0;
    unsigned name_at = LEFT, at = LEFT, room = INNER;
    for (unsigned i = 0; i < SPENTS; i++) {
        all += c->ns[i];
        room -= c->ns[i] ? LEAST : 0;
    }
    for (unsigned i = 0; i < SPENTS; i++) {
        unsigned width = scale(c->ns[i], all, room) + LEAST;
        unsigned permille = scale(c->ns[i], all, 100000);
        if (!c->ns[i])
            continue;
        put_box(out, at, y, width, BAR, spent_colors[i]);
        at += width;
        put_box(out, name_at, y + BAR + 6, 10, 10, spent_colors[i]);
        g_autofree char *name =
            g_strdup_printf("%s %u.%03u %%", spent_names[i], permille / 1000, permille % 1000);
        put_text(out, name_at + 14, y + BAR + 15, "", name);
        name_at += INNER / SPENTS;
    }
}

/* From the first power of two that has any to the last. */
static void find_powers(const Histogram *h, unsigned *first, unsigned *last, uint64_t *most)
{
    *first = 64;
    *last = 0;
    *most = 0;
    for (unsigned bits = 0; bits <= 64; bits++) {
        uint64_t n = histogram_power(h, bits);
        *first = n ? MIN(*first, bits) : *first;
        *last = n ? bits : *last;
        *most = MAX(*most, n);
    }
}

static void put_column(GString *out, unsigned x, unsigned y, unsigned width, unsigned bits,
                       uint64_t n, uint64_t most)
{
    unsigned height = n ? MAX(scale(n, most, PLOT - LINE), 1) : 0;
    g_autofree char *floor =
        g_strdup_printf("%" PRIu64, bits ? UINT64_C(1) << (bits - 1) : UINT64_C(0));
    g_autofree char *count = g_strdup_printf("%" PRIu64, n);
    put_box(out, x + 2, y + PLOT - height, width - 4, height, "#009e73");
    put_text(out, x + width / 2, y + PLOT + 14, " text-anchor=\"middle\"", floor);
    if (n)
        put_text(out, x + width / 2, y + PLOT - height - 4, " text-anchor=\"middle\"", count);
}

static void put_latency(GString *out, unsigned y, const char *name, const IrqCounts *irq)
{
    const Histogram *h = &irq->total;
    unsigned first, last;
    uint64_t most;
    find_powers(h, &first, &last, &most);
    unsigned columns = last - first + 1, width = MIN(INNER / columns, 80u);
    char median[32], late[32], latest[32];
    g_autofree char *title = g_strdup_printf(
        "%s interrupts: ns until the guest's handler; median %s, 99 %% %s, most %s; %" PRIu64
        " without the host, %" PRIu64 " by it",
        name, time_text(histogram_at(h, 500), median), time_text(histogram_at(h, 990), late),
        time_text(h->max, latest), irq->direct, irq->emulated);
    put_text(out, LEFT, y + 12, "", title);
    for (unsigned i = 0; i < columns; i++)
        put_column(out, LEFT + i * width, y + LINE, width, first + i, histogram_power(h, first + i),
                   most);
    g_string_append_printf(out, "<line x1=\"%d\" y1=\"%u\" x2=\"%u\" y2=\"%u\" stroke=\"#000\"/>\n",
                           LEFT, y + LINE + PLOT, LEFT + columns * width, y + LINE + PLOT);
}

static unsigned height_of(const PartCounts *c)
{
    unsigned height = PART_HEAD + SHARES;
    for (unsigned kind = 0; kind < KINDS; kind++)
        height += c->irq[kind].total.n ? KIND_BLOCK : 0;
    return height;
}

static void put_part(GString *out, unsigned y, const Verdict *v, unsigned number)
{
    const PartCounts *c = &v->counts[number];
    char grade[2] = { c->grade, 0 }, room[32];
    g_autofree char *title =
        g_strdup_printf("%s: %s%s", partitions_get(v->parts, number)->name,
                        c->grade ? grade : "no grade", c->grade && c->suffix ? c->suffix : "");
    put_text(out, LEFT, y + 14, " font-weight=\"bold\" font-size=\"15\"", title);
    g_autofree char *reason = g_strdup_printf(
        "%" PRIu64 " exits, %" PRIu64 " traps to M-mode, longest stay outside of it %s", c->exits,
        c->mtraps, time_text(longest_stay(c), room));
    put_text(out, LEFT, y + 14 + LINE, "", reason);
    put_shares(out, y + PART_HEAD, c);
    y += PART_HEAD + SHARES;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        if (!c->irq[kind].total.n)
            continue;
        put_latency(out, y, kind_names[kind], &c->irq[kind]);
        y += KIND_BLOCK;
    }
}

void verdict_picture(const Verdict *v, GString *out)
{
    unsigned height = HEAD + LINE;
    for (unsigned i = 1; i < partitions_count(v->parts); i++)
        height += part_is_shown(v, i) ? height_of(&v->counts[i]) : 0;
    g_string_append_printf(out,
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
                           "font-family=\"sans-serif\" font-size=\"12\">\n",
                           WIDTH, height);
    put_box(out, 0, 0, WIDTH, height, "#ffffff");
    char room[32];
    g_autofree char *title = g_strdup_printf("Does the hypervisor intervene? %s of virtual time, "
                                             "from %" PRIu64 " ns on",
                                             time_text(window_ns(v), room), v->opened_at);
    put_text(out, LEFT, 24, " font-size=\"15\"", title);
    unsigned y = HEAD;
    for (unsigned i = 1; i < partitions_count(v->parts); i++) {
        if (!part_is_shown(v, i))
            continue;
        put_part(out, y, v, i);
        y += height_of(&v->counts[i]);
    }
    g_string_append(out, "</svg>\n");
}
