/* SPDX-License-Identifier: MIT */
/*
 * snapshot_file.h - the format of snapshots; for snapshot_save.c, snapshot_load.c and tests.
 *
 *   SnapshotHeader
 *   chunk 0: what the machine is made of, as text: lines of the command line's words (snapshot_config.c)
 *   chunks of state: records of emu/base/state.h, cut anywhere
 *   chunks of RAM: the numbers of up to SNAPSHOT_PAGES pages, 8 bytes each and ascending, then the pages; others are zeros
 *   the end: an empty chunk
 *
 * Chunks are those of chunk.h. Numbers are little-endian.
 */
#ifndef EMU_TIME_SNAPSHOT_FILE_H
#define EMU_TIME_SNAPSHOT_FILE_H

#include <stdint.h>

#include <glib.h>

#include "emu/machine.h"
#include "emu/time/chunk.h"

#define SNAPSHOT_MAGIC "BHSNAP\r\n" /* text conversion shows */
/* Changes with the format of the file; the state has versions of its own (StateDesc). */
enum { SNAPSHOT_VERSION = 1 };

typedef struct {
    char magic[8];
    uint32_t version, harts;
    uint64_t units, ns, retired;
    uint64_t check; /* of what is above */
} SnapshotHeader;

_Static_assert(sizeof(SnapshotHeader) == 48, "the header's size is part of the format");

typedef enum { SNAPSHOT_CONFIG = 1, SNAPSHOT_STATE, SNAPSHOT_RAM, SNAPSHOT_END } SnapshotKind;

enum { SNAPSHOT_FORMAT = 1, SNAPSHOT_PAGES = 255 }; /* of chunks; most pages in one */
_Static_assert(SNAPSHOT_PAGES *(8 + PAGE_SIZE) <= CHUNK_MOST, "pages and their numbers fit");

static inline uint64_t snapshot_header_check(const SnapshotHeader *header)
{
    return hash_bytes(0, header, offsetof(SnapshotHeader, check));
}

/* What decides whether state fits the machine, one property a line. */
char *snapshot_config(const Machine *machine);
/* False: `text` is of another machine; the error names the first difference. */
bool snapshot_config_fits(const Machine *machine, const char *text, GError **error);

/* False: a disk is written in place. */
bool snapshot_disks_fit(const Machine *machine, GError **error);

#endif
