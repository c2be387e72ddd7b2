/* SPDX-License-Identifier: MIT */
/* print.c - see print.h. */
#include "lib/print.h"

#include <stdarg.h>
#include <stdbool.h>

#include "lib/bootargs.h"
#include "lib/lock.h"
#include "lib/power.h"
#include "lib/sbi.h"
#include "lib/string.h"
#include "lib/uart.h"

enum { LINE = 256 };

typedef struct {
    char text[LINE];
    size_t size;
} Line;

static Lock console_lock;
static uintptr_t console_uart;
static char *console_page;

void console_find(const Fdt *fdt)
{
    FdtRange reg;
    FdtNode node = fdt_find_compatible(fdt, NULL, "ns16550a");
    bool wanted = bootarg_is(fdt, "console", "uart") || !sbi_has(SBI_DBCN);
    if (wanted && node && fdt_reg(fdt, node, 0, &reg))
        console_uart = reg.base;
}

void console_by_way_of(void *page)
{
    console_page = page;
}

void console_write(const char *text, size_t size)
{
    if (console_uart) {
        for (size_t i = 0; i < size; i++)
            uart_put(console_uart, text[i]);
        return;
    }
    if (console_page)
        text = memcpy(console_page, text, size);
    while (size) {
        SbiResult done = sbi_call(SBI_DBCN, SBI_CONSOLE_WRITE, size, (uintptr_t)text, 0);
        if (done.error)
            return;
        text += done.value;
        size -= done.value;
    }
}

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

static void add_signed(Line *line, int64_t value, unsigned width, char fill)
{
    if (value < 0)
        add(line, '-');
    add_number(line, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, width, fill);
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
    while (*format >= '0' && *format <= '9')
        width = 10 * width + (unsigned)(*format++ - '0');
    bool is_long = *format == 'l';
    format += is_long;
    switch (*format) {
    case 's': add_text(line, va_arg(*args, const char *), width, left); break;
    case 'c': add(line, (char)va_arg(*args, int)); break;
    case 'd':
        add_signed(line, is_long ? va_arg(*args, long) : va_arg(*args, int), width, fill);
        break;
    case 'u':
    case 'x':
        add_number(line, is_long ? va_arg(*args, uint64_t) : va_arg(*args, unsigned),
                   *format == 'x' ? 16 : 10, width, fill);
        break;
    case 'p':
        add_text(line, "0x", 0, false);
        add_number(line, va_arg(*args, uint64_t), 16, width, fill);
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
