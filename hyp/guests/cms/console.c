/* SPDX-License-Identifier: MIT */
/* console.c - the typewriter, by way of SBI's debug console: lines in, with what one types ahead; see cms.h. */
#include "cms.h"
#include "lib/csr.h"
#include "lib/print.h"
#include "lib/sbi.h"
#include "lib/string.h"

enum { AHEAD = 4096, BACKSPACE = 8, KILL = 0x15, DELETE = 0x7f, LOOKS_A_SECOND = 50 };

static uint64_t timebase, began;
static bool halted;
static struct {
    char typed[AHEAD]; /* and not read yet: a ring */
    unsigned in, out;
    char line[NAME]; /* being typed, for HX and HT */
    unsigned length;
} ahead;

void console_begin(uint64_t ticks)
{
    timebase = ticks ? ticks : 1;
    began = csr_read(time);
}

uint64_t console_time(void)
{
    return (csr_read(time) - began) * 100 / timebase;
}

bool console_halted(void)
{
    console_look();
    return halted;
}

void console_resume(void)
{
    halted = false;
}

/* HX and HT act at once, and are no input: they are taken out again. */
static bool line_typed(void)
{
    bool is_command = ahead.length == 2 && ahead.line[0] == 'H';
    bool stop = is_command && ahead.line[1] == 'X', quiet = is_command && ahead.line[1] == 'T';
    if (stop || quiet)
        ahead.in -= 3; /* with the end of the line */
    halted |= stop || quiet;
    ahead.length = 0;
    return stop;
}

static bool take(char c)
{
    if (ahead.in - ahead.out == AHEAD)
        return false; /* the keyboard is locked: what does not fit is lost */
    ahead.typed[ahead.in++ % AHEAD] = c;
    if (c == '\r' || c == '\n')
        return line_typed();
    if (ahead.length < sizeof(ahead.line))
        ahead.line[ahead.length++] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    return false;
}

bool console_look(void)
{
    char text[16];
    bool stop = false;
    SbiResult got = sbi_call(SBI_DBCN, SBI_CONSOLE_READ, sizeof(text), (uintptr_t)text, 0);
    for (uint64_t i = 0; !got.error && i < got.value && i < sizeof(text); i++)
        stop |= take(text[i]);
    return stop;
}

/* A character; the processor waits meanwhile. CP ends a wait when something is typed; a bare machine needs the clock. */
static char get(void)
{
    while (ahead.in == ahead.out) {
        console_look();
        if (ahead.in != ahead.out)
            break;
        sbi_set_timer(csr_read(time) + timebase / LOOKS_A_SECOND);
        wfi();
    }
    return ahead.typed[ahead.out++ % AHEAD];
}

unsigned console_read(char *line, unsigned room)
{
    unsigned n = 0;
    char c;
    while ((c = get()) != '\r' && c != '\n') {
        if (c == BACKSPACE || c == DELETE) {
            if (n && n--)
                print("\b \b");
        } else if (c == KILL) {
            for (; n; n--)
                print("\b \b");
        } else if (c >= ' ' && c < DELETE && n < room - 1) {
            line[n++] = c;
            print("%c", c);
        }
    }
    print("\n");
    while (n && line[n - 1] == ' ')
        n--;
    line[n] = 0;
    return n;
}
