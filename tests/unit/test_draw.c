/* SPDX-License-Identifier: MIT */
/* test_draw.c - drawings as lists: what is kept, hit, cut off, and equal. */
#include <criterion/criterion.h>

#include "emu/ui/draw.h"
#include "emu/ui/palette.h"

static unsigned problems(const DrawList *list)
{
    g_autoptr(GString) out = g_string_new(NULL);
    return draw_check(list, out);
}

Test(draw, texts_that_are_cut_off_or_overlap_are_found)
{
    DrawList *list = draw_list_new();
    int end = draw_text(list, 0, 0, UI_TEXT, 0, "walk");
    cr_expect_eq(end, 4 * UI_CELL_W);
    draw_text(list, end, 0, UI_TEXT, 0, "beside");
    cr_expect_eq(problems(list), 0);
    draw_text(list, end - 1, 0, UI_TEXT, 0, "over");
    cr_expect_eq(problems(list), 2); /* both others */
    draw_list_clear(list);
    draw_clip(list, (UiRect){ 0, 0, 5 * UI_CELL_W, UI_CELL_H });
    draw_text(list, 0, 0, UI_TEXT, 0, "12345");
    cr_expect_eq(problems(list), 0);
    draw_text(list, 0, 0, UI_TEXT, 0, "123456");
    cr_expect_eq(problems(list), 2); /* cut off, and over the first */
    draw_fit(list, (UiRect){ 0, 0, 5 * UI_CELL_W, UI_CELL_H }, UI_TEXT, 0, "123456");
    draw_unclip(list);
    const DrawOp *last = &g_array_index(list->ops, DrawOp, list->ops->len - 1);
    cr_expect_str_eq(list->texts->str + last->text, "1234…");
    draw_list_free(list);
}

Test(draw, what_is_painted_over_is_no_problem)
{
    DrawList *list = draw_list_new();
    draw_text(list, 0, 0, UI_TEXT, 0, "under");
    draw_fill(list, (UiRect){ 0, 0, 100, 20 }, UI_PANEL);
    draw_text(list, 0, 0, UI_TEXT, 0, "over");
    cr_expect_eq(problems(list), 0);
    draw_list_free(list);
}

Test(draw, the_last_region_is_hit)
{
    DrawList *list = draw_list_new();
    draw_region(list, (UiRect){ 0, 0, 100, 100 }, 1);
    draw_clip(list, (UiRect){ 0, 0, 20, 20 });
    draw_region(list, (UiRect){ 10, 10, 50, 50 }, 2);
    draw_unclip(list);
    cr_expect_eq(draw_hit(list, 5, 5), 1);
    cr_expect_eq(draw_hit(list, 15, 15), 2);
    cr_expect_eq(draw_hit(list, 30, 30), 1, "cut off there");
    cr_expect_eq(draw_hit(list, 100, 0), 0);
    draw_list_free(list);
}

Test(draw, equal_lists_have_equal_hashes_and_bad_text_is_replaced)
{
    DrawList *a = draw_list_new(), *b = draw_list_new();
    draw_text(a, 0, 0, UI_TEXT, 0, "a\033[2J\xff");
    draw_text(b, 0, 0, UI_TEXT, 0, "a\xef\xbf\xbd[2J\xef\xbf\xbd");
    cr_expect_eq(draw_hash(a), draw_hash(b));
    draw_fill(a, (UiRect){ 0, 0, 1, 1 }, UI_BACK);
    cr_expect_neq(draw_hash(a), draw_hash(b));
    draw_list_free(a);
    draw_list_free(b);
}

/* WCAG 2.1, "relative luminance". */
static double luminance(UiColor color)
{
    double sum = 0;
    static const double weights[] = { 0.2126, 0.7152, 0.0722 };
    for (unsigned i = 0; i < 3; i++) {
        double part = (color >> (16 - 8 * i) & 0xff) / 255.0;
        sum += weights[i] *
               (part <= 0.03928 ? part / 12.92 : __builtin_pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(UiColor a, UiColor b)
{
    double la = luminance(a), lb = luminance(b);
    return (MAX(la, lb) + 0.05) / (MIN(la, lb) + 0.05);
}

Test(draw, text_has_contrast)
{
    static const UiColor inks[] = { UI_TEXT, UI_DIM, UI_FOCUS, UI_GOOD, UI_BAD, UI_WARN };
    static const UiColor papers[] = { UI_BACK, UI_PANEL, UI_RAISED };
    for (unsigned i = 0; i < G_N_ELEMENTS(inks); i++)
        for (unsigned j = 0; j < G_N_ELEMENTS(papers); j++)
            cr_expect_geq(contrast(inks[i], papers[j]), 4.5, "%06x on %06x: %f", inks[i], papers[j],
                          contrast(inks[i], papers[j]));
}

Test(draw, owners_are_told_apart)
{
    for (unsigned i = 0; i < 50; i++) {
        cr_expect_geq(contrast(ui_owner_ink(i), ui_owner_color(i)), 4.5, "owner %u", i);
        for (unsigned j = 0; j < i; j++)
            cr_expect(ui_owner_color(i) != ui_owner_color(j) ||
                          (j && ui_owner_pattern(i) != ui_owner_pattern(j)),
                      "owners %u and %u", i, j);
    }
}
