/* SPDX-License-Identifier: MIT */
/*
 * panel_irq.c - interrupts as a picture: sources on the left, in the middle where a controller meets a hart, on the right harts;
 * lines are who would hear whom, the way of what each hart took last is lit. Below, all interrupts of the chosen hart.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/sight/irq.h"
#include "emu/ui/palette.h"
#include "emu/ui/panel.h"
#include "emu/ui/panel_text.h"

enum { GAP = 4, WAY = 4 * UI_CELL_W, WIDE = 560, PORT_LINES = 2, HART_LINES = 4 };
enum { CLICK_HART = 16 };

typedef struct {
    unsigned hart;     /* chosen */
    unsigned scrolled; /* sources and ports that are above the area */
    bool table_only;
} IrqPanel;

static const IrqSight *sight_of(const Sights *sights)
{
    return sights ? sights->sights[SIGHT_IRQ] : NULL;
}

static const IrqHart *hart_at(const IrqSight *sight, guint i)
{
    return &g_array_index(sight->harts, IrqHart, i);
}

static const IrqPort *port_at(const IrqSight *sight, guint i)
{
    return &g_array_index(sight->ports, IrqPort, i);
}

static const IrqSource *source_at(const IrqSight *sight, guint i)
{
    return &g_array_index(sight->sources, IrqSource, i);
}

/* Words. */

static char *source_line(const IrqSight *sight, const IrqSource *s)
{
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%c%u %s", s->lit ? '*' : ' ', s->number, s->name);
    if (s->pending)
        g_string_append(out, " pending");
    if (s->claimed)
        g_string_append(out, " claimed");
    if (!s->enabled)
        g_string_append(out, " off");
    g_string_append_printf(out, " wire %u", s->wire);
    if (s->is_plic)
        g_string_append_printf(out, " prio %u", s->priority);
    else
        g_string_append_printf(
            out, " mode %u %s %u", s->mode,
            g_array_index(sight->domains, IrqDomain, s->domain).by_messages ? "msg" : "prio",
            s->sent);
    return g_string_free(out, FALSE);
}

static char *source_chip(const IrqSight *sight, const IrqSource *s)
{
    if (s->is_plic)
        return g_strdup("plic");
    const IrqDomain *domain = &g_array_index(sight->domains, IrqDomain, s->domain);
    return g_strdup_printf("%s: %s, by %s", domain->id, domain->on ? "on" : "off",
                           domain->by_messages ? "messages" : "wires");
}

static char *port_state_and_identities(const IrqPort *port)
{
    g_autofree char *state = irq_port_state(port);
    GString *out = g_string_new(state);
    if (port->kind == PORT_FILE) {
        g_string_append_c(out, ';');
        irq_append_identities(port, out);
    }
    return g_string_free(out, FALSE);
}

static void append_set(GString *out, const char *name, uint64_t set)
{
    char number[IRQ_NAME];
    g_string_append(out, name);
    for (unsigned i = 0; i < IRQ_NUMBERS; i++)
        if (set >> i & 1)
            g_string_append_printf(out, " %s", irq_name(i, number));
    if (!set)
        g_string_append(out, " none");
}

static char *hart_last(const IrqHart *hart)
{
    char number[IRQ_NAME];
    const IrqTaken *taken = &hart->taken[hart->last];
    if (!hart->last)
        return g_strdup("took none yet");
    return g_strdup_printf("*%s took %s at 0x%" PRIx64, irq_level_name(hart->last),
                           irq_name(taken->number, number), taken->epc);
}

static char *hart_next(const IrqHart *hart)
{
    char number[IRQ_NAME];
    if (hart->next_level == LEVEL_NONE)
        return g_strdup("takes nothing now");
    return g_strdup_printf("next: %s takes %s", irq_level_name(hart->next_level),
                           irq_name(hart->next, number));
}

/* The table of one hart. */

static char *delegated_to(const IrqHart *hart, unsigned number)
{
    if (!(hart->to_hs >> number & 1))
        return g_strdup("M");
    return g_strdup(hart->to_vs >> number & 1 ? "VS" : hart->has_h ? "HS" : "S");
}

/* What more there is to say of one: where it came from, or who took it last. */
static char *about(const IrqHart *hart, unsigned number)
{
    GString *out = g_string_new(NULL);
    for (Level level = LEVEL_M; level > LEVEL_NONE; level--)
        if (hart->taken[level].trap && hart->taken[level].number == number)
            g_string_append_printf(out, "%staken by %s at 0x%" PRIx64 "  ",
                                   hart->last == level ? "*" : "", irq_level_name(level),
                                   hart->taken[level].epc);
    if (hart->hvip >> number & 1)
        g_string_append(out, "hvip  ");
    if (number == IRQ_MTI && hart->has_timer)
        g_string_append_printf(out, "mtimecmp 0x%" PRIx64 ", time 0x%" PRIx64, hart->mtimecmp,
                               hart->mtime);
    if (number == IRQ_VSEI && hart->has_h)
        g_string_append_printf(out, "VGEIN %u", hart->vgein);
    if (number == IRQ_SGEI && hart->has_h)
        g_string_append_printf(out, "hgeip 0x%" PRIx64 ", hgeie 0x%" PRIx64, hart->hgeip,
                               hart->hgeie);
    return g_strchomp(g_string_free(out, FALSE));
}

static bool is_known(const IrqHart *hart, unsigned number)
{
    char text[IRQ_NAME];
    bool any = (hart->pending | hart->enabled | hart->to_hs | hart->to_vs) >> number & 1;
    return any || g_ascii_isalpha(irq_name(number, text)[0]);
}

static void draw_number(const IrqHart *hart, unsigned number, UiRect *left, DrawList *list)
{
    char name[IRQ_NAME];
    bool pending = hart->pending >> number & 1, enabled = hart->enabled >> number & 1;
    bool lit = hart->last && hart->taken[hart->last].number == number;
    g_autofree char *to = delegated_to(hart, number), *more = about(hart, number);
    g_autofree char *line = g_strdup_printf("%c%2u %-6s%-8s%-8s%-3s %s", lit ? '*' : ' ', number,
                                            irq_name(number, name), pending ? "pending" : "",
                                            enabled ? "enabled" : "", to, more);
    panel_line(list, left,
               lit       ? UI_WARN
               : pending ? UI_FOCUS
               : enabled ? UI_TEXT
                         : UI_DIM,
               lit ? UI_BOLD : 0, line);
}

static unsigned table_lines(const IrqHart *hart)
{
    unsigned lines = 1;
    for (unsigned number = 0; number < IRQ_NUMBERS; number++)
        lines += is_known(hart, number);
    return lines;
}

static void draw_table(const IrqHart *hart, UiRect left, DrawList *list)
{
    g_autofree char *title =
        g_strdup_printf("hart %u, %s: pending, enabled, to whom", hart->hart, hart->mode);
    panel_line(list, &left, UI_TEXT, UI_BOLD, title);
    for (unsigned number = 0; number < IRQ_NUMBERS; number++)
        if (is_known(hart, number))
            draw_number(hart, number, &left, list);
}

/* The picture: three columns, and where the items of each were drawn. */

typedef struct {
    const IrqSight *sight;
    UiRect sources, ports, harts;       /* columns */
    GArray *source_y, *port_y, *hart_y; /* of int: the middle of each item, -1: it is not seen */
} Picture;

static void put_y(GArray *ys, guint i, int y)
{
    g_array_index(ys, int, i) = y;
}

static GArray *new_ys(guint n)
{
    GArray *ys = g_array_new(FALSE, FALSE, sizeof(int));
    g_array_set_size(ys, n);
    for (guint i = 0; i < n; i++)
        put_y(ys, i, -1);
    return ys;
}

/* Is there something of interest? What is neither on nor pending comes only if there is room for all. */
static bool source_counts(const IrqSource *s)
{
    return s->enabled || s->pending || s->wire || s->claimed;
}

static void draw_sources(const IrqPanel *panel, Picture *p, DrawList *list)
{
    UiRect left = p->sources;
    g_autofree char *last = NULL;
    panel_line(list, &left, UI_DIM, 0, "sources");
    for (guint i = panel->scrolled; i < p->sight->sources->len; i++) {
        const IrqSource *s = source_at(p->sight, i);
        char *chip = source_chip(p->sight, s);
        if (!last || strcmp(last, chip))
            panel_line(list, &left, UI_DIM, UI_UNDERLINE, chip);
        g_free(last);
        last = chip;
        g_autofree char *line = source_line(p->sight, s);
        int y = left.y + UI_CELL_H / 2;
        if (!panel_line(list, &left,
                        s->lit             ? UI_WARN
                        : s->pending       ? UI_FOCUS
                        : source_counts(s) ? UI_TEXT
                                           : UI_DIM,
                        s->lit ? UI_BOLD : 0, line))
            return;
        put_y(p->source_y, i, y);
    }
    if (!p->sight->sources->len)
        panel_line(list, &left, UI_DIM, 0, " none is set up");
}

static void draw_ports(const IrqPanel *panel, Picture *p, DrawList *list)
{
    UiRect left = p->ports;
    panel_line(list, &left, UI_DIM, 0, "contexts and files");
    for (guint i = panel->scrolled; i < p->sight->ports->len; i++) {
        const IrqPort *port = port_at(p->sight, i);
        static const char *const kinds[] = { "plic", "aplic", "imsic" };
        g_autofree char *name = irq_port_name(port), *state = port_state_and_identities(port);
        g_autofree char *line =
            g_strdup_printf("%c%s %s", port->lit ? '*' : ' ', kinds[port->kind], name);
        int y = left.y + UI_CELL_H / 2;
        if (left.h < PORT_LINES * UI_CELL_H)
            return;
        panel_line(list, &left,
                   port->lit      ? UI_WARN
                   : port->output ? UI_FOCUS
                                  : UI_TEXT,
                   port->lit ? UI_BOLD : 0, line);
        rect_cut_left(&left, UI_CELL_W);
        panel_paragraph(list, &left, UI_DIM, 3, state);
        left.x -= UI_CELL_W;
        left.w += UI_CELL_W;
        put_y(p->port_y, i, y);
    }
}

static void draw_hart_box(const IrqPanel *panel, const IrqHart *hart, UiRect box, DrawList *list)
{
    g_autoptr(GString) sets = g_string_new(NULL), enabled = g_string_new(NULL);
    g_autofree char *last = hart_last(hart), *next = hart_next(hart);
    g_autofree char *title = g_strdup_printf("hart %u, %s", hart->hart, hart->mode);
    bool chosen = panel->hart == hart->hart;
    draw_frame(list, box, chosen ? UI_FOCUS : UI_RULE);
    draw_region(list, box, CLICK_HART + hart->hart);
    UiRect left = rect_inset(box, 2);
    append_set(sets, "pending", hart->pending);
    append_set(enabled, "enabled", hart->enabled);
    panel_line(list, &left, UI_TEXT, chosen ? UI_BOLD : 0, title);
    panel_line(list, &left, hart->last ? UI_WARN : UI_DIM, 0, last);
    panel_line(list, &left, hart->pending ? UI_FOCUS : UI_DIM, 0, sets->str);
    panel_line(list, &left, UI_DIM, 0, enabled->str);
    panel_line(list, &left, UI_DIM, 0, next);
}

/* The chosen one is among those that are seen. */
static void draw_harts(const IrqPanel *panel, Picture *p, DrawList *list)
{
    UiRect left = p->harts;
    panel_line(list, &left, UI_DIM, 0, "harts");
    const guint n = p->sight->harts->len;
    const int height = left.h / (int)n >= (HART_LINES + 1) * UI_CELL_H + 2 * GAP
                           ? (HART_LINES + 1) * UI_CELL_H + 2 * GAP
                           : 2 * UI_CELL_H + 2 * GAP;
    guint room = (guint)MAX(left.h / height, 0);
    guint first = panel->hart >= room ? panel->hart - room + 1 : 0;
    for (guint i = MIN(first, n - MIN(n, room)); i < n && left.h >= height; i++) {
        UiRect box = rect_cut_top(&left, height);
        box.h -= GAP;
        put_y(p->hart_y, i, box.y + box.h / 2);
        draw_hart_box(panel, hart_at(p->sight, i), box, list);
    }
}

static void draw_way(int x0, int y0, int x1, int y1, bool lit, bool open, DrawList *list)
{
    if (y0 < 0 || y1 < 0)
        return;
    UiColor color = lit ? UI_WARN : open ? UI_FOCUS : UI_RULE;
    draw_line(list, x0, y0, x1, y1, color);
    if (lit) /* twice as thick: not by colour alone */
        draw_line(list, x0, y0 + 1, x1, y1 + 1, color);
}

static void draw_ways(const Picture *p, DrawList *list)
{
    const IrqSight *sight = p->sight;
    for (guint i = 0; i < sight->links->len; i++) {
        const IrqLink *link = &g_array_index(sight->links, IrqLink, i);
        const IrqSource *s = source_at(sight, link->source);
        draw_way(p->sources.x + p->sources.w, g_array_index(p->source_y, int, link->source),
                 p->ports.x - 1, g_array_index(p->port_y, int, link->port), link->lit,
                 link->passes && s->pending, list);
    }
    for (guint i = 0; i < sight->ports->len; i++) {
        const IrqPort *port = port_at(sight, i);
        if (port->hart < sight->harts->len)
            draw_way(p->ports.x + p->ports.w, g_array_index(p->port_y, int, i), p->harts.x - 1,
                     g_array_index(p->hart_y, int, port->hart), port->lit, port->output, list);
    }
}

static void draw_picture(const IrqPanel *panel, const IrqSight *sight, UiRect area, DrawList *list)
{
    Picture p = { .sight = sight,
                  .source_y = new_ys(sight->sources->len),
                  .port_y = new_ys(sight->ports->len),
                  .hart_y = new_ys(sight->harts->len) };
    int column = (area.w - 2 * WAY) / 3;
    p.sources = rect_cut_left(&area, column);
    rect_cut_left(&area, WAY);
    p.ports = rect_cut_left(&area, column);
    rect_cut_left(&area, WAY);
    p.harts = area;
    draw_sources(panel, &p, list);
    draw_ports(panel, &p, list);
    draw_harts(panel, &p, list);
    draw_ways(&p, list);
    g_array_free(p.source_y, TRUE);
    g_array_free(p.port_y, TRUE);
    g_array_free(p.hart_y, TRUE);
}

/* Where there is no room for three columns: a line each, one below the other. */
static void draw_narrow(const IrqPanel *panel, const IrqSight *sight, UiRect left, DrawList *list)
{
    GArray *source_y = new_ys(sight->sources->len), *port_y = new_ys(sight->ports->len);
    for (guint i = 0; i < sight->harts->len; i++) {
        const IrqHart *hart = hart_at(sight, i);
        g_autofree char *last = hart_last(hart);
        g_autofree char *line = g_strdup_printf("hart %u %s: %s", hart->hart, hart->mode, last);
        if (i == panel->hart || left.h > 8 * UI_CELL_H)
            panel_line(list, &left, hart->last ? UI_WARN : UI_TEXT, i == panel->hart ? UI_BOLD : 0,
                       line);
    }
    UiRect table = rect_cut_bottom(
        &left, MIN((int)table_lines(hart_at(sight, panel->hart)) * UI_CELL_H, left.h * 2 / 3));
    const int source_lines = 2 + 2 * (int)sight->sources->len; /* at most: each with its chip */
    UiRect ports = rect_cut_bottom(&left, left.h - MIN(source_lines * UI_CELL_H, left.h / 2));
    draw_sources(panel, &(Picture){ .sight = sight, .sources = left, .source_y = source_y }, list);
    draw_ports(panel, &(Picture){ .sight = sight, .ports = ports, .port_y = port_y }, list);
    g_array_free(source_y, TRUE);
    g_array_free(port_y, TRUE);
    draw_table(hart_at(sight, panel->hart), table, list);
}

static void draw(void *state, const Sights *sights, DrawList *list, UiRect area)
{
    IrqPanel *panel = state;
    const IrqSight *sight = sight_of(sights);
    draw_fill(list, area, UI_PANEL);
    UiRect left = rect_inset(area, GAP);
    if (!sight)
        return;
    panel->hart = MIN(panel->hart, sight->harts->len - 1);
    if (panel->table_only) {
        draw_table(hart_at(sight, panel->hart), left, list);
        return;
    }
    if (left.w < WIDE) {
        draw_narrow(panel, sight, left, list);
        return;
    }
    int table = (int)table_lines(hart_at(sight, panel->hart)) * UI_CELL_H;
    if (left.h - table >= 8 * UI_CELL_H)
        draw_table(hart_at(sight, panel->hart), rect_cut_bottom(&left, table), list);
    draw_picture(panel, sight, left, list);
}

static bool key(void *state, const Sights *sights, unsigned pressed, GString *commands)
{
    IrqPanel *panel = state;
    const IrqSight *sight = sight_of(sights);
    const unsigned harts = sight ? sight->harts->len : 1;
    const unsigned rows = sight ? MAX(sight->sources->len, sight->ports->len) : 0;
    switch (pressed) {
    case 'h':
    case UI_KEY_DOWN:
    case UI_KEY_RIGHT: panel->hart = (panel->hart + 1) % harts; break;
    case UI_KEY_UP:
    case UI_KEY_LEFT: panel->hart = (panel->hart + harts - 1) % harts; break;
    case UI_KEY_PAGE_DOWN: panel->scrolled = MIN(panel->scrolled + 4, rows ? rows - 1 : 0); break;
    case UI_KEY_PAGE_UP: panel->scrolled -= MIN(panel->scrolled, 4); break;
    case UI_KEY_HOME: panel->scrolled = 0; break;
    case 't': panel->table_only = !panel->table_only; break;
    case 'm': g_string_append(commands, "irq\n"); break;
    default: return false;
    }
    return true;
}

static void click(void *state, const Sights *sights, unsigned number, GString *commands)
{
    IrqPanel *panel = state;
    (void)sights;
    (void)commands;
    if (number >= CLICK_HART)
        panel->hart = number - CLICK_HART;
}

static bool set(void *state, const char *name, const char *value)
{
    IrqPanel *panel = state;
    guint64 hart;
    if (strcmp(name, "hart") ||
        !g_ascii_string_to_unsigned(value, 10, 0, MACHINE_MAX_HARTS - 1, &hart, NULL))
        return false;
    panel->hart = (unsigned)hart;
    return true;
}

const UiPanelType ui_panel_irq = {
    .id = "irq",
    .title = "Interrupts",
    .command = "irq",
    .keys =
        "arrows or h: choose a hart   t: its table alone   PgUp PgDn: sources   m: in the monitor",
    .sights = 1u << SIGHT_IRQ,
    .state_size = sizeof(IrqPanel),
    .draw = draw,
    .key = key,
    .set = set,
    .click = click,
};
