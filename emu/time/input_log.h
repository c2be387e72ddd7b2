/* SPDX-License-Identifier: MIT */
/*
 * input_log.h - what the host did to the machine, and exactly when.
 *
 * All else follows from the state at the start (ADR 0003). Taps stand between devices and the host's ends of their lines:
 * in a run that is new they note what devices take; in one that happened before they give devices what was noted, keep
 * back what the host has to say, and drop what devices say, which has been heard.
 */
#ifndef EMU_TIME_INPUT_LOG_H
#define EMU_TIME_INPUT_LOG_H

#include "emu/machine.h"

/* A moment of the machine's life. The scheduler looks around several times between two units; the round, the turn and
 * whether somebody ran in this pass tell which time it was. */
typedef struct {
    uint64_t units; /* of all harts */
    uint64_t rounds, turn;
    bool pass_ran;
    bool in_slice; /* during the instruction that comes then, by a device that asked for it */
} Position;

Position position_now(const Machine *machine);
/* Below, equal to or above 0, as strcmp does; of moments between slices. */
int position_compare(const Position *a, const Position *b);

typedef enum {
    INPUT_BYTES,     /* `port` was offered bytes and took `taken` of them */
    INPUT_EVENT,     /* on the line of `port` happened the HostEvent `taken` */
    INPUT_FRAME,     /* `port` took a frame */
    INPUT_RESTRAINT, /* the debugger restrains the machine from now on: a Restraint */
    INPUT_WAKE,      /* it let hart `port` go on from a WFI */
    INPUT_BREAK, /* something was done to the machine that is not noted: what follows begins with another state */
    INPUT_TIMED, /* timed mode begins, or with `port` 0 ends */
    INPUT_KINDS
} InputKind;

typedef struct {
    Position at;
    InputKind kind;
    uint32_t port, taken;
    size_t offset, size; /* of its data */
} InputRecord;

/* Most data of a record, which a recording's reader insists on: a device that could take more is offered it in pieces. A
 * frame has at most 64 KiB and its headers. */
enum { INPUT_MOST_BYTES = 1 << 16, INPUT_MOST_DATA = 1 << 17 };

typedef struct InputLog InputLog;

InputLog *input_log_new(void);
void input_log_free(InputLog *log); /* after the machine; NULL is fine */

/* What the machine is to be given instead of `host`, which stays the host's. NULL for NULL. Before input_log_attach;
 * ports have numbers in the order of these calls. */
HostChar *input_log_tap_char(InputLog *log, HostChar *host);
HostNet *input_log_tap_net(InputLog *log, HostNet *host);
/* The machine is built; from now on everything is noted. */
void input_log_attach(InputLog *log, Machine *machine);

/* `watch` is told of every record that is added; NULL: nobody is. */
typedef void InputWatch(void *opaque, const InputRecord *record, const uint8_t *data);
void input_log_watch(InputLog *log, InputWatch *watch, void *opaque);
/* Adds a record that is known from elsewhere; false: no device has such a port, or it makes no sense. */
bool input_log_import(InputLog *log, const InputRecord *record, const uint8_t *data);

/* Notes something that happens now. */
void input_log_add(InputLog *log, InputKind kind, uint32_t port, uint32_t taken, const void *data,
                   size_t size);

/* The same for what happened just before, at `at`. */
void input_log_add_at(InputLog *log, const Position *at, InputKind kind);

/* Records have numbers, from input_log_first (those before are forgotten) up to input_log_end. */
uint64_t input_log_first(const InputLog *log);
uint64_t input_log_end(const InputLog *log);
const InputRecord *input_log_at(const InputLog *log, uint64_t number);
/* Forgets those before `number`, or from `number` on. */
void input_log_forget(InputLog *log, uint64_t number);
void input_log_truncate(InputLog *log, uint64_t number);

/* Replaying: the number of the record that comes next. Those of slices are given to devices when they ask. */
void input_log_seek(InputLog *log, uint64_t number);
uint64_t input_log_next(const InputLog *log);
/* Does what the next record says, once more. False: the device does not take it as it did. Not for INPUT_BREAK. */
bool input_log_apply_next(InputLog *log);
/* The run is new again: hosts may offer what they kept. */
void input_log_offer(InputLog *log);

#endif
