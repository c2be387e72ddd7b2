/* SPDX-License-Identifier: MIT */
/*
 * snapshot.h - the whole machine in a file, named *.bhs: saved at one time, gone on from in another process.
 *
 * A file is for machines that were built alike, by the same version of the program. It holds RAM, ROM, every device and
 * hart, and what a guest wrote to disks that are snapshots (-snapshot, snapshot=on). Disks that are written in place cannot
 * be saved with the machine, so there is no snapshot of a machine with one. Connections of user networks are lost; files
 * that semihosting has open, and what observes the run, belong to the process and stay as they are.
 */
#ifndef EMU_TIME_SNAPSHOT_H
#define EMU_TIME_SNAPSHOT_H

#include <stdio.h>

#include "emu/machine.h"

/* What a file says of itself. */
typedef struct {
    uint32_t harts;
    uint64_t ns;      /* virtual time */
    uint64_t retired; /* instructions, by all harts */
    int64_t saved;    /* when, in seconds since 1970, as the file system has it */
    uint64_t size;    /* bytes of the file */
} SnapshotInfo;

/* The file that `name` means: itself when there is one or it ends in .bhs, else the name with .bhs. */
char *snapshot_path(const char *name);

/* Writes the machine to `path`, by way of a file beside it: on failure what was there stays. Between slices. */
bool snapshot_save(Machine *machine, const char *path, GError **error);

/* Makes the machine what it was when `path` was saved. On failure it is what it was before. Between slices. */
bool snapshot_load(Machine *machine, const char *path, GError **error);
/* The same from an open file, which `name` means in messages. */
bool snapshot_read(Machine *machine, FILE *file, const char *name, GError **error);

/* False: it is no snapshot. */
bool snapshot_info(const char *path, SnapshotInfo *info, GError **error);

/* What a person must know who saves or loads this machine: a sentence; NULL: nothing. */
const char *snapshot_caveat(const Machine *machine);

#endif
