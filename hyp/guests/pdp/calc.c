/* SPDX-License-Identifier: MIT */
/* calc.c - a desk calculator: sums, products, brackets, whole numbers; a line, and its value. */
#include "pdp.h"

static char line[128];
static const char *at;
static unsigned depth;

static int64_t sum(void);

static int64_t factor(void)
{
    int64_t value = 0;
    if (*at == '-') {
        at++;
        return ++depth < 40 ? -factor() : 0;
    }
    if (*at == '(' && ++depth < 40) {
        at++;
        value = sum();
        at += *at == ')';
        return value;
    }
    while (*at >= '0' && *at <= '9')
        value = (int64_t)(10 * (uint64_t)value + (uint64_t)(*at++ - '0'));
    return value;
}

static int64_t product(void)
{
    int64_t value = factor();
    while (*at == '*' || *at == '/') {
        const char *sign = at++;
        int64_t other = factor();
        if (*sign == '/' && !other) {
            at = sign; /* it goes no further */
            return value;
        }
        value = *sign == '*' ? (int64_t)((uint64_t)value * (uint64_t)other) : value / other;
    }
    return value;
}

static int64_t sum(void)
{
    int64_t value = product();
    while (*at == '+' || *at == '-') {
        char sign = *at++;
        uint64_t other = (uint64_t)product();
        value = (int64_t)((uint64_t)value + (sign == '+' ? other : -other));
    }
    return value;
}

void run(uint64_t argument)
{
    (void)argument;
    for (;;) {
        unsigned size = 0;
        for (char c; (c = tyi()) != '\r';) {
            if (size < sizeof(line) - 1 && c != ' ')
                line[size++] = c;
        }
        line[size] = 0;
        at = line;
        depth = 0;
        int64_t value = sum();
        if (*at)
            type("?");
        else
            type_number(value);
        type("\r\n");
        pdp_count++;
    }
}
