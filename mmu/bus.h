/* SPDX-License-Identifier: MIT */
/*
 * bus.h - the system physical address map: RAM, ROM and device registers.
 *
 * Everything that reads or writes a supervisor physical address goes through here, with the identity of who asks.
 * Regions never overlap; an address nobody claims is an access fault. RAM is one contiguous run of host memory,
 * touched lazily, with a flags byte a page: the fast paths of harts may write to a page directly only while no flag
 * says that somebody must hear of it.
 */
#ifndef MMU_BUS_H
#define MMU_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "emu/base/addr.h"
#include "emu/base/state.h"
#include "emu/base/trace.h"

/* What must be told about stores to a page of RAM. */
enum {
    PAGE_TOUCHED = 1,  /* may hold something else than zeros */
    PAGE_CODE = 2,     /* decoded instructions were made from it */
    PAGE_RESERVED = 4, /* a hart that is not running holds a reservation in it */
    PAGE_WRITABLE = 8, /* some bank holds a fast write path to it */
    PAGE_MAILBOX = 16, /* a store may be a message to the machine */
    PAGE_TABLE = 32,   /* walks read entries from it, and somebody looks for missing fences */
    PAGE_CLEAN = 64,   /* as it was at the last checkpoint, which wants a copy before it changes */

    /* No fast write paths to it. */
    PAGE_WATCHED = PAGE_CODE | PAGE_RESERVED | PAGE_MAILBOX | PAGE_TABLE | PAGE_CLEAN,
};

/* Access functions of a device. `size` is 1, 2, 4 or 8 and `offset` a multiple of it. False: access fault. */
typedef struct {
    bool (*read)(void *opaque, uint64_t offset, unsigned size, uint64_t *value);
    bool (*write)(void *opaque, uint64_t offset, unsigned size, uint64_t value);
} BusOps;

typedef struct {
    const char *name;
    Spa base;
    uint64_t size;
    const BusOps *ops; /* NULL: ROM, whose bytes are `rom` */
    void *opaque;
    uint8_t *rom;
} BusRegion;

/* Who must hear of stores to flagged pages, and of fast write paths to take away. Set by the machine. */
typedef struct {
    void (*code_written)(void *opaque, Spa spa, unsigned size);
    void (*reserved_written)(void *opaque, Spa spa, unsigned size, Requester by);
    void (*mailbox_written)(void *opaque, Spa spa, unsigned size, Requester by);
    void (*table_written)(void *opaque);
    /* Before the first byte of a clean page changes; must clear PAGE_CLEAN. */
    void (*clean_written)(void *opaque, Spa page);
    void (*drop_write_paths)(void *opaque, Spa page);
    /* A device reads or writes memory. */
    void (*dma)(void *opaque, Spa spa, size_t size, bool write, Requester by);
    void *opaque;
} BusListener;

typedef struct {
    Spa ram_base;
    uint64_t ram_size;
    uint8_t *ram;
    uint8_t *page_flags; /* one byte a page of RAM */
    BusRegion *regions;  /* sorted by base */
    unsigned n_regions;
    const BusRegion *last; /* last region hit */
    BusListener listener;
    Trace *trace;
} Bus;

/* Creates a bus with `ram_size` bytes (a multiple of PAGE_SIZE) of zeroed RAM at `ram_base`. Fails without memory. */
bool bus_init(Bus *bus, Spa ram_base, uint64_t ram_size, Trace *trace, GError **error);
void bus_free(Bus *bus);

/* Claims `[base, base + size)` for registers, or for ROM whose contents (`size` bytes, copied) are `rom`.
 * Overlapping anything already there is a construction error. */
bool bus_add_mmio(Bus *bus, const char *name, Spa base, uint64_t size, const BusOps *ops,
                  void *opaque, GError **error);
bool bus_add_rom(Bus *bus, const char *name, Spa base, uint64_t size, const void *rom,
                 GError **error);

/* One access of 1, 2, 4 or 8 bytes, naturally aligned or inside one page of RAM. False: access fault. */
bool bus_read(Bus *bus, Spa spa, unsigned size, uint64_t *value,
              Requester by) G_GNUC_WARN_UNUSED_RESULT;
bool bus_write(Bus *bus, Spa spa, unsigned size, uint64_t value,
               Requester by) G_GNUC_WARN_UNUSED_RESULT;

/* Any number of bytes, RAM and ROM only: what devices' DMA, loaders and debuggers use. False: some byte is not
 * memory; nothing was written then. Writing to ROM is refused, except to loaders through bus_poke. */
bool bus_read_bytes(Bus *bus, Spa spa, void *data, size_t size,
                    Requester by) G_GNUC_WARN_UNUSED_RESULT;
bool bus_write_bytes(Bus *bus, Spa spa, const void *data, size_t size,
                     Requester by) G_GNUC_WARN_UNUSED_RESULT;
bool bus_poke(Bus *bus, Spa spa, const void *data, size_t size) G_GNUC_WARN_UNUSED_RESULT;

/* Marks that stores to `page` must be heard, and takes fast write paths to it away. */
void bus_watch_page(Bus *bus, Spa page, uint8_t flag);

/* The region that holds `spa`, or NULL. */
const BusRegion *bus_find(Bus *bus, Spa spa);

static inline bool bus_is_ram(const Bus *bus, Spa spa, uint64_t size)
{
    uint64_t offset = spa.v - bus->ram_base.v;
    return offset < bus->ram_size && size <= bus->ram_size - offset;
}

/* Host address of a byte of RAM; the caller has checked bus_is_ram. */
static inline uint8_t *bus_ram_at(const Bus *bus, Spa spa)
{
    return bus->ram + (spa.v - bus->ram_base.v);
}

static inline uint8_t *bus_flags_at(const Bus *bus, Spa spa)
{
    return &bus->page_flags[(spa.v - bus->ram_base.v) >> PAGE_SHIFT];
}

/* Visits ROMs, as blobs. They only change when images are put into them. */
void bus_visit_rom(const Bus *bus, StateVisitor *visitor);
/* Visits RAM: every page that is not all zeros, in order. */
void bus_visit_ram(Bus *bus, StateVisitor *visitor);
/* Loads RAM from where the loader stands: pages not in the snapshot become zeros. */
void bus_load_ram(Bus *bus, StateLoader *loader);
/* The same in steps: makes all pages zeros, then sets one, whose `offset` into RAM may be anything. False: there is no
 * such page. Decoded instructions and fast paths must be forgotten afterwards. */
void bus_clear_ram(Bus *bus);
bool bus_load_page(Bus *bus, uint64_t offset, const uint8_t *page) G_GNUC_WARN_UNUSED_RESULT;

#endif
