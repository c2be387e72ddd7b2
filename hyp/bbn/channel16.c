/* SPDX-License-Identifier: MIT */
/*
 * channel16.c - the dispatcher of channel 16: what a user may not do, done in his stead [S1].
 *
 * An instruction for input or output (IOT) is a load or store at address 4 * n for device n, of a word, at an address without a base
 * register as a rule: `sw a0, 12(zero)` is the PDP-1's tyo, iot 03, and `lw a0, 16(zero)` its tyi, iot 04. Nothing is
 * there, so it traps. To halt is `wfi`. Any other trap is a mistake of the user, and stops him.
 */
#include "bbn.h"

#include "lib/mmio.h"

enum { OP = 0x7f, OP_LOAD = 0x03, OP_STORE = 0x23, WORD = 2, WFI = 0x10500073 };
enum { IOT_TYO = 003, IOT_TYI = 004, IOT_UNIT = 0100, IOT_END = IOT_UNIT * (TYPEWRITERS + 1) };

/* The instruction at the user's pc; 0, which is none, if there is no whole one. */
static uint32_t instruction(const Job *job)
{
    uint64_t pc = job->user.pc;
    return pc >= CORE && pc <= CORE + CORE_SIZE - 4 && pc % 4 == 0 ? read32(pc) : 0;
}

/* Device n is the typewriter of his own; n + 0100 * k is typewriter k, if it has been assigned to him. */
static Desk *desk_of(const Job *job, unsigned unit)
{
    if (!unit)
        return job->desk;
    Desk *desk = unit <= bbn.n_desks ? &bbn.desk[unit - 1] : NULL;
    return desk && desk->job == job ? desk : NULL;
}

/* Room in the buffer: the character is on its way. Else he tries again when the buffer has been emptied. */
static void type_out(Job *job, Desk *desk, char character)
{
    say_break(CHANNEL_16, job->number, BREAK_TYPE_OUT);
    if (!queue_put(&desk->output, character)) {
        job_dismiss(job, WAITS_FOR_OUTPUT, WHY_OUTPUT_FULL);
        return;
    }
    desk_start(desk);
    job->user.pc += 4;
}

/* A character is there: he has it. Else he tries again when one has been typed. */
static void type_in(Job *job, Desk *desk, unsigned reg)
{
    char character;
    say_break(CHANNEL_16, job->number, BREAK_TYPE_IN);
    if (!queue_take(&desk->input, &character)) {
        job_dismiss(job, WAITS_FOR_INPUT, WHY_INPUT_EMPTY);
        return;
    }
    if (reg)
        job->user.x[reg] = (uint8_t)character;
    job->user.pc += 4;
}

static void stop(Job *job, BreakWhat what, const char *note)
{
    say_break(CHANNEL_16, job->number, what);
    job_dismiss(job, STOPPED, what == BREAK_HALT ? WHY_HALT : WHY_FAULT);
    tyc_note(job, note);
}

/* False: there is no such device for him. */
static bool input_or_output(Job *job, uint32_t code)
{
    unsigned device = (unsigned)job->user.tval / 4;
    Desk *desk = desk_of(job, device / IOT_UNIT);
    if (!desk)
        return false;
    if ((code & OP) == OP_STORE && device % IOT_UNIT == IOT_TYO)
        type_out(job, desk, (char)job->user.x[code >> 20 & 31]);
    else if ((code & OP) == OP_LOAD && device % IOT_UNIT == IOT_TYI)
        type_in(job, desk, code >> 7 & 31);
    else
        return false;
    return true;
}

static bool is_iot(const Job *job, uint32_t code)
{
    uint64_t cause = job->user.cause;
    bool data = cause == CAUSE_LOAD_ACCESS || cause == CAUSE_STORE_ACCESS ||
                cause == CAUSE_LOAD_PAGE || cause == CAUSE_STORE_PAGE;
    bool plain = (code & OP) == OP_LOAD || (code & OP) == OP_STORE;
    return data && plain && (code >> 12 & 7) == WORD && job->user.tval < 4 * IOT_END;
}

void channel_16(Job *job)
{
    uint32_t code = instruction(job);
    if (job->user.cause == CAUSE_ILLEGAL && code == WFI) {
        job->user.pc += 4; /* he may be told to go on */
        stop(job, BREAK_HALT, "hlt");
    } else if (!is_iot(job, code)) {
        stop(job, BREAK_OTHER, job->user.cause == CAUSE_ILLEGAL ? "ill" : "out");
    } else if (!input_or_output(job, code)) {
        stop(job, BREAK_OTHER, "iot");
    }
}
