/* SPDX-License-Identifier: MIT */
/* ui_input.c - what keys and the mouse do; see ui.h. */
#include "emu/ui/keys.h"

enum { GROW_STEP = 24 };

/* Focus. */

UiTab *ui_focused_view(Ui *ui)
{
    if (ui->focus == AREA_MIDDLE && ui->tabs->len)
        return &g_array_index(ui->tabs, UiTab, ui->tab);
    if (ui->focus == AREA_MONITOR && ui->bottom->len)
        return &g_array_index(ui->bottom, UiTab, 0);
    return NULL;
}

static void leave(Ui *ui)
{
    const UiTab *tab = ui_focused_view(ui);
    if (tab && tab->type->leave)
        tab->type->leave(tab->view);
    if (ui->grabbed)
        ui_do(ui, UI_DO_GRAB);
}

static void enter(Ui *ui)
{
    const UiTab *tab = ui_focused_view(ui);
    if (tab && tab->type->enter)
        tab->type->enter(tab->view);
}

void ui_focus(Ui *ui, UiArea area)
{
    if (area == ui->focus || area == AREA_BAR || area == AREA_NONE)
        return;
    leave(ui);
    ui->focus = area;
    enter(ui);
    if (ui->layout.zoomed != AREA_NONE) {
        ui->layout.zoomed = area;
        ui_resize(ui, ui->width, ui->height);
    }
}

void ui_window_focus(Ui *ui, bool has)
{
    if (has)
        enter(ui);
    else
        leave(ui);
}

static void choose_tab(Ui *ui, guint tab)
{
    if (tab >= ui->tabs->len || tab == ui->tab)
        return;
    leave(ui);
    ui->tab = tab;
    enter(ui);
}

static void choose_inspector(Ui *ui, guint panel)
{
    if (panel < ui->panels->len && g_array_index(ui->panels, UiPanel, panel).area == AREA_RIGHT)
        ui->inspector = panel;
}

/* The next area that could be seen, in the order of reading. */
static void next_area(Ui *ui, int step)
{
    static const UiArea order[] = { AREA_LEFT, AREA_MIDDLE, AREA_RIGHT, AREA_TIMELINE,
                                    AREA_MONITOR };
    int n = G_N_ELEMENTS(order), at = 0;
    while (order[at] != ui->focus)
        at++;
    for (int i = 1; i <= n; i++) {
        UiArea area = order[(at + (step > 0 ? i : n * 2 - i)) % n];
        bool there = area == AREA_MIDDLE || !(ui->layout.absent[area] || ui->layout.hidden[area]);
        if (there) {
            ui_focus(ui, area);
            return;
        }
    }
}

static void next_tab(Ui *ui, int step)
{
    if (ui->focus != AREA_RIGHT) {
        guint n = ui->tabs->len;
        if (n)
            choose_tab(ui, (ui->tab + (step > 0 ? 1 : n - 1)) % n);
        return;
    }
    for (guint i = 1, n = ui->panels->len; i < n; i++) {
        guint panel = (ui->inspector + (step > 0 ? i : n - i)) % n;
        if (g_array_index(ui->panels, UiPanel, panel).area == AREA_RIGHT) {
            ui->inspector = panel;
            return;
        }
    }
}

/* The tab `number` of the area with the focus. */
static void numbered_tab(Ui *ui, guint number)
{
    if (ui->focus != AREA_RIGHT) {
        choose_tab(ui, number);
        return;
    }
    for (guint i = 0; i < ui->panels->len; i++)
        if (g_array_index(ui->panels, UiPanel, i).area == AREA_RIGHT && !number--)
            ui->inspector = i;
}

/* Actions. */

static void grow(Ui *ui, int by)
{
    /* The middle has what the others leave. */
    if (ui->focus == AREA_MIDDLE) {
        layout_grow(&ui->layout, AREA_RIGHT, -by);
        layout_grow(&ui->layout, AREA_MONITOR, -by);
    } else {
        layout_grow(&ui->layout, ui->focus, by);
    }
}

static void do_layout(Ui *ui, UiAction action)
{
    switch (action) {
    case UI_DO_GROW: grow(ui, GROW_STEP); break;
    case UI_DO_SHRINK: grow(ui, -GROW_STEP); break;
    case UI_DO_ZOOM:
        ui->layout.zoomed = ui->layout.zoomed == AREA_NONE ? ui->focus : AREA_NONE;
        break;
    case UI_DO_HIDE:
        if (ui->focus == AREA_MIDDLE)
            break;
        ui->layout.hidden[ui->focus] = true;
        ui->layout.zoomed = AREA_NONE;
        ui_focus(ui, AREA_MIDDLE);
        break;
    case UI_DO_SHOW_ALL:
        for (unsigned i = 0; i < AREAS; i++)
            ui->layout.hidden[i] = false;
        ui->layout.zoomed = AREA_NONE;
        break;
    default: break;
    }
    ui_resize(ui, ui->width, ui->height);
}

static void do_machine(Ui *ui, UiAction action)
{
    static const char *const lines[] = {
        [UI_DO_STEP] = "step", [UI_DO_STEP_EXIT] = "step exit", [UI_DO_BACK] = "reverse"
    };
    bool paused = ui->sights && ui->sights->paused, paced = ui->sights && ui->sights->paced;
    if (!paused && (action == UI_DO_STEP || action == UI_DO_STEP_EXIT || action == UI_DO_BACK))
        ui->host.command(ui->host.opaque, "stop");
    ui->host.command(ui->host.opaque, action == UI_DO_RUN     ? paused ? "cont" : "stop"
                                      : action == UI_DO_SPEED ? paced ? "speed full" : "speed real"
                                                              : lines[action]);
}

static void grab(Ui *ui, bool on)
{
    const UiTab *tab = ui_focused_view(ui);
    if (!tab)
        return;
    ui->grabbed = on;
    ui->host.grab(ui->host.opaque, on);
    if (tab->type->grab)
        tab->type->grab(tab->view, on);
}

static void ask_size(Ui *ui)
{
    const UiTab *tab = ui_focused_view(ui);
    if (tab && tab->type->ask_size)
        tab->type->ask_size(tab->view);
}

static void do_window(Ui *ui, UiAction action)
{
    void *opaque = ui->host.opaque;
    switch (action) {
    case UI_DO_HELP: ui->help_shown = !ui->help_shown; break;
    case UI_DO_TILES: ui->tiles = !ui->tiles; break;
    case UI_DO_GRAB: grab(ui, !ui->grabbed); break;
    case UI_DO_ASK_SIZE: ask_size(ui); break;
    case UI_DO_FULL_SCREEN: ui->host.full_screen(opaque); break;
    case UI_DO_LARGER: ui->host.scale(opaque, 1); break;
    case UI_DO_SMALLER: ui->host.scale(opaque, -1); break;
    case UI_DO_USUAL: ui->host.scale(opaque, 0); break;
    case UI_DO_NEXT_AREA: next_area(ui, 1); break;
    case UI_DO_PREVIOUS_AREA: next_area(ui, -1); break;
    case UI_DO_NEXT_TAB: next_tab(ui, 1); break;
    case UI_DO_PREVIOUS_TAB: next_tab(ui, -1); break;
    default: break;
    }
}

void ui_do(Ui *ui, UiAction action)
{
    if (action >= UI_DO_RUN && action <= UI_DO_SPEED)
        do_machine(ui, action);
    else if (action >= UI_DO_GROW && action <= UI_DO_SHOW_ALL)
        do_layout(ui, action);
    else if (action >= UI_DO_TAB)
        numbered_tab(ui, (guint)(action - UI_DO_TAB));
    else
        do_window(ui, action);
}

/* Lines that a panel wants to be run. */
static void run_lines(const Ui *ui, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line)
            ui->host.command(ui->host.opaque, *line);
}

/* Keys. */

static bool passes_keys(const Ui *ui)
{
    const UiTab *tab = ui_focused_view((Ui *)ui);
    return tab && tab->type->is_display;
}

static bool panel_key(Ui *ui, unsigned key)
{
    UiPanel *panel = ui_panel_of(ui, ui->focus);
    g_autoptr(GString) commands = g_string_new(NULL);
    if (!panel || !panel->type->key || !ui->sights ||
        !panel->type->key(panel->state, ui->sights, key, commands))
        return false;
    run_lines(ui, commands->str);
    return true;
}

bool ui_key(Ui *ui, unsigned key, unsigned modifiers)
{
    UiAction action = keys_find(key, modifiers, passes_keys(ui) || ui->grabbed);
    const UiTab *tab = ui_focused_view(ui);
    if (ui->help_shown && key == UI_KEY_ESCAPE) {
        ui->help_shown = false;
        return true;
    }
    if (action != UI_DO_NOTHING) {
        ui_do(ui, action);
        return true;
    }
    if (tab)
        return tab->type->key && tab->type->key(tab->view, key, modifiers);
    return key >= 0x110000 && !modifiers && panel_key(ui, key);
}

void ui_text(Ui *ui, const char *utf8)
{
    const UiTab *tab = ui_focused_view(ui);
    if (tab && tab->type->text)
        tab->type->text(tab->view, utf8);
    for (const char *c = utf8; !tab && *c; c = g_utf8_next_char(c))
        (void)panel_key(ui, g_utf8_get_char(c));
}

bool ui_scan(Ui *ui, unsigned code, bool down)
{
    const UiTab *tab = ui_focused_view(ui);
    return tab && tab->type->scan && tab->type->scan(tab->view, code, down);
}

/* The mouse. */

static UiArea area_at(const Ui *ui, int x, int y)
{
    UiArea area = 0;
    while (area < AREAS && !rect_has(ui->at[area], x, y))
        area++;
    return area;
}

static void click_panel(Ui *ui, UiArea area, unsigned number)
{
    UiPanel *panel = ui_panel_of(ui, area);
    g_autoptr(GString) commands = g_string_new(NULL);
    if (!panel || !panel->type->click || !ui->sights || !number)
        return;
    panel->type->click(panel->state, ui->sights, number, commands);
    run_lines(ui, commands->str);
}

static void click(Ui *ui, UiArea area, const UiMouse *mouse)
{
    unsigned number = draw_hit(ui->lists[area], mouse->x, mouse->y);
    if (area == AREA_BAR)
        ui_do(ui, (UiAction)number);
    else if (number >= UI_REGION_TAB && area == AREA_MIDDLE)
        choose_tab(ui, number - UI_REGION_TAB);
    else if (number >= UI_REGION_TAB)
        choose_inspector(ui, number - UI_REGION_TAB);
    else
        click_panel(ui, area, number);
}

static bool is_wide(UiArea area)
{
    return area == AREA_TIMELINE || area == AREA_MONITOR;
}

/* True: the mouse moves an edge. */
static bool drag(Ui *ui, const UiMouse *mouse)
{
    if (mouse->button == 1 && mouse->down && ui->layout.zoomed == AREA_NONE) {
        ui->dragged = layout_edge(ui->at, mouse->x, mouse->y);
        ui->drag_x = mouse->x;
        ui->drag_y = mouse->y;
    }
    if (ui->dragged == AREA_NONE)
        return false;
    int right = mouse->x - ui->drag_x, down = mouse->y - ui->drag_y;
    layout_grow(&ui->layout, ui->dragged,
                is_wide(ui->dragged)       ? -down
                : ui->dragged == AREA_LEFT ? right
                                           : -right);
    ui->drag_x = mouse->x;
    ui->drag_y = mouse->y;
    ui_resize(ui, ui->width, ui->height);
    if (mouse->button == 1 && !mouse->down)
        ui->dragged = AREA_NONE;
    return true;
}

/* The tab whose content is drawn there; of several tiles that one. */
static UiTab *view_at(Ui *ui, UiArea area, int x, int y)
{
    GArray *tabs = area == AREA_MIDDLE ? ui->tabs : area == AREA_MONITOR ? ui->bottom : NULL;
    for (guint i = 0; tabs && i < tabs->len; i++) {
        UiTab *tab = &g_array_index(tabs, UiTab, i);
        if (tab->shown && rect_has(tab->at, x, y))
            return tab;
    }
    return NULL;
}

static bool tell_view(const UiTab *tab, const UiMouse *mouse)
{
    return tab && tab->type->mouse && tab->type->mouse(tab->view, mouse, tab->at);
}

/* A button goes down: whoever is there gets the mouse until it goes up. */
static void press(Ui *ui, const UiMouse *mouse)
{
    UiArea area = area_at(ui, mouse->x, mouse->y);
    const UiTab *tab = view_at(ui, area, mouse->x, mouse->y);
    if (ui->help_shown || area == AREA_NONE) {
        ui->help_shown = false;
        return;
    }
    ui_focus(ui, area);
    if (tab && area == AREA_MIDDLE)
        choose_tab(ui, (guint)(tab - &g_array_index(ui->tabs, UiTab, 0)));
    ui->pressed = tab ? area : AREA_NONE;
    if (!tell_view(tab, mouse) && mouse->button == 1)
        click(ui, area, mouse);
}

void ui_mouse(Ui *ui, const UiMouse *mouse)
{
    bool kept = ui->grabbed || ui->pressed != AREA_NONE;
    if (!kept && drag(ui, mouse))
        return;
    if (!kept && mouse->button && mouse->down) {
        press(ui, mouse);
        return;
    }
    const UiTab *tab = kept ? ui_focused_view(ui)
                            : view_at(ui, area_at(ui, mouse->x, mouse->y), mouse->x, mouse->y);
    if (mouse->button && !mouse->down)
        ui->pressed = AREA_NONE;
    (void)tell_view(tab, mouse);
}
