/* SPDX-License-Identifier: MIT */
/*
 * commands.c - what a person can type to the supervisor. When the system has a command it types W, "wait", and R, "ready",
 * behind it, with the seconds that it computed and was swapped.
 *
 *     login NAME          run PROGRAM [SECONDS [WORDS]]        start        resources        logout
 */
#include "ctss.h"
#include "lib/bootargs.h"
#include "lib/string.h"

enum { WORDS = 4, SECONDS = 2, SIZE = 1024, LEAST = 64 };

/* Commands say false if their words are not as they must be. */
typedef bool CommandFn(Job *job, char *const word[]);
typedef struct {
    const char *name;
    CommandFn *run;
} Command;

static const char *const status_names[] = { "DEAD",    "DORMANT", "COMMAND",
                                            "WORKING", "INPUT",   "OUTPUT" };

/* 0: it is none. */
static uint64_t number(const char *text, uint64_t otherwise)
{
    uint64_t value = otherwise;
    return !text || (digits_number(text, strlen(text), &value) && value < 1000000) ? value : 0;
}

static bool login(Job *job, char *const word[])
{
    if (!word[1])
        return false;
    job->known = true;
    console_say(job->console, word[1]);
    console_say(job->console, " LOGGED IN, USER ");
    console_say_number(job->console, job->number);
    console_say(job->console, "\r\n");
    return true;
}

static bool logout(Job *job, char *const word[])
{
    (void)word;
    job->known = false;
    core_forget(job);
    job->program = NULL;
    return true;
}

static bool run(Job *job, char *const word[])
{
    const Program *program = word[1] ? program_find(word[1], strlen(word[1])) : NULL;
    uint64_t words = number(word[1] ? word[3] : NULL, SIZE);
    uint64_t seconds = number(word[1] ? word[2] : NULL, SECONDS);
    if (!program || !seconds || words < LEAST || words > CORE_WORDS)
        return false;
    job->service = seconds * machine_hz();
    console_say(job->console, "W\r\n");
    job_command(job, program, (unsigned)words);
    return true;
}

static bool start(Job *job, char *const word[])
{
    (void)word;
    if (!job->program)
        return false;
    job_ready(job, WHY_START);
    return true;
}

static bool resources(Job *job, char *const word[])
{
    unsigned count[sizeof status_names / sizeof status_names[0]] = { 0 };
    (void)word;
    for (unsigned i = 0; i < ctss.n_jobs; i++)
        count[ctss.jobs[i].status]++;
    for (unsigned i = 0; i < sizeof count / sizeof count[0]; i++) {
        console_say_number(job->console, count[i]);
        console_say(job->console, " ");
        console_say(job->console, status_names[i]);
        console_say(job->console, i == OUTPUT_WAIT ? "\r\n" : ", ");
    }
    return true;
}

static const Command commands[] = {
    { "login", login },         { "run", run },       { "start", start },
    { "resources", resources }, { "logout", logout },
};

/* Cuts a line into words, in place. */
static void cut(char *line, char *word[])
{
    for (unsigned n = 0; n < WORDS; n++) {
        while (*line == ' ')
            line++;
        word[n] = *line ? line : NULL;
        while (*line && *line != ' ')
            line++;
        if (*line)
            *line++ = 0;
    }
}

void command_line(Job *job, char *line)
{
    char *word[WORDS];
    Status before = job->program ? DORMANT : DEAD;
    const Command *command = commands, *end = commands + sizeof commands / sizeof commands[0];
    cut(line, word);
    while (word[0] && command < end && strcmp(command->name, word[0]))
        command++;
    if (word[0] && !job->known && command != commands)
        console_say(job->console, "LOGIN, PLEASE\r\n");
    else if (word[0] && (command == end || !command->run(job, word)))
        console_say(job->console, "WHAT?\r\n");
    if (job->status == WAITING_COMMAND)
        job->status = before;
}

void command_ended(Job *job)
{
    if (job->status == DEAD)
        job->program = NULL;
    if (job->how) {
        console_say(job->console, job->how);
        console_say(job->console, "\r\n");
        job->how = NULL;
    }
    console_say(job->console, "R ");
    console_say_seconds(job->console, job->executed);
    console_say(job->console, "+");
    console_say_seconds(job->console, job->swapped);
    console_say(job->console, "\r\n");
}
