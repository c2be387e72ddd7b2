/* SPDX-License-Identifier: MIT */
/* expr.c - expressions, by recursive descent; see expr.h. */
#include "emu/monitor/expr.h"

#include <errno.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/symbols.h"

enum { DEEPEST = 32 };

typedef struct {
    const Monitor *monitor;
    const char *at;
    unsigned depth;
    const char *wrong; /* the first thing that is; NULL: nothing */
} Parser;

static void skip_spaces(Parser *p)
{
    while (g_ascii_isspace(*p->at))
        p->at++;
}

static uint64_t fail_with(Parser *p, const char *wrong)
{
    if (!p->wrong)
        p->wrong = wrong;
    return 0;
}

bool monitor_register(const Monitor *monitor, const char *name, uint64_t *value)
{
    Hart *hart = &monitor->machine->harts[monitor->hart];
    guint64 number;
    bool numbered = (*name == 'x' || *name == 'f') &&
                    g_ascii_string_to_unsigned(name + 1, 10, 0, 31, &number, NULL);
    if (numbered) {
        *value = *name == 'x' ? hart->x[number] : hart->f[number];
        return true;
    }
    if (!strcmp(name, "pc") || !strcmp(name, "fp")) {
        *value = *name == 'p' ? hart->pc : hart->x[8];
        return true;
    }
    for (unsigned i = 0; i < 32; i++) {
        *value = hart->x[i];
        if (!strcmp(name, monitor_x_names[i]))
            return true;
    }
    for (unsigned i = 0; i < CSR_COUNT; i++)
        if (csr_exists(hart, i) && !strcmp(csr_name(i), name)) {
            *value = csr_read(hart, i);
            return true;
        }
    return false;
}

static uint64_t read_register(Parser *p)
{
    char name[24];
    size_t length = 0;
    uint64_t value = 0;
    for (; g_ascii_isalnum(*p->at) || *p->at == '_'; p->at++)
        if (length < sizeof name - 1)
            name[length++] = *p->at;
    name[length] = 0;
    return monitor_register(p->monitor, name, &value) ? value
                                                      : fail_with(p, "there is no such register");
}

/* Names of the images' symbols; dots are parts of names. */
static uint64_t read_symbol(Parser *p)
{
    const char *begin = p->at;
    uint64_t value = 0;
    while (g_ascii_isalnum(*p->at) || *p->at == '_' || *p->at == '.')
        p->at++;
    g_autofree char *name = g_strndup(begin, (size_t)(p->at - begin));
    MonitorHub *hub = p->monitor->machine->monitors;
    if (hub && symbols_find(monitor_hub_symbols(hub), name, &value))
        return value;
    return fail_with(p, "no image has a symbol of that name; registers begin with $");
}

static uint64_t read_number(Parser *p)
{
    static const char units[] = "KMG";
    char *end;
    errno = 0;
    uint64_t value = g_ascii_strtoull(p->at, &end, 0);
    const char *unit = *end ? strchr(units, *end) : NULL;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    if (errno == ERANGE || value > UINT64_MAX >> shift)
        return fail_with(p, "a number has more than 64 bits");
    value <<= shift;
    end += unit != NULL;
    p->at = end;
    return g_ascii_isalnum(*end) ? fail_with(p, "a number ends in letters") : value;
}

static uint64_t read_sum(Parser *p, unsigned level);

static uint64_t read_term(Parser *p)
{
    uint64_t value;
    skip_spaces(p);
    char c = *p->at;
    if (++p->depth > DEEPEST)
        return fail_with(p, "it is nested too deep");
    if (c == '(') {
        p->at++;
        value = read_sum(p, 0);
        if (*p->at != ')')
            return fail_with(p, "a parenthesis is not closed");
        p->at++;
    } else if (c == '-' || c == '~' || c == '+') {
        p->at++;
        value = read_term(p);
        value = c == '-' ? -value : c == '~' ? ~value : value;
    } else if (c == '$') {
        p->at++;
        value = read_register(p);
    } else if (g_ascii_isalpha(c) || c == '_') {
        value = read_symbol(p);
    } else if (g_ascii_isdigit(c)) {
        value = read_number(p);
    } else {
        value =
            fail_with(p, "a number, a register such as $pc, a symbol, or a parenthesis is wanted");
    }
    p->depth--;
    return value;
}

static uint64_t apply(Parser *p, char op, uint64_t left, uint64_t right)
{
    switch (op) {
    case '|': return left | right;
    case '^': return left ^ right;
    case '&': return left & right;
    case '<': return right < 64 ? left << right : 0;
    case '>': return right < 64 ? left >> right : 0;
    case '+': return left + right;
    case '-': return left - right;
    case '*': return left * right;
    default:
        if (!right)
            return fail_with(p, "it divides by zero");
        return op == '/' ? left / right : left % right;
    }
}

/* Operators, weakest first; a level is applied from left to right. */
static uint64_t read_sum(Parser *p, unsigned level)
{
    static const char *const levels[] = { "|", "^", "&", "<>", "+-", "*/%" };
    if (level == G_N_ELEMENTS(levels))
        return read_term(p);
    uint64_t value = read_sum(p, level + 1);
    for (;;) {
        if (p->wrong)
            return value;
        skip_spaces(p);
        char op = *p->at;
        /* Behind a space it may begin the name of a file. */
        bool is_path = op == '/' && p->at[-1] == ' ' && g_ascii_isalpha(p->at[1]);
        bool is_shift = op == '<' || op == '>';
        if (!op || !strchr(levels[level], op) || is_path || (is_shift && p->at[1] != op))
            return value;
        p->at += is_shift ? 2 : 1;
        value = apply(p, op, value, read_sum(p, level + 1));
    }
}

bool monitor_expr(const Monitor *monitor, const char **at, uint64_t *value, GString *out)
{
    Parser p = { .monitor = monitor, .at = *at };
    *value = read_sum(&p, 0);
    if (p.wrong) {
        g_autofree char *shown = g_strescape(*at, NULL);
        g_string_append_printf(out, "'%s': %s\n", shown, p.wrong);
    }
    *at = p.at;
    return !p.wrong;
}

bool monitor_expr_only(const Monitor *monitor, const char *text, uint64_t *value, GString *out)
{
    const char *at = text;
    if (!monitor_expr(monitor, &at, value, out))
        return false;
    if (*at) {
        g_autofree char *shown = g_strescape(at, NULL);
        g_string_append_printf(out, "what is '%s' behind the number?\n", shown);
    }
    return !*at;
}
