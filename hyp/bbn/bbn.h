/* SPDX-License-Identifier: MIT */
/*
 * bbn.h - the time-sharing system of Bolt Beranek and Newman on the PDP-1, 1962, as it was described.
 *
 * Half of core is the system's, half the user's who is on the machine; the others' images lie on the drum. Users are on the machine
 * in turn, 140 ms each. While a user runs the machine is in restricted mode: an instruction for input or output, or one that halts, does
 * not do that, but breaks in on channel 16, and the system does it in the user's stead.
 *
 * Sources: [S1] J. McCarthy, S. Boilen, E. Fredkin, J. C. R. Licklider, "A Time-Sharing Debugging System for a Small
 * Computer", AFIPS SJCC 1963. [S2] G. Bell, DEC memorandum M-1102A, 1961: the drum. docs/history/bbn.md says what is
 * faithful here and what is not.
 */
#ifndef BBN_H
#define BBN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/drum.h"
#include "lib/machine.h"
#include "lib/say.h"
#include "lib/typewriter.h"
#include "lib/user.h"

enum {
    WORDS = 4096,          /* of a user's memory [S1] */
    CORE_SIZE = 4 * WORDS, /* a word of 18 bits is one of 32 here */
    JOBS_MAX = 21,         /* fields of the drum but the last one, which is the system's */
    TYPEWRITERS = 5,       /* [S1] */
    BUFFER = 64,           /* characters on their way to a typewriter, or from it */
    ANSWER = 1024, /* the same of TYC, and what the typewriter prints because it is typed on it */
    QUANTUM_MS = 140,
    CHANNEL_16 = 016, /* of the sequence break system, octal as in [S1]; also below */
    NOBODY = 255,     /* instead of a job's number in events */
};

/* The golden ratio as a part of 2^32: see spread() in swap.c. */
#define GOLDEN 0x9e3779b9u

/* Where the user's memory lies, as programs are linked for: hyp/guests/pdp/link.ld. A page table puts it there, too. */
#define CORE 0x80100000ul

typedef enum { STOPPED, RUNS, WAITS_FOR_OUTPUT, WAITS_FOR_INPUT } Status;

/* Characters in a row. */
typedef struct {
    char *at;
    unsigned size, first, count;
} Queue;

typedef struct Job Job;

/* A typewriter, and what the system keeps for it. */
typedef struct {
    Typewriter port;
    unsigned number, channel; /* from 1; its channel of the sequence break system */
    Job *job;                 /* whose it is, or NULL */
    bool to_tyc;              /* what is typed is for TYC; what the job prints waits */
    bool types;               /* it has been called, and breaks in for the next character */
    bool locked;              /* its keys, until a character has been printed */
    Queue output, input, answer;

    const char *note; /* for TYC, not delivered yet; or NULL */
    char token[12];   /* TYC: what has been typed of the command */
    unsigned token_size;
    int open; /* the register that is open: a word of memory, or WORDS and more; -1 is none */
    bool hexadecimal;
    char output_room[BUFFER], input_room[BUFFER], answer_room[ANSWER];
} Desk;

/* A user with his program. */
struct Job {
    User user;           /* his registers, while he is not running */
    unsigned number;     /* from 0 */
    unsigned field;      /* of the drum */
    Status status;       /* run status, or why he was dismissed from it */
    Why why;             /* he was dismissed */
    const char *program; /* its name in the library; NULL: none is loaded */
    Desk *desk;          /* his own typewriter, or NULL */
};

/* What the system knows. There is one. */
typedef struct {
    Drum drum;
    Job job[JOBS_MAX];
    Desk desk[TYPEWRITERS];
    unsigned n_jobs, n_desks;
    Job *resident; /* whose image is in core; NULL: nobody's */
    const char *tape, *tape_end;

    uint64_t beat;                 /* mtime at which the next swap is to begin */
    uint64_t end;                  /* of the run; UINT64_MAX: never */
    uint64_t ticks_ms, revolution; /* mtime of a millisecond, and of a revolution */
    bool twice, jitter, protect_by_pages;
    uint32_t random; /* of jitter */
} System;

extern System bbn;

/* main.c */
/* The job wants the processor again. */
void job_ready(Job *job, Why why);
/* The job is dismissed from run status. */
void job_dismiss(Job *job, Status status, Why why);

/* swap.c */
/* Brings the job into core, and begins a quantum. `at_beat`: not before the old one is over. */
void swap_in(Job *job, bool at_beat);
/* A new quantum for the one who is in core already. */
void swap_none(void);
/* One word of a job's memory, wherever it is. */
uint32_t memory_examine(const Job *job, unsigned word);
void memory_deposit(const Job *job, unsigned word, uint32_t value);

/* protect.c */
/* The user reaches his 4,096 words and nothing else: by PMP, or by a page table. */
void protect(bool by_pages);

/* library.c */
/* The image of a program on the tape, by the first `size` letters of its name; its name goes to `name`. NULL: no such. */
const void *library_find(const char *text, size_t size, const char **name);
/* Puts a program into the job's field, and its registers to the start with `argument` in a0; false: no such program. */
bool library_load(Job *job, const char *text, size_t size, uint64_t argument);

/* channel16.c */
/* The job did what it may not do by itself: the system does it, or dismisses the job. */
void channel_16(Job *job);

/* desk.c */
void desks_open(const Fdt *fdt, unsigned buffer);
/* Serves the typewriters that broke in; false if none did. */
bool desks_break(void);
/* The typewriter has something to print, and is called if it is idle. */
void desk_start(Desk *desk);
bool queue_put(Queue *queue, char character);
bool queue_take(Queue *queue, char *character);

/* tyc.c */
/* The typewriter is TYC's from now on. */
void tyc_enter(Desk *desk);
/* A key was struck on a typewriter that is TYC's. */
void tyc_key(Desk *desk, char key);
/* The job was dismissed, and its user is to know: "hlt" and the place. The note is delivered behind what is in the buffer still. */
void tyc_note(Job *job, const char *what);
void tyc_deliver(Desk *desk);

#endif
