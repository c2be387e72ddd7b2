/* SPDX-License-Identifier: MIT */
/* sum.c - sums of facts and numbers; see quantity_sum. */
#include <math.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/lab/quantity.h"

enum { DEEPEST = 16, LONGEST_NAME = 63 };

typedef struct {
    const char *start, *at;
    QuantityOfName *look_up;
    void *opaque;
    unsigned depth;
    GError **error;
} Parser;

static bool parse_comparison(Parser *p, Quantity *value);

static bool wrong(const Parser *p, const char *what)
{
    return fail(p->error, EXIT_CONFIG,
                "'%s': %s at letter %u; write for example (exits + calls) / ticks", p->start, what,
                (unsigned)(p->at - p->start) + 1);
}

static bool take(Parser *p, const char *text)
{
    p->at += strspn(p->at, " ");
    if (strncmp(p->at, text, strlen(text)) != 0)
        return false;
    p->at += strlen(text);
    return true;
}

/* 'word' */
static bool parse_word(Parser *p, Quantity *value)
{
    const char *end = strchr(p->at, '\'');
    g_autofree char *word = end ? g_strndup(p->at, (gsize)(end - p->at)) : NULL;
    if (!word || !quantity_word(word, value))
        return wrong(p, "this is no word");
    p->at = end + 1;
    return true;
}

static bool parse_name(Parser *p, Quantity *value)
{
    size_t length = 0;
    while (g_ascii_isalnum(p->at[length]) || p->at[length] == '_')
        length++;
    g_autofree char *name = g_strndup(p->at, length);
    if (!length || length > LONGEST_NAME)
        return wrong(p, "a number or the name of a fact is wanted");
    if (!p->look_up(p->opaque, name, value))
        return wrong(p, "no fact has this name");
    p->at += length;
    return true;
}

static bool parse_value(Parser *p, Quantity *value)
{
    bool minus = take(p, "-");
    *value = (Quantity){ 0 };
    if (take(p, "'"))
        return parse_word(p, value);
    const char *end = quantity_number(p->at, &value->number);
    if (take(p, "(")) {
        if (++p->depth > DEEPEST)
            return wrong(p, "these are too many brackets");
        if (!parse_comparison(p, value))
            return false;
        if (!take(p, ")"))
            return wrong(p, "a bracket is still open");
        p->depth--;
    } else if (end) {
        p->at = end;
    } else if (!parse_name(p, value)) {
        return false;
    }
    if (minus)
        value->number = -value->number;
    return true;
}

static bool both_numbers(const Parser *p, const Quantity *a, const Quantity *b)
{
    return (!a->is_word && !b->is_word) || wrong(p, "words cannot be counted with");
}

static bool parse_product(Parser *p, Quantity *value)
{
    if (!parse_value(p, value))
        return false;
    for (;;) {
        bool times = take(p, "*"), by = !times && take(p, "/");
        Quantity other;
        if (!times && !by)
            return true;
        if (!parse_value(p, &other) || !both_numbers(p, value, &other))
            return false;
        value->number = times ? value->number * other.number : value->number / other.number;
        if (!isfinite(value->number))
            return wrong(p, "this divides by nothing");
    }
}

static bool parse_total(Parser *p, Quantity *value)
{
    if (!parse_product(p, value))
        return false;
    for (;;) {
        bool plus = take(p, "+"), minus = !plus && take(p, "-");
        Quantity other;
        if (!plus && !minus)
            return true;
        if (!parse_product(p, &other) || !both_numbers(p, value, &other))
            return false;
        value->number += plus ? other.number : -other.number;
    }
}

static bool compare(unsigned relation, double a, double b)
{
    switch (relation) {
    case 0: return a <= b;
    case 1: return a >= b;
    case 2: return a == b;
    case 3: return a != b;
    case 4: return a < b;
    default: return a > b;
    }
}

/* Two of them with a relation between are yes or no. */
static bool parse_comparison(Parser *p, Quantity *value)
{
    static const char *const relations[] = { "<=", ">=", "==", "!=", "<", ">" };
    if (!parse_total(p, value))
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(relations); i++) {
        Quantity other;
        if (!take(p, relations[i]))
            continue;
        if (!parse_total(p, &other) || !both_numbers(p, value, &other))
            return false;
        return quantity_word(compare(i, value->number, other.number) ? "yes" : "no", value);
    }
    return true;
}

bool quantity_sum(const char *text, QuantityOfName *look_up, void *opaque, Quantity *value,
                  GError **error)
{
    g_autoptr(GError) problem = NULL;
    Parser p = { text, text, look_up, opaque, 0, &problem };
    if (parse_comparison(&p, value) && (take(&p, ""), !*p.at))
        return true;
    if (!problem)
        wrong(&p, "something is too much");
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
}
