/* SPDX-License-Identifier: MIT */
/* findings.c - what is wrong with a text, and where; see findings.h. */
#include "emu/machinefile/findings.h"

#include <stdint.h>
#include <string.h>

enum { MOST_FINDINGS = 200, WIDEST_LINE = 200 };

Findings *findings_new(const char *path, const char *text)
{
    Findings *findings = g_new0(Findings, 1);
    findings->path = g_strdup(path);
    findings->lines = g_strsplit(text, "\n", -1);
    findings->n_lines = g_strv_length(findings->lines);
    findings->list = g_ptr_array_new();
    return findings;
}

void findings_clear(Findings *findings)
{
    for (guint i = 0; i < findings->list->len; i++) {
        Finding *finding = g_ptr_array_index(findings->list, i);
        g_free(finding->text);
        g_free(finding->fix);
        g_free(finding);
    }
    g_ptr_array_set_size(findings->list, 0);
    findings->errors = findings->warnings = 0;
}

void findings_free(Findings *findings)
{
    findings_clear(findings);
    g_ptr_array_free(findings->list, TRUE);
    g_strfreev(findings->lines);
    g_free(findings->path);
    g_free(findings);
}

static bool is_name_letter(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '_' || c == '*';
}

/* What follows `key` and an equals sign at `at`, or NULL. */
static const char *value_at(const char *line, const char *at, const char *key)
{
    const char *after = at + strlen(key);
    if (at > line && is_name_letter(at[-1]))
        return NULL;
    after += strspn(after, " \t");
    if (*after != '=' && *after != ':')
        return NULL;
    after++;
    return after + strspn(after, " \t");
}

/* How much of `value` is the value: a string, a bracket, or a word. */
static unsigned value_width(const char *value)
{
    const char *quote = *value == '"' ? strchr(value + 1, '"') : NULL;
    if (quote)
        return (unsigned)(quote - value) + 1;
    return MAX(1, (unsigned)strcspn(value, " \t;,{}()[]"));
}

/* The one place in the line where `key` gets its value; or, with '?' before it, where it stands itself. */
static void find_column(const Findings *findings, Finding *finding, const char *key)
{
    bool itself = *key == '?';
    key += itself;
    if (!finding->line || finding->line > findings->n_lines)
        return;
    const char *line = findings->lines[finding->line - 1], *found = NULL;
    for (const char *at = line; (at = strstr(at, key)); at++) {
        const char *value = value_at(line, at, key);
        if (value && found)
            return;
        if (value)
            found = itself ? at : value;
    }
    if (!found || !*found)
        return;
    finding->column = (unsigned)(found - line) + 1;
    finding->width = itself ? (unsigned)strlen(key) : value_width(found);
}

/* The message's own "; " separates, not one in what it quotes; a message that is nothing but a quotation has it there. */
static void split_message(Finding *finding, const char *format, va_list args)
{
    static const char mark[] = "\x01";
    const char *semicolon = strstr(format, "; ");
    GString *marked = g_string_new(format);
    if (semicolon) {
        g_string_erase(marked, semicolon - format, 2);
        g_string_insert(marked, semicolon - format, mark);
    }
    g_autofree char *text = g_strdup_vprintf(marked->str, args);
    char *fix = semicolon ? strstr(text, mark) + 1 : g_strrstr(text, "; ");
    g_string_free(marked, TRUE);
    g_assert(fix);
    finding->text = g_strndup(text, (size_t)(fix - text) - (semicolon != NULL));
    finding->fix = g_strdup(semicolon ? fix : fix + 2);
}

static Finding *add(Findings *findings, unsigned line, const char *format, va_list args)
{
    if (findings->list->len == MOST_FINDINGS)
        return NULL;
    Finding *finding = g_new0(Finding, 1);
    finding->line = line;
    split_message(finding, format, args);
    g_ptr_array_add(findings->list, finding);
    return finding;
}

void findings_add(Findings *findings, bool is_warning, unsigned line, const char *key,
                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Finding *finding = add(findings, line, format, args);
    va_end(args);
    *(is_warning ? &findings->warnings : &findings->errors) += 1;
    if (!finding)
        return;
    finding->is_warning = is_warning;
    if (key)
        find_column(findings, finding, key);
}

void findings_add_at(Findings *findings, unsigned line, unsigned column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Finding *finding = add(findings, line, format, args);
    va_end(args);
    findings->errors++;
    if (!finding)
        return;
    finding->column = column;
    finding->width = 1;
}

/* Stable: what was found first in a line is said first. */
static int by_line(const void *a, const void *b)
{
    const Finding *x = *(Finding *const *)a, *y = *(Finding *const *)b;
    return x->line != y->line ? (x->line < y->line ? -1 : 1) : (int)x->column - (int)y->column;
}

/* Letters that could do something to a terminal are shown as '?'. */
static void put_clean(const char *text, size_t most, FILE *out)
{
    for (size_t i = 0; text[i] && i < most; i++)
        putc((unsigned char)text[i] < ' ' || text[i] == 0x7f ? (text[i] == '\t' ? ' ' : '?')
                                                             : text[i],
             out);
}

static void print_source(const Findings *findings, const Finding *finding, FILE *out)
{
    if (!finding->line || finding->line > findings->n_lines)
        return;
    fprintf(out, "%5u | ", finding->line);
    put_clean(findings->lines[finding->line - 1], WIDEST_LINE, out);
    putc('\n', out);
    if (!finding->column || finding->column + finding->width > WIDEST_LINE)
        return;
    fprintf(out, "      | %*s^", (int)finding->column - 1, "");
    for (unsigned i = 1; i < finding->width; i++)
        putc('~', out);
    putc('\n', out);
}

void findings_print(Findings *findings, FILE *out)
{
    g_ptr_array_sort(findings->list, by_line);
    for (guint i = 0; i < findings->list->len; i++) {
        const Finding *finding = g_ptr_array_index(findings->list, i);
        fputs(findings->path, out);
        if (finding->line)
            fprintf(out, ":%u", finding->line);
        if (finding->column)
            fprintf(out, ":%u", finding->column);
        fprintf(out, ": %s: ", finding->is_warning ? "warning" : "error");
        put_clean(finding->text, SIZE_MAX, out);
        putc('\n', out);
        print_source(findings, finding, out);
        fputs("   fix: ", out);
        put_clean(finding->fix, SIZE_MAX, out);
        putc('\n', out);
    }
    if (findings->errors + findings->warnings > findings->list->len)
        fprintf(out, "%s: and %u more\n", findings->path,
                findings->errors + findings->warnings - findings->list->len);
}
