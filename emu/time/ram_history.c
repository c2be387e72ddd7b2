/* SPDX-License-Identifier: MIT */
/*
 * ram_history.c - RAM as it was at several moments; see ram_history.h.
 *
 * A moment is a table of leaves, a leaf the versions of 64 pages. The present has such a table, too: it shares the leaves
 * in which nothing has changed since the last moment, so what differs between two tables shows in the pointers. In the
 * present's leaves NULL is a page that is dirty, or clean and all zeros; in those of a moment NULL is zeros. A leaf with a
 * dirty page belongs to the present alone.
 */
#include "emu/time/ram_history.h"

#include <string.h>

enum { LEAF_SHIFT = 6, LEAF_PAGES = 1 << LEAF_SHIFT };

typedef struct {
    unsigned refs;
    PageVersion *pages[LEAF_PAGES];
} Leaf;

struct RamMoment {
    Leaf **leaves; /* NULL: zeros */
};

struct RamHistory {
    Bus *bus;
    size_t *kept;
    size_t n_pages, n_leaves;
    Leaf **leaves;
    GArray *dirty; /* of size_t: numbers of pages that are not clean */
};

/* Leaves. */

static Leaf *leaf_ref(Leaf *leaf)
{
    if (leaf)
        leaf->refs++;
    return leaf;
}

static void leaf_unref(Leaf *leaf)
{
    if (!leaf || --leaf->refs)
        return;
    for (unsigned i = 0; i < LEAF_PAGES; i++)
        page_version_unref(leaf->pages[i]);
    g_free(leaf);
}

/* The present's leaf of a page, and nobody else's. */
static Leaf *own_leaf(RamHistory *history, size_t page)
{
    Leaf **at = &history->leaves[page >> LEAF_SHIFT], *old = *at;
    if (old && old->refs == 1)
        return old;
    Leaf *leaf = *at = g_new0(Leaf, 1);
    leaf->refs = 1;
    for (unsigned i = 0; old && i < LEAF_PAGES; i++)
        leaf->pages[i] = page_version_ref(old->pages[i]);
    leaf_unref(old);
    return leaf;
}

/* Life. */

static uint8_t *ram_at(const RamHistory *history, size_t page)
{
    return history->bus->ram + (page << PAGE_SHIFT);
}

static uint8_t *flags_at(const RamHistory *history, size_t page)
{
    return &history->bus->page_flags[page];
}

RamHistory *ram_history_new(Bus *bus, size_t *kept)
{
    RamHistory *history = g_new0(RamHistory, 1);
    history->bus = bus;
    history->kept = kept;
    history->n_pages = bus->ram_size >> PAGE_SHIFT;
    history->n_leaves = (history->n_pages + LEAF_PAGES - 1) >> LEAF_SHIFT;
    history->leaves = g_new0(Leaf *, history->n_leaves);
    history->dirty = g_array_new(FALSE, FALSE, sizeof(size_t));
    for (size_t page = 0; page < history->n_pages; page++) {
        if (!(*flags_at(history, page) & PAGE_TOUCHED))
            *flags_at(history, page) |= PAGE_CLEAN;
        else
            g_array_append_val(history->dirty, page);
    }
    return history;
}

void ram_history_free(RamHistory *history)
{
    for (size_t page = 0; page < history->n_pages; page++)
        *flags_at(history, page) &= (uint8_t)~PAGE_CLEAN;
    for (size_t i = 0; i < history->n_leaves; i++)
        leaf_unref(history->leaves[i]);
    g_free(history->leaves);
    g_array_free(history->dirty, TRUE);
    g_free(history);
}

/* Moments. */

RamMoment *ram_history_take(RamHistory *history)
{
    RamMoment *moment = g_new(RamMoment, 1);
    for (unsigned i = 0; i < history->dirty->len; i++) {
        size_t page = g_array_index(history->dirty, size_t, i);
        uint8_t *flags = flags_at(history, page);
        own_leaf(history, page)->pages[page % LEAF_PAGES] = page_version_new(history->kept);
        *flags = (uint8_t)((*flags | PAGE_CLEAN) & ~PAGE_WRITABLE);
    }
    g_array_set_size(history->dirty, 0);
    moment->leaves = g_new(Leaf *, history->n_leaves);
    for (size_t i = 0; i < history->n_leaves; i++)
        moment->leaves[i] = leaf_ref(history->leaves[i]);
    return moment;
}

void ram_history_forget(RamHistory *history, RamMoment *moment)
{
    for (size_t i = 0; i < history->n_leaves; i++)
        leaf_unref(moment->leaves[i]);
    g_free(moment->leaves);
    g_free(moment);
}

void ram_history_keep(RamHistory *history, Spa spa)
{
    size_t page = (spa.v - history->bus->ram_base.v) >> PAGE_SHIFT;
    PageVersion **at = &own_leaf(history, page)->pages[page % LEAF_PAGES];
    if (*at && (*at)->refs > 1)
        page_version_keep(*at, ram_at(history, page));
    page_version_unref(*at);
    *at = NULL;
    *flags_at(history, page) &= (uint8_t)~PAGE_CLEAN;
    g_array_append_val(history->dirty, page);
}

/* Makes a page what it is in `version`; `now` is the version that it has, if it is clean. */
static void restore_page(const RamHistory *history, size_t page, PageVersion *now,
                         const PageVersion *version)
{
    Bus *bus = history->bus;
    uint8_t *flags = flags_at(history, page), *ram = ram_at(history, page);
    if (*flags & PAGE_CLEAN && now == version)
        return;
    if (now)
        page_version_keep(now, ram);
    if (*flags & PAGE_CODE)
        bus->listener.code_written(bus->listener.opaque,
                                   (Spa){ bus->ram_base.v + (page << PAGE_SHIFT) }, PAGE_SIZE);
    if (version)
        memcpy(ram, version->data, PAGE_SIZE);
    else
        memset(ram, 0, PAGE_SIZE);
    *flags = (uint8_t)((*flags | PAGE_CLEAN | PAGE_TOUCHED) & ~PAGE_WRITABLE);
}

void ram_history_restore(RamHistory *history, const RamMoment *moment)
{
    for (size_t i = 0; i < history->n_leaves; i++) {
        Leaf *now = history->leaves[i], *then = moment->leaves[i];
        if (now == then)
            continue;
        for (size_t k = 0; k < LEAF_PAGES && i * LEAF_PAGES + k < history->n_pages; k++)
            restore_page(history, i * LEAF_PAGES + k, now ? now->pages[k] : NULL,
                         then ? then->pages[k] : NULL);
        history->leaves[i] = leaf_ref(then);
        leaf_unref(now);
    }
    g_array_set_size(history->dirty, 0);
}

size_t ram_moment_size(const RamHistory *history, const RamMoment *moment)
{
    size_t size = sizeof *moment + history->n_leaves * sizeof(Leaf *);
    for (size_t i = 0; i < history->n_leaves; i++) {
        const Leaf *leaf = moment->leaves[i];
        if (!leaf || leaf->refs > 1)
            continue;
        size += sizeof *leaf;
        for (unsigned k = 0; k < LEAF_PAGES; k++)
            size += page_version_size(leaf->pages[k]);
    }
    return size;
}
