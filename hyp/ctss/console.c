/* SPDX-License-Identifier: MIT */
/*
 * console.c - typewriters. What is typed is gathered until the line is complete: it is the program's if one is there that has
 * not ended, else a command. The supervisor keeps some output of each, so that a program computes on while its text is typed
 * (the Guide, page 10).
 */
#include "ctss.h"
#include "lib/print.h"
#include "lib/typewriter.h"
#include "lib/uart.h"

enum {
    MOST_CONSOLES = 8,
    OUT = 256,  /* characters that are not typed yet; the last for the supervisor's own */
    FULL = 64,  /* a program with so many waits */
    EMPTY = 16, /* until there are no more than so many */
    LINE = 72,
    QUIT = 3, /* Ctrl-C, the "quit signal" */
    /* A key locks the keyboard for so long. Nobody strikes 200 a second, but a machine in his place might. */
    LOCK_MS = 5,
};

struct Console {
    uintptr_t base;
    unsigned source, port;
    Job *job;
    char out[OUT], line[LINE + 1], in[LINE + 1];
    unsigned out_put, out_taken; /* free-running */
    unsigned line_size, in_size, in_taken;
    uint64_t unlocks; /* when the keyboard does that; UINT64_MAX: it is not locked */
    bool typed;       /* the line is a command that waits until the job is off the machine */
};

static Console consoles[MOST_CONSOLES];
static unsigned n_consoles;

static unsigned waiting(const Console *console)
{
    return console->out_put - console->out_taken;
}

/* Lets it interrupt for what it has and we want. */
static void listen(Console *console, bool sends)
{
    uart_interrupts(console->base, (console->unlocks == UINT64_MAX ? UART_RECEIVES : 0) |
                                       (sends ? UART_SENDS : 0));
}

static void put(Console *console, char c)
{
    if (waiting(console) < OUT)
        console->out[console->out_put++ % OUT] = c;
    listen(console, true);
}

bool console_type(Console *console, char c)
{
    if (waiting(console) >= FULL)
        return false;
    if (c == '\n')
        put(console, '\r');
    put(console, c);
    return true;
}

int console_read(Console *console)
{
    if (console->in_taken == console->in_size)
        return -1;
    return (unsigned char)console->in[console->in_taken++];
}

void console_say(Console *console, const char *text)
{
    while (*text)
        put(console, *text++);
}

static void say_digits(Console *console, uint64_t number, unsigned least)
{
    char digits[20];
    unsigned n = 0;
    for (; number || n < least; number /= 10)
        digits[n++] = (char)('0' + number % 10);
    while (n)
        put(console, digits[--n]);
}

void console_say_number(Console *console, uint64_t number)
{
    say_digits(console, number, 1);
}

void console_say_seconds(Console *console, uint64_t ticks)
{
    uint64_t ms = ticks * 1000 / machine_hz();
    say_digits(console, ms / 1000, 0);
    put(console, '.');
    say_digits(console, ms % 1000, 3);
}

/* The next character, or no more interrupts for that. */
static void send(Console *console)
{
    while (waiting(console) && uart_can_send(console->base)) {
        char c = console->out[console->out_taken++ % OUT];
        say_type(console->port, c, TYPE_TO_TYPEWRITER);
        uart_send(console->base, c);
    }
    listen(console, waiting(console));
    if (console->job->status == OUTPUT_WAIT && waiting(console) <= EMPTY)
        job_ready(console->job, WHY_WAKE);
}

/* The line is the program's, if it has taken the last one. */
static void give_line(Console *console)
{
    if (console->in_taken < console->in_size)
        return;
    for (unsigned i = 0; i < console->line_size; i++)
        console->in[i] = console->line[i];
    console->in[console->line_size] = '\n';
    console->in_size = console->line_size + 1;
    console->in_taken = 0;
    if (console->job->status == INPUT_WAIT)
        job_ready(console->job, WHY_WAKE);
}

static void quit(Console *console)
{
    console->out_taken = console->out_put; /* what was to be typed is not */
    console->line_size = console->in_size = console->in_taken = 0;
    console->typed = false;
    console_say(console, "\r\nQUIT\r\n");
    job_quit(console->job);
}

static void line_ends(Console *console)
{
    Job *job = console->job;
    console_say(console, "\r\n");
    console->line[console->line_size] = 0;
    if (job == ctss.running && job->status == DORMANT) {
        console->typed = true;
        return;
    }
    if (job->status != DEAD && job->status != DORMANT) {
        give_line(console);
    } else {
        job->status = WAITING_COMMAND;
        command_line(job, console->line);
    }
    console->line_size = 0;
}

void console_job_ended(Console *console)
{
    if (!console->typed)
        return;
    console->typed = false;
    console->line_size = 0;
    console->job->status = WAITING_COMMAND;
    command_line(console->job, console->line);
}

static void receive(Console *console, char c)
{
    Status status = console->job->status;
    say_type(console->port, c, status == DEAD || status == DORMANT ? TYPE_TO_TYC : TYPE_TO_USER);
    if (c == QUIT) {
        quit(console);
    } else if (console->typed) {
        return; /* the keyboard is locked */
    } else if (c == '\r' || c == '\n') {
        line_ends(console);
    } else if (c == '\b' || c == 0x7f) {
        if (console->line_size) {
            console->line_size--;
            console_say(console, "\b \b");
        }
    } else if (c >= ' ' && c <= '~' && console->line_size < LINE) {
        console->line[console->line_size++] = c;
        put(console, c);
    }
}

void console_interrupt(unsigned source)
{
    for (Console *console = consoles; console < consoles + n_consoles; console++) {
        if (console->source != source)
            continue;
        int c = console->unlocks == UINT64_MAX ? uart_take(console->base) : -1;
        if (c >= 0) {
            console->unlocks = machine_time() + LOCK_MS * machine_hz() / 1000;
            receive(console, (char)c);
        }
        send(console);
    }
}

uint64_t consoles_next(void)
{
    uint64_t next = UINT64_MAX;
    for (const Console *console = consoles; console < consoles + n_consoles; console++)
        next = console->unlocks < next ? console->unlocks : next;
    return next;
}

void consoles_unlock(void)
{
    for (Console *console = consoles; console < consoles + n_consoles; console++) {
        if (console->unlocks <= machine_time()) {
            console->unlocks = UINT64_MAX;
            listen(console, waiting(console));
        }
    }
}

void consoles_find(void)
{
    Typewriter typewriters[MOST_CONSOLES];
    n_consoles = typewriters_open(&ctss.fdt, typewriters, MOST_CONSOLES);
    for (unsigned i = 0; i < n_consoles; i++) {
        Job *job = job_new();
        if (!job)
            panic("ctss: the drum has no field for typewriter %u", i);
        consoles[i] = (Console){ .base = typewriters[i].base,
                                 .source = typewriters[i].source,
                                 .port = i,
                                 .job = job,
                                 .unlocks = UINT64_MAX };
        job->console = &consoles[i];
        plic_machine.enable(consoles[i].source, true);
        console_say(&consoles[i], "CTSS\r\n");
    }
}
