/* SPDX-License-Identifier: MIT */
/*
 * panel_walk.c - a walk as a picture: a row for each level of the first stage, a column for each level of the G stage, so that
 * the loop in the loop is seen; a cell is an entry, with its number in the order of reading. One is chosen, and told field
 * by field.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/explain/words.h"
#include "emu/sight/walk.h"
#include "emu/ui/palette.h"
#include "emu/ui/panel.h"
#include "emu/ui/panel_text.h"
#include "mmu/pte.h"

enum {
    MOST_CELL_LINES = 4,
    GAP = 4,
    LABEL_WIDTH = 6 * UI_CELL_W + GAP,
    FIELD_WIDTH = 40 * UI_CELL_W
};
enum {
    BESIDE_WIDTH = 900,
    LEAST_FIELDS = 4 * UI_CELL_H,
    MOST_COLUMNS = WALK_GRID_LEVELS + 1,
    CELL_EDGE = GAP + 2
};

/* Regions. Cells are CLICK_STEP and following. */
enum {
    CLICK_FOLLOW = 1,
    CLICK_ADDRESS,
    CLICK_ACCESS,
    CLICK_PRIVILEGE,
    CLICK_HART,
    CLICK_VMID,
    CLICK_STEP = 16
};

typedef struct {
    bool fixed; /* an address was given; else the last fault or pc is followed */
    bool as_guest;
    unsigned vmid, hart;
    char expression[64];
    char access, privilege; /* as in SightWants */
    unsigned chosen;        /* step plus 1; 0: where the walk ended */
    unsigned scrolled;      /* fields of the chosen step that are above the area */
    bool asks_vmid;         /* what the field is for; else for the address */
    PanelField field;
} WalkPanel;

static void wants(const void *state, SightWants *w)
{
    const WalkPanel *panel = state;
    w->follow = !panel->fixed;
    w->walk_hart = panel->hart;
    w->va = 0;
    g_strlcpy(w->expression, panel->expression, sizeof w->expression);
    w->access = panel->access;
    w->privilege = panel->privilege;
    w->vmid = panel->as_guest ? (int)panel->vmid : -1;
}

static const WalkSight *sight_of(const Sights *sights)
{
    return sights ? sights->sights[SIGHT_WALK] : NULL;
}

static bool has_steps(const WalkSight *sight)
{
    return sight && !sight->refused && sight->grid.n_steps;
}

static unsigned chosen_step(const WalkPanel *panel, const WalkSight *sight)
{
    unsigned n = sight->grid.n_steps;
    return panel->chosen && panel->chosen <= n ? panel->chosen - 1 : n - 1;
}

/* The grid. */

/* Where things are: in every row `columns` cells, those of the G stage from the highest level on, then the entry; those that are
 * empty in all rows are left out. */
typedef struct {
    const WalkGrid *grid;
    unsigned columns, g_levels;
    unsigned levels[MOST_COLUMNS]; /* by column: of the G stage; g_levels: the entry */
    int cell_w, row_h, lines;      /* lines of text in a cell */
    unsigned first, shown;         /* rows */
} Layout;

static unsigned levels_of(unsigned mode)
{
    return walk_grid_is_table(mode) ? atp_levels(mode) : 0;
}

/* The step of that level of the G stage; g_levels: the entry. */
static int step_of(const Layout *layout, unsigned row, unsigned level)
{
    const WalkRow *r = &layout->grid->rows[row];
    return level < layout->g_levels ? r->g[level] : r->entry;
}

static int step_at(const Layout *layout, unsigned row, unsigned column)
{
    return step_of(layout, row, layout->levels[column]);
}

/* Is there what the walk has come to, instead of an entry? */
static bool is_result(const Layout *layout, unsigned row, unsigned level)
{
    return layout->grid->result.status == WALK_OK && layout->g_levels &&
           level == layout->g_levels && row + 1 == layout->grid->n_rows;
}

static void add_column(Layout *layout, unsigned level)
{
    for (unsigned row = 0; row < layout->grid->n_rows; row++)
        if (step_of(layout, row, level) != WALK_NO_STEP || is_result(layout, row, level)) {
            layout->levels[layout->columns++] = level;
            return;
        }
}

static bool find_cell(const Layout *layout, unsigned step, unsigned *row, unsigned *column)
{
    for (*row = 0; *row < layout->grid->n_rows; (*row)++)
        for (*column = 0; *column < layout->columns; (*column)++)
            if (step_at(layout, *row, *column) == (int)step)
                return true;
    return false;
}

static Layout make_layout(const WalkGrid *grid)
{
    Layout layout = { .grid = grid, .g_levels = levels_of(grid->request.g.mode) };
    for (unsigned level = layout.g_levels; level-- > 0;)
        add_column(&layout, level);
    add_column(&layout, layout.g_levels);
    return layout;
}

/* Cells as high as there is room for; or, if not even one line each fits, the rows about the chosen one. */
static void fit_layout(Layout *layout, UiRect area, unsigned chosen)
{
    unsigned row = 0, column;
    int room = area.h - UI_CELL_H; /* the heading's */
    const int n = (int)layout->grid->n_rows;
    layout->cell_w = (area.w - LABEL_WIDTH) / (int)layout->columns;
    layout->lines = MOST_CELL_LINES;
    while (layout->lines > 1 && (layout->lines * UI_CELL_H + CELL_EDGE) * n > room)
        layout->lines--;
    layout->row_h = layout->lines * UI_CELL_H + CELL_EDGE;
    layout->shown = (unsigned)CLAMP(room / layout->row_h, 0, n);
    find_cell(layout, chosen, &row, &column);
    layout->first = row >= layout->shown ? row - layout->shown + 1 : 0;
    layout->first = MIN(layout->first, (unsigned)n - layout->shown);
}

static UiRect cell_rect(const Layout *layout, UiRect area, unsigned row, unsigned column)
{
    return (UiRect){ area.x + LABEL_WIDTH + (int)column * layout->cell_w,
                     area.y + UI_CELL_H + (int)(row - layout->first) * layout->row_h,
                     layout->cell_w - GAP, layout->row_h - GAP };
}

/* The words of a cell. Numbers are whole or left out: half an address says nothing. */
typedef struct {
    const Layout *layout;
    DrawList *list;
    UiRect left;
} Cell;

static bool cell_has_room(const Cell *cell, const char *text)
{
    return draw_width(text) <= cell->left.w;
}

static void cell_number(Cell *cell, UiColor ink, const char *name, uint64_t number)
{
    g_autofree char *text = g_strdup_printf("%s %" PRIx64, name, number);
    g_autofree char *tight = g_strdup_printf("%s%" PRIx64, name, number);
    const char *fits = *name && cell_has_room(cell, text) ? text : tight;
    if (cell_has_room(cell, fits))
        panel_line(cell->list, &cell->left, ink, 0, fits);
}

/* All that there is room for in one line: which entry, and its flags, if need be without those that are clear. */
static char *one_line(const Cell *cell, const char *name, const char *flags)
{
    g_auto(GStrv) set = g_strsplit(flags, "-", -1);
    g_autofree char *packed = g_strjoinv("", set);
    const char *const ways[][3] = { { name, " ", flags },
                                    { name, " ", packed },
                                    { name, "", packed } };
    for (unsigned i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *text = g_strconcat(ways[i][0], ways[i][1], ways[i][2], NULL);
        if (cell_has_room(cell, text))
            return g_steal_pointer(&text);
    }
    return g_strdup(name);
}

static void draw_words(Cell *cell, unsigned number, UiColor ink, unsigned style)
{
    const WalkStep *step = &cell->layout->grid->result.steps[number];
    char flags[WORDS_FLAGS];
    g_autofree char *name =
        g_strdup_printf("%u%c", number, walk_grid_fails_at(cell->layout->grid, number) ? '!' : '+');
    g_autofree char *where = g_strdup_printf("%s %" PRIx64, name, step->at.v);
    words_of_flags(step->pte, flags);
    g_autofree char *line = one_line(cell, name, flags);
    if (cell->layout->lines == 1) {
        panel_line(cell->list, &cell->left, ink, style, line);
        return;
    }
    bool together = cell_has_room(cell, where);
    panel_line(cell->list, &cell->left, ink, style, together ? where : name);
    panel_line(cell->list, &cell->left, ink, 0, flags);
    if (!together)
        cell_number(cell, ink, "", step->at.v);
    cell_number(cell, UI_DIM, "ppn", bits(step->pte, 53, 10));
    if (!step->stage && cell->layout->g_levels)
        cell_number(cell, UI_DIM, "gpa", step->gpa.v);
}

static void draw_cell(const Layout *layout, unsigned number, UiRect at, bool chosen, DrawList *list)
{
    const bool fails = walk_grid_fails_at(layout->grid, number);
    draw_fill(list, at, chosen ? UI_RAISED : UI_BACK);
    draw_frame(list, at, fails ? UI_BAD : chosen ? UI_FOCUS : UI_RULE);
    if (chosen)
        draw_frame(list, rect_inset(at, 1), UI_FOCUS);
    draw_region(list, at, CLICK_STEP + number);
    Cell cell = { layout,
                  list,
                  { at.x + 2, at.y + (at.h - layout->lines * UI_CELL_H) / 2, at.w - 4,
                    layout->lines * UI_CELL_H } };
    draw_words(&cell, number, fails ? UI_BAD : UI_TEXT, chosen ? UI_BOLD : 0);
}

/* What a walk of both stages has come to, where in the rows above the entries are. */
static void draw_result(const Layout *layout, UiRect at, DrawList *list)
{
    const WalkResult *r = &layout->grid->result;
    g_autofree char *spa = g_strdup_printf("spa %" PRIx64, r->spa.v);
    draw_frame(list, at, UI_GOOD);
    Cell cell = { layout, list, { at.x + 2, at.y + 1, at.w - 4, at.h - 2 } };
    if (!cell_has_room(&cell, spa)) {
        panel_line(list, &cell.left, UI_GOOD, UI_BOLD, "spa");
        cell_number(&cell, UI_GOOD, "", r->spa.v);
        return;
    }
    panel_line(list, &cell.left, UI_GOOD, UI_BOLD, spa);
    cell_number(&cell, UI_DIM, "gpa", r->gpa.v);
}

/* From one entry of a row to the next that was read: the middle of the gap between them. */
static void draw_way(UiRect from, UiRect to, DrawList *list)
{
    int y = from.y + from.h / 2;
    draw_line(list, from.x + from.w, y, to.x - 1, y, UI_DIM);
}

static void draw_row(const Layout *layout, UiRect area, unsigned row, unsigned chosen,
                     DrawList *list)
{
    UiRect before = { 0 }, at;
    UiRect label = cell_rect(layout, area, row, 0);
    label.x = area.x;
    label.w = LABEL_WIDTH - GAP;
    draw_fit(list, label, UI_DIM, 0, layout->grid->rows[row].label);
    for (unsigned column = 0; column < layout->columns; column++) {
        int step = step_at(layout, row, column);
        at = cell_rect(layout, area, row, column);
        if (step != WALK_NO_STEP)
            draw_cell(layout, (unsigned)step, at, (unsigned)step == chosen, list);
        else if (is_result(layout, row, layout->levels[column]))
            draw_result(layout, at, list);
        else
            continue;
        if (before.w)
            draw_way(before, at, list);
        before = at;
    }
}

static void draw_heading(const Layout *layout, UiRect area, DrawList *list)
{
    for (unsigned column = 0; column < layout->columns; column++) {
        UiRect at = cell_rect(layout, area, layout->first, column);
        at.y = area.y;
        at.h = UI_CELL_H;
        g_autofree char *name = layout->levels[column] < layout->g_levels
                                    ? g_strdup_printf("G %u", layout->levels[column])
                                    : g_strdup(layout->grid->request.s.mode ? "entry" : "");
        draw_fit(list, at, UI_DIM, 0, name);
    }
}

/* Takes what it needs off `left`. */
static void draw_grid(const WalkSight *sight, unsigned chosen, int most, UiRect *left,
                      DrawList *list)
{
    Layout layout = make_layout(&sight->grid);
    UiRect area = *left;
    area.h = MIN(area.h, most);
    if (!layout.columns || area.h < 3 * UI_CELL_H)
        return;
    fit_layout(&layout, area, chosen);
    draw_heading(&layout, area, list);
    for (unsigned row = layout.first; row < layout.first + layout.shown; row++)
        draw_row(&layout, area, row, chosen, list);
    rect_cut_top(left, UI_CELL_H + (int)layout.shown * layout.row_h);
}

/* Around it. */

static void draw_bar(const WalkPanel *panel, const WalkSight *sight, UiRect *left, DrawList *list)
{
    static const char *const accesses[] = { "r", "w", "x" };
    UiRect bar = rect_cut_top(left, UI_CELL_H + GAP);
    g_autofree char *hart = g_strdup_printf("hart %u", sight ? sight->hart : panel->hart);
    g_autofree char *vmid =
        panel->as_guest ? g_strdup_printf("vmid %u", panel->vmid) : g_strdup("vmid");
    bool known = sight && !sight->refused;
    panel_button(list, &bar, "follow", !panel->fixed, CLICK_FOLLOW);
    panel_button(list, &bar, "go", panel->fixed, CLICK_ADDRESS);
    panel_button(list, &bar, known ? accesses[sight->grid.question.access] : "r", false,
                 CLICK_ACCESS);
    panel_button(list, &bar, known && sight->grid.question.user ? "U" : "S", panel->privilege != 0,
                 CLICK_PRIVILEGE);
    panel_button(list, &bar, hart, false, CLICK_HART);
    panel_button(list, &bar, vmid, panel->as_guest, CLICK_VMID);
}

static void draw_fields(const WalkPanel *panel, const WalkSight *sight, unsigned chosen,
                        UiRect left, DrawList *list)
{
    g_autoptr(GPtrArray) fields = walk_step_fields(sight, chosen);
    g_autofree char *title = g_strdup_printf("step %u of %u", chosen, sight->grid.n_steps);
    int columns = MAX(left.w / FIELD_WIDTH, 1);
    if (!panel_line(list, &left, UI_TEXT, UI_BOLD, title))
        return;
    guint lines = (guint)(left.h / UI_CELL_H), room = lines * (guint)columns;
    guint first = fields->len > room ? MIN(panel->scrolled, fields->len - room) : 0;
    for (guint i = first; i < fields->len && i - first < room; i++) {
        const WalkField *field = g_ptr_array_index(fields, i);
        int column = (int)((i - first) / lines), line = (int)((i - first) % lines);
        UiRect at = { left.x + column * (left.w / columns), left.y + line * UI_CELL_H,
                      left.w / columns - UI_CELL_W, UI_CELL_H };
        g_autofree char *text =
            g_strdup_printf("%c%-7s%s%s%s", field->is_wrong ? '!' : ' ', field->name, field->value,
                            field->says[0] ? "  " : "", field->says);
        draw_fit(list, at, field->is_wrong ? UI_BAD : UI_TEXT, field->is_wrong ? UI_BOLD : 0, text);
    }
}

static void draw_end(const WalkSight *sight, UiRect *left, DrawList *list)
{
    g_autoptr(GString) text = g_string_new(NULL);
    walk_grid_print_end(&sight->grid, text);
    panel_paragraph(list, left, sight->grid.result.status == WALK_OK ? UI_GOOD : UI_BAD, 6,
                    text->str);
}

static void draw_walk(const WalkPanel *panel, const WalkSight *sight, UiRect left, DrawList *list)
{
    g_autoptr(GString) question = g_string_new(NULL), end = g_string_new(NULL);
    if (sight->why)
        panel_line(list, &left, UI_WARN, 0, sight->why);
    walk_grid_print_question(&sight->grid, question);
    walk_grid_print_end(&sight->grid, end);
    panel_paragraph(list, &left, UI_TEXT, left.h < 12 * UI_CELL_H ? 1 : 4, question->str);
    bool beside = left.w >= BESIDE_WIDTH;
    UiRect fields = beside ? rect_cut_right(&left, FIELD_WIDTH) : (UiRect){ 0 };
    if (!has_steps(sight)) {
        draw_end(sight, &left, list);
        return;
    }
    unsigned chosen = chosen_step(panel, sight);
    int for_end = (int)MIN(panel_paragraph_lines(left.w, end->str), 6u) * UI_CELL_H;
    int for_fields = beside || left.h < 20 * UI_CELL_H ? 0 : LEAST_FIELDS;
    draw_grid(sight, chosen, MAX(left.h - MIN(for_end, left.h / 4) - for_fields, 3 * UI_CELL_H),
              &left, list);
    draw_end(sight, &left, list);
    draw_fields(panel, sight, chosen, beside ? fields : left, list);
}

static void draw(void *state, const Sights *sights, DrawList *list, UiRect area)
{
    const WalkPanel *panel = state;
    const WalkSight *sight = sight_of(sights);
    draw_fill(list, area, UI_PANEL);
    UiRect left = rect_inset(area, GAP);
    draw_clip(list, area);
    if (panel->field.open)
        panel_field_draw(list, &left, panel->asks_vmid ? "vmid" : "address", &panel->field);
    else
        draw_bar(panel, sight, &left, list);
    if (sight && sight->refused)
        panel_paragraph(list, &left, UI_BAD, 4, sight->refused);
    else if (sight)
        draw_walk(panel, sight, left, list);
    draw_unclip(list);
}

/* Keys. */

/* The address that is shown is the one from now on, so that it can be asked differently. */
static void pin(WalkPanel *panel, const WalkSight *sight)
{
    if (panel->fixed || !sight || sight->refused)
        return;
    const WalkQuestion *q = &sight->grid.question;
    panel->fixed = true;
    panel->access = "rwx"[q->access];
    g_snprintf(panel->expression, sizeof panel->expression, "0x%" PRIx64, q->va.v);
    panel->privilege = q->user ? 'U' : 'S';
    panel->as_guest = q->space.guest && bits(q->space.hgatp, 57, 44);
    panel->vmid = (unsigned)bits(q->space.hgatp, 57, 44);
}

static void follow(WalkPanel *panel)
{
    *panel = (WalkPanel){ .hart = panel->hart };
}

static void change_access(WalkPanel *panel, const WalkSight *sight, char access)
{
    pin(panel, sight);
    panel->access = access;
    panel->chosen = 0;
}

static void change_privilege(WalkPanel *panel, const WalkSight *sight)
{
    bool is_user = sight && !sight->refused && sight->grid.question.user;
    pin(panel, sight);
    panel->privilege = is_user ? 'S' : 'U';
    panel->chosen = 0;
}

static void next_hart(WalkPanel *panel, const Sights *sights)
{
    panel->hart = sights && sights->n_harts ? (panel->hart + 1) % sights->n_harts : 0;
    panel->as_guest = false;
    panel->chosen = 0;
}

static void ask(WalkPanel *panel, bool vmid)
{
    panel->asks_vmid = vmid;
    panel_field_open(&panel->field, vmid || !panel->fixed ? "" : panel->expression);
}

static void take_field(WalkPanel *panel, const WalkSight *sight)
{
    guint64 vmid;
    panel->chosen = panel->scrolled = 0;
    if (!panel->asks_vmid) {
        panel->fixed = panel->field.text[0] != 0;
        g_strlcpy(panel->expression, panel->field.text, sizeof panel->expression);
        return;
    }
    pin(panel, sight);
    panel->as_guest =
        g_ascii_string_to_unsigned(panel->field.text, 10, 0, MMU_VMIDS - 1, &vmid, NULL);
    if (panel->as_guest)
        panel->vmid = (unsigned)vmid;
}

/* The cell above or below: in the same column, or the last one of its row. */
static void move_row(WalkPanel *panel, const WalkSight *sight, int by)
{
    Layout layout = make_layout(&sight->grid);
    unsigned row, column;
    if (!find_cell(&layout, chosen_step(panel, sight), &row, &column) || (!row && by < 0) ||
        row + (unsigned)by >= sight->grid.n_rows)
        return;
    row += (unsigned)by;
    int step = step_at(&layout, row, column);
    for (unsigned c = layout.columns; step == WALK_NO_STEP && c-- > 0;)
        step = step_at(&layout, row, c);
    if (step != WALK_NO_STEP)
        panel->chosen = (unsigned)step + 1;
}

static bool move(WalkPanel *panel, const WalkSight *sight, unsigned key)
{
    if (!has_steps(sight))
        return key >= UI_KEY_UP && key <= UI_KEY_END;
    unsigned n = sight->grid.n_steps, at = chosen_step(panel, sight);
    switch (key) {
    case UI_KEY_LEFT: panel->chosen = at ? at : 1; break;
    case UI_KEY_RIGHT: panel->chosen = MIN(at + 2, n); break;
    case UI_KEY_HOME: panel->chosen = 1; break;
    case UI_KEY_END: panel->chosen = n; break;
    case UI_KEY_UP: move_row(panel, sight, -1); break;
    case UI_KEY_DOWN: move_row(panel, sight, 1); break;
    case UI_KEY_PAGE_UP: panel->scrolled -= MIN(panel->scrolled, 4); break;
    case UI_KEY_PAGE_DOWN: panel->scrolled = MIN(panel->scrolled + 4, 32); break;
    default: return false;
    }
    return true;
}

/* The line of the monitor that says what is shown. */
static void append_command(const WalkPanel *panel, const WalkSight *sight, GString *commands)
{
    const WalkQuestion *q = &sight->grid.question;
    if (!panel->fixed) {
        g_string_append_printf(commands, "cpu %u\nwalk\n", sight->hart);
        return;
    }
    g_string_append_printf(commands, "walk 0x%" PRIx64 " ", q->va.v);
    if (panel->as_guest)
        g_string_append_printf(commands, "as vmid %u ", panel->vmid);
    else
        g_string_append_printf(commands, "as hart %u ", sight->hart);
    g_string_append_printf(commands, "%c priv %c\n", "rwx"[q->access], q -> user ? 'U' : 'S');
}

static bool do_key(WalkPanel *panel, const Sights *sights, unsigned key, GString *commands)
{
    const WalkSight *sight = sight_of(sights);
    switch (key) {
    case 'g':
    case '/': ask(panel, false); break;
    case 'v': ask(panel, true); break;
    case 'f': follow(panel); break;
    case 'r':
    case 'w':
    case 'x': change_access(panel, sight, (char)key); break;
    case 'p': change_privilege(panel, sight); break;
    case 'h': next_hart(panel, sights); break;
    case 'm':
        if (sight && !sight->refused)
            append_command(panel, sight, commands);
        break;
    default: return move(panel, sight, key);
    }
    return true;
}

static bool on_key(void *state, const Sights *sights, unsigned key, GString *commands)
{
    WalkPanel *panel = state;
    if (!panel->field.open)
        return do_key(panel, sights, key, commands);
    if (panel_field_key(&panel->field, key) == FIELD_DONE)
        take_field(panel, sight_of(sights));
    return true;
}

static void click(void *state, const Sights *sights, unsigned number, GString *commands)
{
    WalkPanel *panel = state;
    const WalkSight *sight = sight_of(sights);
    bool known = sight && !sight->refused;
    switch (number) {
    case CLICK_FOLLOW: follow(panel); break;
    case CLICK_ADDRESS: ask(panel, false); break;
    case CLICK_VMID: ask(panel, true); break;
    case CLICK_ACCESS:
        change_access(panel, sight, "wxr"[known ? sight->grid.question.access : 0]);
        break;
    case CLICK_PRIVILEGE: change_privilege(panel, sight); break;
    case CLICK_HART: next_hart(panel, sights); break;
    default:
        if (number >= CLICK_STEP)
            panel->chosen = number - CLICK_STEP + 1;
        break;
    }
    (void)commands;
}

static bool read_below(const char *value, guint64 end, unsigned *number)
{
    guint64 n;
    bool ok = g_ascii_string_to_unsigned(value, 10, 0, end - 1, &n, NULL);
    if (ok)
        *number = (unsigned)n;
    return ok;
}

static bool set_letter(const char *value, const char *letters, char *letter)
{
    bool ok = value[0] && !value[1] && strchr(letters, value[0]);
    if (ok)
        *letter = value[0];
    return ok;
}

static bool set(void *state, const char *name, const char *value)
{
    WalkPanel *panel = state;
    if (!strcmp(name, "va") && *value && strlen(value) < sizeof panel->expression) {
        panel->fixed = true;
        g_strlcpy(panel->expression, value, sizeof panel->expression);
        return true;
    }
    if (!strcmp(name, "access"))
        return set_letter(value, "rwx", &panel->access);
    if (!strcmp(name, "priv"))
        return set_letter(value, "US", &panel->privilege);
    if (!strcmp(name, "hart"))
        return read_below(value, MACHINE_MAX_HARTS, &panel->hart);
    if (!strcmp(name, "vmid"))
        return panel->as_guest = read_below(value, MMU_VMIDS, &panel->vmid);
    if (strcmp(name, "step") || !read_below(value, WALK_MAX_STEPS, &panel->chosen))
        return false;
    panel->chosen++;
    return true;
}

const UiPanelType ui_panel_walk = {
    .id = "walk",
    .title = "Walk",
    .command = "walk",
    .keys =
        "arrows: choose an entry   g: address   f: follow   r w x p: access   h: hart   v: VMID   "
        "PgUp PgDn: fields   m: in the monitor",
    .sights = 1u << SIGHT_WALK,
    .state_size = sizeof(WalkPanel),
    .wants = wants,
    .draw = draw,
    .key = on_key,
    .set = set,
    .click = click,
};
