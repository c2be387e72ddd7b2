/* SPDX-License-Identifier: MIT */
/* edit_none.c - without libedit: lines are typed, not edited; see edit.h. */
#include "emu/monitor/edit.h"

Editor *editor_new(const char *prompt, const char *terminal, const EditorUser *user, void *opaque)
{
    (void)prompt;
    (void)terminal;
    (void)user;
    (void)opaque;
    return NULL;
}

void editor_ask(Editor *editor)
{
    (void)editor;
}

void editor_feed(Editor *editor, const uint8_t *keys, size_t size)
{
    (void)editor;
    (void)keys;
    (void)size;
}

void editor_resize(Editor *editor, unsigned cols, unsigned rows)
{
    (void)editor;
    (void)cols;
    (void)rows;
}

void editor_redraw(Editor *editor)
{
    (void)editor;
}

bool editor_is_idle(const Editor *editor)
{
    (void)editor;
    return true;
}
