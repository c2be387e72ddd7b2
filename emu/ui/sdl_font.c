/* SPDX-License-Identifier: MIT */
/* sdl_font.c - characters as pixels; see sdl_font.h. */
#include "emu/ui/sdl_font.h"

#include <SDL_ttf.h>

#include "emu/base/error.h"
#include "emu/ui/draw.h"

/* Of the drawings in Terminus, the one to use; or each pixel of one twice. */
static const struct {
    unsigned scale;
    int strike; /* what SDL_ttf calls a size */
    unsigned times;
} strikes[] = { { 100, 2, 1 }, { 125, 4, 1 }, { 150, 6, 1 }, { 175, 7, 1 },
                { 200, 8, 1 }, { 250, 4, 2 }, { 300, 6, 2 } };

static const char *const folders[] = { "/usr/share/fonts/opentype/terminus",
                                       "/usr/share/fonts/truetype/dejavu",
                                       "/usr/share/fonts/dejavu", "/usr/share/fonts/TTF",
                                       "/usr/share/fonts/terminus" };

struct Font {
    TTF_Font *terminus[2], *dejavu[2]; /* normal and bold; NULL: not there */
    unsigned times;
    int w, h;           /* of a cell, in pixels */
    GHashTable *glyphs; /* by character and boldness: pixels, NULL for nothing to see */
    const uint8_t *ascii[2][128];
};

static TTF_Font *open_font(const char *file, int size)
{
    TTF_Font *font = NULL;
    for (size_t i = 0; !font && i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(folders[i], file, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            font = TTF_OpenFont(path, size);
    }
    return font;
}

/* The largest size at which a letter fits into the cell. */
static TTF_Font *open_dejavu(const char *file, int w, int h)
{
    TTF_Font *font = open_font(file, h * 3 / 4);
    for (int size = h * 3 / 4, advance; font && size > 4; size--) {
        TTF_SetFontSize(font, size);
        TTF_GlyphMetrics32(font, 'M', NULL, NULL, NULL, NULL, &advance);
        if (advance <= w && TTF_FontHeight(font) <= h + h / 4)
            break;
    }
    return font;
}

Font *font_new(unsigned scale, GError **error)
{
    size_t row = 0;
    while (row + 1 < G_N_ELEMENTS(strikes) && strikes[row].scale < scale)
        row++;
    if (!TTF_WasInit() && TTF_Init()) {
        fail(error, EXIT_HOST, "the window's fonts cannot be read: %s; write -display none",
             TTF_GetError());
        return NULL;
    }
    Font *font = g_new0(Font, 1);
    font->times = strikes[row].times;
    font->w = (int)(UI_CELL_W * strikes[row].scale / 100);
    font->h = (int)(UI_CELL_H * strikes[row].scale / 100);
    font->glyphs = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    font->terminus[0] = open_font("terminus-normal.otb", strikes[row].strike);
    font->terminus[1] = open_font("terminus-bold.otb", strikes[row].strike);
    font->dejavu[0] = open_dejavu("DejaVuSansMono.ttf", font->w, font->h);
    font->dejavu[1] = open_dejavu("DejaVuSansMono-Bold.ttf", font->w, font->h);
    if (!font->terminus[0] && !font->dejavu[0]) {
        font_free(font);
        fail(
            error, EXIT_HOST,
            "the window has no font to write with; install fonts-terminus-otb (./configure --install "
            "does), or write -display none");
        return NULL;
    }
    return font;
}

void font_free(Font *font)
{
    if (!font)
        return;
    for (unsigned bold = 0; bold < 2; bold++) {
        if (font->terminus[bold])
            TTF_CloseFont(font->terminus[bold]);
        if (font->dejavu[bold])
            TTF_CloseFont(font->dejavu[bold]);
    }
    g_hash_table_unref(font->glyphs);
    g_free(font);
}

/* What of the picture lies in the cell, each pixel `times` times in both directions. */
static void copy(const Font *font, uint8_t *cell, SDL_Surface *picture, unsigned times, int left)
{
    int shift = (int)times;
    for (int y = 0; y < font->h; y++) {
        for (int x = 0; x < font->w; x++) {
            int from_x = x / shift - left, from_y = y / shift;
            if (from_x < 0 || from_x >= picture->w || from_y >= picture->h)
                continue;
            const uint8_t *line =
                (const uint8_t *)picture->pixels + (ptrdiff_t)from_y * picture->pitch;
            uint32_t pixel;
            memcpy(&pixel, line + (ptrdiff_t)from_x * 4, sizeof pixel);
            cell[y * font->w + x] = (uint8_t)(pixel >> 24);
        }
    }
}

static bool render(const Font *font, TTF_Font *from, gunichar character, unsigned times,
                   uint8_t *cell)
{
    SDL_Color white = { 255, 255, 255, 255 };
    int least = 0, most = 0, advance = 0;
    if (!from || !TTF_GlyphIsProvided32(from, character))
        return false;
    SDL_Surface *picture = TTF_RenderGlyph32_Blended(from, character, white);
    if (!picture)
        return false;
    TTF_GlyphMetrics32(from, character, &least, &most, NULL, NULL, &advance);
    int width = font->w / (int)times, left = advance > width ? (width - advance) / 2 : 0;
    copy(font, cell, picture, times, left);
    SDL_FreeSurface(picture);
    return true;
}

static void draw_box(const Font *font, uint8_t *cell)
{
    int thick = MAX(font->w / 8, 1), top = font->h / 4, bottom = font->h - font->h / 4;
    for (int y = top; y < bottom; y++)
        for (int x = thick; x < font->w - thick; x++)
            if (y < top + thick || y >= bottom - thick || x < 2 * thick || x >= font->w - 2 * thick)
                cell[y * font->w + x] = 255;
}

static const uint8_t *make(Font *font, gunichar character, bool bold)
{
    uint8_t *cell = g_malloc0((gsize)font->w * (gsize)font->h);
    if (!render(font, font->terminus[bold], character, font->times, cell) &&
        !render(font, font->terminus[0], character, font->times, cell) &&
        !render(font, font->dejavu[bold], character, 1, cell) &&
        !render(font, font->dejavu[0], character, 1, cell))
        draw_box(font, cell);
    return cell;
}

const uint8_t *font_glyph(void *opaque, gunichar character, bool bold)
{
    enum { MOST = 8192 };
    Font *font = opaque;
    gpointer key = GUINT_TO_POINTER(character << 1 | bold), known = NULL;
    if (character < 128 && font->ascii[bold][character])
        return font->ascii[bold][character];
    if (g_hash_table_lookup_extended(font->glyphs, key, NULL, &known))
        return known;
    if (g_hash_table_size(font->glyphs) >= MOST) {
        g_hash_table_remove_all(font->glyphs);
        memset(font->ascii, 0, sizeof font->ascii);
    }
    const uint8_t *cell = make(font, character, bold);
    g_hash_table_insert(font->glyphs, key, (gpointer)cell);
    if (character < 128)
        font->ascii[bold][character] = cell;
    return cell;
}
