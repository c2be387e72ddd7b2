/* SPDX-License-Identifier: MIT */
/*
 * main.c - how it begins, and the executive: who is on the machine, and for how long.
 *
 * The ring of users is gone round; those in run status have the processor for a quantum each. One who cannot go on - his
 * typewriter's buffer is full, or nothing has been typed - is dismissed from run status, and comes back when that changes.
 */
#include "bbn.h"

#include "lib/bootargs.h"
#include "lib/irqchip.h"
#include "lib/power.h"
#include "lib/print.h"
#include "lib/string.h"

/* The executive's work between two users is done before the old quantum ends, so that a swap begins on the beat. */
enum { EARLY_MS = 4 };

System bbn;

void job_ready(Job *job, Why why)
{
    job->status = RUNS;
    say_ready(job->number, 0, why);
}

void job_dismiss(Job *job, Status status, Why why)
{
    job->status = status;
    job->why = why;
}

/* The next one in run status behind `job`, who comes last himself. */
static Job *next_after(const Job *job)
{
    unsigned from = job ? job->number : bbn.n_jobs - 1;
    for (unsigned i = 1; i <= bbn.n_jobs; i++) {
        Job *next = &bbn.job[(from + i) % bbn.n_jobs];
        if (next->status == RUNS)
            return next;
    }
    return NULL;
}

/* The next alarm: `when`, or the end of the run before that. */
static void alarm(uint64_t when)
{
    machine_alarm(when < bbn.end ? when : bbn.end);
}

/* Until his quantum is over, which is true then, or he is dismissed. */
static bool run(Job *job)
{
    alarm(bbn.beat - EARLY_MS * bbn.ticks_ms);
    say_start(job->number, 0, WHY_NONE);
    while (job->status == RUNS && job == bbn.resident) {
        user_run(&job->user);
        if (job->user.cause == (MCAUSE_IRQ | IRQ_M_TIMER)) {
            say_stop(job->number, 0, WHY_QUANTUM);
            return true;
        }
        if (job->user.cause & MCAUSE_IRQ)
            desks_break();
        else
            channel_16(job);
    }
    say_stop(job->number, 0, job->status == RUNS ? WHY_TYC : job->why);
    return false;
}

static void executive(void) __attribute__((noreturn));
static void executive(void)
{
    bool at_beat = false;
    for (Job *last = NULL; machine_time() < bbn.end;) {
        Job *job = next_after(last);
        if (!job) {
            alarm(UINT64_MAX);
            if (!desks_break())
                wfi();
            at_beat = false;
            continue;
        }
        if (job == bbn.resident)
            swap_none();
        else
            swap_in(job, at_beat);
        at_beat = run(job);
        last = job;
    }
    power_off(true);
}

/* `user3=typist:1000`: what user 3 has in his field at first, and a0. */
static void load_first(const Fdt *fdt, Job *job)
{
    char name[8] = "user";
    size_t length, size = 0;
    unsigned at = 4, number = (unsigned)(job - bbn.job) + 1;
    if (number > 9)
        name[at++] = (char)('0' + number / 10);
    name[at] = (char)('0' + number % 10);
    const char *text = bootarg(fdt, name, &length);
    if (!text)
        return;
    if (number > bbn.n_jobs)
        panic("bbn: %s: there are %u users: give users=", name, bbn.n_jobs);
    while (size < length && text[size] != ':')
        size++;
    uint64_t argument = 0;
    if (size < length && !digits_number(text + size + 1, length - size - 1, &argument))
        panic("bbn: %s: behind the : there is a number", name);
    if (!library_load(job, text, size, argument))
        panic("bbn: %s: there is no such program on the tape", name);
    job->status = RUNS;
    say_ready(job->number, 0, WHY_START);
}

/* Number 0 has the first typewriter, and field 1 of the drum; there may be more users than typewriters. */
static void jobs_open(const Fdt *fdt)
{
    bbn.n_jobs = (unsigned)bootarg_number(fdt, "users", bbn.n_desks ? bbn.n_desks : 1);
    if (bbn.n_jobs < 1 || bbn.n_jobs > JOBS_MAX || bbn.n_jobs >= bbn.drum.fields)
        panic("bbn: users=%u: 1 to %u, and one field less than the drum has", bbn.n_jobs, JOBS_MAX);
    for (unsigned i = 0; i < bbn.n_jobs; i++) {
        Job *job = &bbn.job[i];
        *job = (Job){ .number = i, .field = i + 1, .status = STOPPED };
        if (i < bbn.n_desks) {
            job->desk = &bbn.desk[i];
            bbn.desk[i].job = job;
        }
    }
    for (unsigned i = 0; i < JOBS_MAX; i++)
        load_first(fdt, &bbn.job[i]);
    for (unsigned i = 0; i < bbn.n_desks; i++) {
        if (!bbn.desk[i].job || !bbn.desk[i].job->program)
            tyc_enter(&bbn.desk[i]);
    }
}

static const Bootarg words[] = {
    { "users", .least = 1, .most = JOBS_MAX },  { "user#", .most = JOBS_MAX },
    { "swap", .words = "once|twice" },          { "jitter", .most = UINT32_MAX },
    { "buffer", .least = 1, .most = BUFFER },   { "protect", .words = "pmp|paging" },
    { "seconds", .least = 1, .most = 1000000 },
};

void main(void *blob)
{
    Fdt fdt;
    if (!fdt_open(&fdt, blob))
        panic("bbn: there is no device tree");
    machine_find(&fdt);
    bootargs_check(&fdt, "bbn", "", words, sizeof words / sizeof words[0]);
    if (!drum_open(&bbn.drum, &fdt) || bbn.drum.words != WORDS)
        panic("bbn: no drum with fields of %u words: give -device drum", WORDS);
    bbn.ticks_ms = machine_hz() / 1000;
    bbn.revolution = bbn.drum.revolution_ns * bbn.ticks_ms / 1000000;
    bbn.twice = bootarg_is(&fdt, "swap", "twice");
    bbn.random = (uint32_t)bootarg_number(&fdt, "jitter", 0) * GOLDEN;
    bbn.jitter = bootarg_has(&fdt, "jitter=");
    FdtNode chosen = fdt_find(&fdt, "/chosen");
    uint32_t size;
    const void *start = fdt_prop(&fdt, chosen, "linux,initrd-start", &size);
    const void *end = fdt_prop(&fdt, chosen, "linux,initrd-end", NULL);
    if (!start || !end)
        panic("bbn: no library of programs: give build/hyp/pdp.tape with -initrd");
    bbn.tape = (const char *)fdt_number(start, size / 4);
    bbn.tape_end = (const char *)fdt_number(end, size / 4);
    protect(bootarg_is(&fdt, "protect", "paging"));
    desks_open(&fdt, (unsigned)bootarg_number(&fdt, "buffer", BUFFER));
    jobs_open(&fdt);
    uint64_t seconds = bootarg_number(&fdt, "seconds", 0);
    bbn.end = seconds ? machine_time() + 1000 * seconds * bbn.ticks_ms : UINT64_MAX;
    mark(MARK_BEGIN, 'B');
    csr_write(mie, MIE_TIMER | MIE_EXTERNAL);
    executive();
}
