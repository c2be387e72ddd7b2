/* SPDX-License-Identifier: MIT */
/*
 * snapshot_load.c - makes the machine what a file says; see snapshot.h.
 *
 * The file is read twice. First all checksums, so that a file that was cut off or damaged is refused before anything
 * happens; then the machine is loaded, with a checkpoint to go back to if what the file says makes no sense.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "devices/block_image.h"
#include "emu/base/error.h"
#include "emu/time/checkpoint.h"
#include "emu/time/history.h"
#include "emu/time/snapshot.h"
#include "emu/time/snapshot_file.h"

#define SAVE_ANEW   "; save it anew, or load another"
/* Of everything but stores of translations and overlays. */
#define MOST_FIELDS (16ull << 20)

typedef struct {
    FILE *file;
    SnapshotHeader header;
    Chunk chunk;
    uint32_t chunks; /* read so far */
    uint8_t *stored; /* of the chunk; room for CHUNK_MOST */
    ChunkUnpacker unpacker;
    uint64_t state_size; /* bytes of state in the file */
    GByteArray *state;
    uint64_t next_page; /* the least that may come */
} Reader;

static bool is_damaged(const Reader *r, const char *why, GError **error)
{
    return fail(error, EXIT_FILE, "it is damaged (chunk %u: %s)" SAVE_ANEW, r->chunks, why);
}

static bool is_cut_off(const Reader *r, GError **error)
{
    return ferror(r->file) ? fail(error, EXIT_FILE, "%s" SAVE_ANEW, g_strerror(errno))
                           : fail(error, EXIT_FILE, "it was cut off" SAVE_ANEW);
}

/* Chunks. */

/* The next one with its bytes, verified. */
static bool next_chunk(Reader *r, GError **error)
{
    Chunk *chunk = &r->chunk;
    if (fread(chunk, sizeof *chunk, 1, r->file) != 1)
        return is_cut_off(r, error);
    if (chunk->stored > chunk->size || chunk->size > CHUNK_MOST)
        return is_damaged(r, "its size", error);
    if (chunk->stored && fread(r->stored, chunk->stored, 1, r->file) != 1)
        return is_cut_off(r, error);
    if (chunk->check != chunk_check(SNAPSHOT_FORMAT, chunk, r->stored))
        return is_damaged(r, "its checksum", error);
    if (chunk->number != r->chunks || chunk->kind < SNAPSHOT_CONFIG || chunk->kind > SNAPSHOT_END)
        return is_damaged(r, "it belongs elsewhere", error);
    r->chunks++;
    return true;
}

static bool unpack(Reader *r, GError **error)
{
    return chunk_unpack(&r->unpacker, &r->chunk, r->stored) ||
           is_damaged(r, "it cannot be unpacked", error);
}

/* The first pass. */

static bool read_header(Reader *r, GError **error)
{
    SnapshotHeader *header = &r->header;
    size_t size = fread(header, 1, sizeof *header, r->file);
    if (size < sizeof header->magic || memcmp(header->magic, SNAPSHOT_MAGIC, sizeof header->magic))
        return fail(error, EXIT_FILE,
                    "it is not a snapshot; -savevm FILE or the monitor's savevm writes one");
    if (size < sizeof *header)
        return is_cut_off(r, error);
    if (header->version != SNAPSHOT_VERSION)
        return fail(error, EXIT_FILE,
                    "it has format %u, this program reads format %u; load it with the version of "
                    "Bulkhead that saved it",
                    header->version, SNAPSHOT_VERSION);
    if (header->check != snapshot_header_check(header))
        return fail(error, EXIT_FILE, "it is damaged (its header)" SAVE_ANEW);
    return true;
}

/* Is everything there, and as it was written? */
static bool verify(Reader *r, GError **error)
{
    if (!read_header(r, error))
        return false;
    do {
        if (!next_chunk(r, error))
            return false;
        r->state_size += r->chunk.kind == SNAPSHOT_STATE ? r->chunk.size : 0;
    } while (r->chunk.kind != SNAPSHOT_END);
    if (fgetc(r->file) != EOF)
        return is_damaged(r, "more follows than was written", error);
    rewind(r->file);
    r->chunks = 0;
    return read_header(r, error);
}

/* The second pass. */

static bool check_config(Reader *r, const Machine *m, GError **error)
{
    if (!next_chunk(r, error) || !unpack(r, error))
        return false;
    if (r->chunk.kind != SNAPSHOT_CONFIG)
        return is_damaged(r, "it does not say what the machine is made of", error);
    g_autofree char *text = g_strndup((const char *)r->unpacker.content, r->chunk.size);
    return snapshot_config_fits(m, text, error);
}

/* More state than the machine can have: a small file may unpack to anything. */
static uint64_t most_state(const Machine *m)
{
    uint64_t most = MOST_FIELDS + m->n_harts * (uint64_t)sizeof(Store);
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        if (m->config.virtio[i].snapshot)
            most += BLOCK_OVERLAY_LIMIT + BLOCK_OVERLAY_LIMIT / BLOCK_CLUSTER * 8;
    return MIN(most, G_MAXUINT32 - CHUNK_MOST);
}

/* Reads up to the chunk behind the state. */
static bool read_state(Reader *r, const Machine *m, GError **error)
{
    if (r->state_size > most_state(m))
        return is_damaged(r, "there is too much state", error);
    r->state = g_byte_array_sized_new((guint)r->state_size);
    while (next_chunk(r, error)) {
        if (r->chunk.kind != SNAPSHOT_STATE)
            return true;
        if (!unpack(r, error))
            return false;
        g_byte_array_append(r->state, r->unpacker.content, r->chunk.size);
    }
    return false;
}

static bool load_state(Reader *r, Machine *m, GError **error)
{
    StateLoader loader;
    state_loader_init(&loader, r->state->data, r->state->len);
    machine_visit(m, &loader.visitor);
    bus_visit_rom(&m->bus, &loader.visitor);
    if (!loader.error && loader.at != loader.end)
        fail(&loader.error, EXIT_FILE, "snapshot has more than this machine's state");
    if (!loader.error)
        return true;
    fail(error, EXIT_FILE, "%s" SAVE_ANEW, loader.error->message);
    g_error_free(loader.error);
    return false;
}

static bool load_pages(Reader *r, Machine *m, GError **error)
{
    size_t count = r->chunk.size / (8 + PAGE_SIZE);
    if (!unpack(r, error))
        return false;
    if (r->chunk.size != count * (8 + PAGE_SIZE))
        return is_damaged(r, "it holds no whole pages", error);
    for (size_t i = 0; i < count; i++) {
        uint64_t number;
        memcpy(&number, r->unpacker.content + i * sizeof number, sizeof number);
        if (number < r->next_page || number >= m->bus.ram_size >> PAGE_SHIFT ||
            !bus_load_page(&m->bus, number << PAGE_SHIFT,
                           r->unpacker.content + count * sizeof number + i * PAGE_SIZE))
            return is_damaged(r, "a page that this machine has not", error);
        r->next_page = number + 1;
    }
    return true;
}

/* From the chunk behind the state on. */
static bool load_ram(Reader *r, Machine *m, GError **error)
{
    bus_clear_ram(&m->bus);
    while (r->chunk.kind == SNAPSHOT_RAM)
        if (!load_pages(r, m, error) || !next_chunk(r, error))
            return false;
    return r->chunk.kind == SNAPSHOT_END || is_damaged(r, "it belongs elsewhere", error);
}

static GByteArray *save_rom(const Machine *m)
{
    GByteArray *rom = g_byte_array_new();
    StateSaver saver;
    state_saver_init(&saver, rom);
    bus_visit_rom(&m->bus, &saver.visitor);
    return rom;
}

static void load_rom(const Machine *m, const GByteArray *rom)
{
    StateLoader loader;
    state_loader_init(&loader, rom->data, rom->len);
    bus_visit_rom(&m->bus, &loader.visitor);
}

static bool load_machine(Reader *r, Machine *m, GError **error)
{
    history_touched(m);
    Checkpoint *before = checkpoint_take(m);
    g_autoptr(GByteArray) rom = save_rom(m);
    bool ok = load_state(r, m, error) && load_ram(r, m, error);
    code_flush(&m->code);
    if (ok) {
        machine_loaded(m);
        machine_begin_events(m);
    } else {
        checkpoint_restore(m, before);
        load_rom(m, rom);
    }
    checkpoint_free(m, before);
    return ok;
}

static bool read_all(Reader *r, Machine *m, GError **error)
{
    return snapshot_disks_fit(m, error) && verify(r, error) && check_config(r, m, error) &&
           read_state(r, m, error) && load_machine(r, m, error);
}

bool snapshot_read(Machine *m, FILE *file, const char *name, GError **error)
{
    Reader r = { .file = file, .stored = g_malloc(CHUNK_MOST) };
    bool ok = read_all(&r, m, error);
    if (r.state)
        g_byte_array_unref(r.state);
    chunk_unpacker_free(&r.unpacker);
    g_free(r.stored);
    if (!ok)
        g_prefix_error(error, "cannot load snapshot '%s': ", name);
    return ok;
}

static FILE *open_snapshot(const char *path, GError **error)
{
    struct stat info;
    FILE *file = fopen(path, "rb");
    if (file && !fstat(fileno(file), &info) && S_ISREG(info.st_mode))
        return file;
    fail(error, EXIT_FILE, "cannot read snapshot '%s': %s; check the path", path,
         file ? "it is not a file" : g_strerror(errno));
    if (file)
        fclose(file);
    return NULL;
}

bool snapshot_load(Machine *m, const char *path, GError **error)
{
    FILE *file = open_snapshot(path, error);
    bool ok = file && snapshot_read(m, file, path, error);
    if (file)
        fclose(file);
    return ok;
}

bool snapshot_info(const char *path, SnapshotInfo *info, GError **error)
{
    struct stat status;
    Reader r = { .file = open_snapshot(path, error) };
    if (!r.file)
        return false;
    bool ok = read_header(&r, error) && !fstat(fileno(r.file), &status);
    fclose(r.file);
    if (ok)
        *info = (SnapshotInfo){ r.header.harts, r.header.ns, r.header.retired, status.st_mtime,
                                (uint64_t)status.st_size };
    return ok;
}

char *snapshot_path(const char *name)
{
    bool complete = g_str_has_suffix(name, ".bhs") || g_file_test(name, G_FILE_TEST_EXISTS);
    return complete ? g_strdup(name) : g_strconcat(name, ".bhs", NULL);
}
