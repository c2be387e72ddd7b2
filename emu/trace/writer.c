/* SPDX-License-Identifier: MIT */
/*
 * writer.c - recording traces; see file.h.
 *
 * The emulation thread encodes records into a block; a second thread compresses full ones and writes them. There are
 * few blocks, so the first waits when the second is behind. Nothing is left out.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#include "emu/base/error.h"
#include "emu/trace/file.h"

enum { BLOCKS = 4 };

typedef struct {
    TraceBlock header;
    uint8_t data[TRACE_BLOCK_SIZE];
} Block;

struct TraceWriter {
    char *path;
    FILE *file;
    TraceCodec codec;
    Block *block; /* being filled */
    uint8_t *at;
    GAsyncQueue *full, *empty; /* of Block */
    GThread *thread;
    /* The thread's, until it ended: */
    ZSTD_CCtx *zstd;
    uint8_t *packed;
    size_t packed_size;
    GArray *index; /* of uint64_t: offsets of blocks */
    uint64_t offset, lost;
    int problem; /* errno of the first write that failed */
};

static void put_bytes(TraceWriter *w, const void *data, size_t size)
{
    if (!w->problem && fwrite(data, 1, size, w->file) != size)
        w->problem = errno ? errno : EIO;
    w->offset += size;
}

static void put_block(TraceWriter *w, TraceBlock *header, const void *data)
{
    g_array_append_val(w->index, w->offset);
    put_bytes(w, header, sizeof *header);
    put_bytes(w, data, header->stored);
}

static void pack_block(TraceWriter *w, Block *block)
{
    TraceBlock *header = &block->header;
    const void *data = block->data;
    size_t packed = ZSTD_compress2(w->zstd, w->packed, w->packed_size, block->data, header->size);
    header->stored = header->size;
    if (!ZSTD_isError(packed) && packed < header->size) {
        header->stored = (uint32_t)packed;
        data = w->packed;
    }
    put_block(w, header, data);
    if (w->problem)
        w->lost += header->count;
}

static void *write_blocks(void *opaque)
{
    TraceWriter *w = opaque;
    for (;;) {
        Block *block = g_async_queue_pop(w->full);
        if (!block->header.count)
            return block; /* the last one */
        pack_block(w, block);
        g_async_queue_push(w->empty, block);
    }
}

static void begin_block(TraceWriter *w)
{
    w->block = g_async_queue_pop(w->empty);
    w->block->header = (TraceBlock){ .magic = TRACE_BLOCK_MAGIC, .kind = TRACE_BLOCK_EVENTS };
    w->at = w->block->data;
    memset(&w->codec, 0, sizeof w->codec);
}

static void end_block(TraceWriter *w)
{
    w->block->header.size = (uint32_t)(w->at - w->block->data);
    w->block->header.last_time = w->codec.time;
    g_async_queue_push(w->full, w->block);
}

static void append_off(GString *json, TraceSet asked)
{
    const char *between = "";
    for (unsigned id = 0; id < TRACE_COUNT; id++) {
        if (asked >> id & 1)
            continue;
        g_string_append_printf(json, "%s\"%s\"", between, trace_events[id].name);
        between = ",";
    }
}

/* ["name","harts, as a mask","VMID","requester ids of its devices, as a mask"]: number 1 first. */
static void append_partitions(GString *json, const Partitions *parts)
{
    for (unsigned i = 1; parts && i < partitions_count(parts); i++) {
        const Partition *part = partitions_get(parts, i);
        if (part->declared)
            g_string_append_printf(json, "%s[\"%s\",\"0x%x\",\"%d\",\"0x%" PRIx64 "\"]",
                                   i > 1 ? "," : "", part->name, part->harts, part->vmid,
                                   partitions_devices(parts, i));
    }
}

static GString *make_schema(const char *program, TraceSet asked, const Partitions *parts)
{
    GString *json = g_string_new("{\"format\":\"bht\",\"version\":2,\"program\":");
    g_string_append_printf(json, "\"%s\",\"events\":[", program);
    for (unsigned id = 0; id < TRACE_COUNT; id++) {
        const TraceEvent *event = &trace_events[id];
        g_string_append_printf(json, "%s\n[\"%s\",\"%s\"", id ? "," : "", event->name,
                               event->of_hart ? "hart" : "");
        for (unsigned i = 0; i < event->n_fields; i++)
            g_string_append_printf(json, ",\"%s\"", event->fields[i]);
        g_string_append_c(json, ']');
    }
    g_string_append(json, "],\n\"off\":[");
    append_off(json, asked);
    g_string_append(json, "],\n\"partitions\":[");
    append_partitions(json, parts);
    return g_string_append(json, "]}\n");
}

static void put_schema(TraceWriter *w, const char *program, TraceSet asked, const Partitions *parts)
{
    GString *json = make_schema(program, asked, parts);
    TraceBlock header = { .magic = TRACE_BLOCK_MAGIC,
                          .kind = TRACE_BLOCK_SCHEMA,
                          .stored = (uint32_t)json->len,
                          .size = (uint32_t)json->len };
    put_bytes(w, TRACE_FILE_MAGIC, strlen(TRACE_FILE_MAGIC));
    put_block(w, &header, json->str);
    g_string_free(json, TRUE);
}

TraceWriter *trace_writer_new(const char *path, const char *program, TraceSet asked,
                              const Partitions *parts, GError **error)
{
    _Static_assert((int)TRACE_COUNT <= (int)TRACE_MAX_EVENTS,
                   "a block's header has a bit for each event");
    FILE *file = fopen(path, "wb");
    if (!file) {
        fail(error, EXIT_FILE, "-trace-file: cannot write '%s': %s; check the path", path,
             g_strerror(errno));
        return NULL;
    }
    TraceWriter *w = g_new0(TraceWriter, 1);
    w->path = g_strdup(path);
    w->file = file;
    w->full = g_async_queue_new_full(g_free);
    w->empty = g_async_queue_new_full(g_free);
    w->index = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    w->packed_size = ZSTD_compressBound(TRACE_BLOCK_SIZE);
    w->packed = g_malloc(w->packed_size);
    w->zstd = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1);
    for (unsigned i = 0; i < BLOCKS; i++)
        g_async_queue_push(w->empty, g_new(Block, 1));
    put_schema(w, program, asked, parts);
    begin_block(w);
    w->thread = g_thread_new("trace", write_blocks, w);
    return w;
}

static inline uint8_t *put_varint(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

static inline uint8_t *put_signed(uint8_t *at, uint64_t value)
{
    return put_varint(at, value << 1 ^ -(value >> 63));
}

static uint8_t *put_fields(uint8_t *at, uint64_t *last, const uint64_t *values, unsigned n)
{
    unsigned changed = 0;
    for (unsigned i = 0; i < n; i++)
        changed |= (unsigned)(values[i] != last[i]) << i;
    at = put_varint(at, changed);
    for (; changed; changed &= changed - 1) {
        unsigned i = (unsigned)__builtin_ctz(changed);
        at = put_signed(at, values[i] - last[i]);
        last[i] = values[i];
    }
    return at;
}

static uint8_t *put_who(uint8_t *at, TraceCodec *c, const TraceRecord *r)
{
    c->hart = r->hart;
    c->mode = r->mode;
    c->partition = r->partition;
    c->vmid = r->vmid;
    at = put_varint(put_varint(at, r->hart), r->mode);
    return put_varint(put_varint(at, r->partition), r->vmid);
}

static void note_record(TraceBlock *header, TraceCodec *c, const TraceRecord *r)
{
    if (!header->count++) {
        header->first_seq = c->seq = r->seq;
        header->first_time = c->time = r->time;
    }
    header->events |= BIT(r->id & 63);
    header->harts |= 1u << MIN(r->hart, 31);
    header->vmids |= BIT(r->partition & 63);
}

void trace_writer_put(void *writer, const TraceRecord *r)
{
    TraceWriter *w = writer;
    TraceCodec *c = &w->codec;
    if (w->at > w->block->data + TRACE_BLOCK_SIZE - TRACE_RECORD_MAX) {
        end_block(w);
        begin_block(w);
    }
    note_record(&w->block->header, c, r);
    bool other = r->hart != c->hart || r->mode != c->mode || r->partition != c->partition ||
                 r->vmid != c->vmid;
    bool skipped = r->seq != c->seq;
    uint8_t *at = put_varint(w->at, (uint64_t)r->id << 2 | (uint64_t)skipped << 1 | other);
    if (skipped)
        at = put_varint(at, r->seq - c->seq);
    at = put_varint(at, r->time - c->time);
    if (other)
        at = put_who(at, c, r);
    at = put_signed(at, r->insns - c->insns[r->hart]);
    at = put_signed(at, r->own - r->insns - c->ahead[r->hart]);
    c->seq = r->seq + 1;
    c->time = r->time;
    c->insns[r->hart] = r->insns;
    c->ahead[r->hart] = r->own - r->insns;
    w->at = put_fields(at, c->values[r->id], r->values, trace_events[r->id].n_fields);
}

static void put_index(TraceWriter *w)
{
    uint64_t at = w->offset;
    uint32_t size = (uint32_t)(w->index->len * sizeof(uint64_t));
    TraceBlock header = { .magic = TRACE_BLOCK_MAGIC,
                          .kind = TRACE_BLOCK_INDEX,
                          .stored = size,
                          .size = size,
                          .count = w->index->len };
    put_bytes(w, &header, sizeof header);
    put_bytes(w, w->index->data, size);
    put_bytes(w, &at, sizeof at);
}

bool trace_writer_close(TraceWriter *w, GError **error)
{
    Block *last = w->block;
    if (last->header.count) {
        end_block(w);
        begin_block(w);
        last = w->block;
    }
    g_async_queue_push(w->full, last); /* an empty one: the end */
    g_free(g_thread_join(w->thread));
    put_index(w);
    if (fclose(w->file) && !w->problem)
        w->problem = errno;
    bool ok = !w->problem;
    if (!ok)
        fail(error, EXIT_FILE,
             "-trace-file: '%s' could not be written to its end: %s: %" G_GUINT64_FORMAT
             " events or more are not in it; make room for it",
             w->path, g_strerror(w->problem), w->lost);
    g_async_queue_unref(w->full);
    g_async_queue_unref(w->empty);
    g_array_free(w->index, TRUE);
    ZSTD_freeCCtx(w->zstd);
    g_free(w->packed);
    g_free(w->path);
    g_free(w);
    return ok;
}
