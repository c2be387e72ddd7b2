/* SPDX-License-Identifier: MIT */
/* test_window.c - the window without its window: areas, keys, the mouse, pixels. */
#include <criterion/criterion.h>
#include <string.h>

#include "emu/ui/keys.h"
#include "emu/ui/paint.h"
#include "emu/ui/palette.h"
#include "emu/ui/scale.h"
#include "emu/ui/ui.h"

static WindowConfig config_of(int size)
{
    WindowConfig config = { .panels = g_ptr_array_new() };
    for (unsigned i = 0; i < WINDOW_AREAS; i++)
        config.areas[i] = size;
    return config;
}

/* Areas. */

static void expect_apart(const UiRect at[AREAS], int w, int h)
{
    for (unsigned i = 0; i < AREAS; i++) {
        UiRect inside = rect_common(at[i], (UiRect){ 0, 0, w, h });
        cr_expect(at[i].w >= 0 && at[i].h >= 0 && inside.w == at[i].w && inside.h == at[i].h,
                  "area %u is outside %d x %d", i, w, h);
        for (unsigned j = i + 1; j < AREAS; j++) {
            UiRect both = rect_common(at[i], at[j]);
            cr_expect(!both.w || !both.h, "areas %u and %u, %d x %d", i, j, w, h);
        }
    }
}

Test(window, areas_never_overlap_whatever_the_size)
{
    static const int sizes[] = { 0, 1, 23, 24, 25, 60, 100, 199, 320, 640, 1280, 3840, 16384 };
    static const int areas[] = { -1, 0, 1, 61, 500, WINDOW_MOST };
    UiRect at[AREAS];
    UiLayout layout;
    for (size_t k = 0; k < G_N_ELEMENTS(areas); k++) {
        WindowConfig config = config_of(areas[k]);
        layout_begin(&layout, &config);
        for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
            for (size_t j = 0; j < G_N_ELEMENTS(sizes); j++) {
                layout_place(&layout, sizes[i], sizes[j], at);
                expect_apart(at, sizes[i], sizes[j]);
                cr_expect_eq(at[AREA_BAR].h, MIN(sizes[j], LAYOUT_BAR));
                cr_expect_eq(at[AREA_MIDDLE].h > 0, sizes[j] > LAYOUT_BAR,
                             "the middle comes first");
            }
        }
        g_ptr_array_free(config.panels, TRUE);
    }
}

Test(window, areas_grow_hide_and_have_the_window_alone)
{
    WindowConfig config = config_of(-1);
    UiLayout layout;
    UiRect before[AREAS], at[AREAS];
    layout_begin(&layout, &config);
    layout_place(&layout, 1280, 800, before);
    layout_grow(&layout, AREA_RIGHT, 40);
    layout_place(&layout, 1280, 800, at);
    cr_expect_eq(at[AREA_RIGHT].w, before[AREA_RIGHT].w + 40);
    cr_expect_eq(at[AREA_MIDDLE].w, before[AREA_MIDDLE].w - 40);
    cr_expect_eq(layout_edge(at, at[AREA_RIGHT].x - 1, 300), AREA_RIGHT);
    cr_expect_eq(layout_edge(at, at[AREA_RIGHT].x + 9, 300), AREA_NONE);
    layout.hidden[AREA_RIGHT] = true;
    layout_place(&layout, 1280, 800, at);
    cr_expect(!at[AREA_RIGHT].w && layout_edge(at, 859, 300) == AREA_NONE);
    layout.zoomed = AREA_TIMELINE;
    layout_place(&layout, 1280, 800, at);
    cr_expect(at[AREA_TIMELINE].w == 1280 && at[AREA_TIMELINE].h == 800 - LAYOUT_BAR);
    cr_expect(!at[AREA_MIDDLE].w && !at[AREA_LEFT].w);
    cr_expect_eq(layout_find("middle"), AREA_MIDDLE);
    cr_expect_eq(layout_find("bar"), AREA_NONE);
    g_ptr_array_free(config.panels, TRUE);
}

/* Keys. */

Test(window, keys_have_linux_codes)
{
    static const struct {
        unsigned usage, code;
    } known[] = {
        { 4, 30 },    /* A: KEY_A */
        { 29, 44 },   /* Z: KEY_Z */
        { 30, 2 },    /* 1: KEY_1 */
        { 39, 11 },   /* 0: KEY_0 */
        { 40, 28 },   /* Enter: KEY_ENTER */
        { 44, 57 },   /* Space: KEY_SPACE */
        { 57, 58 },   /* KEY_CAPSLOCK */
        { 58, 59 },   /* KEY_F1 */
        { 69, 88 },   /* KEY_F12 */
        { 73, 110 },  /* KEY_INSERT */
        { 79, 106 },  /* KEY_RIGHT */
        { 82, 103 },  /* KEY_UP */
        { 83, 69 },   /* KEY_NUMLOCK */
        { 88, 96 },   /* KEY_KPENTER */
        { 99, 83 },   /* KEY_KPDOT */
        { 101, 127 }, /* KEY_COMPOSE */
        { 115, 194 }, /* KEY_F24 */
        { 224, 29 },  /* KEY_LEFTCTRL */
        { 230, 100 }, /* KEY_RIGHTALT */
        { 231, 126 }, /* KEY_RIGHTMETA */
        { 0, 0 },     { 3, 0 }, { 400, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        cr_expect_eq(keys_evdev(known[i].usage), known[i].code, "usage %u", known[i].usage);
    /* No two keys are the same to a guest, but for the two that are one on a keyboard. */
    for (unsigned i = 0; i < 256; i++)
        for (unsigned j = i + 1; j < 256; j++)
            cr_expect(!keys_evdev(i) || keys_evdev(i) != keys_evdev(j) || (i == 49 && j == 50),
                      "usages %u and %u", i, j);
}

Test(window, keys_of_the_window_leave_a_guest_its_own)
{
    cr_expect_eq(keys_find(UI_KEY_F1 + 4, 0, false), UI_DO_RUN);
    cr_expect_eq(keys_find(UI_KEY_F1 + 4, 0, true), UI_DO_NOTHING);
    cr_expect_eq(keys_find('p', UI_CTRL | UI_ALT, true), UI_DO_RUN);
    cr_expect_eq(keys_find('+', UI_CTRL | UI_ALT | UI_SHIFT, true), UI_DO_LARGER);
    cr_expect_eq(keys_find('3', UI_CTRL | UI_ALT, true), UI_DO_TAB + 2);
    cr_expect_eq(keys_find('p', 0, false), UI_DO_NOTHING);
    for (const KeyRow *row = key_rows; row->action; row++)
        for (const KeyRow *other = row + 1; other->action; other++)
            cr_expect(row->key != other->key || row->modifiers != other->modifiers,
                      "two rows for the key of '%s'", row->name ? row->name : "?");
}

/* The whole. */

typedef struct {
    GString *heard; /* what it was told */
} Fake;

static void fake_draw(void *view, DrawList *list, UiRect area, bool focused)
{
    (void)view;
    draw_fill(list, area, focused ? UI_FOCUS : UI_PANEL);
}

static bool fake_key(void *view, unsigned key, unsigned modifiers)
{
    g_string_append_printf(((Fake *)view)->heard, "key %x %x;", key, modifiers);
    return true;
}

static void fake_text(void *view, const char *text)
{
    g_string_append_printf(((Fake *)view)->heard, "text %s;", text);
}

static bool fake_mouse(void *view, const UiMouse *mouse, UiRect area)
{
    g_string_append_printf(((Fake *)view)->heard, "mouse %d,%d %u;", mouse->x - area.x,
                           mouse->y - area.y, mouse->button);
    return true;
}

static void fake_leave(void *view)
{
    g_string_append(((Fake *)view)->heard, "leave;");
}

static const UiViewType fake_type = {
    .draw = fake_draw, .key = fake_key, .text = fake_text, .mouse = fake_mouse, .leave = fake_leave
};

static void take_line(void *opaque, const char *line)
{
    g_string_append_printf(opaque, "%s;", line);
}

static void take_steps(void *opaque, int steps)
{
    g_string_append_printf(opaque, "scale %d;", steps);
}

static void take_grab(void *opaque, bool on)
{
    g_string_append_printf(opaque, "grab %d;", on);
}

static void take_nothing(void *opaque)
{
    (void)opaque;
}

static GString *asked;
static Fake console, monitor;
static Ui *ui;

static void begin(void)
{
    static WindowConfig config;
    config = config_of(-1);
    asked = g_string_new(NULL);
    console.heard = g_string_new(NULL);
    monitor.heard = g_string_new(NULL);
    UiHost host = { take_line, take_steps, take_nothing, take_grab, asked };
    ui = ui_new(&config, &host);
    ui_add_tab(ui, &fake_type, &console, "console");
    ui_set_monitor(ui, &fake_type, &monitor, "monitor");
    ui_resize(ui, 1280, 800);
    ui_draw(ui);
}

static void expect(GString *said, const char *text)
{
    cr_expect_str_eq(said->str, text);
    g_string_truncate(said, 0);
}

Test(window, keys_go_where_the_focus_is)
{
    begin();
    ui_text(ui, "a");
    cr_expect(ui_key(ui, 'c', UI_CTRL));
    expect(console.heard, "text a;key 63 2;");
    ui_focus(ui, AREA_MONITOR);
    ui_text(ui, "info");
    expect(console.heard, "leave;");
    expect(monitor.heard, "text info;");
    ui_window_focus(ui, false);
    expect(monitor.heard, "leave;");
    ui_free(ui);
}

Test(window, buttons_and_keys_are_lines_of_the_monitor)
{
    begin();
    Sights *sights = g_new0(Sights, 1);
    sights->references = 1;
    ui_show(ui, sights);
    cr_expect(ui_key(ui, UI_KEY_F1 + 4, 0));
    expect(asked, "stop;");
    ui_key(ui, UI_KEY_F1 + 5, 0);
    expect(asked, "stop;step;");
    sights->paused = sights->paced = true;
    ui_key(ui, UI_KEY_F1 + 4, 0);
    ui_key(ui, UI_KEY_F1 + 6, 0);
    ui_key(ui, UI_KEY_F1 + 7, 0);
    ui_key(ui, UI_KEY_F1 + 8, 0);
    expect(asked, "cont;step exit;reverse;speed full;");
    ui_draw(ui);
    ui_mouse(ui, &(UiMouse){ .x = 10, .y = 10, .button = 1, .down = true });
    ui_mouse(ui, &(UiMouse){ .x = 10, .y = 10, .button = 1 });
    expect(asked, "cont;");
    ui_free(ui);
}

Test(window, the_mouse_goes_to_what_is_below_it_or_pulls_an_edge)
{
    begin();
    UiRect at = ui->at[AREA_MIDDLE], below = ui->at[AREA_MONITOR];
    ui_mouse(ui,
             &(UiMouse){ .x = at.x + 7, .y = at.y + LAYOUT_HEAD + 5, .button = 1, .down = true });
    ui_mouse(ui, &(UiMouse){ .x = at.x - 9, .y = at.y + 3 }); /* still the same's */
    ui_mouse(ui, &(UiMouse){ .x = at.x, .y = at.y, .button = 1 });
    expect(console.heard, "mouse 7,5 1;mouse -9,-17 0;mouse 0,-20 1;");
    ui_mouse(ui, &(UiMouse){ .x = 100, .y = below.y - 1, .button = 1, .down = true });
    ui_mouse(ui, &(UiMouse){ .x = 100, .y = below.y - 31 });
    ui_mouse(ui, &(UiMouse){ .x = 100, .y = below.y - 31, .button = 1 });
    cr_expect_eq(ui->at[AREA_MONITOR].h, below.h + 30);
    expect(monitor.heard, "");
    ui_free(ui);
}

Test(window, a_grab_ends_with_the_focus)
{
    begin();
    ui_key(ui, 'g', UI_CTRL | UI_ALT);
    cr_expect(ui->grabbed);
    ui_key(ui, UI_KEY_F1 + 4, 0);
    expect(console.heard, "key 110104 0;"); /* it is the guest's while grabbed */
    ui_window_focus(ui, false);
    cr_expect(!ui->grabbed);
    expect(asked, "grab 1;grab 0;");
    ui_free(ui);
}

/* Nothing that anybody does may break it. */
Test(window, a_hundred_thousand_random_events)
{
    begin();
    ui_show(ui, g_new0(Sights, 1));
    ui->sights->references = 1;
    GRand *random = g_rand_new_with_seed(1);
    for (unsigned i = 0; i < 100000; i++) {
        unsigned key = (unsigned)g_rand_int_range(random, 0, 0x130);
        UiMouse mouse = { .x = g_rand_int_range(random, -100, 4000),
                          .y = g_rand_int_range(random, -100, 4000),
                          .button = (unsigned)g_rand_int_range(random, 0, 4),
                          .down = g_rand_boolean(random),
                          .wheel = g_rand_int_range(random, -2, 3) };
        switch (g_rand_int_range(random, 0, 40)) {
        case 0:
            ui_resize(ui, g_rand_int_range(random, 0, 3000), g_rand_int_range(random, 0, 3000));
            break;
        case 1: ui_draw(ui); break;
        case 2: ui_window_focus(ui, g_rand_boolean(random)); break;
        case 3: ui_text(ui, "x"); break;
        default:
            if (key < 0x60)
                ui_mouse(ui, &mouse);
            else
                ui_key(ui, key < 0x100 ? key : key - 0x100 + (key & 1 ? UI_KEY_UP : UI_KEY_F1),
                       (unsigned)g_rand_int_range(random, 0, 8));
        }
        g_string_truncate(asked, 0);
        g_string_truncate(console.heard, 0);
        g_string_truncate(monitor.heard, 0);
    }
    ui_draw(ui);
    g_rand_free(random);
    ui_free(ui);
}

/* Pixels. */

static const uint8_t *full_glyph(void *opaque, gunichar character, bool bold)
{
    static uint8_t cells[2][24 * 48];
    (void)opaque;
    memset(cells[1], bold ? 128 : 255, sizeof cells[1]);
    return character == '.' ? cells[0] : cells[1];
}

static uint32_t pixel_at(const Canvas *canvas, int x, int y)
{
    return canvas->pixels[y * canvas->w + x];
}

Test(window, drawings_become_pixels_of_the_scale)
{
    static const unsigned scales[] = { 100, 125, 150, 175, 200, 250, 300 };
    for (size_t i = 0; i < G_N_ELEMENTS(scales); i++) {
        Canvas canvas = { 0 };
        unsigned s = scales[i];
        DrawList *list = draw_list_new();
        canvas_resize(&canvas, 96 * (int)s / 100, 64 * (int)s / 100);
        Painter painter = { &canvas, s, full_glyph, NULL, NULL };
        draw_fill(list, (UiRect){ 8, 16, 16, 16 }, 0x112233);
        draw_clip(list, (UiRect){ 0, 0, 40, 64 });
        draw_text(list, 32, 16, 0xffffff, 0, "xx");
        draw_unclip(list);
        draw_frame(list, (UiRect){ 48, 32, 16, 16 }, 0x00ff00);
        draw_line(list, 0, 60, 10, 60, 0x0000ff);
        paint_list(&painter, list, (UiRect){ 0, 0, 96, 64 });
        int k = (int)s;
        cr_expect_eq(pixel_at(&canvas, 8 * k / 100, 16 * k / 100), 0x112233);
        cr_expect_eq(pixel_at(&canvas, 8 * k / 100 - 1, 16 * k / 100), 0);
        cr_expect_eq(pixel_at(&canvas, 24 * k / 100 - 1, 32 * k / 100 - 1), 0x112233);
        cr_expect_eq(pixel_at(&canvas, 24 * k / 100, 20 * k / 100), 0);
        cr_expect_eq(pixel_at(&canvas, 40 * k / 100 - 1, 20 * k / 100), 0xffffff);
        cr_expect_eq(pixel_at(&canvas, 40 * k / 100, 20 * k / 100), 0, "it is cut off");
        cr_expect_eq(pixel_at(&canvas, 48 * k / 100, 40 * k / 100), 0x00ff00);
        cr_expect_eq(pixel_at(&canvas, 56 * k / 100, 40 * k / 100), 0, "a frame is empty");
        cr_expect_eq(pixel_at(&canvas, 5 * k / 100, 60 * k / 100), 0x0000ff);
        draw_list_free(list);
        canvas_free(&canvas);
    }
}

Test(window, half_covered_pixels_are_mixed)
{
    Canvas canvas = { 0 };
    DrawList *list = draw_list_new();
    canvas_resize(&canvas, 8, 16);
    Painter painter = { &canvas, 100, full_glyph, NULL, NULL };
    draw_text(list, 0, 0, 0xff0000, UI_BOLD, "x");
    paint_list(&painter, list, (UiRect){ 0, 0, 8, 16 });
    cr_expect_eq(pixel_at(&canvas, 3, 3), 0x800000);
    draw_list_free(list);
    canvas_free(&canvas);
}

Test(window, what_changes_is_painted_again_and_nothing_else)
{
    DrawList *list = draw_list_new();
    Damage damage = damage_new();
    UiRect area = { 0, 20, 100, 160 };
    g_autoptr(GArray) rects = g_array_new(FALSE, FALSE, sizeof(UiRect));
    for (unsigned round = 0; round < 3; round++) {
        draw_list_clear(list);
        draw_fill(list, area, 0);
        draw_text(list, 0, 20 + 3 * UI_CELL_H, 1, 0, "a");
        draw_text(list, 0, 20 + 5 * UI_CELL_H, 1, 0, round == 2 ? "b" : "a");
        g_array_set_size(rects, 0);
        damage_find(&damage, list, area, rects);
        cr_expect_eq(rects->len, round == 1 ? 0 : 1);
    }
    UiRect changed = g_array_index(rects, UiRect, 0);
    cr_expect(changed.y == 20 + 5 * UI_CELL_H && changed.h == UI_CELL_H && changed.w == 100);
    area.x = 1;
    g_array_set_size(rects, 0);
    damage_find(&damage, list, area, rects);
    cr_expect(rects->len == 1 && g_array_index(rects, UiRect, 0).h == 160, "it has moved");
    damage_free(&damage);
    draw_list_free(list);
}

Test(window, pictures_keep_whole_pixels_if_there_is_room)
{
    static const uint32_t pixels[] = { 0xff0000, 0x00ff00, 0x0000ff, 0xffffff };
    Picture picture = { 2, 2, pixels };
    Canvas canvas = { 0 };
    canvas_resize(&canvas, 11, 7);
    UiRect all = { 0, 0, 11, 7 }, at = scale_place(2, 2, all, false);
    cr_expect(at.w == 6 && at.h == 6 && at.x == 2 && at.y == 0);
    scale_paint(&picture, &canvas, at, all);
    cr_expect(pixel_at(&canvas, 2, 0) == 0xff0000 && pixel_at(&canvas, 4, 2) == 0xff0000);
    cr_expect(pixel_at(&canvas, 5, 2) == 0x00ff00 && pixel_at(&canvas, 5, 3) == 0xffffff);
    cr_expect(!pixel_at(&canvas, 1, 0) && !pixel_at(&canvas, 8, 0));
    at = scale_place(2, 2, all, true);
    cr_expect(at.w == 7 && at.h == 7);
    at = scale_place(64, 32, all, false);
    cr_expect(at.w == 11 && at.h == 5, "smaller, in its shape");
    at = scale_place(4000, 1, all, false);
    cr_expect(at.w == 11 && at.h == 1);
    UiRect part = scale_part(64, 32, (UiRect){ 0, 0, 128, 64 }, (UiRect){ 10, 10, 4, 4 });
    cr_expect(part.x <= 20 && part.x + part.w >= 28 && part.w < 20);
    canvas_free(&canvas);
}
