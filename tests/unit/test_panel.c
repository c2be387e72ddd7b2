/* SPDX-License-Identifier: MIT */
/* test_panel.c - the panel is not drawn into the middle of what a line says to the terminal. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "emu/console/panel.h"

typedef struct {
    Output *output;
    Terminal *terminal;
    Panel *panel;
    int end;
} Rig;

static Rig rig(void)
{
    int ends[2];
    cr_assert(!pipe(ends));
    cr_assert(!fcntl(ends[0], F_SETFL, O_NONBLOCK));
    Rig r = { .output = output_new(ends[1]), .terminal = terminal_new(0, NULL), .end = ends[0] };
    r.panel = panel_new(r.output, ends[1], r.terminal);
    return r;
}

static const char *said(const Rig *r)
{
    static char text[8192];
    output_flush(r->output);
    ssize_t n = read(r->end, text, sizeof text - 1);
    text[n > 0 ? n : 0] = 0;
    return text;
}

/* ECMA-48 5.4: a control sequence ends with a byte from 4/0 to 7/14; ISO 10646: characters of 2 to 4 bytes. */
Test(panel, draws_between_sequences_only)
{
    static const struct {
        const char *first, *rest;
    } cases[] = {
        { "\033", "c" },          { "\033[", "m" },
        { "\033[31", ";1m" },     { "\033]0;title", "\a" },
        { "\033]0;t", "\033\\" }, { "\033]0;t\033", "\\" },
        { "\033(", "B" },         { "\xc3", "\xa4" },
        { "\xe2\x82", "\xac" },   { "\xf0\x9f", "\x98\x80" },
        { "\033P+q", "\033\\" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Rig r = rig();
        panel_show(r.panel, "one\n");
        cr_expect(strstr(said(&r), "one"));
        panel_write(r.panel, (const uint8_t *)cases[i].first, strlen(cases[i].first));
        panel_show(r.panel, "two\n");
        cr_expect_str_eq(said(&r), cases[i].first, "case %zu", i);
        panel_write(r.panel, (const uint8_t *)cases[i].rest, strlen(cases[i].rest));
        panel_show(r.panel, "two\n");
        cr_expect(strstr(said(&r), "two"), "case %zu", i);
        panel_free(r.panel);
        output_free(r.output);
    }
}

/* A line that broke off within a sequence does not keep the panel from being drawn for ever. */
Test(panel, is_drawn_at_last)
{
    Rig r = rig();
    panel_write(r.panel, (const uint8_t *)"\033[", 2);
    for (unsigned i = 0; i < 9; i++)
        panel_show(r.panel, "one\n");
    cr_expect(strstr(said(&r), "one"));
    panel_leave(r.panel);
    cr_expect(strstr(said(&r), "\033[r"));
    panel_free(r.panel);
    output_free(r.output);
}
