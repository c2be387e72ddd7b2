/* SPDX-License-Identifier: MIT */
/* main.c - start, and then: who is next, bring him in, let him run. See ctss.h, then queue.c and core.c. */
#include "ctss.h"
#include "lib/bootargs.h"
#include "lib/print.h"
#include "lib/string.h"

enum { TP = 4, A0 = 10, A1, A2 };
/* The program may read, write and execute from pmpaddr0 up to pmpaddr1, and nothing else: norm:pmp_a_field_tor. */
enum { PMP_TOR_RWX = 0x0f };

Ctss ctss;
static uint64_t *account = &ctss.supervisor, since;

uint64_t *charge_to(uint64_t *next)
{
    uint64_t *last = account, now = machine_time();
    *last += now - since;
    account = next;
    since = now;
    return last;
}

uint64_t charge_origin(const Job *job)
{
    return since - job->executed - job->swapped;
}

void alarm_before(uint64_t when)
{
    uint64_t users = users_next(), keys = consoles_next();
    when = users < when ? users : when;
    machine_alarm(keys < when ? keys : when);
}

void interrupts(void)
{
    if (csr_read(mip) & MIE_EXTERNAL) {
        for (unsigned source; (source = plic_machine.claim());) {
            if (source == ctss.drum.source)
                core_drum_ended();
            else
                console_interrupt(source);
            plic_machine.complete(source);
        }
    }
    consoles_unlock();
    users_type();
}

Job *job_new(void)
{
    unsigned number = ctss.n_jobs + 1, field = n_programs + number;
    if (number > MOST_JOBS || field > ctss.drum.fields)
        return NULL;
    Job *job = &ctss.jobs[ctss.n_jobs++];
    *job = (Job){ .number = number, .field = field };
    return job;
}

void job_ready(Job *job, Why why)
{
    job->status = WORKING;
    job->level = queue_entry(job->words);
    say_ready(job->number, job->level, why);
    queue_enter(job);
}

void job_command(Job *job, const Program *program, unsigned words)
{
    memset(&job->user, 0, sizeof job->user);
    core_forget(job);
    job->program = program;
    job->words = words;
    job->fresh = true;
    job->user.pc = (uintptr_t)core;
    job->user.x[A0] = job->number;
    job->user.x[A1] = words;
    job->user.x[A2] = job->service;
    job_ready(job, WHY_CONSOLE);
}

/* A command is answered, or stopped. What follows for its user is his next command's to pay. */
static void end(Job *job, Why why)
{
    uint64_t *last = charge_to(&job->executed);
    say_done(job->number, job->level, why);
    if (job->console)
        command_ended(job);
    job->executed = job->swapped = 0;
    if (!job->console)
        users_think(job);
    charge_to(last);
    if (job->console)
        console_job_ended(job->console);
}

/* Lets it run until there is a reason not to. */
static Why run(Job *job)
{
    uint64_t until = machine_time() + (ctss.quantum << job->level);
    for (;;) {
        const Job *first = queue_first();
        if (job->status != WORKING)
            return WHY_CONSOLE;
        if (machine_time() >= until)
            return WHY_QUANTUM;
        if (first && first->level < job->level) {
            say_preempt(job->number, first->number);
            return WHY_PREEMPT;
        }
        alarm_before(until);
        job->user.x[TP] = charge_origin(job);
        user_run(&job->user);
        Why why = call_serve(job);
        if (why)
            return why;
    }
}

void job_quit(Job *job)
{
    if (job->status == DEAD || job->status == DORMANT)
        return;
    if (job->status == WORKING && job != ctss.running)
        queue_leave(job);
    job->status = DORMANT;
    if (job != ctss.running)
        end(job, WHY_CONSOLE);
}

/* One turn of a job. A preempted one goes to the end of its own level (the Guide, page 11). */
static void serve(Job *job)
{
    queue_leave(job);
    ctss.running = job;
    charge_to(&job->swapped);
    core_bring_in(job);
    charge_to(&job->executed);
    say_start(job->number, job->level, WHY_NONE);
    Why why = run(job);
    ctss.running = NULL;
    say_stop(job->number, job->level, why);
    if (why == WHY_QUANTUM && job->level + 1 < ctss.levels)
        job->level++;
    if (job->status == WORKING)
        queue_enter(job);
    else if (job->status == DEAD || job->status == DORMANT)
        end(job, why);
}

/* Nobody wants the processor. */
static void idle(void)
{
    charge_to(&ctss.supervisor);
    say_start(JOB_NONE, LEVELS, WHY_WAIT);
    while (!queue_first()) {
        alarm_before(UINT64_MAX);
        wfi();
        interrupts();
    }
    say_stop(JOB_NONE, LEVELS, WHY_WAKE);
}

static void open_interrupts(void)
{
    FdtNode node = fdt_find_compatible(&ctss.fdt, NULL, plic_machine.compatible);
    if (!node || !plic_machine.open(&ctss.fdt, node, 0))
        panic("ctss: no PLIC");
    plic_machine.enable(ctss.drum.source, true);
    drum_interrupts(&ctss.drum, true);
    csr_write(mie, MIE_TIMER | MIE_EXTERNAL);
}

static void restrict_programs(void)
{
    csr_write(pmpaddr0, (uintptr_t)core >> 2);
    csr_write(pmpaddr1, (uintptr_t)core >> 2);
    csr_write(pmpcfg0, PMP_TOR_RWX << 8);
    csr_set(mstatus, MSTATUS_TW); /* no wfi: norm:mstatus_tw_op */
    csr_clear(mstatus, SSTATUS_FS | SSTATUS_VS);
    csr_write(medeleg, 0);
    csr_write(mideleg, 0);
    csr_write(mcounteren, COUNTEREN_TM);
    csr_write(scounteren, COUNTEREN_TM);
}

static const Bootarg words[] = {
    { "users", .most = MOST_JOBS },
    { "think", .least = 1, .most = 10000000 },
    { "service", .least = 1, .most = 10000000 },
    { "stagger", .most = 10000000 },
    { "draw", .words = "exponential|fixed" },
    { "seed", .most = UINT32_MAX },
    { "sizes", .most = 0 },
    { "warm", .most = 1000000000 },
    { "commands", .least = 1, .most = 1000000000 },
    { "levels", .least = 1, .most = LEVELS },
    { "rude", .most = 0 },
};

void main(void *tree)
{
    if (!fdt_open(&ctss.fdt, tree))
        for (;;)
            wfi();
    machine_find(&ctss.fdt);
    bootargs_check(&ctss.fdt, "ctss", "", words, sizeof words / sizeof words[0]);
    if (!drum_open(&ctss.drum, &ctss.fdt))
        panic("ctss: no drum: -device drum,fields=%u,halt=off", MOST_JOBS + n_programs);
    if (ctss.drum.words != CORE_WORDS || ctss.drum.halts || ctss.drum.fields <= n_programs)
        panic(
            "ctss: a drum that does not halt, of fields of %u words, more than %u: one for each program and user",
            CORE_WORDS, n_programs);
    ctss.quantum = QUANTUM_MS * machine_hz() / 1000;
    ctss.per_quantum =
        (unsigned)(QUANTUM_MS * 1000000ul * ctss.drum.words / ctss.drum.revolution_ns);
    ctss.levels = (unsigned)bootarg_number(&ctss.fdt, "levels", LEVELS);
    restrict_programs();
    open_interrupts();
    core_write_programs();
    consoles_find();
    users_make();
    if (!ctss.n_jobs)
        panic("ctss: nobody is here: give users= or a typewriter");
    print("ctss: %u users, %u words in a quantum of %u ms\n", ctss.n_jobs, ctss.per_quantum,
          QUANTUM_MS);
    for (;;) {
        Job *job = queue_first();
        if (job)
            serve(job);
        else
            idle();
    }
}
