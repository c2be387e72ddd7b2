/* SPDX-License-Identifier: MIT */
/* recording_save.c - writes a run into a file as it goes; see recording.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "devices/block_image.h"
#include "emu/base/error.h"
#include "emu/time/recording.h"

enum { FLUSH_US = 200000, MOST_BUFFERED = 1 << 18 };
/* So often, in units of all harts, it is looked whether the file should say how far the run has got: every FLUSH_US. */
#define HEARTBEAT (1ull << 22)

struct Recorder {
    Machine *machine;
    InputLog *log;
    char *path;
    FILE *file;
    ChunkPacker packer;
    int problem;        /* errno of the first write that failed */
    GByteArray *buffer; /* records that are not written yet */
    int64_t flushed;    /* host time */
};

static void put(Recorder *r, const void *data, size_t size)
{
    if (!r->problem && size && fwrite(data, 1, size, r->file) != size)
        r->problem = errno ? errno : EIO;
}

static void put_chunk(Recorder *r, RecordingKind kind, const void *data, size_t size)
{
    const void *stored;
    Chunk chunk = chunk_pack(&r->packer, kind, data, size, &stored);
    put(r, &chunk, sizeof chunk);
    put(r, stored, chunk.stored);
}

/* What is written must survive whatever happens to this process. */
static void flush(Recorder *r)
{
    r->flushed = g_get_monotonic_time();
    if (!r->problem && fflush(r->file))
        r->problem = errno;
}

static void put_log(Recorder *r)
{
    if (r->buffer->len)
        put_chunk(r, RECORDING_LOG, r->buffer->data, r->buffer->len);
    g_byte_array_set_size(r->buffer, 0);
    flush(r);
}

static void put_moment(Recorder *r)
{
    Position now = position_now(r->machine);
    recording_put_number(r->buffer, INPUT_KINDS);
    recording_put_position(r->buffer, &now);
    put_log(r);
}

/* Told of every record. */
static void added(void *opaque, const InputRecord *record, const uint8_t *data)
{
    Recorder *r = opaque;
    if (record->kind == INPUT_BREAK)
        return; /* the next part says it */
    recording_put_record(r->buffer, record, data);
    if (r->buffer->len > MOST_BUFFERED || g_get_monotonic_time() - r->flushed > FLUSH_US)
        put_log(r);
}

static void beat(Machine *m, void *opaque)
{
    const Recorder *r = opaque;
    if (!m->replaying && g_get_monotonic_time() - r->flushed > FLUSH_US)
        put_moment(opaque);
    machine_look_at(m, m->clock.units + HEARTBEAT, beat, opaque);
}

/* Parts. */

static void put_part(Recorder *r, const Position *end)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    const BusRegion *rom = bus_find(&r->machine->bus, (Spa){ BOARD_ROM });
    g_autoptr(GByteArray) state = g_byte_array_new();
    machine_save(r->machine, state);
    recording_put_position(data, end);
    recording_put_number(data, state->len);
    g_byte_array_append(data, rom->rom, BOARD_ROM_SIZE);
    put_chunk(r, RECORDING_PART, data->data, data->len);
    for (size_t at = 0; at < state->len; at += CHUNK_MOST)
        put_chunk(r, RECORDING_STATE, state->data + at, MIN(CHUNK_MOST, state->len - at));
    flush(r);
}

static void part_begins(void *opaque, const Position *end)
{
    Recorder *r = opaque;
    put_log(r);
    put_part(r, end);
}

/* Disks. */

static bool is_zero(const uint8_t *data, size_t size)
{
    return !data[0] && !memcmp(data, data + 1, size - 1);
}

static bool put_disk(Recorder *r, unsigned slot, const char *path, GError **error)
{
    BlockImage *image = block_image_open(path, true, false, error);
    if (!image)
        return false;
    enum { PIECE = CHUNK_MOST - 16 };
    g_autofree uint8_t *piece = g_malloc(CHUNK_MOST);
    bool ok = true;
    for (uint64_t at = 0; ok && at < image->size; at += PIECE) {
        const uint64_t head[2] = { slot, at };
        size_t size = MIN(PIECE, image->size - at);
        memcpy(piece, head, sizeof head);
        ok = block_image_read(image, at, piece + sizeof head, size);
        /* The last piece says how long the disk is. */
        if (ok && (!is_zero(piece + sizeof head, size) || at + size == image->size))
            put_chunk(r, RECORDING_DISK, piece, size + sizeof head);
    }
    block_image_free(image);
    return ok ||
           fail(error, EXIT_FILE, "-record: disk image '%s' cannot be read; check the file", path);
}

static bool put_disks(Recorder *r, GError **error)
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        if (r->machine->config.virtio[i].drive_file &&
            !put_disk(r, i, r->machine->config.virtio[i].drive_file, error))
            return false;
    return true;
}

/* Life. */

const char *recording_refusal(const Machine *m)
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        const VirtioConfig *slot = &m->config.virtio[i];
        if (slot->drive_file && !slot->read_only && !slot->snapshot)
            return "a disk image that the guest writes to would not be there for the replay as it was; "
                   "add -snapshot, which leaves images as they are";
    }
    return m->harts[0].semihost ? "files of the host are not in a recording; leave -semihosting out"
                                : NULL;
}

static void recorder_free(Recorder *r)
{
    machine_look_at(r->machine, UINT64_MAX, beat, r);
    input_log_watch(r->log, NULL, NULL);
    history_record(r->machine->history, NULL, NULL);
    if (r->file)
        fclose(r->file);
    chunk_packer_free(&r->packer);
    g_byte_array_unref(r->buffer);
    g_free(r->path);
    g_free(r);
}

static bool is_written(const Recorder *r, GError **error)
{
    return !r->problem ||
           fail(error, EXIT_FILE,
                "cannot write recording '%s': %s; make room there, or give another path", r->path,
                g_strerror(r->problem));
}

Recorder *recorder_new(Machine *m, InputLog *log, const char *cpu, const char *path, GError **error)
{
    Recorder *r = g_new0(Recorder, 1);
    g_autoptr(GString) config = g_string_new(NULL);
    *r = (Recorder){ .machine = m, .log = log, .path = g_strdup(path), .file = fopen(path, "wbe") };
    r->problem = r->file ? 0 : errno;
    r->buffer = g_byte_array_new();
    chunk_packer_init(&r->packer, RECORDING_FORMAT);
    recording_append_config(m, cpu, config);
    put(r, RECORDING_MAGIC, strlen(RECORDING_MAGIC));
    put_chunk(r, RECORDING_CONFIG, config->str, config->len);
    if (r->problem || !put_disks(r, error)) {
        if (r->problem)
            (void)is_written(r, error);
        recorder_free(r);
        return NULL;
    }
    Position start = position_now(m);
    put_part(r, &start);
    input_log_watch(log, added, r);
    history_record(m->history, part_begins, r);
    machine_look_at(m, m->clock.units + HEARTBEAT, beat, r);
    return r;
}

bool recorder_end(Recorder *r, int exit_code, GError **error)
{
    if (!r)
        return true;
    Machine *m = r->machine;
    Position now = position_now(m);
    const RecordingEnd end = {
        now.units,          now.rounds,         now.turn, now.pass_ran, machine_state_hash(m),
        machine_retired(m), (uint64_t)exit_code
    };
    put_log(r);
    if (!m->replaying)
        put_chunk(r, RECORDING_END, &end, sizeof end);
    flush(r);
    bool ok = is_written(r, error);
    recorder_free(r);
    return ok;
}
