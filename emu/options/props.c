/* SPDX-License-Identifier: MIT */
/* props.c - numbers, sizes and property lists; see props.h. */
#include "emu/options/props.h"

#include <string.h>

#include "emu/base/error.h"

bool parse_number(const char *text, uint64_t *value)
{
    bool hex = g_ascii_strncasecmp(text, "0x", 2) == 0;
    return g_ascii_string_to_unsigned(text + (hex ? 2 : 0), hex ? 16 : 10, 0, G_MAXUINT64, value,
                                      NULL);
}

bool parse_size(const char *text, uint64_t unit, uint64_t *bytes)
{
    static const char suffixes[] = "KMGT";
    size_t length = strlen(text);
    const char *suffix = length ? strchr(suffixes, g_ascii_toupper(text[length - 1])) : NULL;
    g_autofree char *digits = g_strndup(text, suffix ? length - 1 : length);
    if (suffix)
        unit = 1ull << (10 * (suffix - suffixes + 1));
    return parse_number(digits, bytes) && !__builtin_mul_overflow(*bytes, unit, bytes);
}

bool parse_time(const char *text, uint64_t unit, uint64_t *ps)
{
    static const struct {
        const char *name;
        uint64_t ps;
    } units[] = { { "ps", 1 },
                  { "ns", 1000 },
                  { "us", 1000000 },
                  { "ms", 1000000000 },
                  { "s", UINT64_C(1000000000000) },
                  { "", 0 } };
    unsigned i = 0;
    while (!g_str_has_suffix(text, units[i].name))
        i++;
    g_autofree char *digits = g_strndup(text, strlen(text) - strlen(units[i].name));
    unit = units[i].ps ? units[i].ps : unit;
    return unit && parse_number(digits, ps) && !__builtin_mul_overflow(*ps, unit, ps);
}

bool parse_on_off(const char *text, bool *value)
{
    *value = !strcmp(text, "on") || !strcmp(text, "true") || !strcmp(text, "yes");
    return *value || !strcmp(text, "off") || !strcmp(text, "false") || !strcmp(text, "no");
}

/* Cuts the next word off `text`, undoing doubled commas. */
static char *next_word(const char **text)
{
    GString *word = g_string_new(NULL);
    const char *at = *text;
    for (; *at && !(at[0] == ',' && at[1] != ','); at++) {
        g_string_append_c(word, *at);
        at += *at == ',';
    }
    *text = *at ? at + 1 : NULL;
    return g_string_free(word, FALSE);
}

static bool add(Props *props, const char *word, const char *implied, GError **error)
{
    const char *equals = strchr(word, '=');
    bool is_implied = !equals && implied && !props->names->len;
    props->implied = is_implied ? implied : props->implied;
    g_autofree char *name = is_implied
                                ? g_strdup(implied)
                                : g_strndup(word, equals ? (size_t)(equals - word) : strlen(word));
    if (!*word)
        return fail(
            error, EXIT_USAGE,
            "%s: nothing before or behind a comma; leave the comma out, or write two for one",
            props->option);
    if (!*name)
        return fail(error, EXIT_USAGE,
                    "%s: '%s' has no name before '='; write name=value, and two commas for a comma",
                    props->option, word);
    const char *value = is_implied ? word : equals ? equals + 1 : "on";
    g_ptr_array_add(props->names, g_steal_pointer(&name));
    g_ptr_array_add(props->values, g_strdup(value));
    g_byte_array_append(props->taken, &(uint8_t){ 0 }, 1);
    return true;
}

Props *props_parse(const char *option, const char *text, const char *implied, GError **error)
{
    Props *props = g_new(Props, 1);
    *props = (Props){ option,
                      g_ptr_array_new_with_free_func(g_free),
                      g_ptr_array_new_with_free_func(g_free),
                      g_byte_array_new(),
                      g_ptr_array_new(),
                      NULL };
    for (const char *rest = text; rest;) {
        g_autofree char *word = next_word(&rest);
        if (!add(props, word, implied, error)) {
            props_free(props);
            return NULL;
        }
    }
    return props;
}

void props_free(Props *props)
{
    if (!props)
        return;
    g_ptr_array_free(props->names, TRUE);
    g_ptr_array_free(props->values, TRUE);
    g_byte_array_free(props->taken, TRUE);
    g_ptr_array_free(props->asked_for, TRUE);
    g_free(props);
}

/* Each once, and not what needs no name. */
static void ask_for(Props *props, const char *name)
{
    for (guint i = 0; i < props->asked_for->len; i++)
        if (!strcmp(g_ptr_array_index(props->asked_for, i), name))
            return;
    g_ptr_array_add(props->asked_for, (gpointer)(uintptr_t)name);
}

const char *props_take(Props *props, const char *name)
{
    ask_for(props, name);
    for (unsigned i = 0; i < props->names->len; i++) {
        if (strcmp(g_ptr_array_index(props->names, i), name))
            continue;
        props->taken->data[i] = 1;
        return g_ptr_array_index(props->values, i);
    }
    return NULL;
}

bool props_has(const Props *props, const char *name)
{
    for (unsigned i = 0; i < props->names->len; i++)
        if (!strcmp(g_ptr_array_index(props->names, i), name))
            return true;
    return false;
}

const char *props_need(Props *props, const char *name, const char *example, GError **error)
{
    const char *value = props_take(props, name);
    if (value && *value)
        return value;
    fail(error, EXIT_USAGE, "%s: %s= is missing; for example: %s", props->option, name, example);
    return NULL;
}

char **props_take_all(Props *props, const char *name)
{
    GPtrArray *all = g_ptr_array_new();
    for (unsigned i = 0; i < props->names->len; i++) {
        if (strcmp(g_ptr_array_index(props->names, i), name))
            continue;
        props->taken->data[i] = 1;
        g_ptr_array_add(all, g_strdup(g_ptr_array_index(props->values, i)));
    }
    g_ptr_array_add(all, NULL);
    ask_for(props, name);
    return (char **)g_ptr_array_free(all, FALSE);
}

bool props_bool(Props *props, const char *name, bool *value, GError **error)
{
    const char *text = props_take(props, name);
    return !text || parse_on_off(text, value) ||
           fail(error, EXIT_USAGE, "%s: %s=%s is neither on nor off; write %s=on or %s=off",
                props->option, name, text, name, name);
}

bool props_number(Props *props, const char *name, uint64_t *value, GError **error)
{
    const char *text = props_take(props, name);
    return !text || parse_number(text, value) ||
           fail(error, EXIT_USAGE,
                "%s: %s=%s is not a number; write it in decimal, or in hexadecimal after 0x",
                props->option, name, text);
}

bool props_only(Props *props, const char *name, const char *only, const char *why, GError **error)
{
    const char *text = props_take(props, name);
    g_auto(GStrv) words = g_strsplit(only, ",", -1);
    return !text || g_strv_contains((const char *const *)words, text) ||
           fail(error, EXIT_CONFIG, "%s: %s=%s cannot be had: %s; leave %s out or write %s=%s",
                props->option, name, text, why, name, name, words[0]);
}

/* "there are: a b", to be freed; asked_for ends in NULL. */
static char *others(const Props *props)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i + 1 < props->asked_for->len; i++) {
        const char *name = g_ptr_array_index(props->asked_for, i);
        if (!props->implied || strcmp(props->implied, name))
            g_string_append_printf(list, " %s", name);
    }
    return list->len ? g_strconcat("there are:", list->str, NULL)
                     : g_strdup("there is none: leave it out");
}

bool props_finish(Props *props, GError **error)
{
    for (unsigned i = 0; i < props->names->len; i++) {
        const char *name = g_ptr_array_index(props->names, i);
        if (props->taken->data[i])
            continue;
        g_ptr_array_add(props->asked_for, NULL);
        if (g_strv_contains((const char *const *)props->asked_for->pdata, name))
            return fail(error, EXIT_USAGE, "%s: property '%s' is given twice; give it once",
                        props->option, name);
        const char *near = nearest_word(name, (const char *const *)props->asked_for->pdata);
        g_autofree char *all = others(props);
        return near ? fail(error, EXIT_USAGE, "%s: no property is called '%s'; did you mean '%s'?",
                           props->option, name, near)
                    : fail(error, EXIT_USAGE, "%s: no property is called '%s'; %s", props->option,
                           name, all);
    }
    return true;
}
