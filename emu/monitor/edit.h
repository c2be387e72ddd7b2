/* SPDX-License-Identifier: MIT */
/*
 * edit.h - a line that is edited while it is typed: cursor keys, history, completion.
 *
 * libedit does it, in a thread of its own that waits for keys. It never sees the terminal: keys come from whoever has
 * them, and what it draws goes there too (ADR 0023).
 */
#ifndef EMU_MONITOR_EDIT_H
#define EMU_MONITOR_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

typedef struct Editor Editor;

/* Called on the editor's thread. */
typedef struct {
    /* Draws. A line feed leads to the line's beginning too. */
    void (*write)(void *opaque, const char *data, size_t size);
    /* A line is typed. The next one is asked for only after editor_ask. */
    void (*line)(void *opaque, const char *line);
    /* Adds to `words` what the last word of `line` could become; strings to be freed. */
    void (*complete)(void *opaque, const char *line, GPtrArray *words);
} EditorUser;

/* `terminal`: the kind of what it draws on; NULL: as the one that the program runs in. NULL: this program has no libedit, or the host nothing that it needs. `user` must live as long as the program. */
Editor *editor_new(const char *prompt, const char *terminal, const EditorUser *user, void *opaque);
/* Prompts for a line, now or when the one before is typed. */
void editor_ask(Editor *editor);
void editor_feed(Editor *editor, const uint8_t *keys, size_t size);
/* It has drawn what there is to be drawn, and waits for keys. */
bool editor_is_idle(const Editor *editor);
/* What it draws on has this size. */
void editor_resize(Editor *editor, unsigned cols, unsigned rows);
/* Something else was written where the line was: draws it again. */
void editor_redraw(Editor *editor);

#endif
