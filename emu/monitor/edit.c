/* SPDX-License-Identifier: MIT */
/*
 * edit.c - line editing by libedit; see edit.h.
 *
 * libedit wants a terminal whose mode it can set, or it does not edit. It is given a pseudo terminal that nobody else
 * uses and nothing goes through: keys come from a queue, output goes to the user's function.
 */
#define _GNU_SOURCE /* fopencookie */
#include "emu/monitor/edit.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <histedit.h>

enum { HISTORY_LINES = 100, LIST_WIDTH = 80 };
enum { KEY_REDRAW = 0x1f, KEY_ASK = 0x100 }; /* the first is a character that nobody types */
enum { KEY_SIZE = 0x1000000 };               /* and columns, rows of 12 bits each */

struct Editor {
    const EditorUser *user;
    void *opaque;
    const char *prompt;
    GAsyncQueue *keys; /* of key + 1 */
    int fd;            /* its terminal */
    EditLine *line;
    History *history;
};

static void change_size(Editor *editor, int size)
{
    struct winsize now = { .ws_row = (unsigned short)(size & 0xfff),
                           .ws_col = (unsigned short)(size >> 12) };
    (void)ioctl(editor->fd, TIOCSWINSZ, &now);
    el_resize(editor->line);
}

static int next_key(EditLine *line, wchar_t *key)
{
    Editor *editor;
    int code;
    el_get(line, EL_CLIENTDATA, &editor);
    do {
        code = GPOINTER_TO_INT(g_async_queue_pop(editor->keys)) - 1;
        if (code >= KEY_SIZE) {
            change_size(editor, code - KEY_SIZE);
            /* What was drawn for the old size goes, as far as the cursor's line and below. */
            editor->user->write(editor->opaque, "\r\033[J", 4);
            code = KEY_REDRAW; /* also if the size is what it was */
        }
    } while (code > 0x7e && code != 0x7f);
    *key = (wchar_t)code;
    return 1;
}

static char *prompt_of(EditLine *line)
{
    Editor *editor;
    el_get(line, EL_CLIENTDATA, &editor);
    return (char *)editor->prompt;
}

static ssize_t write_out(void *cookie, const char *data, size_t size)
{
    Editor *editor = cookie;
    editor->user->write(editor->opaque, data, size);
    return (ssize_t)size;
}

static ssize_t write_nowhere(void *cookie, const char *data, size_t size)
{
    (void)cookie;
    (void)data;
    return (ssize_t)size;
}

/* Completion. */

static size_t common_length(const GPtrArray *words)
{
    const char *first = g_ptr_array_index(words, 0);
    size_t length = strlen(first);
    for (guint i = 1; i < words->len; i++) {
        const char *word = g_ptr_array_index(words, i);
        size_t same = 0;
        while (same < length && word[same] == first[same])
            same++;
        length = same;
    }
    return length;
}

/* In columns, below the line. */
static void show_words(const Editor *editor, const GPtrArray *words)
{
    g_autoptr(GString) out = g_string_new("\n");
    size_t width = 0, column = 0;
    for (guint i = 0; i < words->len; i++)
        width = MAX(width, strlen(g_ptr_array_index(words, i)) + 2);
    for (guint i = 0; i < words->len; i++) {
        bool last = column + 2 * width > LIST_WIDTH || i + 1 == words->len;
        g_string_append_printf(out, "%-*s%s", last ? 0 : (int)width,
                               (const char *)g_ptr_array_index(words, i), last ? "\n" : "");
        column = last ? 0 : column + width;
    }
    editor->user->write(editor->opaque, out->str, out->len);
}

static unsigned char complete(EditLine *line, int key)
{
    Editor *editor;
    (void)key;
    el_get(line, EL_CLIENTDATA, &editor);
    const LineInfo *info = el_line(line);
    g_autofree char *text = g_strndup(info->buffer, (size_t)(info->cursor - info->buffer));
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    const char *space = strrchr(text, ' '), *last = space ? space + 1 : text;
    editor->user->complete(editor->opaque, text, words);
    if (!words->len)
        return CC_ERROR;
    size_t typed = strlen(last), common = common_length(words);
    g_autofree char *more =
        common > typed ? g_strndup((char *)g_ptr_array_index(words, 0) + typed, common - typed)
                       : g_strdup("");
    if (*more)
        el_insertstr(line, more);
    if (words->len == 1) {
        el_insertstr(line, " ");
        return CC_REFRESH;
    }
    if (*more)
        return CC_REFRESH;
    show_words(editor, words);
    return CC_REDISPLAY;
}

/* Life. */

static void wait_to_be_asked(Editor *editor)
{
    g_autoptr(GQueue) early = g_queue_new();
    int code;
    while ((code = GPOINTER_TO_INT(g_async_queue_pop(editor->keys)) - 1) != KEY_ASK)
        if (code >= KEY_SIZE)
            change_size(editor, code - KEY_SIZE);
        else if (code != KEY_REDRAW)
            g_queue_push_tail(early, GINT_TO_POINTER(code + 1));
    while (!g_queue_is_empty(early))
        g_async_queue_push_front(editor->keys, g_queue_pop_tail(early));
}

static gpointer edit(gpointer opaque)
{
    Editor *editor = opaque;
    HistEvent event;
    for (;;) {
        int size = 0;
        wait_to_be_asked(editor);
        const char *text = el_gets(editor->line, &size);
        g_autofree char *line = text && size > 0 ? g_strndup(text, (size_t)size) : g_strdup("");
        g_strchomp(line);
        if (*line)
            history(editor->history, &event, H_ENTER, line);
        editor->user->line(editor->opaque, line);
    }
    return NULL;
}

/* A pseudo terminal as wide as the one that the program has; -1: there is none. */
static int open_terminal(void)
{
    struct winsize size = { .ws_row = 24, .ws_col = 80 };
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char name[64];
    if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, name, sizeof name)) {
        if (master >= 0)
            close(master);
        return -1;
    }
    (void)ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
    if (!size.ws_col)
        size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
    (void)ioctl(master, TIOCSWINSZ, &size);
    return open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static bool open_line(Editor *editor)
{
    int fd = editor->fd = open_terminal(), copy = fd < 0 ? -1 : dup(fd);
    FILE *in = copy < 0 ? NULL : fdopen(copy, "r");
    FILE *out = fopencookie(editor, "w", (cookie_io_functions_t){ .write = write_out });
    FILE *errors = fopencookie(editor, "w", (cookie_io_functions_t){ .write = write_nowhere });
    if (!in || !out || !errors)
        return false;
    editor->line = el_init_fd("bulkhead", in, out, errors, fd, fd, fd);
    editor->history = history_init();
    return editor->line && editor->history;
}

static void bind_keys(EditLine *line)
{
    static const char *const keys[][2] = {
        { "^I", "monitor-complete" },
        { "^_", "ed-redisplay" },
        { "^C", "em-kill-line" },
        { "^D", "ed-delete-next-char" },
        { "^R", "em-inc-search-prev" },
        /* Escape, then x: libedit's own commands, the parser of which does not survive an empty one. */
        { "^[x", "ed-unassigned" },
        { "^[X", "ed-unassigned" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        el_set(line, EL_BIND, keys[i][0], keys[i][1], NULL);
}

Editor *editor_new(const char *prompt, const char *terminal, const EditorUser *user, void *opaque)
{
    HistEvent event;
    Editor *editor = g_new0(Editor, 1);
    *editor = (Editor){ .user = user, .opaque = opaque, .prompt = prompt };
    editor->keys = g_async_queue_new();
    if (!open_line(editor))
        return NULL;
    history(editor->history, &event, H_SETSIZE, HISTORY_LINES);
    history(editor->history, &event, H_SETUNIQUE, 1);
    el_set(editor->line, EL_CLIENTDATA, editor);
    if (terminal)
        el_set(editor->line, EL_TERMINAL, terminal);
    el_set(editor->line, EL_PROMPT, prompt_of);
    el_set(editor->line, EL_GETCFN, next_key);
    el_set(editor->line, EL_EDITOR, "emacs");
    el_set(editor->line, EL_HIST, history, editor->history);
    el_set(editor->line, EL_ADDFN, "monitor-complete", "complete a word", complete);
    bind_keys(editor->line);
    g_thread_unref(g_thread_new("editor", edit, editor));
    return editor;
}

void editor_ask(Editor *editor)
{
    g_async_queue_push(editor->keys, GINT_TO_POINTER(KEY_ASK + 1));
}

void editor_feed(Editor *editor, const uint8_t *keys, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (keys[i] != KEY_REDRAW && keys[i] < 0x80)
            g_async_queue_push(editor->keys, GINT_TO_POINTER(keys[i] + 1));
}

void editor_resize(Editor *editor, unsigned cols, unsigned rows)
{
    int size = (int)(MIN(cols, 0xfff) << 12 | MIN(rows, 0xfff));
    g_async_queue_push(editor->keys, GINT_TO_POINTER(KEY_SIZE + size + 1));
}

void editor_redraw(Editor *editor)
{
    g_async_queue_push(editor->keys, GINT_TO_POINTER(KEY_REDRAW + 1));
}

bool editor_is_idle(const Editor *editor)
{
    return g_async_queue_length(editor->keys) < 0; /* as many threads wait */
}
