/* SPDX-License-Identifier: MIT */
/*
 * curses_module.c - -display curses: consoles, the monitor, panels as text and what guests show, in tabs of the terminal that
 * the program runs in. A thread as the window's; see module.h.
 *
 * Ctrl-A is before every key that is not the guest's: what Ctrl+Alt is in the window. Keys of the window without Ctrl+Alt
 * are the same here.
 */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "emu/console/terminal.h"
#include "emu/ui/curses_screen.h"
#include "emu/ui/curses_views.h"
#include "emu/ui/keys.h"

enum { FRAME_US = 1000000 / 60, ASK_US = 100000, MOST_KEYS = 4096, HELP_ROWS = 1, BAR_ROWS = 1 };

typedef struct {
    UiLink *link;
    Terminal *terminal; /* NULL: nothing is on the screen yet */
    SightPublisher *publisher;
    GPtrArray *tabs; /* of TextTab */
    guint tab;
    Sights *sights;
    gint64 asked, next_frame;
    int cols, rows;
    bool wants_paint, after_escape, help_shown, full_speed;
    char *clipboard;
    TermTabHost host;
} Module;

static TextTab *seen(const Module *m)
{
    return g_ptr_array_index(m->tabs, m->tab);
}

/* What is copied stays here: the terminal's own clipboard is the terminal's. */

static void copy(void *opaque, const char *text)
{
    Module *m = opaque;
    g_free(m->clipboard);
    m->clipboard = g_strdup(text);
}

static char *paste(void *opaque)
{
    return g_strdup(((Module *)opaque)->clipboard);
}

/* Drawing. */

static void draw_bar(const Module *m)
{
    const Sights *s = m->sights;
    g_autofree char *state =
        !s ? g_strdup(" Starting ")
           : g_strdup_printf(" %s %" G_GUINT64_FORMAT ".%03u s ",
                             s->over     ? "Ended"
                             : s->paused ? "Paused"
                                         : "Running",
                             s->now_ns / 1000000000, (unsigned)(s->now_ns / 1000000 % 1000));
    int col = 0, end = MAX(m->cols - (int)strlen(state), 0);
    for (guint i = 0; i < m->tabs->len; i++) {
        const TextTab *tab = g_ptr_array_index(m->tabs, i);
        g_autofree char *title = i < 9 ? g_strdup_printf(" %u %s ", i + 1, tab->title)
                                       : g_strdup_printf(" %s ", tab->title);
        col = text_screen_text(col, 0, end, i == m->tab ? TEXT_REVERSE | UI_BOLD : 0, title);
    }
    if (end)
        text_screen_text(end, 0, m->cols, s && s->paused ? TEXT_REVERSE : 0, state);
}

static char *escape_name(const Module *m)
{
    unsigned escape = m->link->config->escape;
    return escape < 27 ? g_strdup_printf("Ctrl-%c", 'A' + escape - 1)
                       : g_strdup_printf("key %u", escape);
}

static void draw_help_line(const Module *m)
{
    g_autofree char *name = escape_name(m);
    g_autofree char *text = g_strdup_printf(
        "%s%s: h help  1-9 tabs  p run/pause  n step  e to exit  b back  [ select  / "
        "find  ] paste  x end",
        name, m->after_escape ? " ..." : "");
    text_screen_text(0, m->rows - 1, m->cols, TEXT_REVERSE, text);
}

/* The keys of the window, as they are typed here. */
static void draw_help(const Module *m)
{
    static const struct {
        const char *key, *help;
    } own[] = {
        { "[", "select in a console: arrows, Space, Enter copies; also scrolls back" },
        { "/", "find in a console, upwards" },
        { "]", "paste what was copied" },
        { "l", "draw everything anew" },
        { "x", "end the run" },
    };
    g_autofree char *name = escape_name(m);
    int row = BAR_ROWS;
    for (const KeyRow *key = key_rows; key->action && row < m->rows - HELP_ROWS; key++) {
        bool here = key->action <= UI_DO_HELP || key->action == UI_DO_PREVIOUS_TAB;
        if (!key->name || !here)
            continue;
        g_auto(GStrv) parts = g_strsplit(key->name, "Ctrl+Alt+", -1);
        g_autofree char *before = g_strconcat(name, " ", NULL);
        g_autofree char *keys = g_strjoinv(before, parts);
        g_autofree char *text = g_strdup_printf("  %-28s %s", keys, key->help);
        text_screen_text(0, row++, m->cols, 0, text);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(own) && row < m->rows - HELP_ROWS; i++) {
        g_autofree char *keys = g_strdup_printf("%s %s", name, own[i].key);
        g_autofree char *text = g_strdup_printf("  %-28s %s", keys, own[i].help);
        text_screen_text(0, row++, m->cols, 0, text);
    }
    g_autofree char *again = g_strdup_printf("%s %s", name, name);
    g_autofree char *text = g_strdup_printf("  %-28s %s itself", again, name);
    text_screen_text(0, row, m->cols, 0, text);
}

static void paint(Module *m)
{
    int col = -1, row = 0, rows = m->rows - BAR_ROWS - HELP_ROWS;
    text_screen_clear();
    if (rows > 0 && m->help_shown)
        draw_help(m);
    else if (rows > 0)
        text_tab_draw(seen(m), m->sights, BAR_ROWS, m->cols, rows, &col, &row);
    draw_bar(m);
    draw_help_line(m);
    text_screen_show(col, row);
    m->wants_paint = false;
}

/* Keys. */

static void do_machine(Module *m, UiAction action)
{
    static const char *const lines[] = {
        [UI_DO_STEP] = "step", [UI_DO_STEP_EXIT] = "step exit", [UI_DO_BACK] = "reverse"
    };
    bool paused = m->sights && m->sights->paused;
    if (action == UI_DO_RUN) {
        window_command(m->link, paused ? "cont" : "stop");
    } else if (action == UI_DO_SPEED) {
        m->full_speed = !m->full_speed;
        window_command(m->link, m->full_speed ? "speed full" : "speed real");
    } else {
        if (!paused)
            window_command(m->link, "stop");
        window_command(m->link, lines[action]);
    }
    m->asked = 0;
}

static void choose(Module *m, guint tab)
{
    if (tab < m->tabs->len)
        m->tab = tab;
}

static void act(Module *m, UiAction action)
{
    guint n = m->tabs->len;
    switch (action) {
    case UI_DO_RUN:
    case UI_DO_STEP:
    case UI_DO_STEP_EXIT:
    case UI_DO_BACK:
    case UI_DO_SPEED: do_machine(m, action); break;
    case UI_DO_HELP: m->help_shown = !m->help_shown; break;
    case UI_DO_NEXT_TAB:
    case UI_DO_NEXT_AREA: choose(m, (m->tab + 1) % n); break;
    case UI_DO_PREVIOUS_TAB:
    case UI_DO_PREVIOUS_AREA: choose(m, (m->tab + n - 1) % n); break;
    default:
        if (action >= UI_DO_TAB)
            choose(m, action - UI_DO_TAB);
        break;
    }
}

static void tab_key(Module *m, unsigned key, unsigned modifiers)
{
    g_autoptr(GString) commands = g_string_new(NULL);
    (void)text_tab_key(seen(m), m->sights, key, modifiers, commands);
    g_auto(GStrv) lines = g_strsplit(commands->str, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line)
            window_command(m->link, *line);
}

/* Behind Ctrl-A. */
static void escaped_key(Module *m, unsigned key, unsigned modifiers)
{
    Term *term = seen(m)->terminal ? term_tab_terminal(seen(m)->terminal) : NULL;
    unsigned escape = m->link->config->escape;
    if (modifiers == UI_CTRL && escape < 27 && key == 'a' + escape - 1)
        tab_key(m, key, modifiers);
    else if (key == 'x')
        window_closed(m->link, false);
    else if (key == 'l')
        text_screen_renew();
    else if (term && (key == '[' || key == '/' || key == ']'))
        (void)term_key(term, key == '[' ? ' ' : key == '/' ? 'f' : 'v', TERM_CTRL | TERM_SHIFT);
    else if (key == UI_KEY_TAB || key == ' ')
        act(m, UI_DO_NEXT_TAB);
    else
        act(m, keys_find(key < UI_KEY_UP ? g_unichar_tolower(key) : key, UI_CTRL | UI_ALT, false));
}

static bool is_escape(const Module *m, unsigned key, unsigned modifiers)
{
    unsigned escape = m->link->config->escape;
    return escape < 27 ? modifiers == UI_CTRL && key == 'a' + escape - 1
                       : !modifiers && key == escape;
}

static void take_key(Module *m, unsigned key, unsigned modifiers)
{
    UiAction action = keys_find(key, modifiers, seen(m)->frame != NULL);
    bool after_escape = m->after_escape;
    m->after_escape = !after_escape && is_escape(m, key, modifiers);
    if (after_escape)
        escaped_key(m, key, modifiers);
    else if (m->help_shown && key == UI_KEY_ESCAPE)
        m->help_shown = false;
    else if (action != UI_DO_NOTHING && key >= UI_KEY_F1)
        act(m, action);
    else if (!m->after_escape)
        tab_key(m, key, modifiers);
}

static void take_keys(Module *m)
{
    unsigned key, modifiers;
    for (unsigned i = 0; i < MOST_KEYS && text_screen_key(&key, &modifiers); i++) {
        take_key(m, key, modifiers);
        m->wants_paint = true;
    }
}

/* What the machine says. */

static void ask(Module *m, gint64 now)
{
    SightWants wants = { .vmid = -1, .access = 'r', .follow = true };
    const TextTab *tab = seen(m);
    if (now - m->asked < ASK_US)
        return;
    m->asked = now;
    wants.which = tab->type ? tab->type->sights : 0;
    if (tab->type && tab->type->wants)
        tab->type->wants(tab->state, &wants);
    publisher_ask(m->publisher, &wants);
}

static void take_sights(Module *m)
{
    Sights *sights = publisher_take(m->publisher);
    if (!sights)
        return;
    sights_unref(m->sights);
    m->sights = sights;
    m->wants_paint = true;
}

/* Life. */

static void set_panel(Module *m, const char *text)
{
    const UiPanelType *type = panel_named(text);
    for (guint i = 0; type && i < m->tabs->len; i++) {
        const TextTab *tab = g_ptr_array_index(m->tabs, i);
        if (tab->type != type)
            continue;
        m->tab = i;
        (void)panel_set(type, tab->state, text, NULL);
    }
}

static void add_tabs(Module *m, const WindowSubjects *subjects)
{
    for (guint i = 0; i < subjects->vcs->len; i++)
        g_ptr_array_add(m->tabs, text_tab_line(g_ptr_array_index(subjects->vcs, i), &m->host));
    for (unsigned i = 0; i < display_outputs(subjects->display); i++)
        g_ptr_array_add(m->tabs, text_tab_display(m->link, i));
    for (unsigned i = 0; ui_panels[i]; i++)
        g_ptr_array_add(m->tabs, text_tab_panel(ui_panels[i]));
    for (guint i = 0; i < m->link->config->panels->len; i++)
        set_panel(m, g_ptr_array_index(m->link->config->panels, i));
}

static void attach(Module *m, const WindowSubjects *subjects)
{
    UiLink *link = m->link;
    g_autoptr(GError) error = NULL;
    m->publisher = link->publisher;
    m->wants_paint = true;
    add_tabs(m, subjects);
    if (text_screen_open(subjects->terminal, &error))
        m->terminal = subjects->terminal;
    g_mutex_lock(&link->lock);
    link->attached = true;
    g_cond_signal(&link->to_emulation);
    g_mutex_unlock(&link->lock);
    if (error)
        window_closed(link, true);
}

/* False: it is over. */
static bool obey(Module *m)
{
    UiLink *link = m->link;
    g_mutex_lock(&link->lock);
    if (!link->over)
        g_cond_wait_until(&link->to_window, &link->lock, m->next_frame);
    bool over = link->over;
    const WindowSubjects *subjects = link->subjects;
    g_mutex_unlock(&link->lock);
    if (subjects && !m->publisher)
        attach(m, subjects);
    return !over;
}

/* All have the size that is seen, before what is typed in it. */
static void fit(Module *m)
{
    int cols = m->cols, rows = m->rows;
    text_screen_size(&m->cols, &m->rows);
    if (cols == m->cols && rows == m->rows)
        return;
    for (guint i = 0; i < m->tabs->len; i++)
        text_tab_fit(g_ptr_array_index(m->tabs, i), m->cols, m->rows - BAR_ROWS - HELP_ROWS);
    m->wants_paint = true;
}

static void frame(Module *m)
{
    gint64 now = g_get_monotonic_time();
    if (now < m->next_frame)
        return;
    m->next_frame = MAX(m->next_frame + FRAME_US, now);
    if (!m->terminal)
        return;
    fit(m);
    take_keys(m);
    ask(m, now);
    take_sights(m);
    for (guint i = 0; i < m->tabs->len; i++)
        m->wants_paint |= text_tab_poll(g_ptr_array_index(m->tabs, i)) && i == m->tab;
    if (m->wants_paint)
        paint(m);
}

static void run(UiLink *link)
{
    Module m = { .link = link };
    GError *error = NULL;
    bool ok = text_screen_possible(&error);
    m.host = (TermTabHost){ .copy = copy, .paste = paste, .opaque = &m };
    m.tabs = g_ptr_array_new_with_free_func((GDestroyNotify)text_tab_free);
    g_mutex_lock(&link->lock);
    link->state = ok ? UI_OPEN : UI_FAILED;
    link->error = error;
    g_cond_signal(&link->to_emulation);
    g_mutex_unlock(&link->lock);
    m.next_frame = g_get_monotonic_time();
    while (ok && obey(&m))
        frame(&m);
    if (m.terminal)
        text_screen_close(m.terminal);
    g_ptr_array_unref(m.tabs);
    sights_unref(m.sights);
    g_free(m.clipboard);
}

const UiModule bulkhead_ui_module = { sizeof(UiLink), panels_check, run };
