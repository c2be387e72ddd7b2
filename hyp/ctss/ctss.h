/* SPDX-License-Identifier: MIT */
/*
 * ctss.h - a supervisor that shares one computer after M.I.T.'s Compatible Time-Sharing System of 1961 to 1973.
 *
 * It differs from hyp/bbn in how it chooses who is next: not everybody in turn, but by queues of several levels, in which a
 * program sinks the longer it computes. Sources, as comments name them: the Guide is "The Compatible Time-Sharing System: A
 * Programmer's Guide" (M.I.T. Press 1963); Corbató is F. J. Corbató, M. M. Daggett, R. C. Daley, "An Experimental Time-Sharing
 * System" (SJCC 1962); Scherr is A. L. Scherr, "An Analysis of Time-Shared Computer Systems" (MAC-TR-18, 1965).
 *
 * There is one hart. The supervisor runs in M-mode with interrupts off, a user's program in U-mode with PMP as its bounds.
 * Times are ticks of the machine's clock.
 */
#ifndef HYP_CTSS_H
#define HYP_CTSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/drum.h"
#include "lib/fdt.h"
#include "lib/irqchip.h"
#include "lib/machine.h"
#include "lib/say.h"
#include "lib/user.h"

enum {
    CORE_WORDS = 4096, /* for users' programs; the Guide's B-bank has 32,768 */
    LEVELS = 9,        /* of queues, 0 first */
    QUANTUM_MS = 200,  /* the Guide, page 11: "currently about 200 ms" */
    MOST_JOBS = 72,
    JOB_NONE = 0, /* the number of nobody: the processor waits */
};

/* What the supervisor knows of a user: the Guide, page 9. */
typedef enum {
    DEAD,            /* no program */
    DORMANT,         /* a program that was stopped, and can be started again */
    WAITING_COMMAND, /* a command was typed */
    WORKING,         /* it is to run */
    INPUT_WAIT,      /* until a line is typed */
    OUTPUT_WAIT,     /* until most of the output is typed */
} Status;

/* A program that commands can name. Its image lies on the drum, in a field of its own. */
typedef struct {
    const char *name;
    const uint32_t *image, *end;
    unsigned field;
} Program;

typedef struct Console Console;
typedef struct Job Job;

/* A user: at a typewriter, or made up (users.c). */
struct Job {
    User user;
    unsigned number, field; /* from 1; on the drum */
    unsigned words, level;  /* of the program; the queue that it is in, or was */
    Status status;
    const Program *program;
    bool fresh; /* its words are still those of the program's field */
    Job *next;  /* in a queue, or of those who think */

    uint64_t executed, swapped; /* for this command, so far */
    const char *how;            /* it ended, if not well */

    bool known;       /* has logged in */
    Console *console; /* NULL: made up, and then */
    uint64_t arrives; /* when the next command comes */
    uint64_t service; /* how long it is to take, with swapping */
    uint64_t random;
    uint32_t uniform[2]; /* the last draws, of thinking and of service */
    unsigned draws;
};

typedef struct {
    Fdt fdt;
    Drum drum;
    uint64_t quantum;     /* ticks */
    unsigned per_quantum; /* words that the drum writes and reads in one: the Guide's w_q */
    unsigned levels;      /* that are used; with 1, everybody in turn */
    Job jobs[MOST_JOBS];
    unsigned n_jobs;
    Job *running;
    uint64_t supervisor; /* time spent on nobody's behalf */
} Ctss;

extern Ctss ctss;
extern uint32_t core[CORE_WORDS]; /* of the users' programs */

/* main.c: adds the time since the last call to the account named then; from now on it is `account`'s. Returns what was the
 * account. */
uint64_t *charge_to(uint64_t *account);
/* The account's time by now, as `time` minus what this returns. */
uint64_t charge_origin(const Job *job);
/* The alarm for what comes next: a command, or a key. */
void alarm_before(uint64_t when);
/* Serves whatever interrupts, after a wfi or a program's run. */
void interrupts(void);
/* Another job; NULL when there are too many, or the drum has no field for it. */
Job *job_new(void);
/* A command begins: the job waits for the processor with a new program, of so many words. */
void job_command(Job *job, const Program *program, unsigned words);
/* A job that is not dead goes on waiting for the processor. */
void job_ready(Job *job, Why why);
/* Stops it, wherever it is: it is dormant. */
void job_quit(Job *job);

/* queue.c: the level at which a program of so many words begins. */
unsigned queue_entry(unsigned words);
/* To the end of the queue of its level. */
void queue_enter(Job *job);
void queue_leave(Job *job);
/* The first of the lowest level that has any, NULL if nobody waits. */
Job *queue_first(void);

/* core.c: brings a job's words into core, and writes out only what they replace. */
void core_bring_in(Job *job);
/* What is left of a job in core is nobody's from now on. */
void core_forget(const Job *job);
/* Writes the programs to their fields. Returns the number of the last. */
unsigned core_write_programs(void);
/* The drum has interrupted. */
void core_drum_ended(void);

/* calls.c: a program has trapped. WHY_NONE: it may go on. */
Why call_serve(Job *job);

/* users.c: makes up the users that the command line asks for. */
void users_make(void);
/* When the next of them types a command; UINT64_MAX: never. */
uint64_t users_next(void);
/* Those whose time has come type theirs. */
void users_type(void);
/* His command is answered: he thinks. */
void users_think(Job *job);

/* console.c: finds the typewriters, with a job for each. */
void consoles_find(void);
/* A typewriter has interrupted. */
void console_interrupt(unsigned source);
/* When the next keyboard is unlocked that a key has locked; UINT64_MAX: none is. */
uint64_t consoles_next(void);
/* Unlocks those whose time has come. */
void consoles_unlock(void);
/* One character of a program; false: the buffer is full. */
bool console_type(Console *console, char c);
/* The next character of a line for the program, -1 if there is none. */
int console_read(Console *console);
/* The job's command is answered or stopped, and it is off the machine: one that was typed meanwhile begins. */
void console_job_ended(Console *console);
/* Text of the supervisor's. */
void console_say(Console *console, const char *text);
void console_say_number(Console *console, uint64_t number);
/* Seconds with three digits behind the point. */
void console_say_seconds(Console *console, uint64_t ticks);

/* commands.c: a line was typed to the supervisor; the command has ended. */
void command_line(Job *job, char *line);
void command_ended(Job *job);

/* programs.c */
extern Program programs[];
extern const unsigned n_programs;
/* By name; NULL if there is none. */
const Program *program_find(const char *name, size_t length);

#endif
