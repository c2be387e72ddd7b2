/* SPDX-License-Identifier: MIT */
/* reader.c - reading recorded traces; see file.h. Nothing in a file is believed before it was checked. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "emu/base/error.h"
#include "emu/trace/file.h"

enum { SCHEMA_MAX = 1 << 20 };

struct TraceReader {
    char *path;
    FILE *file;
    TraceEvent events[TRACE_MAX_EVENTS];
    unsigned n_events;
    TraceSet asked;
    bool has_own;       /* clocks of harts */
    GPtrArray *strings; /* what `events` points at */
    Partitions *parts;
    TraceWanted wanted;
    uint64_t from, to; /* the window */
    TraceCodec codec;
    TraceBlock header;
    uint32_t left; /* records in the block */
    bool ended;
    const uint8_t *at, *end;
    uint8_t *stored, *data; /* a block as it is in the file, and what it holds */
    uint32_t stored_room, data_room;
    ZSTD_DCtx *zstd;
};

static bool damaged(const TraceReader *r, const char *how, GError **error)
{
    return fail(error, EXIT_FILE, "'%s' is damaged: %s; record it again", r->path, how);
}

static bool cut_off(const TraceReader *r, GError **error)
{
    return fail(error, EXIT_FILE,
                "'%s' was cut off: the run that recorded it did not end properly, and only "
                "what came before that was read; record it again, and end the run with Ctrl-C, "
                "-max-insns or -timeout",
                r->path);
}

/* The next string of a JSON text without escapes; NULL: the text's list ends before it. */
static char *next_string(const char **at, const char *closing)
{
    const char *begin = *at + strcspn(*at, closing);
    if (*begin != '"')
        return NULL;
    size_t length = strcspn(++begin, "\"");
    if (!begin[length])
        return NULL;
    *at = begin + length + 1;
    return g_strndup(begin, length);
}

static char *keep(TraceReader *r, char *text)
{
    if (text)
        g_ptr_array_add(r->strings, text);
    return text;
}

/* Names go into other formats as they are: nothing that would have to be escaped there. */
static bool is_name(const char *text)
{
    for (; *text; text++)
        if (!g_ascii_isalnum(*text) && !strchr("._-+*<>|: ", *text))
            return false;
    return true;
}

/* ["name","hart","field:format",...] */
static bool read_event(TraceReader *r, const char **at)
{
    TraceEvent *event = &r->events[r->n_events];
    const char *kind;
    event->name = keep(r, next_string(at, "\"]"));
    kind = event->name ? keep(r, next_string(at, "\"]")) : NULL;
    if (!kind || !is_name(event->name))
        return false;
    event->of_hart = !strcmp(kind, "hart");
    while (event->n_fields < TRACE_MAX_FIELDS) {
        char *field = keep(r, next_string(at, "\"]"));
        if (!field)
            break;
        if (!strchr(field, ':') || !is_name(field))
            return false;
        event->fields[event->n_fields++] = field;
    }
    *at += strcspn(*at, "]");
    r->n_events++;
    return *(*at)++ == ']';
}

/* ,"off":["name",...]; older files do not have it. */
static bool read_off(TraceReader *r, const char *at)
{
    r->asked = TRACE_SET_ALL;
    at = strstr(at, "\"off\":[");
    if (!at)
        return true;
    at += strlen("\"off\":[");
    for (char *name; (name = keep(r, next_string(&at, "\"]")));) {
        int event = trace_reader_event(r, name);
        if (event < 0)
            return false;
        r->asked &= ~TRACE_SET(event);
    }
    return at[strcspn(at, "]")] == ']';
}

/* "partitions":[["name","harts","VMID","devices"],...]; older files do not have it, or not the devices. */
static bool read_partitions(TraceReader *r, const char *at)
{
    at = strstr(at, "\"partitions\":[");
    if (!at)
        return true;
    at += strlen("\"partitions\":[");
    while (*(at += strcspn(at, "[]")) == '[') {
        const char *name = keep(r, next_string(&at, "\"]")),
                   *harts = keep(r, next_string(&at, "\"]"));
        const char *vmid = harts ? keep(r, next_string(&at, "\"]")) : NULL;
        if (!vmid || !is_name(name) || at[strcspn(at, "]")] != ']')
            return false;
        at += strcspn(at, "]") + 1;
        partitions_declare(r->parts, name, (uint32_t)strtoul(harts, NULL, 0),
                           (int)strtol(vmid, NULL, 0), NULL, 0);
    }
    return *at == ']';
}

static bool parse_schema(TraceReader *r, const char *text)
{
    const char *at = strstr(text, "\"events\":[");
    r->has_own = strstr(text, "\"version\":2,") != NULL;
    if (!at || (!r->has_own && !strstr(text, "\"version\":1,")))
        return false;
    for (at += strlen("\"events\":["); *(at += strcspn(at, "[]")) == '[';)
        if (r->n_events == TRACE_MAX_EVENTS || !read_event(r, &at))
            return false;
    return *at == ']' && r->n_events && read_off(r, at + 1) && read_partitions(r, at + 1);
}

static bool read_schema(TraceReader *r, GError **error)
{
    char magic[8];
    TraceBlock header;
    if (fread(magic, 1, sizeof magic, r->file) != sizeof magic ||
        memcmp(magic, TRACE_FILE_MAGIC, sizeof magic) != 0)
        return fail(error, EXIT_FILE,
                    "'%s' is not a recorded trace; record one with -trace-file FILE.bht", r->path);
    if (fread(&header, sizeof header, 1, r->file) != 1)
        return cut_off(r, error);
    if (header.magic != TRACE_BLOCK_MAGIC || header.kind != TRACE_BLOCK_SCHEMA ||
        header.stored > SCHEMA_MAX)
        return damaged(r, "it does not begin with a schema", error);
    g_autofree char *text = g_malloc0(header.stored + 1);
    if (fread(text, 1, header.stored, r->file) != header.stored)
        return cut_off(r, error);
    return parse_schema(r, text) || damaged(r, "its schema is none of version 1 or 2", error);
}

TraceReader *trace_reader_open(const char *path, GError **error)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        fail(error, EXIT_FILE, "cannot read '%s': %s", path, g_strerror(errno));
        return NULL;
    }
    TraceReader *r = g_new0(TraceReader, 1);
    r->path = g_strdup(path);
    r->file = file;
    r->strings = g_ptr_array_new_with_free_func(g_free);
    r->parts = partitions_new();
    r->wanted = TRACE_WANTED_ALL;
    r->to = UINT64_MAX;
    if (read_schema(r, error))
        return r;
    trace_reader_free(r);
    return NULL;
}

void trace_reader_free(TraceReader *r)
{
    if (!r)
        return;
    fclose(r->file);
    ZSTD_freeDCtx(r->zstd);
    g_ptr_array_free(r->strings, TRUE);
    partitions_free(r->parts);
    g_free(r->stored);
    g_free(r->data);
    g_free(r->path);
    g_free(r);
}

const TraceEvent *trace_reader_events(const TraceReader *r, unsigned *n)
{
    *n = r->n_events;
    return r->events;
}

int trace_reader_event(const TraceReader *r, const char *name)
{
    for (unsigned i = 0; i < r->n_events; i++)
        if (!strcmp(r->events[i].name, name))
            return (int)i;
    return -1;
}

const Partitions *trace_reader_partitions(const TraceReader *r)
{
    return r->parts;
}

const char *trace_reader_name(const TraceReader *r, unsigned number)
{
    return number && number < partitions_count(r->parts) ? partitions_get(r->parts, number)->name
                                                         : NULL;
}

TraceSet trace_reader_asked(const TraceReader *r)
{
    return r->asked;
}

int trace_event_field(const TraceEvent *event, const char *name)
{
    size_t length = strlen(name);
    for (unsigned i = 0; i < event->n_fields; i++)
        if (!strncmp(event->fields[i], name, length) && event->fields[i][length] == ':')
            return (int)i;
    return -1;
}

void trace_reader_want(TraceReader *r, const TraceWanted *wanted)
{
    r->wanted = *wanted;
}

void trace_reader_window(TraceReader *r, uint64_t from, uint64_t to)
{
    r->from = from;
    r->to = to;
}

static uint8_t *with_room(uint8_t *data, uint32_t *room, uint32_t wanted)
{
    if (data && *room >= wanted)
        return data;
    *room = wanted;
    return g_realloc(data, MAX(wanted, 1));
}

static bool unpack(TraceReader *r, const TraceBlock *h, GError **error)
{
    if (!r->zstd)
        r->zstd = ZSTD_createDCtx();
    r->data = with_room(r->data, &r->data_room, h->size);
    size_t size = ZSTD_decompressDCtx(r->zstd, r->data, h->size, r->stored, h->stored);
    return (!ZSTD_isError(size) && size == h->size) ||
           damaged(r, "a block's contents are not what was written", error);
}

/* Reads what the header announces and starts with its first record. */
static bool load_block(TraceReader *r, GError **error)
{
    const TraceBlock *h = &r->header;
    if (h->size > TRACE_BLOCK_SIZE || h->stored > h->size)
        return damaged(r, "a block is larger than blocks can be", error);
    r->stored = with_room(r->stored, &r->stored_room, h->stored);
    if (fread(r->stored, 1, h->stored, r->file) != h->stored)
        return cut_off(r, error);
    if (h->stored < h->size && !unpack(r, h, error))
        return false;
    const uint8_t *data = h->stored < h->size ? r->data : r->stored;
    memset(&r->codec, 0, sizeof r->codec);
    r->codec.seq = h->first_seq;
    r->codec.time = h->first_time;
    r->at = data;
    r->end = data + h->size;
    r->left = h->count;
    return true;
}

static bool may_be_wanted(const TraceReader *r)
{
    const TraceBlock *h = &r->header;
    const TraceWanted *w = &r->wanted;
    return h->events & (uint64_t)(w->events | w->events >> 64) && h->harts & w->harts &&
           h->vmids & w->partitions && h->first_time < r->to && h->last_time >= r->from &&
           h->first_time <= w->to && h->last_time >= w->from;
}

/* The next block of wanted events. False: the end, or `error`. */
static bool next_block(TraceReader *r, GError **error)
{
    while (!r->ended) {
        TraceBlock *h = &r->header;
        if (fread(h, sizeof *h, 1, r->file) != 1)
            return cut_off(r, error);
        if (h->magic != TRACE_BLOCK_MAGIC)
            return damaged(r, "something that is no block stands where one should", error);
        r->ended = h->kind == TRACE_BLOCK_INDEX;
        if (h->kind == TRACE_BLOCK_EVENTS && may_be_wanted(r))
            return load_block(r, error);
        if (fseeko(r->file, h->stored, SEEK_CUR))
            return cut_off(r, error);
    }
    return false;
}

static uint64_t get_varint(TraceReader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0; r->at < r->end && shift < 64; shift += 7) {
        uint8_t byte = *r->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    r->at = NULL; /* nothing more comes of this block */
    r->end = NULL;
    return 0;
}

static uint64_t get_signed(TraceReader *r)
{
    uint64_t value = get_varint(r);
    return value >> 1 ^ -(value & 1);
}

static void get_fields(TraceReader *r, uint64_t *last, unsigned n)
{
    uint64_t changed = get_varint(r);
    for (unsigned i = 0; i < n; i++)
        if (changed >> i & 1)
            last[i] += get_signed(r);
}

static bool get_record(TraceReader *r, TraceRecord *record, GError **error)
{
    TraceCodec *c = &r->codec;
    uint64_t head = get_varint(r);
    if (head >> 2 >= r->n_events)
        return damaged(r, "it has an event that its schema does not know", error);
    *record = (TraceRecord){ .id = (TraceId)(head >> 2) };
    if (head & 2)
        c->seq += get_varint(r);
    c->time += get_varint(r);
    if (head & 1) {
        c->hart = (uint8_t)get_varint(r);
        c->mode = (uint8_t)get_varint(r);
        c->partition = (uint16_t)get_varint(r);
        c->vmid = (uint16_t)get_varint(r);
    }
    c->insns[c->hart] += get_signed(r);
    c->ahead[c->hart] += r->has_own ? get_signed(r) : 0;
    get_fields(r, c->values[record->id], r->events[record->id].n_fields);
    if (!r->at)
        return damaged(r, "a block ends within an event", error);
    record->seq = c->seq++;
    record->time = c->time;
    record->hart = c->hart;
    record->mode = c->mode;
    record->partition = c->partition;
    record->vmid = c->vmid;
    record->insns = c->insns[c->hart];
    record->own = r->has_own ? record->insns + c->ahead[c->hart] : record->time;
    memcpy(record->values, c->values[record->id], sizeof record->values);
    return true;
}

bool trace_reader_next(TraceReader *r, TraceRecord *record, GError **error)
{
    for (;;) {
        while (!r->left)
            if (!next_block(r, error))
                return false;
        r->left--;
        if (!get_record(r, record, error)) {
            r->left = 0;
            r->ended = true;
            return false;
        }
        if (r->wanted.events >> record->id & 1 && record->time >= r->from && record->time < r->to)
            return true;
    }
}
