/* SPDX-License-Identifier: MIT */
/* json_read.c - reading JSON, RFC 8259; see json_read.h. */
#include "emu/json_read.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/error.h"

enum { DEEPEST = 32 };

typedef struct {
    const char *at, *end;
    unsigned depth;
} Parser;

static JsonValue *parse_value(Parser *p);

void json_value_free(JsonValue *value)
{
    if (!value)
        return;
    if (value->names)
        g_ptr_array_free(value->names, TRUE);
    if (value->values)
        g_ptr_array_free(value->values, TRUE);
    g_free(value->text);
    g_free(value);
}

static void free_value(gpointer value)
{
    json_value_free(value);
}

static void skip_spaces(Parser *p)
{
    while (p->at < p->end && strchr(" \t\r\n", *p->at) && *p->at)
        p->at++;
}

/* Is this what comes next? Then it is taken. */
static bool take(Parser *p, const char *text)
{
    size_t length = strlen(text);
    skip_spaces(p);
    if ((size_t)(p->end - p->at) < length || memcmp(p->at, text, length) != 0)
        return false;
    p->at += length;
    return true;
}

/* Four hexadecimal digits, or -1. */
static long take_hex(Parser *p)
{
    long value = 0;
    for (unsigned i = 0; i < 4; i++, p->at++) {
        if (p->at >= p->end || !g_ascii_isxdigit(*p->at))
            return -1;
        value = value << 4 | g_ascii_xdigit_value(*p->at);
    }
    return value;
}

/* What is behind a backslash. */
static bool take_escape(Parser *p, GString *out)
{
    static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    if (p->at >= p->end || !*p->at)
        return false;
    char letter = *p->at++;
    const char *found = strchr(letters, letter);
    if (found) {
        g_string_append_c(out, means[found - letters]);
        return true;
    }
    long unit = letter == 'u' ? take_hex(p) : -1;
    if (unit < 0)
        return false;
    /* Halves of pairs stand for nothing that we write. */
    g_string_append_unichar(out, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : (gunichar)unit);
    return true;
}

static char *take_string(Parser *p)
{
    if (!take(p, "\""))
        return NULL;
    GString *out = g_string_new(NULL);
    bool ok = true;
    while (ok && p->at < p->end && *p->at != '"' && (unsigned char)*p->at >= ' ') {
        char letter = *p->at++;
        if (letter == '\\')
            ok = take_escape(p, out);
        else
            g_string_append_c(out, letter);
    }
    ok = ok && p->at < p->end && *p->at == '"';
    p->at += ok;
    return g_string_free(out, !ok);
}

static JsonValue *new_value(JsonKind kind)
{
    JsonValue *value = g_new0(JsonValue, 1);
    value->kind = kind;
    if (kind == JSON_OBJECT)
        value->names = g_ptr_array_new_with_free_func(g_free);
    if (kind == JSON_OBJECT || kind == JSON_ARRAY)
        value->values = g_ptr_array_new_with_free_func(free_value);
    return value;
}

/* Behind its bracket. False: it is not well formed. */
static bool parse_members(Parser *p, JsonValue *value)
{
    const char *end = value->names ? "}" : "]";
    if (take(p, end))
        return true;
    do {
        char *name = value->names ? take_string(p) : NULL;
        if (name)
            g_ptr_array_add(value->names, name);
        if (value->names && (!name || !take(p, ":")))
            return false;
        JsonValue *member = parse_value(p);
        if (!member)
            return false;
        g_ptr_array_add(value->values, member);
    } while (take(p, ","));
    return take(p, end);
}

static JsonValue *parse_group(Parser *p, JsonKind kind)
{
    JsonValue *value = new_value(kind);
    bool ok = ++p->depth <= DEEPEST && parse_members(p, value);
    p->depth--;
    if (ok)
        return value;
    json_value_free(value);
    return NULL;
}

/* A number is at most this long in what anybody writes. */
static JsonValue *parse_number_value(Parser *p)
{
    char text[64];
    size_t length = 0;
    char *end;
    while (length < sizeof(text) - 1 && p->at + length < p->end && p->at[length] &&
           strchr("+-.0123456789eE", p->at[length]))
        length++;
    memcpy(text, p->at, length);
    text[length] = 0;
    double number = g_ascii_strtod(text, &end);
    if (!length || *end)
        return NULL;
    p->at += length;
    JsonValue *value = new_value(JSON_NUMBER);
    value->number = number;
    return value;
}

static JsonValue *parse_value(Parser *p)
{
    static const struct {
        const char *word;
        JsonKind kind;
        double number;
    } words[] = { { "null", JSON_NULL, 0 }, { "true", JSON_FLAG, 1 }, { "false", JSON_FLAG, 0 } };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (take(p, words[i].word)) {
            JsonValue *value = new_value(words[i].kind);
            value->number = words[i].number;
            return value;
        }
    if (take(p, "{"))
        return parse_group(p, JSON_OBJECT);
    if (take(p, "["))
        return parse_group(p, JSON_ARRAY);
    if (p->at >= p->end || *p->at != '"')
        return parse_number_value(p);
    char *text = take_string(p);
    JsonValue *value = text ? new_value(JSON_STRING) : NULL;
    if (value)
        value->text = text;
    return value;
}

JsonValue *json_read(const char *name, const char *text, size_t size, GError **error)
{
    Parser p = { text, text + size, 0 };
    JsonValue *value = parse_value(&p);
    skip_spaces(&p);
    if (value && p.at == p.end)
        return value;
    json_value_free(value);
    fail(error, EXIT_CONFIG, "'%s' is no JSON from byte %zu on; write it anew", name,
         (size_t)(p.at - text));
    return NULL;
}

JsonValue *json_read_file(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) problem = NULL;
    gsize size;
    if (g_file_get_contents(path, &text, &size, &problem))
        return json_read(path, text, size, error);
    fail(error, EXIT_FILE, "cannot read '%s': %s; check the path", path, problem->message);
    return NULL;
}

static const JsonValue *member(const JsonValue *value, const char *name)
{
    for (guint i = 0; value->names && i < value->names->len; i++)
        if (!strcmp(g_ptr_array_index(value->names, i), name))
            return g_ptr_array_index(value->values, i);
    return NULL;
}

/* Is this member that word? */
static bool is_word(const JsonValue *value, const char *name, const char *word)
{
    const JsonValue *found = member(value, name);
    g_autofree char *number =
        found && found->kind == JSON_NUMBER ? g_strdup_printf("%.15g", found->number) : NULL;
    const char *text = found && found->kind == JSON_STRING ? found->text : number;
    return text && !strcmp(text, word);
}

/* What is within [ ]. */
static const JsonValue *element(const JsonValue *value, const char *what)
{
    const char *equals = strchr(what, '=');
    if (value->kind != JSON_ARRAY)
        return NULL;
    if (!equals) {
        char *end;
        guint64 index = g_ascii_strtoull(what, &end, 10);
        return *what && !*end && index < value->values->len
                   ? g_ptr_array_index(value->values, index)
                   : NULL;
    }
    g_autofree char *name = g_strndup(what, (gsize)(equals - what));
    for (guint i = 0; i < value->values->len; i++)
        if (is_word(g_ptr_array_index(value->values, i), name, equals + 1))
            return g_ptr_array_index(value->values, i);
    return NULL;
}

const JsonValue *json_find(const JsonValue *value, const char *path, GError **error)
{
    const char *at = path;
    while (value && *at) {
        bool in_brackets = *at == '[';
        const char *begin = at + (in_brackets || *at == '.');
        size_t length = strcspn(begin, in_brackets ? "]" : ".[");
        g_autofree char *step = g_strndup(begin, length);
        value = in_brackets ? element(value, step) : member(value, step);
        at = begin + length + (in_brackets && begin[length]);
    }
    if (!value)
        fail(error, EXIT_CONFIG, "there is nothing at %.*s; look at what is there",
             (int)(at - path), path);
    return value;
}
