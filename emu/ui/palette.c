/* SPDX-License-Identifier: MIT */
/* palette.c - colours by what they mean; see palette.h. */
#include "emu/ui/palette.h"

#include <string.h>

static const UiColor owners[UI_OWNERS] = { 0xbbbbbb, 0x56b4e9, 0xe69f00, 0x009e73,
                                           0xf0e442, 0xcc79a7, 0xd55e00, 0x0072b2 };

/* The first one is the host's alone. */
static unsigned color_of(unsigned number)
{
    return number ? 1 + (number - 1) % (UI_OWNERS - 1) : 0;
}

UiColor ui_owner_color(unsigned number)
{
    return owners[color_of(number)];
}

UiColor ui_owner_ink(unsigned number)
{
    return color_of(number) == UI_OWNERS - 1 ? 0xffffff : UI_SHADE;
}

UiPattern ui_owner_pattern(unsigned number)
{
    unsigned times = number ? (number - 1) / (UI_OWNERS - 1) : 0;
    return (UiPattern)((color_of(number) + times) % UI_PATTERNS);
}

char ui_owner_letter(unsigned number)
{
    return number ? (char)('A' + (number - 1) % 26) : 'H';
}

void ui_draw_owner(DrawList *list, UiRect at, unsigned number)
{
    draw_pattern(list, at, ui_owner_color(number), UI_SHADE, ui_owner_pattern(number));
}

UiColor ui_heat(uint64_t part, uint64_t whole)
{
    static const UiColor ramp[UI_HEATS] = { 0x181e24, 0x481a6c, 0x472f7d, 0x414487,
                                            0x39568c, 0x31688e, 0x2a788e, 0x23888e,
                                            0x1f988b, 0x22a884, 0x35b779, 0x54c568,
                                            0x7ad151, 0xa5db36, 0xd2e21b, 0xfde725 };
    if (!part || !whole)
        return ramp[0];
    double share = MIN((double)part / (double)whole, 1);
    return ramp[1 + (unsigned)(share * (UI_HEATS - 2) + 0.5)];
}

UiColor ui_mode_color(const char *mode)
{
    static const struct {
        const char *name;
        UiColor color;
    } modes[] = {
        { "M", 0xd55e00 },  { "HS", 0xbbbbbb }, { "S", 0xbbbbbb }, { "U", 0x8a8a8a },
        { "VS", 0x56b4e9 }, { "VU", 0x009e73 }, { "D", 0xf0e442 }, { "idle", UI_RAISED },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(modes); i++)
        if (!strcmp(modes[i].name, mode))
            return modes[i].color;
    return UI_DIM;
}
