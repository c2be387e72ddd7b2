/* SPDX-License-Identifier: MIT */
/* terminal_tab.c - a line of the console with its terminal; see terminal_tab.h. */
#include "emu/ui/terminal_tab.h"

enum { MOST_AT_ONCE = 64 << 10, USUAL_COLS = 80, USUAL_ROWS = 24 };

struct TermTab {
    Vc *vc;
    const TermTabHost *host;
    Term *term;
    bool fixed; /* its size is given */
};

static void on_bell(void *opaque)
{
    const TermTab *tab = opaque;
    if (tab->host->bell)
        tab->host->bell(tab->host->opaque);
}

static void on_type(void *opaque, const char *data, size_t size)
{
    const TermTab *tab = opaque;
    if (vc_type(tab->vc, (const uint8_t *)data, size) < size)
        on_bell(opaque);
}

static void on_copy(void *opaque, const char *text)
{
    const TermTab *tab = opaque;
    if (tab->host->copy)
        tab->host->copy(tab->host->opaque, text);
}

static char *on_paste(void *opaque)
{
    const TermTab *tab = opaque;
    return tab->host->paste ? tab->host->paste(tab->host->opaque) : NULL;
}

static void on_resized(void *opaque, unsigned cols, unsigned rows)
{
    vc_set_size(((TermTab *)opaque)->vc, cols, rows);
}

static const TermHost term_host = { on_type, on_copy, on_paste, on_bell, on_resized };

TermTab *term_tab_new(Vc *vc, const TermTabHost *host)
{
    TermTab *tab = g_new0(TermTab, 1);
    unsigned cols, rows;
    vc_wanted_size(vc, &cols, &rows);
    *tab = (TermTab){ .vc = vc, .host = host, .fixed = cols };
    tab->term = term_new(cols ? cols : USUAL_COLS, rows ? rows : USUAL_ROWS, &term_host, tab);
    term_size(tab->term, &cols, &rows);
    vc_set_size(vc, cols, rows);
    vc_open(vc, host->wake, host->opaque);
    return tab;
}

void term_tab_free(TermTab *tab)
{
    if (!tab)
        return;
    vc_close(tab->vc);
    term_free(tab->term);
    g_free(tab);
}

Term *term_tab_terminal(const TermTab *tab)
{
    return tab->term;
}

bool term_tab_poll(TermTab *tab)
{
    uint8_t data[MOST_AT_ONCE];
    size_t n = vc_read(tab->vc, data, sizeof data);
    term_write(tab->term, data, n);
    return term_changed(tab->term);
}

void term_tab_fit(TermTab *tab, UiRect area)
{
    if (!tab->fixed)
        term_fit(tab->term, area);
}

char *term_tab_title(const TermTab *tab)
{
    const char *title = term_title(tab->term);
    return *title ? g_strdup_printf("%s: %s", vc_name(tab->vc), title) : g_strdup(vc_name(tab->vc));
}
