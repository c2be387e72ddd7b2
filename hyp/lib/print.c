/* SPDX-License-Identifier: MIT */
/* print.c - see print.h. */
#include "lib/print.h"

#include <stdarg.h>

#include "lib/lock.h"
#include "lib/power.h"
#include "lib/string.h"

enum { LINE = 256 };

typedef struct {
    char text[LINE];
    size_t size;
} Line;

static Lock console_lock;

static void add(Line *line, char c)
{
    if (line->size < LINE)
        line->text[line->size++] = c;
}

static void add_number(Line *line, uint64_t value, unsigned base, unsigned width, char fill)
{
    char digits[20];
    unsigned n = 0;
    do
        digits[n++] = "0123456789abcdef"[value % base];
    while (value /= base);
    for (unsigned i = n; i < width; i++)
        add(line, fill);
    while (n)
        add(line, digits[--n]);
}

static void add_text(Line *line, const char *text, unsigned width, bool left)
{
    size_t length = strlen(text);
    for (size_t i = length; !left && i < width; i++)
        add(line, ' ');
    for (; *text; text++)
        add(line, *text);
    for (size_t i = length; left && i < width; i++)
        add(line, ' ');
}

/* One argument as the conversion at `format` says; returns what follows it. */
static const char *add_argument(Line *line, const char *format, va_list *args)
{
    bool left = *format == '-';
    format += left;
    char fill = *format == '0' ? '0' : ' ';
    unsigned width = 0;
    int64_t value;
    while (*format >= '0' && *format <= '9')
        width = 10 * width + (unsigned)(*format++ - '0');
    bool is_long = *format == 'l';
    format += is_long;
    switch (*format) {
    case 's': add_text(line, va_arg(*args, const char *), width, left); break;
    case 'c': add(line, (char)va_arg(*args, int)); break;
    case 'd':
        value = is_long ? va_arg(*args, long) : va_arg(*args, int);
        if (value < 0)
            add(line, '-');
        add_number(line, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, width, fill);
        break;
    case 'u':
    case 'x':
        add_number(line, is_long ? va_arg(*args, uint64_t) : va_arg(*args, unsigned),
                   *format == 'x' ? 16 : 10, width, fill);
        break;
    default: add(line, *format); break; /* %% */
    }
    return format + 1;
}

static void print_list(const char *format, va_list *args)
{
    Line line = { .size = 0 };
    while (*format) {
        if (*format == '%')
            format = add_argument(&line, format + 1, args);
        else
            add(&line, *format++);
    }
    lock(&console_lock);
    console_write(line.text, line.size);
    unlock(&console_lock);
}

void print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_list(format, &args);
    va_end(args);
}

void panic(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_list(format, &args);
    va_end(args);
    print("\n");
    power_off(false);
}
