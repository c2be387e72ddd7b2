/* SPDX-License-Identifier: MIT */
/*
 * edit.c - a line editor, as there were: the text is in memory, and is seen when it is asked for.
 *
 *   a       appends lines, until one that is a point     p       prints all, with numbers
 *   d 3     deletes line 3                               i 3     inserts lines before line 3
 *   r 3     replaces line 3 by the next line typed       q       halts
 */
#include "pdp.h"

enum { LINES = 100, WIDTH = 72 };

static char text[LINES][WIDTH], line[WIDTH];
static unsigned n_lines;

static void copy(char *to, const char *from)
{
    while ((*to++ = *from++)) {
    }
}

static void read_line(void)
{
    unsigned size = 0;
    for (char c; (c = tyi()) != '\r';) {
        if (size < WIDTH - 1)
            line[size++] = c;
    }
    line[size] = 0;
}

static void insert(unsigned before)
{
    for (unsigned i = n_lines++; i > before; i--)
        copy(text[i], text[i - 1]);
    copy(text[before], line);
}

static void insert_lines(unsigned before)
{
    for (read_line(); line[0] != '.' || line[1]; read_line()) {
        if (n_lines < LINES)
            insert(before++);
        else
            type("full\r\n");
    }
}

static void take_out(unsigned at)
{
    for (n_lines--; at < n_lines; at++)
        copy(text[at], text[at + 1]);
}

static void print(void)
{
    for (unsigned i = 0; i < n_lines; i++) {
        type_number(i + 1);
        type(" ");
        type(text[i]);
        type("\r\n");
    }
}

static unsigned number(const char *at)
{
    unsigned value = 0;
    while (*at == ' ')
        at++;
    for (; *at >= '0' && *at <= '9' && value < LINES; at++)
        value = 10 * value + (unsigned)(*at - '0');
    return value;
}

static void command(void)
{
    unsigned at = number(line + 1);
    bool good = at >= 1 && at <= n_lines;
    if (line[0] == 'a') {
        insert_lines(n_lines);
    } else if (line[0] == 'p') {
        print();
    } else if (line[0] == 'q') {
        hlt();
    } else if (line[0] == 'd' && good) {
        take_out(at - 1);
    } else if (line[0] == 'i' && good) {
        insert_lines(at - 1);
    } else if (line[0] == 'r' && good) {
        read_line();
        copy(text[at - 1], line);
    } else {
        type("?\r\n");
    }
}

void run(uint64_t argument)
{
    (void)argument;
    for (;; pdp_count++) {
        type("* ");
        read_line();
        command();
    }
}
