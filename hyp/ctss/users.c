/* SPDX-License-Identifier: MIT */
/*
 * users.c - users who are made up: each thinks, types a command, waits for the answer, thinks.
 *
 * That is the model by which Scherr predicted CTSS: times of thinking and of service are exponentially distributed, with
 * means of 35 s and 0.8 s in what textbooks took from it. Service is all that the command costs the system, swapping included; so
 * a command says how much that is to be, and its program computes for what swapping leaves.
 *
 * Every user draws from a generator of his own, so that his commands are the same whoever else there is. Each second draw is the
 * mirror of the one before, 1 - u after u: means come closer to what is asked for, with fewer commands (Hammersley and Morton's
 * antithetic variates, 1956).
 */
#include "ctss.h"
#include "lib/bootargs.h"
#include "lib/power.h"
#include "lib/print.h"

enum { MOST_SIZES = 8, MARK_VALUE = 0x54 };
enum { LOG_BITS = 20, LN_2 = 45426 /* * 2^16 */ };

static struct {
    Job *thinking;           /* in the order in which their commands come */
    uint64_t think, service; /* means, ticks */
    uint64_t stagger;
    bool fixed; /* always the mean */
    unsigned sizes[MOST_SIZES], n_sizes;
    /* How many pass before the measurement begins, and from there until it ends; 0: never. */
    unsigned warm, commands;
    unsigned answered,
        under_way; /* under way: without those of rude users, which may have no end */
    bool closed;
    uint64_t seed;
} users;

/* splitmix64, S. Vigna's. */
static uint64_t draw_bits(Job *job)
{
    uint64_t z = job->random += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* -ln(u / 2^32) * 2^LOG_BITS. The logarithm's bits, to base 2, come one by one of squaring. */
static uint64_t minus_ln(uint32_t u)
{
    uint64_t log = 31, x = u | 1;
    for (; !(x >> 31); x <<= 1)
        log--;
    for (unsigned i = 0; i < LOG_BITS; i++) {
        x = x * x >> 31;
        log = log << 1 | x >> 32;
        x >>= x >> 32;
    }
    return ((32ul << LOG_BITS) - log) * LN_2 >> 16;
}

static uint64_t draw(uint64_t mean, uint32_t uniform)
{
    return users.fixed ? mean : mean * minus_ln(uniform) >> LOG_BITS;
}

static void draw_command(Job *job, uint64_t now)
{
    uint64_t bits =
        job->draws++ % 2 ? ~((uint64_t)job->uniform[1] << 32 | job->uniform[0]) : draw_bits(job);
    job->uniform[0] = (uint32_t)bits;
    job->uniform[1] = (uint32_t)(bits >> 32);
    job->arrives = now + draw(users.think, job->uniform[0]);
    job->service = draw(users.service, job->uniform[1]);
}

static void wait_for(Job *job)
{
    Job **link = &users.thinking;
    while (*link && (*link)->arrives <= job->arrives)
        link = &(*link)->next;
    job->next = *link;
    *link = job;
}

uint64_t users_next(void)
{
    return users.thinking ? users.thinking->arrives : UINT64_MAX;
}

/* What it costs to take a command is its user's. */
void users_type(void)
{
    while (users.thinking && users.thinking->arrives <= machine_time()) {
        Job *job = users.thinking;
        uint64_t *account = charge_to(&job->executed);
        users.thinking = job->next;
        users.under_way += job->program == programs;
        job_command(job, job->program, job->words);
        charge_to(account);
    }
}

/*
 * So many commands are answered. When they are enough nobody types any more, but those that are under way are answered: the
 * longest among them must not be missing in the measurement.
 */
static void measure(unsigned answered)
{
    if (answered == users.warm)
        mark(MARK_BEGIN, MARK_VALUE);
    if (!users.commands || answered < users.warm + users.commands)
        return;
    users.closed = true;
    users.thinking = NULL;
    if (users.under_way)
        return;
    mark(MARK_END, MARK_VALUE);
    print("ctss: %u commands of %u users\n", answered - users.warm, ctss.n_jobs);
    power_off(true);
}

void users_think(Job *job)
{
    users.under_way -= job->program == programs;
    measure(++users.answered);
    if (users.closed)
        return;
    draw_command(job, machine_time());
    wait_for(job);
}

/* The i-th: his first command comes later by as many times `stagger`. */
static void make(const Program *program, unsigned i, uint64_t now)
{
    Job *job = job_new();
    if (!job)
        panic("ctss: only %u users: the drum has %u fields", i, ctss.drum.fields);
    job->program = program;
    job->words = users.sizes[i % users.n_sizes];
    job->random = (users.seed << 16 | i) * 0xd1342543de82ef95;
    draw_command(job, now);
    job->arrives += i * users.stagger;
    wait_for(job);
}

/* sizes=W,W,...: words of the users' programs, by turns. */
static void read_sizes(void)
{
    size_t length = 0;
    const char *text = bootarg(&ctss.fdt, "sizes", &length);
    unsigned value = 0;
    for (size_t i = 0; text && i <= length && users.n_sizes < MOST_SIZES; i++) {
        if (i < length && text[i] >= '0' && text[i] <= '9') {
            value = 10 * value + (unsigned)(text[i] - '0');
            continue;
        }
        if (value < 64 || value > CORE_WORDS)
            panic("ctss: sizes= are words of programs, 64 to %u each", CORE_WORDS);
        users.sizes[users.n_sizes++] = value;
        value = 0;
    }
    for (unsigned words = 1024; !text && words <= CORE_WORDS; words += 1024)
        users.sizes[users.n_sizes++] = words;
}

/* They come at a full minute, however long the start took: the drum stands as it does at any other. */
void users_make(void)
{
    const Fdt *fdt = &ctss.fdt;
    size_t length = 0;
    uint64_t ms = machine_hz() / 1000, minute = 60000 * ms,
             now = (machine_time() / minute + 1) * minute, n = bootarg_number(fdt, "users", 30);
    const char *rude = bootarg(fdt, "rude", &length);
    users.think = bootarg_number(fdt, "think", 35000) * ms;
    users.service = bootarg_number(fdt, "service", 800) * ms;
    users.stagger = bootarg_number(fdt, "stagger", 0) * ms;
    users.seed = bootarg_number(fdt, "seed", 1);
    users.fixed = bootarg_is(fdt, "draw", "fixed");
    users.warm = (unsigned)bootarg_number(fdt, "warm", 0);
    users.commands = (unsigned)bootarg_number(fdt, "commands", 0);
    read_sizes();
    measure(0);
    for (unsigned i = 0; i < n; i++)
        make(&programs[0], i, now);
    if (rude) {
        const Program *program = program_find(rude, length);
        if (!program)
            panic("ctss: rude= names a program that there is not");
        make(program, (unsigned)n, now);
    }
}
