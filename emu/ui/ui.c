/* SPDX-License-Identifier: MIT */
/* ui.c - the window without its window: life, what it shows; see ui.h. */
#include "emu/ui/ui.h"

#include <string.h>

#include "emu/ui/palette.h"
#include "emu/ui/panel_text.h"

/* Life. */

static UiArea area_of(const UiPanelType *type)
{
    return !strcmp(type->id, "harts")      ? AREA_LEFT
           : !strcmp(type->id, "timeline") ? AREA_TIMELINE
                                           : AREA_RIGHT;
}

static void add_panels(Ui *ui)
{
    for (unsigned i = 0; ui_panels[i]; i++) {
        UiPanel panel = { .type = ui_panels[i],
                          .state = g_malloc0(MAX(ui_panels[i]->state_size, 1)),
                          .area = area_of(ui_panels[i]) };
        g_array_append_val(ui->panels, panel);
        ui->layout.absent[panel.area] = false;
    }
}

/* What panels do not know was said before: panels_check. */
static void set_panel(Ui *ui, const char *text)
{
    const UiPanelType *type = panel_named(text);
    for (guint i = 0; i < ui->panels->len; i++) {
        const UiPanel *panel = &g_array_index(ui->panels, UiPanel, i);
        if (panel->type != type)
            continue;
        ui->inspector = panel->area == AREA_RIGHT ? i : ui->inspector;
        (void)panel_set(type, panel->state, text, NULL);
    }
}

static void choose_inspector(Ui *ui, const WindowConfig *config)
{
    for (guint i = ui->panels->len; i-- > 0;)
        if (g_array_index(ui->panels, UiPanel, i).area == AREA_RIGHT)
            ui->inspector = i;
    for (guint i = 0; i < config->panels->len; i++)
        set_panel(ui, g_ptr_array_index(config->panels, i));
}

Ui *ui_new(const WindowConfig *config, const UiHost *host)
{
    Ui *ui = g_new0(Ui, 1);
    ui->host = *host;
    ui->scale = 100;
    ui->dragged = ui->pressed = AREA_NONE;
    ui->focus = AREA_MIDDLE;
    ui->tabs = g_array_new(FALSE, TRUE, sizeof(UiTab));
    ui->bottom = g_array_new(FALSE, TRUE, sizeof(UiTab));
    ui->panels = g_array_new(FALSE, TRUE, sizeof(UiPanel));
    for (unsigned i = 0; i < AREAS; i++)
        ui->lists[i] = draw_list_new();
    ui->help = draw_list_new();
    layout_begin(&ui->layout, config);
    for (unsigned i = 0; i < WINDOW_AREAS; i++)
        ui->layout.absent[i] = true;
    add_panels(ui);
    choose_inspector(ui, config);
    return ui;
}

static void free_tabs(GArray *tabs)
{
    for (guint i = 0; i < tabs->len; i++) {
        UiTab *tab = &g_array_index(tabs, UiTab, i);
        if (tab->type->free)
            tab->type->free(tab->view);
        g_free(tab->title);
    }
    g_array_free(tabs, TRUE);
}

void ui_free(Ui *ui)
{
    free_tabs(ui->tabs);
    free_tabs(ui->bottom);
    for (guint i = 0; i < ui->panels->len; i++)
        g_free(g_array_index(ui->panels, UiPanel, i).state);
    g_array_free(ui->panels, TRUE);
    for (unsigned i = 0; i < AREAS; i++)
        draw_list_free(ui->lists[i]);
    draw_list_free(ui->help);
    sights_unref(ui->sights);
    g_free(ui);
}

void ui_resize(Ui *ui, int width, int height)
{
    ui->width = width;
    ui->height = height;
    layout_place(&ui->layout, width, height, ui->at);
}

static void add_view(GArray *list, const UiViewType *type, void *view, const char *title)
{
    UiTab tab = { type, view, g_strdup(title), false, { 0 } };
    g_array_append_val(list, tab);
}

void ui_add_tab(Ui *ui, const UiViewType *type, void *view, const char *title)
{
    add_view(ui->tabs, type, view, title);
}

void ui_set_monitor(Ui *ui, const UiViewType *type, void *view, const char *title)
{
    g_assert(!ui->bottom->len);
    add_view(ui->bottom, type, view, title);
    ui->layout.absent[AREA_MONITOR] = false;
    ui_resize(ui, ui->width, ui->height);
}

/* Sights. */

static bool is_seen(const Ui *ui, UiArea area)
{
    return area < AREAS && ui->at[area].w && ui->at[area].h;
}

UiPanel *ui_panel_of(const Ui *ui, UiArea area)
{
    for (guint i = 0; i < ui->panels->len; i++) {
        UiPanel *panel = &g_array_index(ui->panels, UiPanel, i);
        if (panel->area == area && (area != AREA_RIGHT || i == ui->inspector))
            return panel;
    }
    return NULL;
}

void ui_wants(const Ui *ui, SightWants *wants)
{
    static const UiArea areas[] = { AREA_LEFT, AREA_TIMELINE, AREA_RIGHT };
    *wants = (SightWants){ .vmid = -1, .access = 'r', .follow = true };
    for (size_t i = 0; i < G_N_ELEMENTS(areas); i++) {
        const UiPanel *panel = is_seen(ui, areas[i]) ? ui_panel_of(ui, areas[i]) : NULL;
        if (!panel)
            continue;
        wants->which |= panel->type->sights;
        if (panel->type->wants)
            panel->type->wants(panel->state, wants);
    }
}

void ui_show(Ui *ui, Sights *sights)
{
    sights_unref(ui->sights);
    ui->sights = sights;
}

static bool poll_tabs(GArray *tabs)
{
    bool any = false;
    for (guint i = 0; i < tabs->len; i++) {
        const UiTab *tab = &g_array_index(tabs, UiTab, i);
        any |= tab->type->poll && tab->type->poll(tab->view, tab->shown);
    }
    return any;
}

bool ui_poll(Ui *ui)
{
    bool above = poll_tabs(ui->tabs), below = poll_tabs(ui->bottom);
    return above || below;
}

/* Drawing. */

static UiRect draw_head(const Ui *ui, UiArea area, DrawList *list, UiRect *rest)
{
    UiRect head = rect_cut_top(rest, LAYOUT_HEAD);
    draw_fill(list, head, ui->focus == area ? UI_RAISED : UI_BACK);
    if (ui->focus == area)
        draw_fill(list, rect_cut_top(&head, 2), UI_FOCUS);
    else
        rect_cut_top(&head, 2);
    return head;
}

/* One tab's heading; how much of the room it took is gone from it. */
static void draw_heading(DrawList *list, UiRect *room, const char *title, bool chosen,
                         unsigned number)
{
    int width = draw_width(title) + 2 * UI_CELL_W;
    if (room->w < 4 * UI_CELL_W)
        return;
    UiRect at = rect_cut_left(room, width);
    rect_cut_left(room, 2);
    draw_fill(list, at, chosen ? UI_PANEL : UI_BACK);
    draw_region(list, at, UI_REGION_TAB + number);
    draw_fit(list, (UiRect){ at.x + UI_CELL_W, at.y, at.w - 2 * UI_CELL_W, at.h },
             chosen ? UI_TEXT : UI_DIM, chosen ? UI_BOLD : 0, title);
}

static void draw_tab(UiTab *tab, DrawList *list, UiRect area, bool focused)
{
    tab->shown = area.w > 0 && area.h > 0;
    tab->at = area;
    draw_clip(list, area);
    tab->type->draw(tab->view, list, area, focused);
    draw_unclip(list);
}

static void draw_tiles(const Ui *ui, DrawList *list, UiRect area)
{
    guint n = ui->tabs->len, columns = 1;
    while (columns * columns < n)
        columns++;
    guint rows = (n + columns - 1) / columns;
    for (guint i = 0; i < n; i++) {
        UiTab *tab = &g_array_index(ui->tabs, UiTab, i);
        int x = area.w * (int)(i % columns) / (int)columns,
            y = area.h * (int)(i / columns) / (int)rows;
        UiRect tile = { area.x + x, area.y + y,
                        area.w * (int)(i % columns + 1) / (int)columns - x - 2,
                        area.h * (int)(i / columns + 1) / (int)rows - y - 2 };
        UiRect head = rect_cut_top(&tile, LAYOUT_HEAD);
        draw_heading(list, &head, tab->title, i == ui->tab, i);
        draw_tab(tab, list, tile, ui->focus == AREA_MIDDLE && i == ui->tab);
    }
}

static void draw_middle(const Ui *ui, DrawList *list, UiRect area)
{
    UiRect rest = area, head = draw_head(ui, AREA_MIDDLE, list, &rest);
    draw_fill(list, rest, UI_BACK);
    if (!ui->tabs->len) {
        UiRect at = rect_inset(rest, 2 * UI_CELL_W);
        panel_paragraph(list, &at, UI_DIM, 4,
                        "No console and no display here; see -serial vc and -device "
                        "virtio-gpu-device.");
        return;
    }
    if (ui->tiles) {
        draw_tiles(ui, list, area);
        return;
    }
    for (guint i = 0; i < ui->tabs->len; i++)
        draw_heading(list, &head, g_array_index(ui->tabs, UiTab, i).title, i == ui->tab, i);
    draw_tab(&g_array_index(ui->tabs, UiTab, ui->tab), list, rest, ui->focus == AREA_MIDDLE);
}

static void draw_panel(const Ui *ui, UiArea area, DrawList *list, UiRect rest)
{
    UiPanel *panel = ui_panel_of(ui, area);
    UiRect head = draw_head(ui, area, list, &rest);
    for (guint i = 0; i < ui->panels->len; i++) {
        const UiPanel *other = &g_array_index(ui->panels, UiPanel, i);
        if (other->area == area)
            draw_heading(list, &head, other->type->title, other == panel, i);
    }
    draw_fill(list, rest, UI_PANEL);
    if (!panel || rest.w < 40 || rest.h < 40)
        return;
    draw_clip(list, rest);
    if (ui->sights)
        panel->type->draw(panel->state, ui->sights, list, rest);
    draw_unclip(list);
}

static void draw_monitor(const Ui *ui, DrawList *list, UiRect rest)
{
    UiRect head = draw_head(ui, AREA_MONITOR, list, &rest);
    draw_fill(list, rest, UI_BACK);
    if (!ui->bottom->len)
        return;
    UiTab *tab = &g_array_index(ui->bottom, UiTab, 0);
    draw_heading(list, &head, tab->title, true, 0);
    draw_tab(tab, list, rest, ui->focus == AREA_MONITOR);
}

static void draw_area(const Ui *ui, UiArea area, DrawList *list)
{
    UiRect at = ui->at[area];
    switch (area) {
    case AREA_BAR: ui_draw_bar(ui, list, at); break;
    case AREA_MIDDLE: draw_middle(ui, list, at); break;
    case AREA_MONITOR: draw_monitor(ui, list, at); break;
    default: draw_panel(ui, area, list, at); break;
    }
}

/* Headings as they are now; what is not drawn from here on is not seen. */
static void look_at_tabs(const GArray *tabs)
{
    for (guint i = 0; i < tabs->len; i++) {
        UiTab *tab = &g_array_index(tabs, UiTab, i);
        tab->shown = false;
        if (!tab->type->title)
            continue;
        g_free(tab->title);
        tab->title = tab->type->title(tab->view);
    }
}

void ui_draw(Ui *ui)
{
    look_at_tabs(ui->tabs);
    look_at_tabs(ui->bottom);
    for (UiArea area = 0; area < AREAS; area++) {
        draw_list_clear(ui->lists[area]);
        if (!is_seen(ui, area))
            continue;
        draw_clip(ui->lists[area], ui->at[area]);
        draw_area(ui, area, ui->lists[area]);
        draw_unclip(ui->lists[area]);
    }
    draw_list_clear(ui->help);
    if (ui->help_shown)
        ui_draw_help(ui, ui->help);
}

/* And what is wrong with it. */
static void dump(const DrawList *list, GString *out)
{
    g_autoptr(GString) found = g_string_new(NULL);
    draw_dump(list, out);
    (void)draw_check(list, found);
    g_auto(GStrv) lines = g_strsplit(found->str, "\n", -1);
    for (char **line = lines; *line && **line; line++)
        g_string_append_printf(out, "problem: %s\n", *line);
}

void ui_dump(Ui *ui, GString *out)
{
    static const char *const names[AREAS] = { "left",    "right",  "timeline",
                                              "monitor", "middle", "bar" };
    for (UiArea area = 0; area < AREAS; area++) {
        if (!is_seen(ui, area))
            continue;
        g_string_append_printf(out, "[%s]\n", names[area]);
        dump(ui->lists[area], out);
    }
    if (ui->help_shown) {
        g_string_append(out, "[help]\n");
        dump(ui->help, out);
    }
}
