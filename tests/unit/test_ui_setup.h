/* SPDX-License-Identifier: MIT */
/* test_ui_setup.h - a panel without a window: drawn at many sizes, typed at, and read. */
#ifndef TESTS_UNIT_TEST_UI_SETUP_H
#define TESTS_UNIT_TEST_UI_SETUP_H

#include <criterion/criterion.h>
#include <string.h>

#include "emu/monitor/monitor.h"
#include "emu/ui/panel.h"

/* What the monitor answers; to be freed. */
static inline char *say(Machine *m, const char *command)
{
    Monitor monitor = { .machine = m };
    GString *out = g_string_new(NULL);
    monitor_run(&monitor, command, out);
    return g_string_free(out, FALSE);
}

static inline void expect(const char *text, const char *part)
{
    cr_expect(strstr(text, part), "no \"%s\" in:\n%s", part, text);
}

typedef struct {
    const UiPanelType *type;
    void *state;
    Machine *machine;
    DrawList *list;
    Sights *sights;
} PanelRig;

static inline PanelRig panel_rig(const UiPanelType *type, Machine *machine)
{
    return (PanelRig){ type, g_malloc0(type->state_size), machine, draw_list_new(), NULL };
}

/* What the panel wants, now. */
static inline void panel_look(PanelRig *rig)
{
    SightWants wants = { .which = rig->type->sights };
    if (rig->type->wants)
        rig->type->wants(rig->state, &wants);
    sights_unref(rig->sights);
    rig->sights = sights_make(rig->machine, &wants);
}

static inline void panel_draw(PanelRig *rig, UiRect area)
{
    draw_list_clear(rig->list);
    rig->type->draw(rig->state, rig->sights, rig->list, area);
}

/* Returns what it has for the monitor; to be freed. */
static inline char *panel_type(PanelRig *rig, unsigned key)
{
    GString *commands = g_string_new(NULL);
    cr_expect(rig->type->key(rig->state, rig->sights, key, commands), "key 0x%x", key);
    panel_look(rig);
    return g_string_free(commands, FALSE);
}

static inline void panel_keys(PanelRig *rig, const char *keys)
{
    for (; *keys; keys++)
        g_free(panel_type(rig, (unsigned)*keys));
}

static inline char *panel_dump(const PanelRig *rig)
{
    GString *out = g_string_new(NULL);
    draw_dump(rig->list, out);
    return g_string_free(out, FALSE);
}

/* All that is written, a line each. */
static inline char *panel_texts(const PanelRig *rig)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < rig->list->ops->len; i++) {
        const DrawOp *op = &g_array_index(rig->list->ops, DrawOp, i);
        if (op->kind == DRAW_TEXT)
            g_string_append_printf(out, "%s\n", rig->list->texts->str + op->text);
    }
    return g_string_free(out, FALSE);
}

static inline void panel_shows(const PanelRig *rig, const char *part)
{
    g_autofree char *texts = panel_texts(rig);
    cr_expect(strstr(texts, part), "no \"%s\" in:\n%s", part, texts);
}

/* Texts that are cut off or overlap, or anything outside of the area, at sizes from the smallest on. */
static inline void panel_check_sizes(PanelRig *rig)
{
    static const int widths[] = { 200, 264, 320, 480, 640, 901, 1280 };
    static const int heights[] = { 120, 168, 300, 400, 600, 777, 1000 };
    for (unsigned i = 0; i < G_N_ELEMENTS(widths) * G_N_ELEMENTS(heights); i++) {
        const UiRect area = { 100, 50, widths[i % G_N_ELEMENTS(widths)],
                              heights[i / G_N_ELEMENTS(widths)] };
        g_autoptr(GString) out = g_string_new(NULL);
        panel_draw(rig, area);
        cr_expect_eq(draw_check(rig->list, out), 0, "%s at %dx%d:\n%s", rig->type->id, area.w,
                     area.h, out->str);
        cr_expect_eq(rig->list->clips->len, 0);
        for (guint j = 0; j < rig->list->ops->len; j++) {
            UiRect at = g_array_index(rig->list->ops, DrawOp, j).at;
            UiRect in = rect_common(at, area);
            bool is_line = g_array_index(rig->list->ops, DrawOp, j).kind == DRAW_LINE;
            cr_expect(is_line || (in.w == at.w && in.h == at.h),
                      "%s at %dx%d: %d,%d %dx%d is outside", rig->type->id, area.w, area.h, at.x,
                      at.y, at.w, at.h);
        }
    }
}

/* Every number of `text`, in hex with 0x or in a column of a table, stands in the drawing. */
static inline void panel_has_numbers(const PanelRig *rig, const char *text)
{
    g_autofree char *texts = panel_texts(rig);
    g_auto(GStrv) words = g_strsplit_set(text, " ,:;()\n", -1);
    for (char **word = words; *word; word++) {
        const char *number = g_str_has_prefix(*word, "0x") ? *word + 2 : *word;
        if (!*number || strspn(number, "0123456789abcdef") != strlen(number))
            continue;
        cr_expect(strstr(texts, number), "no \"%s\" in:\n%s", number, texts);
    }
}

static inline void panel_end(PanelRig *rig)
{
    sights_unref(rig->sights);
    draw_list_free(rig->list);
    g_free(rig->state);
}

#endif
