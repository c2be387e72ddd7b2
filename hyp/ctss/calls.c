/* SPDX-License-Identifier: MIT */
/* calls.c - a program traps: it calls the supervisor, or tried what it may not. */
#include "calls.h"

#include "ctss.h"
#include "lib/print.h"

enum { A0 = 10, A7 = 17, ECALL_SIZE = 4 };

/* Ends it: machine conditions and memory are given up (the Guide, page 9). */
static Why end(Job *job, Why why, const char *how)
{
    job->status = DEAD;
    job->how = how;
    core_forget(job);
    return why;
}

static Why serve_write(Job *job)
{
    if (job->console && !console_type(job->console, (char)job->user.x[A0])) {
        job->status = OUTPUT_WAIT;
        return WHY_OUTPUT_FULL;
    }
    job->user.pc += ECALL_SIZE;
    return WHY_NONE;
}

/* Users that are made up type empty lines. */
static Why serve_read(Job *job)
{
    int c = job->console ? console_read(job->console) : '\n';
    if (c < 0) {
        job->status = INPUT_WAIT;
        return WHY_INPUT_EMPTY;
    }
    job->user.x[A0] = (uint64_t)c;
    job->user.pc += ECALL_SIZE;
    return WHY_NONE;
}

/* What waits is tried again when it goes on: its pc still points to the call. */
static Why serve_call(Job *job)
{
    switch (job->user.x[A7]) {
    case CALL_DEAD: return end(job, WHY_DONE, NULL);
    case CALL_DORMANT:
        job->user.pc += ECALL_SIZE;
        job->status = DORMANT;
        return WHY_DONE;
    case CALL_WRITE: return serve_write(job);
    case CALL_READ: return serve_read(job);
    case CALL_WRONG:
        print("ctss: job %u finds a word that is not as it left it\n", job->number);
        return end(job, WHY_FAULT, "CORE IS NOT AS IT WAS");
    default: return end(job, WHY_FAULT, "NO SUCH CALL");
    }
}

Why call_serve(Job *job)
{
    if (job->user.cause & MCAUSE_IRQ) {
        interrupts();
        return WHY_NONE;
    }
    if (job->user.cause == CAUSE_ECALL_U)
        return serve_call(job);
    return end(job, WHY_FAULT, "PROTECTION MODE VIOLATION");
}
