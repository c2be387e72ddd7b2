/* SPDX-License-Identifier: MIT */
/*
 * recording.h - a run in a file, named *.rec: all that is needed to have it once more, and so a report of what went wrong.
 *
 *   RECORDING_MAGIC
 *   chunks, those of chunk.h:
 *
 *   CONFIG  what the machine is made of, as text (recording_config.c)
 *   DISK    a piece of a disk: slot and offset, 8 bytes each, then the bytes; what is not there is zeros
 *   PART    a part of the run begins: the Position where the one before ended, bytes of state, then ROM
 *   STATE   pieces of what machine_save writes, up to the next chunk of another kind
 *   LOG     records of input (recording_log.c), each with its moment; at last the moment up to which the run has got
 *   END     how the run ended: RecordingEnd
 *
 * Numbers are little-endian. A file without END is of a run that was cut off: it is good up to the last whole chunk.
 */
#ifndef EMU_TIME_RECORDING_H
#define EMU_TIME_RECORDING_H

#include <stdio.h>

#include "emu/time/chunk.h"
#include "emu/time/history.h"

#define RECORDING_MAGIC "BHREC1\r\n" /* text conversion shows */

typedef enum {
    RECORDING_CONFIG = 1,
    RECORDING_DISK,
    RECORDING_PART,
    RECORDING_STATE,
    RECORDING_LOG,
    RECORDING_END,
    RECORDING_KINDS
} RecordingKind;

enum { RECORDING_FORMAT = 2 }; /* of chunks */

typedef struct {
    uint64_t units, rounds, turn, pass_ran; /* a Position between slices */
    uint64_t hash, retired;
    uint64_t exit_code;
} RecordingEnd;

/* Recording. */

typedef struct Recorder Recorder;

/* Why this machine cannot be recorded, and what to do; NULL: it can. */
const char *recording_refusal(const Machine *machine);
/* Begins to record the run of a machine that has a history, before its first instruction. `cpu` is what -cpu said, or NULL.
 * Fails when the file cannot be written, or a disk not be read. */
Recorder *recorder_new(Machine *machine, InputLog *log, const char *cpu, const char *path,
                       GError **error);
/* The run is over; frees the recorder. False: not everything is in the file. NULL is fine. */
bool recorder_end(Recorder *recorder, int exit_code, GError **error);

/* Doing it once more. */

typedef struct Replay Replay;

/* Opens a recording and checks every chunk. Sets what the recorded machine was in `config`, which is otherwise untouched;
 * lines that it has get a HostChar of their own if `config` has none. `config` gets what lives as long as the replay. */
Replay *replay_open(const char *path, MachineConfig *config, GError **error);
/* The same of a recording in memory, which must outlive it. `name`: for messages. */
Replay *replay_of_bytes(const char *name, const uint8_t *data, size_t size, MachineConfig *config,
                        GError **error);
void replay_free(Replay *replay); /* after the machine; NULL is fine */
/* Makes taps for the lines as the recorded machine had them. Before machine_new. */
void replay_tap(const Replay *replay, InputLog *log, MachineConfig *config);
/* Gives the machine the recorded state at the start, and `log` the input. */
bool replay_start(Replay *replay, Machine *machine, InputLog *log, GError **error);
/* From now on the machine does what was recorded. `paused`, which may be NULL, is told when it pauses at the end; that
 * happens while a debugger is there, else it stops there. */
void replay_begin(Replay *replay, History *history, void (*paused)(void *opaque), void *opaque);
/* The run is over: says whether it was as recorded. False: it was not, and `error` says from where on. */
bool replay_report(Replay *replay, GError **error);
/* How the recorded run ended. */
int replay_exit_code(const Replay *replay);

/* For the files of this folder. */
/* Appends what the machine is made of as text; reads it. False: it makes no sense. */
void recording_append_config(const Machine *machine, const char *cpu, GString *out);
typedef struct {
    char *serials[VIRTIO_SLOTS]; /* to be freed */
    uint64_t tohost;
    /* Lines that are connected. */
    bool has_serial, has_chr[VIRTIO_SLOTS], has_net[VIRTIO_SLOTS], has_plug_chr[PLUG_MOST];
} RecordingExtras;
bool recording_read_config(const char *text, MachineConfig *config, RecordingExtras *extras,
                           GError **error);

/* Appends a record to `out`; reads one. False: there is none whole, or it makes no sense. */
void recording_put_record(GByteArray *out, const InputRecord *record, const uint8_t *data);
typedef struct {
    const uint8_t *at, *end;
} RecordingText;
bool recording_take_record(RecordingText *text, InputRecord *record, const uint8_t **data);
void recording_put_position(GByteArray *out, const Position *at);
bool recording_take_position(RecordingText *text, Position *at);
bool recording_take_number(RecordingText *text, uint64_t *value);
void recording_put_number(GByteArray *out, uint64_t value);

#endif
