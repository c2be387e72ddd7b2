/* SPDX-License-Identifier: MIT */
/* text.c - the text of a machine file before libconfig gets it; see text.h. */
#include "emu/machinefile/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 16 };

typedef struct {
    const char *at, *line_start;
    unsigned line;
    GString *out;
    Findings *findings;
    unsigned depth;
    struct {
        char bracket;
        unsigned line, column;
    } open[DEEPEST];
} Scanner;

static unsigned column(const Scanner *s)
{
    return (unsigned)(s->at - s->line_start) + 1;
}

/* Takes over one letter. */
static void take(Scanner *s)
{
    char c = *s->at++;
    g_string_append_c(s->out, c);
    if (c != '\n')
        return;
    s->line++;
    s->line_start = s->at;
}

static void take_line(Scanner *s)
{
    while (*s->at && *s->at != '\n')
        take(s);
}

static bool take_comment(Scanner *s)
{
    unsigned line = s->line, start = column(s);
    take(s);
    take(s);
    while (*s->at && !g_str_has_prefix(s->at, "*/"))
        take(s);
    if (!*s->at) {
        findings_add_at(s->findings, line, start,
                        "the comment that begins here does not end; close it with */");
        return false;
    }
    take(s);
    take(s);
    return true;
}

static bool take_string(Scanner *s)
{
    unsigned line = s->line, start = column(s);
    take(s);
    while (*s->at && *s->at != '"' && *s->at != '\n') {
        if (g_str_has_prefix(s->at, "\\x00")) {
            findings_add_at(s->findings, s->line, column(s),
                            "a byte 0 would end the text here; leave it out");
            return false;
        }
        if (*s->at == '\\' && s->at[1] && s->at[1] != '\n')
            take(s);
        take(s);
    }
    if (*s->at != '"') {
        findings_add_at(s->findings, line, start,
                        "the string that begins here does not end in its line; close it with \"");
        return false;
    }
    take(s);
    return true;
}

/* A number of more than 32 bits gets its L. */
static bool take_number(Scanner *s)
{
    const char *digits = s->at + (*s->at == '-' || *s->at == '+');
    bool hex = g_str_has_prefix(digits, "0x") || g_str_has_prefix(digits, "0X");
    unsigned start = column(s);
    char *end;
    errno = 0;
    uint64_t value = strtoull(digits, &end, hex ? 16 : 10);
    bool fraction = !hex && (*end == '.' || *end == 'e' || *end == 'E');
    if (!fraction && (errno == ERANGE || (!hex && value >> 63))) {
        findings_add_at(s->findings, s->line, start,
                        "a number of more than 64 bits; write a smaller one");
        return false;
    }
    while (s->at < end)
        take(s);
    while (fraction && (g_ascii_isalnum(*s->at) || *s->at == '.' ||
                        ((*s->at == '-' || *s->at == '+') && g_ascii_tolower(s->at[-1]) == 'e')))
        take(s);
    if (!fraction && *s->at != 'L' && value > G_MAXINT32)
        g_string_append_c(s->out, 'L');
    while (*s->at == 'L')
        take(s);
    return true;
}

static bool open_bracket(Scanner *s)
{
    if (s->depth == DEEPEST) {
        findings_add_at(s->findings, s->line, column(s),
                        "brackets in more than %d others; a machine file needs five at most",
                        DEEPEST);
        return false;
    }
    s->open[s->depth].bracket = *s->at == '{' ? '}' : *s->at == '(' ? ')' : ']';
    s->open[s->depth].line = s->line;
    s->open[s->depth++].column = column(s);
    take(s);
    return true;
}

static bool close_bracket(Scanner *s)
{
    char expected = s->depth ? s->open[s->depth - 1].bracket : 0;
    if (!expected)
        findings_add_at(s->findings, s->line, column(s),
                        "'%c' closes nothing; leave it out, or look for one too many above",
                        *s->at);
    else if (*s->at != expected)
        findings_add_at(s->findings, s->line, column(s),
                        "'%c' where '%c' is missing, which closes what line %u opened; write '%c' "
                        "before it",
                        *s->at, expected, s->open[s->depth - 1].line, expected);
    if (*s->at != expected)
        return false;
    s->depth--;
    take(s);
    return true;
}

static void take_name(Scanner *s)
{
    while (g_ascii_isalnum(*s->at) || (*s->at && strchr("-_*", *s->at)))
        take(s);
}

static bool take_token(Scanner *s)
{
    char c = *s->at;
    if (c == '#' || g_str_has_prefix(s->at, "//"))
        take_line(s);
    else if (g_str_has_prefix(s->at, "/*"))
        return take_comment(s);
    else if (c == '"')
        return take_string(s);
    else if (strchr("{([", c))
        return open_bracket(s);
    else if (strchr("})]", c))
        return close_bracket(s);
    else if (g_ascii_isdigit(c) || ((c == '-' || c == '+') && g_ascii_isdigit(s->at[1])))
        return take_number(s);
    else if (g_ascii_isalpha(c) || c == '*')
        take_name(s);
    else if (c == '@') {
        findings_add_at(s->findings, s->line, column(s),
                        "@include and the like are not read, a machine file is one file; put what "
                        "is to be included here");
        return false;
    } else
        take(s);
    return true;
}

char *mf_text_prepare(const char *text, Findings *findings)
{
    Scanner s = { .at = text, .line_start = text, .line = 1, .findings = findings };
    s.out = g_string_new(NULL);
    bool ok = true;
    while (ok && *s.at)
        ok = take_token(&s);
    if (ok && s.depth) {
        ok = false;
        findings_add_at(findings, s.open[s.depth - 1].line, s.open[s.depth - 1].column,
                        "the bracket that opens here is not closed; write '%c' where it ends",
                        s.open[s.depth - 1].bracket);
    }
    return g_string_free(s.out, !ok);
}
