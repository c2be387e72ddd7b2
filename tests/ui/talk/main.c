/* SPDX-License-Identifier: MIT */
/*
 * main.c - a guest to talk to: what is typed at its serial port is echoed, and a line is a command. For tests of the window.
 *
 *     lines N    prints "line 1" to "line N"
 *     take N     takes N bytes without an echo, and says which they were: their FNV-1a hash
 *     size       asks the terminal how large it is
 *     letters    prints all of ASCII that can be seen, plain and bold
 *     end        switches the machine off
 *
 * Other lines are "heard". The word `letters` of the command line is obeyed at once. Between keys it sleeps: its clock looks at the port 1000 times a second.
 */
#include <stdbool.h>
#include <stddef.h>

#include "lib/bootargs.h"
#include "lib/csr.h"
#include "lib/hart.h"
#include "lib/mmio.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/string.h"
#include "lib/trap.h"

#define UART 0x10000000ul
enum { RBR = 0, LSR = 5, LSR_DR = 1 };
enum { TICK = 10000, LINE = 80 }; /* ticks of the time CSR in a millisecond */

void trap(TrapFrame *frame, uint64_t cause, uint64_t tval)
{
    trap_die(frame, cause, tval);
}

/* Sleeps if there is nothing for a while: somebody who pastes is not made to wait. */
static uint8_t get(void)
{
    for (unsigned tries = 0; !(read8(UART + LSR) & LSR_DR); tries++) {
        if (tries < 1000)
            continue;
        sbi_set_timer(csr_read(time) + TICK);
        wfi();
    }
    return read8(UART + RBR);
}

static uint64_t number(const char *text)
{
    uint64_t n = 0;
    while (*text >= '0' && *text <= '9')
        n = n * 10 + (uint64_t)(*text++ - '0');
    return n;
}

static void say_lines(uint64_t count)
{
    for (uint64_t i = 1; i <= count; i++)
        print("line %lu\n", i);
}

static void take(uint64_t count)
{
    uint64_t hash = 0xcbf29ce484222325;
    print("taking %lu\n", count);
    for (uint64_t i = 0; i < count; i++)
        hash = (hash ^ get()) * 0x100000001b3;
    print("took %lu: %lx\n", count, hash);
}

/* The terminal answers a question for the cursor's place, which was sent to the far corner: ESC [ ROWS ; COLUMNS R. */
static void say_size(void)
{
    char answer[LINE];
    size_t n = 0;
    print("\0337\033[999;999H\033[6n\0338");
    while (n + 1 < sizeof answer && (n == 0 || answer[n - 1] != 'R'))
        answer[n++] = (char)get();
    answer[n] = 0;
    const char *rows = answer, *columns;
    while (*rows && *rows != '[')
        rows++;
    for (columns = rows; *columns && *columns != ';';)
        columns++;
    if (*rows && *columns)
        print("size %lux%lu\n", number(columns + 1), number(rows + 1));
}

static void say_letters(void)
{
    for (int bold = 0; bold < 2; bold++) {
        print(bold ? "\033[1m" : "");
        for (char c = '!'; c <= '~'; c++)
            print("%c%s", c, c == 'O' ? "\n" : "");
        print("\033[0m\n");
    }
}

static bool is(const char *line, const char *word)
{
    return !memcmp(line, word, strlen(word));
}

/* What no letter is typed by is shown by its number. */
static void echo(uint8_t byte)
{
    if (byte < ' ' || byte > '~')
        print("<%x>", byte);
    else
        print("%c", byte);
}

static void say_heard(const char *line)
{
    print("heard ");
    while (*line)
        echo((uint8_t)*line++);
    print(".\n");
}

static void obey(const char *line)
{
    if (is(line, "lines "))
        say_lines(number(line + 6));
    else if (is(line, "take "))
        take(number(line + 5));
    else if (is(line, "size"))
        say_size();
    else if (is(line, "letters"))
        say_letters();
    else if (is(line, "end"))
        power_off(true);
    else
        say_heard(line);
}

void main(void *blob)
{
    static char line[LINE];
    size_t n = 0;
    Fdt fdt;
    if (!fdt_open(&fdt, blob))
        panic("talk: no device tree");
    power_find(&fdt);
    console_find(&fdt);
    csr_write(sie, SIE_TIMER);
    if (bootarg_has(&fdt, "letters"))
        say_letters();
    print("talk: ready\n? ");
    for (;;) {
        uint8_t byte = get();
        if (byte == '\r' || byte == '\n') {
            line[n] = 0;
            print("\n");
            obey(line);
            memset(line, 0, sizeof line);
            n = 0;
            print("? ");
        } else {
            echo(byte);
            if (n + 1 < sizeof line)
                line[n++] = (char)byte;
        }
    }
}
