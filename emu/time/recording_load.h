/* SPDX-License-Identifier: MIT */
/* recording_load.h - what recording_load.c and replay.c share. */
#ifndef EMU_TIME_RECORDING_LOAD_H
#define EMU_TIME_RECORDING_LOAD_H

#include "emu/time/recording.h"

typedef struct {
    uint32_t number; /* of its chunk */
    Position end;    /* of the part before */
    uint8_t *rom;
    uint64_t state_size, loaded;
    GArray *chunks;   /* of size_t: where those of its state are */
    size_t input_end; /* in Replay.input: its input ends there; 0: it has none */
} RecordingPart;

struct Replay {
    char *name;
    GMappedFile *file; /* NULL: the data is somebody else's */
    const uint8_t *data;
    size_t size;
    MachineConfig *config;
    RecordingExtras extras;
    ChunkUnpacker unpacker;
    bool has_config, has_end, cut_at_part;
    GArray *parts; /* of RecordingPart; n_parts of them are whole */
    unsigned n_parts;
    GByteArray *input; /* of all parts */
    RecordingEnd end;
    int disks[VIRTIO_SLOTS]; /* -1: none */
    char *disk_paths[VIRTIO_SLOTS];
    HostChar no_char[VIRTIO_SLOTS + 1]; /* the ends of lines that nobody has */
    HostChar no_plug_char[PLUG_MOST];
    HostNet no_net[VIRTIO_SLOTS];
    /* While it runs. */
    Machine *machine;
    HistoryReplay run;
    unsigned next_part;
    bool done, same, left;
    GError *problem; /* why it is not as recorded */
    void (*paused)(void *opaque);
    void *opaque;
};

/* The parts of replay_start: a part's state; all input. */
bool replay_import(Replay *replay, Machine *machine, InputLog *log, GError **error);
bool replay_load_part(Replay *replay, Machine *machine, unsigned index, GError **error);

#endif
