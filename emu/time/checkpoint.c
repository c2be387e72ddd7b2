/* SPDX-License-Identifier: MIT */
/*
 * checkpoint.c - the whole machine as it was at a moment, kept in memory; see checkpoint.h.
 *
 * RAM has its history (ram_history.c). Of the rest, fields are saved as for a snapshot; what is large (blobs and arrays) is
 * cut into pages, and those that the last checkpoint has, too, are shared with it.
 */
#include "emu/time/checkpoint.h"

#include <string.h>

#include "emu/time/ram_history.h"

/* A blob or array. */
typedef struct {
    char *name;
    size_t size;
    PageVersion **pages;
} Bulk;

struct Checkpoint {
    uint64_t units;
    GByteArray *fields;
    GArray *bulks; /* of Bulk, in the order visited */
    RamMoment *ram;
    uint64_t commit_count,
        commit_hash; /* no state, but the trace hash of a run must not count twice */
};

typedef struct Checkpoints {
    RamHistory *ram;
    GPtrArray *alive; /* of Checkpoint, in the order taken */
    size_t kept;      /* bytes of copied pages */
} Checkpoints;

/* Bulk data. */

static size_t n_pages(size_t size)
{
    return (size + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* Bytes in page `i`. */
static size_t part(size_t size, size_t i)
{
    return MIN(PAGE_SIZE, size - i * PAGE_SIZE);
}

static PageVersion *new_page(const uint8_t *data, size_t size, size_t *kept)
{
    PageVersion *page = page_version_new(kept);
    page->data = g_malloc0(PAGE_SIZE);
    *kept += PAGE_SIZE;
    memcpy(page->data, data, size);
    return page;
}

/* `last` is what the same bulk was like at the last checkpoint; NULL: it was not there. */
static Bulk bulk_take(const char *name, const uint8_t *data, size_t size, const Bulk *last,
                      size_t *kept)
{
    Bulk bulk = { g_strdup(name), size, g_new(PageVersion *, n_pages(size)) };
    for (size_t i = 0; i < n_pages(size); i++, data += PAGE_SIZE) {
        bool same = last && i < n_pages(last->size) && part(last->size, i) == part(size, i) &&
                    !memcmp(last->pages[i]->data, data, part(size, i));
        bulk.pages[i] =
            same ? page_version_ref(last->pages[i]) : new_page(data, part(size, i), kept);
    }
    return bulk;
}

static void bulk_restore(const Bulk *bulk, uint8_t *data)
{
    for (size_t i = 0; i < n_pages(bulk->size); i++, data += PAGE_SIZE)
        memcpy(data, bulk->pages[i]->data, part(bulk->size, i));
}

static void bulk_free(Bulk *bulk)
{
    for (size_t i = 0; i < n_pages(bulk->size); i++)
        page_version_unref(bulk->pages[i]);
    g_free(bulk->pages);
    g_free(bulk->name);
}

/* Taking. */

typedef struct {
    StateSaver saver; /* fields; first */
    const Checkpoint *last;
    unsigned last_bulk; /* what of it is probably next */
    Checkpoint *checkpoint;
    size_t *kept;
} Taker;

/* The last checkpoint's bulk of that name. Most are where they were; what a guest makes comes and goes, but not so much of
 * it that a long search would pay. */
static const Bulk *find_last(Taker *taker, const char *name)
{
    enum { FARTHEST = 64 };
    const GArray *bulks = taker->last ? taker->last->bulks : NULL;
    for (unsigned i = 0; bulks && i < MIN(bulks->len, FARTHEST); i++) {
        unsigned at = (taker->last_bulk + i) % bulks->len;
        const Bulk *bulk = &g_array_index(bulks, Bulk, at);
        if (strcmp(bulk->name, name) != 0)
            continue;
        taker->last_bulk = at + 1;
        return bulk;
    }
    return NULL;
}

static void take_bulk(StateVisitor *visitor, const char *name, void *data, size_t size)
{
    Taker *taker = (Taker *)visitor;
    Bulk bulk = bulk_take(name, data, size, find_last(taker, name), taker->kept);
    g_array_append_val(taker->checkpoint->bulks, bulk);
}

static void take_array(StateVisitor *visitor, const char *name, GByteArray *array)
{
    take_bulk(visitor, name, array->data, array->len);
}

static Checkpoint *last_alive(const Checkpoints *all)
{
    return all->alive->len ? g_ptr_array_index(all->alive, all->alive->len - 1) : NULL;
}

static void drop_write_paths(Machine *m)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        mmu_drop_all_write_paths(&m->harts[i].mmu);
}

Checkpoint *checkpoint_take(Machine *m)
{
    Checkpoint *c = g_new(Checkpoint, 1);
    if (!m->checkpoints) {
        m->checkpoints = g_new(Checkpoints, 1);
        *m->checkpoints = (Checkpoints){ .alive = g_ptr_array_new() };
        m->checkpoints->ram = ram_history_new(&m->bus, &m->checkpoints->kept);
    }
    *c = (Checkpoint){ .units = m->clock.units,
                       .fields = g_byte_array_new(),
                       .bulks = g_array_new(FALSE, FALSE, sizeof(Bulk)),
                       .commit_count = m->commit.count,
                       .commit_hash = m->commit.hash };
    Taker taker = { .last = last_alive(m->checkpoints),
                    .checkpoint = c,
                    .kept = &m->checkpoints->kept };
    state_saver_init(&taker.saver, c->fields);
    taker.saver.visitor.blob = take_bulk;
    taker.saver.visitor.array = take_array;
    machine_visit(m, &taker.saver.visitor);
    drop_write_paths(m);
    c->ram = ram_history_take(m->checkpoints->ram);
    g_ptr_array_add(m->checkpoints->alive, c);
    return c;
}

/* Restoring. */

typedef struct {
    StateLoader loader; /* fields; first */
    const Checkpoint *checkpoint;
    unsigned bulk; /* the next */
} Restorer;

static const Bulk *next_bulk(StateVisitor *visitor)
{
    Restorer *restorer = (Restorer *)visitor;
    return &g_array_index(restorer->checkpoint->bulks, Bulk, restorer->bulk++);
}

static void restore_blob(StateVisitor *visitor, const char *name, void *data, size_t size)
{
    const Bulk *bulk = next_bulk(visitor);
    (void)name;
    g_assert(bulk->size == size);
    bulk_restore(bulk, data);
}

static void restore_array(StateVisitor *visitor, const char *name, GByteArray *array)
{
    const Bulk *bulk = next_bulk(visitor);
    (void)name;
    g_byte_array_set_size(array, (guint)bulk->size);
    bulk_restore(bulk, array->data);
}

void checkpoint_restore(Machine *m, const Checkpoint *c)
{
    Restorer restorer = { .checkpoint = c };
    state_loader_init(&restorer.loader, c->fields->data, c->fields->len);
    restorer.loader.visitor.blob = restore_blob;
    restorer.loader.visitor.array = restore_array;
    machine_visit(m, &restorer.loader.visitor);
    g_assert_no_error(restorer.loader.error);
    ram_history_restore(m->checkpoints->ram, c->ram);
    m->commit.count = c->commit_count;
    m->commit.hash = c->commit_hash;
    machine_loaded(m);
}

/* Life. */

void checkpoint_free(Machine *m, Checkpoint *c)
{
    Checkpoints *all = m->checkpoints;
    for (unsigned i = 0; i < c->bulks->len; i++)
        bulk_free(&g_array_index(c->bulks, Bulk, i));
    ram_history_forget(all->ram, c->ram);
    g_array_free(c->bulks, TRUE);
    g_byte_array_unref(c->fields);
    g_ptr_array_remove(all->alive, c);
    g_free(c);
    if (all->alive->len)
        return;
    ram_history_free(all->ram);
    g_ptr_array_free(all->alive, TRUE);
    g_clear_pointer(&m->checkpoints, g_free);
}

void checkpoints_keep_page(Machine *m, Spa page)
{
    ram_history_keep(m->checkpoints->ram, page);
}

uint64_t checkpoint_units(const Checkpoint *c)
{
    return c->units;
}

static size_t bulk_size(const Bulk *bulk)
{
    size_t size = n_pages(bulk->size) * sizeof *bulk->pages;
    for (size_t i = 0; i < n_pages(bulk->size); i++)
        size += page_version_size(bulk->pages[i]);
    return size;
}

size_t checkpoint_size(const Machine *m, const Checkpoint *c)
{
    size_t size = sizeof *c + c->fields->len + ram_moment_size(m->checkpoints->ram, c->ram);
    for (unsigned i = 0; i < c->bulks->len; i++)
        size += bulk_size(&g_array_index(c->bulks, Bulk, i));
    return size;
}

size_t checkpoints_memory(const Machine *m)
{
    return m->checkpoints ? m->checkpoints->kept : 0;
}
