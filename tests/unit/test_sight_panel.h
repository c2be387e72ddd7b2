/* SPDX-License-Identifier: MIT */
/* test_sight_panel.h - a panel drawn for a test. */
#ifndef TESTS_UNIT_TEST_SIGHT_PANEL_H
#define TESTS_UNIT_TEST_SIGHT_PANEL_H

#include "emu/ui/panel.h"
#include "tests/unit/test_sight_setup.h"

static inline void draw_panel(const UiPanelType *type, void *state, const Sights *sights, int w,
                              int h, DrawList *list)
{
    UiRect area = { 7, 11, w, h };
    draw_list_clear(list);
    draw_clip(list, area);
    type->draw(state, sights, list, area);
    draw_unclip(list);
}

static inline bool has_text(const DrawList *list, const char *text)
{
    for (guint i = 0; i < list->ops->len; i++) {
        const DrawOp *op = &g_array_index(list->ops, DrawOp, i);
        if (op->kind == DRAW_TEXT && !strcmp(list->texts->str + op->text, text))
            return true;
    }
    return false;
}

static inline void check_sizes(const UiPanelType *type, const Sights *sights)
{
    static const int sizes[][2] = { { 200, 120 }, { 320, 300 },  { 480, 400 },
                                    { 640, 600 }, { 1400, 180 }, { 233, 777 } };
    DrawList *list = draw_list_new();
    g_autofree void *state = g_malloc0(type->state_size);
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GString) problems = g_string_new(NULL);
        draw_panel(type, state, sights, sizes[i][0], sizes[i][1], list);
        cr_expect_eq(draw_check(list, problems), 0, "%dx%d: %s", sizes[i][0], sizes[i][1],
                     problems->str);
        cr_expect_gt(list->ops->len, 0);
    }
    draw_list_free(list);
}

#endif
