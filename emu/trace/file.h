/* SPDX-License-Identifier: MIT */
/*
 * file.h - recorded traces, files named *.bht.
 *
 *   "BHTRACE1"
 *   block 0: the schema, JSON: who wrote it, every event's name and fields, and which of them were not asked for
 *   blocks of events, each by itself: ≤ 1 MiB of varints, compressed
 *   the index, and where it is: written last; without it the file is as readable, and known to be cut off
 *
 * A block is a TraceBlock, then `stored` bytes. Numbers are little-endian. In a block of events a record is
 *
 *   varint  event << 2 | 1 if hart, mode, partition or VMID are not the last record's | 2 if a number was skipped
 *   varint  number of events that were skipped (with 2)
 *   varint  nanoseconds since the last record
 *   varint  hart, mode, partition, VMID (with 1)
 *   signed  instructions since the hart's last record
 *   signed  how much further the hart's own clock has gone since then, ns (version 2; in version 1 it is not known)
 *   varint  which fields are not what they were in the last such event: bit n of field n
 *   signed  difference of each of them
 *
 * where a signed number n is the varint of n << 1 ^ n >> 63, and everything starts from 0 in every block, number and time
 * from the block's first.
 */
#ifndef EMU_TRACE_FILE_H
#define EMU_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "emu/base/partitions.h"
#include "emu/base/trace.h"

#define TRACE_FILE_MAGIC "BHTRACE1"

enum { TRACE_BLOCK_SIZE = 1 << 20, TRACE_RECORD_MAX = 256, TRACE_MAX_EVENTS = 128 };

typedef enum { TRACE_BLOCK_SCHEMA = 1, TRACE_BLOCK_EVENTS, TRACE_BLOCK_INDEX } TraceBlockKind;

typedef struct {
    uint32_t magic, kind;
    uint32_t stored; /* bytes behind this header */
    uint32_t size;   /* of what they hold, uncompressed; stored == size: it is not compressed */
    uint32_t count;  /* events */
    uint32_t harts;  /* bit n: some are of hart n; bit 31: of 31 or more, or of none */
    uint64_t first_seq, first_time, last_time;
    uint64_t events; /* bit n: event n is there, modulo 64 */
    uint64_t vmids;  /* bit n: some are of partition n, modulo 64 */
} TraceBlock;

_Static_assert(sizeof(TraceBlock) == 64, "the header's size is part of the format");

#define TRACE_BLOCK_MAGIC 0x4b4c4254u /* "TBLK" */

/* What both sides keep of earlier records in a block. */
typedef struct {
    uint64_t seq, time, insns[256];
    uint64_t ahead[256]; /* a hart's own clock less its instructions */
    uint8_t hart, mode;
    uint16_t partition, vmid;
    uint64_t values[TRACE_MAX_EVENTS][TRACE_MAX_FIELDS];
} TraceCodec;

/* Writing. */

typedef struct TraceWriter TraceWriter;

/* Creates the file; `program` says in it what wrote it. `asked`: which are to be recorded. Of `parts`, which may be
 * NULL, the declared ones are noted. */
TraceWriter *trace_writer_new(const char *path, const char *program, TraceSet asked,
                              const Partitions *parts, GError **error);
/* Adds a record. Fits Trace.sinks. Waits for the disk when it is slower. */
void trace_writer_put(void *writer, const TraceRecord *record);
/* Writes what is left. False: not everything is in the file, and `error` says how many events are missing. */
bool trace_writer_close(TraceWriter *writer, GError **error);

/* Reading. */

typedef struct TraceReader TraceReader;

/* Opens a file that trace_writer made, of any version of the catalogue. */
TraceReader *trace_reader_open(const char *path, GError **error);
void trace_reader_free(TraceReader *reader);

/* The catalogue of the file: events 0 to n - 1. */
const TraceEvent *trace_reader_events(const TraceReader *reader, unsigned *n);
/* Event and field by name; -1: the file knows none. */
int trace_reader_event(const TraceReader *reader, const char *name);
int trace_event_field(const TraceEvent *event, const char *name);

/* The partitions that a machine file named when it was recorded; without one there is only the host. */
const Partitions *trace_reader_partitions(const TraceReader *reader);
/* The name of partition `number`; NULL: it has none. */
const char *trace_reader_name(const TraceReader *reader, unsigned number);

/* Which events were to be recorded when the file was begun. */
TraceSet trace_reader_asked(const TraceReader *reader);

/* What somebody wants to see, as far as a block's header can tell that it has none of it. */
typedef struct {
    TraceSet events;
    uint32_t harts;      /* as in a header */
    uint64_t partitions; /* the same */
    uint64_t from, to;   /* times, the last included */
} TraceWanted;

#define TRACE_WANTED_ALL ((TraceWanted){ TRACE_SET_ALL, UINT32_MAX, UINT64_MAX, 0, UINT64_MAX })

/* Blocks without any of that are skipped, and events that are none of `events`; default: all. */
void trace_reader_want(TraceReader *reader, const TraceWanted *wanted);

/* Only events of times `from` and later, up to `to`, which is not included. Default: all. */
void trace_reader_window(TraceReader *reader, uint64_t from, uint64_t to);

/* The next record. False: there is none, or the file is damaged or cut off, and `error` is set. */
bool trace_reader_next(TraceReader *reader, TraceRecord *record, GError **error);

#endif
