/* SPDX-License-Identifier: MIT */
/* bound.c - what a number must be; see bound.h. */
#include "emu/expect/bound.h"

#include <math.h>
#include <string.h>

#include "emu/lab/quantity.h"

static const char *const relations[] = { "<", "<=", ">", ">=", "==", "!=", "=" };

/* What is read, and what is wrong with it. */
typedef struct {
    const char *at, *base;
    char **what, **fix;
} Reader;

static bool wrong(const Reader *r, const char *fix, const char *what)
{
    *r->what = g_strdup(what);
    *r->fix = g_strdup(fix);
    return false;
}

static bool read_relation(Reader *r, Bound *bound)
{
    size_t length = strspn(r->at, "<>=!");
    for (unsigned i = 0; i < G_N_ELEMENTS(relations); i++)
        if (strlen(relations[i]) == length && !strncmp(r->at, relations[i], length)) {
            bound->relation = i > IS_NE ? IS_EQ : (Relation)i;
            r->at += length;
            return true;
        }
    return wrong(r, "write for example <= 3", "a comparison with a number is wanted here");
}

static bool read_number(Reader *r, double *number)
{
    r->at += strspn(r->at, " \t");
    const char *end = quantity_number(r->at, number);
    if (!end)
        return wrong(r, "write for example <= 3", "a comparison with a number is wanted here");
    r->at = end + strspn(end, " \t");
    return true;
}

/* The unit of a number, if it has one. */
static bool read_unit(Reader *r, char unit[8], double *factor)
{
    size_t length = strcspn(r->at, " \t+");
    *factor = 1;
    if (!g_ascii_isalpha(*r->at) && *r->at != '%')
        return true;
    g_autofree char *word = g_strndup(r->at, length);
    if (r->base && length < sizeof(((Bound *)0)->unit) && quantity_convert(word, r->base, factor)) {
        g_strlcpy(unit, word, sizeof(((Bound *)0)->unit));
        r->at += length + strspn(r->at + length, " \t");
        return true;
    }
    g_autofree char *units = r->base ? quantity_units(r->base) : g_strdup("none");
    g_autofree char *fix = g_strdup_printf("there are %s", units);
    g_autofree char *what = g_strdup_printf("'%s' is no unit of this", word);
    return wrong(r, fix, what);
}

/* +- Y, in the unit of the number or another, or a part of it in %. */
static bool read_tolerance(Reader *r, Bound *bound)
{
    char unit[8] = "";
    double number, factor;
    if (strncmp(r->at, "+-", 2) != 0)
        return wrong(r, "write +- and a tolerance, or nothing", "there is more than a number");
    if (bound->relation != IS_EQ)
        return wrong(r, "write == NUMBER +- TOLERANCE", "only what is to be == may be off");
    r->at += 2;
    if (!read_number(r, &number))
        return false;
    if (number < 0)
        return wrong(r, "leave out its sign", "a tolerance is not negative");
    if (*r->at == '%') {
        r->at += 1 + strspn(r->at + 1, " \t");
        bound->off = fabs(bound->wanted) * number / 100;
        return true;
    }
    if (!read_unit(r, unit, &factor))
        return false;
    bound->off = number * (*unit ? factor : bound->factor);
    return true;
}

static bool read_all(Reader *r, Bound *bound)
{
    if (!read_relation(r, bound) || !read_number(r, &bound->wanted) ||
        !read_unit(r, bound->unit, &bound->factor))
        return false;
    bound->wanted *= bound->factor;
    if (*r->at && !read_tolerance(r, bound))
        return false;
    return !*r->at || wrong(r, "leave it out", "there is more than a number and a tolerance");
}

const char *bound_parse(Bound *bound, const char *text, const char *base, char **what, char **fix)
{
    Reader reader = { text, base, what, fix };
    *bound = (Bound){ .factor = 1 };
    if (!read_all(&reader, bound))
        return reader.at;
    bound->text = g_strchomp(g_strdup(text));
    return NULL;
}

void bound_clear(Bound *bound)
{
    g_clear_pointer(&bound->text, g_free);
}

bool bound_holds(const Bound *bound, double value)
{
    /* What is to be equal may be off by what binary fractions are, if it may be off at all. */
    const double rounding = bound->off > 0 ? 1e-12 * fabs(bound->wanted) : 0;
    const double off = fabs(value - bound->wanted);
    switch (bound->relation) {
    case IS_LT: return value < bound->wanted;
    case IS_LE: return value <= bound->wanted;
    case IS_GT: return value > bound->wanted;
    case IS_GE: return value >= bound->wanted;
    case IS_EQ: return off <= bound->off + rounding;
    default: return off > 0;
    }
}

char *bound_show(const Bound *bound, double value)
{
    const double shown = value / bound->factor;
    const bool whole = shown >= floor(shown) && shown <= floor(shown);
    return g_strdup_printf("%.*g%s%s", whole || fabs(shown) >= 1e6 ? 15 : 6, shown,
                           *bound->unit ? " " : "", bound->unit);
}
