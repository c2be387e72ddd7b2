/* SPDX-License-Identifier: MIT */
/* quantity.c - numbers with units, and words; see quantity.h. */
#include "emu/lab/quantity.h"

#include <math.h>
#include <string.h>

/* What can be told in each other. */
typedef enum { SIZE, TIME, PART, RATE } Kind;

static const struct {
    const char *name;
    Kind kind;
    double factor;
} units[] = {
    { "B", SIZE, 1 },      { "bytes", SIZE, 1 },     { "byte", SIZE, 1 },      { "kB", SIZE, 1e3 },
    { "KiB", SIZE, 1024 }, { "MiB", SIZE, 1 << 20 }, { "GiB", SIZE, 1 << 30 }, { "ns", TIME, 1 },
    { "us", TIME, 1e3 },   { "ms", TIME, 1e6 },      { "s", TIME, 1e9 },       { "%", PART, 0.01 },
    { "parts", PART, 1 },  { "/s", RATE, 1 },        { "Hz", RATE, 1 },
};

const char *quantity_number(const char *text, double *number)
{
    const char *at = text + (*text == '-' || *text == '+');
    char *end;
    if (!g_ascii_isdigit(*at) && !(*at == '.' && g_ascii_isdigit(at[1])))
        return NULL;
    *number = g_ascii_strtod(text, &end);
    return isfinite(*number) ? end : NULL;
}

bool quantity_word(const char *text, Quantity *out)
{
    size_t length =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-_.");
    if (!g_ascii_isalpha(*text) || text[length] || length > QUANTITY_LONGEST)
        return false;
    const char *word = !g_ascii_strcasecmp(text, "true")    ? "yes"
                       : !g_ascii_strcasecmp(text, "false") ? "no"
                                                            : text;
    *out = (Quantity){ .is_word = true };
    g_strlcpy(out->word, word, sizeof(out->word));
    return true;
}

char *quantity_text(const Quantity *value, const char *unit)
{
    if (value->is_word)
        return g_strdup(value->word);
    return g_strdup_printf("%.10g%s%s", value->number, unit && *unit != '%' ? " " : "",
                           unit ? unit : "");
}

static int find_unit(const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(units); i++)
        if (!strcmp(units[i].name, name))
            return (int)i;
    return -1;
}

/* "line" and "lines". */
static bool same_unit(const char *a, const char *b)
{
    size_t length = MIN(strlen(a), strlen(b));
    return length && !strncmp(a, b, length) && (!a[length] || !strcmp(a + length, "s")) &&
           (!b[length] || !strcmp(b + length, "s"));
}

bool quantity_convert(const char *from, const char *to, double *factor)
{
    *factor = 1;
    if (!from || !to || same_unit(from, to))
        return true;
    int a = find_unit(from), b = find_unit(to);
    if (a < 0 || b < 0 || units[a].kind != units[b].kind)
        return false;
    *factor = units[a].factor / units[b].factor;
    return true;
}

char *quantity_units(const char *unit)
{
    int known = find_unit(unit);
    GString *out = g_string_new(known < 0 ? unit : NULL);
    for (unsigned i = 0; known >= 0 && i < G_N_ELEMENTS(units); i++)
        if (units[i].kind == units[known].kind)
            g_string_append_printf(out, "%s%s", out->len ? ", " : "", units[i].name);
    return g_string_free(out, FALSE);
}

bool quantity_tolerance(const char *text, double *absolute, double *relative)
{
    double number;
    const char *end = quantity_number(text, &number);
    if (!end || number < 0 || (*end && strcmp(end, "%") != 0))
        return false;
    *absolute = *end ? 0 : number;
    *relative = *end ? number / 100 : 0;
    return true;
}

bool quantity_matches(const Quantity *value, const Quantity *right, const char *tolerance)
{
    double absolute, relative;
    if (value->is_word || right->is_word)
        return value->is_word && right->is_word && !g_ascii_strcasecmp(value->word, right->word);
    if (!quantity_tolerance(tolerance, &absolute, &relative))
        return false;
    /* What binary fractions are off by is nobody's mistake. */
    const double rounding = 1e-9 * fabs(right->number);
    return fabs(value->number - right->number) <=
           absolute + relative * fabs(right->number) + rounding;
}
