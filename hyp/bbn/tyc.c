/* SPDX-License-Identifier: MIT */
/*
 * tyc.c - TYC: how a user controls and changes his program, from the typewriter at which he uses it [S1].
 *
 * In the manner of DDT, the debugging program of the PDP-1, in which TYC's users thought: digits and small letters are a
 * number or a name, anything else is a command and acts at once. Words have octal addresses, 0 to 7777.
 *
 *   123/    opens word 123: types its contents        pc/  a0/    the same of a register
 *   45 CR   puts 45 into what is open, and closes it   CR alone closes
 *   45 LF   the same, and opens what is next           ^           what was before
 *   100G    starts at word 100; G at word 0            P           goes on
 *   S       stops the program                          T           the state of all users
 *   loopY   loads "loop" from the library (as DDT's Y reads a tape)
 *   2A  2R  assigns typewriter 2, releases it          H  O        numbers are hexadecimal, octal
 *
 * G and P give the typewriter back to the program; the attention key calls TYC again, and stops nothing.
 */
#include "bbn.h"

#include "lib/string.h"
#include "lib/uart.h"

enum { PC = WORDS, X0 = WORDS + 1, REGISTERS = 33, OPENABLE = WORDS + REGISTERS };

static const char names[32][5] = { "zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                   "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                   "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                   "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6" };

static void say(Desk *desk, const char *text)
{
    while (*text)
        queue_put(&desk->answer, *text++);
    desk_start(desk);
}

static void say_number(Desk *desk, uint64_t value)
{
    unsigned shift = desk->hexadecimal ? 4 : 3;
    char text[24], *at = text + sizeof(text) - 1;
    *at = 0;
    do {
        *--at = "0123456789abcdef"[value & ((1u << shift) - 1)];
        value >>= shift;
    } while (value);
    say(desk, at);
}

/* A word's address is its number; where a program is, is told so, too. */
static uint64_t to_word(uint64_t address)
{
    bool inside = address >= CORE && address < CORE + CORE_SIZE && address % 4 == 0;
    return inside ? (address - CORE) / 4 : address;
}

static void say_place(Desk *desk, int place)
{
    if (place < WORDS)
        say_number(desk, (uint64_t)place);
    else
        say(desk, place == PC ? "pc" : names[place - X0]);
}

static bool is_token(const Desk *desk, const char *name)
{
    size_t size = strlen(name);
    return size == desk->token_size && !memcmp(desk->token, name, size);
}

/* What has been typed as a number; false if it is none. */
static bool number_of(const Desk *desk, uint64_t *value)
{
    unsigned base = desk->hexadecimal ? 16 : 8;
    *value = 0;
    for (unsigned i = 0; i < desk->token_size; i++) {
        char c = desk->token[i];
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
        if (digit >= base)
            return false;
        *value = *value * base + digit;
    }
    return desk->token_size > 0;
}

/* ... as a place: a word or a register; -1 is none. */
static int place_of(const Desk *desk)
{
    uint64_t word;
    if (is_token(desk, "pc"))
        return PC;
    for (int i = 0; i < 32; i++) {
        if (is_token(desk, names[i]))
            return X0 + i;
    }
    return number_of(desk, &word) && word < WORDS ? (int)word : -1;
}

static uint64_t examine(const Job *job, int place)
{
    return place < WORDS ? memory_examine(job, (unsigned)place)
           : place == PC ? to_word(job->user.pc)
                         : job->user.x[place - X0];
}

static void deposit(Job *job, int place, uint64_t value)
{
    if (place < WORDS)
        memory_deposit(job, (unsigned)place, (uint32_t)value);
    else if (place == PC)
        job->user.pc = CORE + 4 * (value % WORDS);
    else if (place > X0)
        job->user.x[place - X0] = value;
}

static bool wrong(Desk *desk)
{
    say(desk, " ?\r\n");
    desk->open = -1;
    return false;
}

static void open_place(Desk *desk, int place)
{
    desk->open = place;
    say_number(desk, examine(desk->job, place));
    say(desk, " ");
}

static bool slash(Desk *desk)
{
    int place = place_of(desk);
    if (place < 0)
        return wrong(desk);
    say(desk, " ");
    open_place(desk, place);
    return true;
}

/* What was typed goes into what is open. */
static bool close_place(Desk *desk)
{
    uint64_t value;
    int place = desk->open;
    desk->open = -1;
    if (!desk->token_size)
        return true;
    if (place < 0 || !number_of(desk, &value))
        return wrong(desk);
    deposit(desk->job, place, value);
    return true;
}

static bool open_other(Desk *desk, int by)
{
    int place = desk->open;
    if (place < 0 || !close_place(desk))
        return wrong(desk);
    place = (place + by + OPENABLE) % OPENABLE;
    say(desk, "\r\n");
    say_place(desk, place);
    say(desk, "/ ");
    open_place(desk, place);
    return true;
}

static bool carriage_return(Desk *desk)
{
    if (close_place(desk))
        say(desk, "\r\n");
    return true;
}

static bool line_feed(Desk *desk)
{
    return open_other(desk, 1);
}

static bool before(Desk *desk)
{
    return open_other(desk, -1);
}

/* The typewriter is the program's again. */
static bool proceed(Desk *desk)
{
    Job *job = desk->job;
    if (!job->program)
        return wrong(desk);
    say(desk, "\r\n");
    desk->open = -1;
    desk->to_tyc = false;
    if (job->status == STOPPED)
        job_ready(job, WHY_TYC);
    return true;
}

static bool go(Desk *desk)
{
    uint64_t word = 0;
    if (desk->token_size && (!number_of(desk, &word) || word >= WORDS))
        return wrong(desk);
    desk->job->user.pc = CORE + 4 * word;
    if (desk->job->status != RUNS)
        job_dismiss(desk->job, STOPPED, WHY_TYC); /* whatever he waited for */
    return proceed(desk);
}

static bool stop(Desk *desk)
{
    job_dismiss(desk->job, STOPPED, WHY_TYC);
    say(desk, "\r\n");
    return true;
}

static bool load(Desk *desk)
{
    if (!library_load(desk->job, desk->token, desk->token_size, 0))
        return wrong(desk);
    desk->output.count = desk->input.count = 0;
    say(desk, "\r\n");
    return true;
}

/* The typewriter of that number; NULL: there is none. */
static Desk *named(const Desk *desk)
{
    uint64_t number;
    bool good = number_of(desk, &number) && number >= 1 && number <= bbn.n_desks;
    return good ? &bbn.desk[number - 1] : NULL;
}

/* One at which nobody works, or whose user has no program. */
static bool assign(Desk *desk)
{
    Desk *other = named(desk);
    if (!other || (other->job && other->job != desk->job && other->job->program))
        return wrong(desk);
    if (other->job && other->job != desk->job)
        other->job->desk = NULL;
    other->job = desk->job;
    other->note = NULL;
    other->to_tyc = other == desk;
    say(desk, "\r\n");
    return true;
}

/* It is its first user's again, wherever that one has been meanwhile. */
static bool release(Desk *desk)
{
    Desk *other = named(desk);
    if (!other || other == desk || other->job != desk->job)
        return wrong(desk);
    other->note = NULL;
    other->job = other->number <= bbn.n_jobs ? &bbn.job[other->number - 1] : NULL;
    if (other->job)
        other->job->desk = other;
    say(desk, "\r\n");
    tyc_enter(other);
    return true;
}

/* A line for each user: his number, his program, what it does, and where his image is; * is who asks. */
static bool table(Desk *desk)
{
    static const char *const words[] = { " stopped", " runs", " output", " input" };
    bool any = false;
    say(desk, "\r\n");
    for (unsigned i = 0; i < bbn.n_jobs; i++) {
        const Job *job = &bbn.job[i];
        if (!job->program)
            continue;
        any = true;
        say(desk, job == desk->job ? "*" : " ");
        say_number(desk, job->number + 1);
        say(desk, " ");
        for (const char *at = job->program; *at != '.'; at++)
            queue_put(&desk->answer, *at);
        say(desk, words[job->status]);
        say(desk, job == bbn.resident ? " core\r\n" : " drum\r\n");
    }
    if (!any)
        say(desk, " nobody\r\n");
    return true;
}

static bool octal(Desk *desk)
{
    desk->hexadecimal = false;
    return true;
}

static bool hexadecimal(Desk *desk)
{
    desk->hexadecimal = true;
    return true;
}

static const struct {
    char key;
    bool (*act)(Desk *desk);
} commands[] = {
    { '/', slash },       { '\r', carriage_return }, { '\n', line_feed }, { '^', before },
    { 'G', go },          { 'P', proceed },          { 'S', stop },       { 'Y', load },
    { 'A', assign },      { 'R', release },          { 'T', table },      { 'O', octal },
    { 'H', hexadecimal },
};

void tyc_key(Desk *desk, char key)
{
    bool of_token = (key >= '0' && key <= '9') || (key >= 'a' && key <= 'z');
    if (key >= ' ' && key < 0x7f)
        queue_put(&desk->answer, key); /* what is typed is seen on the paper */
    desk_start(desk);
    if (of_token) {
        if (desk->token_size < sizeof(desk->token))
            desk->token[desk->token_size++] = key;
        return;
    }
    for (unsigned i = 0; desk->job && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].key == key) {
            commands[i].act(desk);
            desk->token_size = 0;
            return;
        }
    }
    wrong(desk);
    desk->token_size = 0;
}

void tyc_enter(Desk *desk)
{
    desk->to_tyc = true;
    desk->open = -1;
    desk->token_size = 0;
    say(desk, "\r\ntyc\r\n");
}

void tyc_note(Job *job, const char *what)
{
    if (job->desk) {
        job->desk->note = what;
        tyc_deliver(job->desk);
    }
}

void tyc_deliver(Desk *desk)
{
    const char *what = desk->note;
    if (!what || (desk->output.count && !desk->to_tyc))
        return;
    desk->note = NULL;
    tyc_enter(desk);
    say(desk, what);
    say(desk, " ");
    say_number(desk, to_word(desk->job->user.pc));
    say(desk, "\r\n");
}
