/* SPDX-License-Identifier: MIT */
/*
 * recording_load.c - reads a recording; see recording.h.
 *
 * The file is looked through once: every checksum, what the machine was made of, disks, and where the parts and the input
 * are. Parts are unpacked when they begin.
 */
#define _GNU_SOURCE /* memfd_create */
#include "emu/time/recording_load.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "devices/block_image.h"
#include "emu/base/error.h"

#define RECORD_ANEW "; record it anew, or replay another"
#define MOST_STATE  (3ull << 30)
#define MOST_DISK   (1ull << 42)
#define MOST_INPUT  (1u << 31) /* of all parts: a small file may unpack to anything */

static bool is_damaged(const Replay *r, uint32_t chunk, const char *why, GError **error)
{
    return fail(error, EXIT_FILE, "recording '%s' is damaged (chunk %u: %s)" RECORD_ANEW, r->name,
                chunk, why);
}

/* What chunks say. */

static bool take_config(Replay *r, const Chunk *chunk, GError **error)
{
    g_autofree char *text = g_strndup((const char *)r->unpacker.content, chunk->size);
    if (r->has_config)
        return is_damaged(r, chunk->number, "it belongs elsewhere", error);
    r->has_config = true;
    if (recording_read_config(text, r->config, &r->extras, error))
        return true;
    g_prefix_error(error, "recording '%s': ", r->name);
    return false;
}

static bool write_piece(int fd, const uint8_t *data, size_t size, uint64_t at)
{
    for (ssize_t n; size; data += n, size -= (size_t)n, at += (uint64_t)n) {
        n = pwrite(fd, data, size, (off_t)at);
        if (n <= 0)
            return false;
    }
    return true;
}

/* Disks are files that no folder has. */
static bool take_disk(Replay *r, const Chunk *chunk, GError **error)
{
    uint64_t head[2];
    if (chunk->size <= sizeof head)
        return is_damaged(r, chunk->number, "its size", error);
    memcpy(head, r->unpacker.content, sizeof head);
    VirtioConfig *slot = head[0] < VIRTIO_SLOTS ? &r->config->virtio[head[0]] : NULL;
    if (!slot || !slot->driver || strcmp(slot->driver, "virtio-blk-device") ||
        head[1] > MOST_DISK || r->n_parts)
        return is_damaged(r, chunk->number, "no such disk", error);
    int *fd = &r->disks[head[0]];
    if (*fd < 0) {
        *fd = memfd_create("bulkhead-disk", MFD_CLOEXEC);
        r->disk_paths[head[0]] = slot->drive_file = g_strdup_printf("/proc/self/fd/%d", *fd);
    }
    return (*fd >= 0 && write_piece(*fd, r->unpacker.content + sizeof head,
                                    chunk->size - sizeof head, head[1])) ||
           fail(error, EXIT_HOST, "the host has no room for a disk of recording '%s': %s", r->name,
                g_strerror(errno));
}

static RecordingPart *part_at(const Replay *r, unsigned index)
{
    return &g_array_index(r->parts, RecordingPart, index);
}

static bool take_part(Replay *r, const Chunk *chunk, GError **error)
{
    RecordingPart part = { .number = chunk->number };
    RecordingText text = { r->unpacker.content, r->unpacker.content + chunk->size };
    if (!recording_take_position(&text, &part.end) ||
        !recording_take_number(&text, &part.state_size) || part.state_size > MOST_STATE ||
        text.end - text.at != BOARD_ROM_SIZE)
        return is_damaged(r, chunk->number, "no part begins so", error);
    part.rom = g_memdup2(text.at, BOARD_ROM_SIZE);
    part.end.in_slice = false;
    part.chunks = g_array_new(FALSE, FALSE, sizeof(size_t));
    g_array_append_val(r->parts, part);
    r->n_parts++;
    return true;
}

static bool take_state(Replay *r, const Chunk *chunk, size_t offset, GError **error)
{
    RecordingPart *part = r->n_parts ? part_at(r, r->n_parts - 1) : NULL;
    if (!part || part->loaded + chunk->size > part->state_size)
        return is_damaged(r, chunk->number, "it belongs elsewhere", error);
    part->loaded += chunk->size;
    g_array_append_val(part->chunks, offset);
    return true;
}

/* Input of the last part. */
static bool take_log(Replay *r, const Chunk *chunk, GError **error)
{
    const RecordingPart *part = r->n_parts ? part_at(r, r->n_parts - 1) : NULL;
    if (!part || part->loaded < part->state_size)
        return is_damaged(r, chunk->number, "it belongs elsewhere", error);
    if (chunk->size > MOST_INPUT - r->input->len)
        return is_damaged(r, chunk->number, "there is too much input", error);
    g_byte_array_append(r->input, r->unpacker.content, chunk->size);
    part_at(r, r->n_parts - 1)->input_end = r->input->len;
    return true;
}

static bool take_end(Replay *r, const Chunk *chunk, GError **error)
{
    if (chunk->size != sizeof r->end || !r->n_parts)
        return is_damaged(r, chunk->number, "its size", error);
    memcpy(&r->end, r->unpacker.content, sizeof r->end);
    r->has_end = true;
    return true;
}

static bool take_chunk(Replay *r, const Chunk *chunk, size_t offset, GError **error)
{
    const uint8_t *stored = r->data + offset + sizeof *chunk;
    if (chunk->kind != RECORDING_STATE && !chunk_unpack(&r->unpacker, chunk, stored))
        return is_damaged(r, chunk->number, "it cannot be unpacked", error);
    if (!r->has_config && chunk->kind != RECORDING_CONFIG)
        return is_damaged(r, chunk->number, "it does not say what the machine is made of", error);
    switch (chunk->kind) {
    case RECORDING_CONFIG: return take_config(r, chunk, error);
    case RECORDING_DISK: return take_disk(r, chunk, error);
    case RECORDING_PART: return take_part(r, chunk, error);
    case RECORDING_STATE: return take_state(r, chunk, offset, error);
    case RECORDING_LOG: return take_log(r, chunk, error);
    default: return take_end(r, chunk, error);
    }
}

/* The chunk at `offset`. False without an error: the file ends before it does. */
static bool read_chunk(const Replay *r, size_t offset, Chunk *chunk, GError **error)
{
    if (r->size - offset < sizeof *chunk)
        return false;
    memcpy(chunk, r->data + offset, sizeof *chunk);
    if (chunk->stored > chunk->size || chunk->size > CHUNK_MOST)
        return is_damaged(r, chunk->number, "its size", error);
    if (r->size - offset - sizeof *chunk < chunk->stored)
        return false;
    if (chunk->check != chunk_check(RECORDING_FORMAT, chunk, r->data + offset + sizeof *chunk))
        return is_damaged(r, chunk->number, "its checksum", error);
    return true;
}

static bool read_chunks(Replay *r, GError **error)
{
    size_t offset = strlen(RECORDING_MAGIC);
    uint32_t number = 0;
    Chunk chunk;
    GError *problem = NULL;
    while (!r->has_end && read_chunk(r, offset, &chunk, &problem)) {
        if (chunk.number != number++ || !chunk.kind || chunk.kind >= RECORDING_KINDS)
            return is_damaged(r, chunk.number, "it belongs elsewhere", error);
        if (!take_chunk(r, &chunk, offset, error))
            return false;
        offset += sizeof chunk + chunk.stored;
    }
    if (problem) {
        g_propagate_error(error, problem);
        return false;
    }
    return offset == r->size || !r->has_end ||
           is_damaged(r, number, "more follows than was written", error);
}

/* A part that was cut off before it began is none. */
static bool check_parts(Replay *r, GError **error)
{
    if (r->n_parts && part_at(r, r->n_parts - 1)->loaded < part_at(r, r->n_parts - 1)->state_size) {
        r->n_parts--;
        r->cut_at_part = true;
    }
    if (!r->n_parts)
        return fail(error, EXIT_FILE, "recording '%s' was cut off before the run began" RECORD_ANEW,
                    r->name);
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        const VirtioConfig *slot = &r->config->virtio[i];
        if (slot->driver && !strcmp(slot->driver, "virtio-blk-device") && !slot->drive_file)
            return fail(error, EXIT_FILE, "recording '%s' lacks a disk" RECORD_ANEW, r->name);
    }
    return true;
}

/* Life. */

Replay *replay_of_bytes(const char *name, const uint8_t *data, size_t size, MachineConfig *config,
                        GError **error)
{
    Replay *r = g_new0(Replay, 1);
    *r = (Replay){ .name = g_strdup(name), .data = data, .size = size, .config = config };
    r->parts = g_array_new(FALSE, FALSE, sizeof(RecordingPart));
    r->input = g_byte_array_sized_new(1);
    memset(r->disks, -1, sizeof r->disks);
    size_t magic = strlen(RECORDING_MAGIC);
    bool ok = (size >= magic && !memcmp(data, RECORDING_MAGIC, magic)) ||
              fail(error, EXIT_FILE, "'%s' is not a recording; -record FILE.rec makes one", name);
    if (ok && read_chunks(r, error) && check_parts(r, error))
        return r;
    replay_free(r);
    return NULL;
}

Replay *replay_open(const char *path, MachineConfig *config, GError **error)
{
    GError *problem = NULL;
    GMappedFile *file = g_mapped_file_new(path, FALSE, &problem);
    if (!file) {
        fail(error, EXIT_FILE, "recording '%s': %s; check the path", path, problem->message);
        g_error_free(problem);
        return NULL;
    }
    const char *bytes = g_mapped_file_get_contents(file);
    Replay *r = replay_of_bytes(path, bytes ? (const uint8_t *)bytes : (const uint8_t *)"",
                                g_mapped_file_get_length(file), config, error);
    if (r)
        r->file = file;
    else
        g_mapped_file_unref(file);
    return r;
}

void replay_free(Replay *r)
{
    if (!r)
        return;
    for (unsigned i = 0; i < r->parts->len; i++) {
        g_array_free(part_at(r, i)->chunks, TRUE);
        g_free(part_at(r, i)->rom);
    }
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        if (r->disks[i] >= 0)
            close(r->disks[i]);
        g_free(r->disk_paths[i]);
        g_free(r->extras.serials[i]);
    }
    g_clear_error(&r->problem);
    g_array_free(r->parts, TRUE);
    g_byte_array_unref(r->input);
    chunk_unpacker_free(&r->unpacker);
    g_free(r->name);
    if (r->file)
        g_mapped_file_unref(r->file);
    g_free(r);
}

/* State. */

bool replay_load_part(Replay *r, Machine *m, unsigned index, GError **error)
{
    const RecordingPart *part = part_at(r, index);
    g_autoptr(GByteArray) state = g_byte_array_new();
    for (unsigned i = 0; i < part->chunks->len; i++) {
        size_t offset = g_array_index(part->chunks, size_t, i);
        Chunk chunk;
        memcpy(&chunk, r->data + offset, sizeof chunk);
        if (!chunk_unpack(&r->unpacker, &chunk, r->data + offset + sizeof chunk))
            return is_damaged(r, chunk.number, "it cannot be unpacked", error);
        g_byte_array_append(state, r->unpacker.content, chunk.size);
    }
    bool poked = bus_poke(&m->bus, (Spa){ BOARD_ROM }, part->rom, BOARD_ROM_SIZE);
    g_assert(poked);
    if (machine_load(m, state->data, state->len, error))
        return true;
    g_prefix_error(error, "recording '%s': ", r->name);
    return false;
}
