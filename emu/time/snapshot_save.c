/* SPDX-License-Identifier: MIT */
/* snapshot_save.c - writes the machine into a file; see snapshot.h. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/base/error.h"
#include "emu/time/snapshot.h"
#include "emu/time/snapshot_file.h"

typedef struct {
    StateVisitor visitor; /* of RAM; first */
    FILE *file;
    ChunkPacker packer;
    unsigned n_pages; /* that wait to be written */
    uint64_t numbers[SNAPSHOT_PAGES];
    uint8_t *pages; /* first the numbers' room */
} Writer;

static void put(Writer *w, const void *data, size_t size)
{
    if (size && fwrite(data, 1, size, w->file) != size)
        return; /* ferror tells at the end */
}

static void put_chunk(Writer *w, SnapshotKind kind, const uint8_t *data, size_t size)
{
    const void *stored;
    Chunk chunk = chunk_pack(&w->packer, kind, data, size, &stored);
    put(w, &chunk, sizeof chunk);
    put(w, stored, chunk.stored);
}

static void put_state(Writer *w, Machine *m)
{
    g_autoptr(GByteArray) state = g_byte_array_new();
    StateSaver saver;
    state_saver_init(&saver, state);
    machine_visit(m, &saver.visitor);
    bus_visit_rom(&m->bus, &saver.visitor);
    for (size_t at = 0; at < state->len; at += CHUNK_MOST)
        put_chunk(w, SNAPSHOT_STATE, state->data + at, MIN(CHUNK_MOST, state->len - at));
}

static void put_pages(Writer *w)
{
    size_t numbers = w->n_pages * sizeof *w->numbers;
    if (!w->n_pages)
        return;
    uint8_t *begin = w->pages + (SNAPSHOT_PAGES - w->n_pages) * sizeof *w->numbers;
    memcpy(begin, w->numbers, numbers);
    put_chunk(w, SNAPSHOT_RAM, begin, numbers + (size_t)w->n_pages * PAGE_SIZE);
    w->n_pages = 0;
}

static void put_page(StateVisitor *visitor, uint64_t offset, uint8_t *page)
{
    Writer *w = (Writer *)visitor;
    uint8_t *room = w->pages + SNAPSHOT_PAGES * sizeof *w->numbers;
    memcpy(room + (size_t)w->n_pages * PAGE_SIZE, page, PAGE_SIZE);
    w->numbers[w->n_pages++] = offset >> PAGE_SHIFT;
    if (w->n_pages == SNAPSHOT_PAGES)
        put_pages(w);
}

static void put_all(Writer *w, Machine *m)
{
    SnapshotHeader header = { .magic = SNAPSHOT_MAGIC,
                              .version = SNAPSHOT_VERSION,
                              .harts = m->n_harts,
                              .units = m->clock.units,
                              .ns = clock_now(&m->clock),
                              .retired = machine_retired(m) };
    g_autofree char *config = snapshot_config(m);
    header.check = snapshot_header_check(&header);
    put(w, &header, sizeof header);
    put_chunk(w, SNAPSHOT_CONFIG, (const uint8_t *)config, strlen(config));
    put_state(w, m);
    bus_visit_ram(&m->bus, &w->visitor);
    put_pages(w);
    put_chunk(w, SNAPSHOT_END, NULL, 0);
}

/* False, with errno: not all could be written. */
static bool write_machine(Machine *m, int fd)
{
    Writer w = { .visitor.page = put_page, .file = fdopen(fd, "wb") };
    if (!w.file)
        return false;
    w.pages = g_malloc(CHUNK_MOST);
    chunk_packer_init(&w.packer, SNAPSHOT_FORMAT);
    put_all(&w, m);
    chunk_packer_free(&w.packer);
    g_free(w.pages);
    bool ok = !fflush(w.file) && !ferror(w.file) && !fsync(fd);
    int problem = errno;
    ok &= !fclose(w.file);
    if (!ok && problem)
        errno = problem;
    return ok;
}

/* As open() would make them. */
static void set_permissions(int fd)
{
    mode_t mask = umask(0);
    umask(mask);
    (void)!fchmod(fd, 0666 & ~mask);
}

bool snapshot_save(Machine *m, const char *path, GError **error)
{
    g_autofree char *beside = g_strdup_printf("%s.XXXXXX", path);
    if (!snapshot_disks_fit(m, error)) {
        g_prefix_error(error, "cannot save the machine: ");
        return false;
    }
    int fd = g_mkstemp(beside);
    if (fd >= 0)
        set_permissions(fd);
    if (fd >= 0 && write_machine(m, fd) && !rename(beside, path))
        return true;
    int problem = errno;
    if (fd >= 0)
        unlink(beside);
    return fail(error, EXIT_FILE,
                "cannot write snapshot '%s': %s; make room there, or give another path", path,
                g_strerror(problem));
}
