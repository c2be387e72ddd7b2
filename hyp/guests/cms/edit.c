/* SPDX-License-Identifier: MIT */
/*
 * edit.c - EDIT, by context: there is a line of now, and requests move or change it; see cms.h.
 *
 * It works on a copy, of type CMSUT1 as that of CMS, and FILE puts that in place of the file. Line 0 is above the first one.
 */
#include "cms.h"
#include "lib/print.h"
#include "lib/string.h"

typedef struct {
    const char *name, *type;
    File *file;  /* the copy */
    uint16_t at; /* card of now; 0: above all */
} Editor;

/* What follows a request's letter; returns whether the session goes on. */
typedef bool RequestFn(Editor *editor, const char *text);

static void type_line(const Editor *editor)
{
    char text[CARD + 1];
    unsigned n = editor->at ? card_length(file_card(editor->at)) : 0;
    if (n)
        memcpy(text, file_card(editor->at), n);
    text[n] = 0;
    print("%s\n", editor->at ? text : "TOF:");
}

/* Without a number it is 1. */
static uint64_t times(const char *text)
{
    return word_number(text, 1);
}

static bool insert(Editor *editor, const char *text)
{
    uint16_t card = file_insert(editor->file, editor->at, text, strlen(text));
    if (card)
        editor->at = card;
    else
        disk_full();
    return card;
}

static bool request_input(Editor *editor, const char *text)
{
    char line[INPUT];
    if (*text) {
        insert(editor, text);
        return true;
    }
    print("INPUT:\n");
    while (console_read(line, sizeof(line)) && insert(editor, line)) {
    }
    print("EDIT:\n");
    return true;
}

static bool request_next(Editor *editor, const char *text)
{
    for (uint64_t i = times(text); i--;) {
        uint16_t next = editor->at ? file_next(editor->at) : editor->file->first;
        if (!next) {
            print("EOF:\n");
            return true;
        }
        editor->at = next;
    }
    type_line(editor);
    return true;
}

static bool request_up(Editor *editor, const char *text)
{
    for (uint64_t i = times(text); i-- && editor->at;)
        editor->at = file_before(editor->file, editor->at);
    type_line(editor);
    return true;
}

static bool request_top(Editor *editor, const char *text)
{
    (void)text;
    editor->at = 0;
    return true;
}

static bool request_type(Editor *editor, const char *text)
{
    uint64_t n = times(text);
    if (!n)
        return true;
    type_line(editor);
    for (uint16_t next; --n && !console_halted(); editor->at = next) {
        next = editor->at ? file_next(editor->at) : editor->file->first;
        if (!next) {
            print("EOF:\n");
            break;
        }
        type_line(&(Editor){ .at = next });
    }
    return true;
}

static bool request_delete(Editor *editor, const char *text)
{
    uint64_t n = times(text);
    for (; n && editor->at; n--) {
        uint16_t next = file_next(editor->at), before = file_before(editor->file, editor->at);
        file_remove(editor->file, editor->at);
        editor->at = next ? next : before;
        if (!next)
            break;
    }
    return true;
}

/* Where `text` stands in `in`; the length of `in` is `size`. -1: nowhere. */
static int position(const char *in, unsigned size, const char *text, unsigned length)
{
    for (unsigned i = 0; i + length <= size; i++) {
        if (!memcmp(in + i, text, length))
            return (int)i;
    }
    return -1;
}

/* LOCATE /TEXT/: the next line that has it; the first letter is the delimiter. */
static bool request_locate(Editor *editor, const char *text)
{
    unsigned length = 0;
    char mark = *text ? *text++ : 0;
    while (text[length] && text[length] != mark)
        length++;
    uint16_t at = editor->at ? file_next(editor->at) : editor->file->first;
    while (length && at && position(file_card(at), CARD, text, length) < 0)
        at = file_next(at);
    if (!length || !at) {
        print("NOT FOUND\n");
        return true;
    }
    editor->at = at;
    type_line(editor);
    return true;
}

/* CHANGE /OLD/NEW/ in the line of now, once. */
static bool request_change(Editor *editor, const char *text)
{
    char new[2 * CARD + INPUT];
    unsigned lengths[2] = { 0, 0 }, size;
    const char *parts[2];
    char mark = *text ? *text++ : 0;
    for (unsigned i = 0; i < 2; i++) {
        parts[i] = text;
        while (*text && *text != mark)
            text++;
        lengths[i] = (unsigned)(text - parts[i]);
        text += *text != 0;
    }
    char *card = editor->at ? file_card(editor->at) : NULL;
    size = card ? card_length(card) : 0;
    int found = card && lengths[0] ? position(card, size, parts[0], lengths[0]) : -1;
    if (found < 0) {
        print("NOT FOUND\n");
        return true;
    }
    unsigned tail = size - (unsigned)found - lengths[0];
    memset(new, ' ', sizeof(new));
    memcpy(new, card, (unsigned)found);
    memcpy(new + found, parts[1], lengths[1]);
    memcpy(new + found + lengths[1], card + found + lengths[0], tail);
    memcpy(card, new, CARD);
    type_line(editor);
    return true;
}

static bool request_file(Editor *editor, const char *text)
{
    (void)text;
    File *file = file_make(editor->name, editor->type);
    if (!file) {
        disk_full();
        return true;
    }
    file_take(file, editor->file);
    return false;
}

static bool request_quit(Editor *editor, const char *text)
{
    (void)text;
    file_erase(editor->file);
    return false;
}

static const struct {
    char name[NAME];
    RequestFn *run;
} requests[] = {
    { "INPUT", request_input },   { "NEXT", request_next },     { "UP", request_up },
    { "TYPE", request_type },     { "TOP", request_top },       { "DELETE", request_delete },
    { "LOCATE", request_locate }, { "CHANGE", request_change }, { "FILE", request_file },
    { "QUIT", request_quit },
};

/* A request may be cut short, to a letter: the first one of the table that begins so. */
static bool request(Editor *editor, const char *line)
{
    unsigned length = 0;
    char name[NAME] = "";
    for (; line[length] && line[length] != ' ' && line[length] != '/'; length++) {
        if (length < NAME)
            name[length] = line[length] >= 'a' && line[length] <= 'z' ? (char)(line[length] - 32)
                                                                      : line[length];
    }
    const char *text = line + length + (line[length] == ' ');
    for (unsigned i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        if (length && length <= NAME && !memcmp(requests[i].name, name, length))
            return requests[i].run(editor, text);
    }
    print("?EDIT: INPUT NEXT UP TYPE TOP DELETE LOCATE/T/ CHANGE/T/U/ FILE QUIT\n");
    return true;
}

int command_edit(const Command *command)
{
    char line[INPUT];
    Editor editor = { command->word[1], command->word[2], NULL, 0 };
    if (*editor.name == '*' || *editor.type == '*' || !strcmp(editor.type, "CMSUT1")) {
        print("INVALID OPERAND: %s %s\n", editor.name, editor.type);
        return BAD_OPERAND;
    }
    const File *old = file_find(editor.name, editor.type);
    editor.file = file_make(editor.name, "CMSUT1");
    if (!editor.file)
        return disk_full();
    for (uint16_t at = old ? old->first : 0, last = 0; at; at = file_next(at)) {
        last = file_insert(editor.file, last, file_card(at), CARD);
        if (!last) {
            file_erase(editor.file);
            return disk_full();
        }
    }
    if (!old) {
        print("NEW FILE.\n");
        request_input(&editor, "");
    } else {
        print("EDIT:\n");
    }
    do {
        console_resume();
        if (!console_read(line, sizeof(line)))
            request_input(&editor, "");
    } while (!*line || request(&editor, line));
    return OK;
}
