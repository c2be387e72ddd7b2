/* SPDX-License-Identifier: MIT */
/* ui_bar.c - the bar at the top: buttons, and what the machine's clocks say; see ui.h. */
#include <inttypes.h>

#include "emu/ui/palette.h"
#include "emu/ui/ui.h"

const char *ui_state_word(const Ui *ui)
{
    const Sights *s = ui->sights;
    return !s ? "starting" : s->over ? "ended" : s->paused ? "paused" : "running";
}

static int draw_button(DrawList *list, int x, UiRect area, const char *text, UiAction action)
{
    UiRect at = { x, area.y + 2, draw_width(text) + 2 * UI_CELL_W, area.h - 4 };
    if (at.x + at.w > area.x + area.w)
        return x;
    draw_fill(list, at, UI_RAISED);
    draw_text(list, at.x + UI_CELL_W, area.y + (area.h - UI_CELL_H) / 2, UI_TEXT, 0, text);
    draw_region(list, at, action);
    return at.x + at.w + 4;
}

/* From the right, while there is room. */
static void draw_words(DrawList *list, UiRect room, char *const *words)
{
    for (; *words; words++) {
        int width = draw_width(*words);
        if (!width)
            continue;
        if (width + 2 * UI_CELL_W > room.w)
            return;
        UiRect at = rect_cut_right(&room, width + 2 * UI_CELL_W);
        at = rect_cut_left(&at, width);
        draw_fit(list, at, UI_DIM, 0, *words);
    }
}

void ui_draw_bar(const Ui *ui, DrawList *list, UiRect area)
{
    const Sights *s = ui->sights;
    bool paused = s && s->paused;
    draw_fill(list, area, UI_BACK);
    int x = draw_button(list, area.x + 4, area, paused ? "▶ Run" : "■ Pause", UI_DO_RUN);
    if (paused) {
        x = draw_button(list, x, area, "Step", UI_DO_STEP);
        x = draw_button(list, x, area, "To exit", UI_DO_STEP_EXIT);
        x = draw_button(list, x, area, "Back", UI_DO_BACK);
    }
    x = draw_button(list, x, area, s && !s->paced ? "Full speed" : "Real time", UI_DO_SPEED);
    x = draw_button(list, x, area, "F1 Help", UI_DO_HELP);
    UiRect room = { x, area.y, area.x + area.w - x, area.h };
    uint64_t ms = s ? s->now_ns / 1000000 : 0;
    g_autofree char *time = g_strdup_printf("t=%" PRIu64 ".%03" PRIu64 " s", ms / 1000, ms % 1000);
    g_autofree char *mips =
        ui->live && !paused ? g_strdup_printf("%.0f MIPS", ui->mips) : g_strdup("");
    g_autofree char *scale = g_strdup_printf("%u %%", ui->scale);
    g_autofree char *state =
        g_strdup_printf("%s%s", ui_state_word(ui), s && s->timed ? ", timed" : "");
    char *const words[] = { time, state, mips, scale, NULL };
    draw_words(list, room, words);
}
