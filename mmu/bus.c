/* SPDX-License-Identifier: MIT */
/*
 * bus.c - the system physical address map; see bus.h.
 *
 * RAM is tried first, then the region hit last, then a binary search. Host memory for RAM comes from mmap without
 * reservation, so that a 16 GiB machine costs what its guest touches.
 */
#include "mmu/bus.h"

#include <string.h>
#include <sys/mman.h>

#include "emu/base/error.h"

static void *map_zeros(uint64_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* A bus that nobody listens to. */
static void ignore_store(void *opaque, Spa spa, unsigned size)
{
    (void)opaque, (void)spa, (void)size;
}

static void ignore_reserved(void *opaque, Spa spa, unsigned size, Requester by)
{
    (void)opaque, (void)spa, (void)size, (void)by;
}

static void ignore_table(void *opaque)
{
    (void)opaque;
}

static void ignore_page(void *opaque, Spa page)
{
    (void)opaque, (void)page;
}

static void ignore_dma(void *opaque, Spa spa, size_t size, bool write, Requester by)
{
    (void)opaque, (void)spa, (void)size, (void)write, (void)by;
}

bool bus_init(Bus *bus, Spa ram_base, uint64_t ram_size, Trace *trace, GError **error)
{
    *bus = (Bus){ .ram_base = ram_base, .ram_size = ram_size, .trace = trace };
    bus->listener = (BusListener){ ignore_store, ignore_reserved, ignore_reserved, ignore_table,
                                   ignore_page,  ignore_page,     ignore_dma,      NULL };
    bus->ram = map_zeros(ram_size);
    bus->page_flags = map_zeros(ram_size >> PAGE_SHIFT);
    if (bus->ram && bus->page_flags)
        return true;
    bus_free(bus);
    return fail(error, EXIT_HOST,
                "the host has no room for %" G_GUINT64_FORMAT
                " MiB of guest RAM; give a smaller -m",
                ram_size >> 20);
}

void bus_free(Bus *bus)
{
    for (unsigned i = 0; i < bus->n_regions; i++)
        g_free(bus->regions[i].rom);
    g_free(bus->regions);
    if (bus->ram)
        munmap(bus->ram, bus->ram_size);
    if (bus->page_flags)
        munmap(bus->page_flags, bus->ram_size >> PAGE_SHIFT);
    *bus = (Bus){ 0 };
}

static bool overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

static bool add_region(Bus *bus, BusRegion region, GError **error)
{
    unsigned at = 0;
    if (overlaps(region.base.v, region.size, bus->ram_base.v, bus->ram_size))
        return fail(error, EXIT_CONFIG, "%s at 0x%" G_GINT64_MODIFIER "x overlaps RAM", region.name,
                    region.base.v);
    for (unsigned i = 0; i < bus->n_regions; i++) {
        const BusRegion *other = &bus->regions[i];
        if (overlaps(region.base.v, region.size, other->base.v, other->size))
            return fail(error, EXIT_CONFIG, "%s at 0x%" G_GINT64_MODIFIER "x overlaps %s",
                        region.name, region.base.v, other->name);
        at += other->base.v < region.base.v;
    }
    bus->regions = g_renew(BusRegion, bus->regions, bus->n_regions + 1);
    memmove(&bus->regions[at + 1], &bus->regions[at], (bus->n_regions - at) * sizeof(BusRegion));
    bus->regions[at] = region;
    bus->n_regions++;
    bus->last = &bus->regions[at];
    return true;
}

bool bus_add_mmio(Bus *bus, const char *name, Spa base, uint64_t size, const BusOps *ops,
                  void *opaque, GError **error)
{
    return add_region(
        bus, (BusRegion){ .name = name, .base = base, .size = size, .ops = ops, .opaque = opaque },
        error);
}

bool bus_add_rom(Bus *bus, const char *name, Spa base, uint64_t size, const void *rom,
                 GError **error)
{
    uint8_t *copy = g_memdup2(rom, size);
    if (add_region(bus, (BusRegion){ .name = name, .base = base, .size = size, .rom = copy },
                   error))
        return true;
    g_free(copy);
    return false;
}

const BusRegion *bus_find(Bus *bus, Spa spa)
{
    unsigned low = 0, high = bus->n_regions;
    if (bus->last && spa.v - bus->last->base.v < bus->last->size)
        return bus->last;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        const BusRegion *region = &bus->regions[middle];
        if (spa.v - region->base.v < region->size)
            return bus->last = region;
        if (spa.v < region->base.v)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

bool bus_read(Bus *bus, Spa spa, unsigned size, uint64_t *value, Requester by)
{
    (void)by;
    *value = 0;
    if (bus_is_ram(bus, spa, size)) {
        memcpy(value, bus_ram_at(bus, spa), size);
        return true;
    }
    const BusRegion *region = bus_find(bus, spa);
    if (!region || size > region->size - (spa.v - region->base.v))
        return false;
    uint64_t offset = spa.v - region->base.v;
    if (region->rom) {
        memcpy(value, region->rom + offset, size);
        return true;
    }
    if (offset % size || !region->ops->read(region->opaque, offset, size, value))
        return false;
    TRACE(bus->trace, mmio, region->base.v, offset, size, 0, *value);
    return true;
}

/* Bytes of the page at `spa` are about to change. */
static inline void before_write(const Bus *bus, Spa spa, uint8_t flags)
{
    if (UNLIKELY(flags & PAGE_CLEAN))
        bus->listener.clean_written(bus->listener.opaque, (Spa){ spa.v & ~(uint64_t)PAGE_OFFSET });
}

/* They have changed: tells whoever watches the page. */
static inline void after_write(const Bus *bus, Spa spa, unsigned size, uint8_t *flags, Requester by)
{
    *flags |= PAGE_TOUCHED;
    if (*flags & PAGE_CODE)
        bus->listener.code_written(bus->listener.opaque, spa, size);
    if (*flags & PAGE_RESERVED || by.is_device)
        bus->listener.reserved_written(bus->listener.opaque, spa, size, by);
    if (*flags & PAGE_MAILBOX)
        bus->listener.mailbox_written(bus->listener.opaque, spa, size, by);
    if (*flags & PAGE_TABLE)
        bus->listener.table_written(bus->listener.opaque);
}

static bool write_watched(const Bus *bus, Spa spa, unsigned size, uint64_t value, uint8_t *flags,
                          Requester by)
{
    before_write(bus, spa, *flags);
    memcpy(bus_ram_at(bus, spa), &value, size);
    after_write(bus, spa, size, flags, by);
    return true;
}

bool bus_write(Bus *bus, Spa spa, unsigned size, uint64_t value, Requester by)
{
    if (bus_is_ram(bus, spa, size)) {
        uint8_t *flags = bus_flags_at(bus, spa);
        if (UNLIKELY(*flags & PAGE_WATCHED || by.is_device))
            return write_watched(bus, spa, size, value, flags, by);
        memcpy(bus_ram_at(bus, spa), &value, size);
        *flags |= PAGE_TOUCHED;
        return true;
    }
    const BusRegion *region = bus_find(bus, spa);
    if (!region || region->rom || size > region->size - (spa.v - region->base.v))
        return false;
    uint64_t offset = spa.v - region->base.v;
    if (offset % size)
        return false;
    TRACE(bus->trace, mmio, region->base.v, offset, size, 1, value);
    return region->ops->write(region->opaque, offset, size, value);
}

bool bus_read_bytes(Bus *bus, Spa spa, void *data, size_t size, Requester by)
{
    if (by.is_device)
        TRACE(bus->trace, dma, by.id, spa.v, size, 0);
    if (bus_is_ram(bus, spa, size)) {
        if (by.is_device)
            bus->listener.dma(bus->listener.opaque, spa, size, false, by);
        memcpy(data, bus_ram_at(bus, spa), size);
        return true;
    }
    const BusRegion *region = bus_find(bus, spa);
    if (!region || !region->rom || size > region->size - (spa.v - region->base.v))
        return false;
    memcpy(data, region->rom + (spa.v - region->base.v), size);
    return true;
}

bool bus_write_bytes(Bus *bus, Spa spa, const void *data, size_t size, Requester by)
{
    if (by.is_device)
        TRACE(bus->trace, dma, by.id, spa.v, size, 1);
    if (!bus_is_ram(bus, spa, size))
        return false;
    if (by.is_device)
        bus->listener.dma(bus->listener.opaque, spa, size, true, by);
    while (size) {
        size_t part = MIN(size, PAGE_SIZE - (spa.v & PAGE_OFFSET));
        uint8_t *flags = bus_flags_at(bus, spa);
        before_write(bus, spa, *flags);
        memcpy(bus_ram_at(bus, spa), data, part);
        after_write(bus, spa, (unsigned)part, flags, by);
        data = (const char *)data + part;
        spa.v += part;
        size -= part;
    }
    return true;
}

bool bus_poke(Bus *bus, Spa spa, const void *data, size_t size)
{
    if (bus_is_ram(bus, spa, size))
        return bus_write_bytes(bus, spa, data, size, requester_hart(UINT16_MAX));
    const BusRegion *region = bus_find(bus, spa);
    if (!region || !region->rom || size > region->size - (spa.v - region->base.v))
        return false;
    memcpy(region->rom + (spa.v - region->base.v), data, size);
    return true;
}

void bus_watch_page(Bus *bus, Spa page, uint8_t flag)
{
    uint8_t *flags = bus_flags_at(bus, page);
    *flags |= flag;
    if (!(*flags & PAGE_WRITABLE))
        return;
    *flags &= (uint8_t)~PAGE_WRITABLE;
    bus->listener.drop_write_paths(bus->listener.opaque, page);
}

static bool is_zero_page(const uint8_t *page)
{
    return !page[0] && !memcmp(page, page + 1, PAGE_SIZE - 1);
}

void bus_visit_rom(const Bus *bus, StateVisitor *visitor)
{
    for (unsigned i = 0; i < bus->n_regions; i++)
        if (bus->regions[i].rom)
            visitor->blob(visitor, bus->regions[i].name, bus->regions[i].rom, bus->regions[i].size);
}

void bus_visit_ram(Bus *bus, StateVisitor *visitor)
{
    for (uint64_t offset = 0; offset < bus->ram_size; offset += PAGE_SIZE)
        if (bus->page_flags[offset >> PAGE_SHIFT] & PAGE_TOUCHED &&
            !is_zero_page(bus->ram + offset))
            visitor->page(visitor, offset, bus->ram + offset);
}

/* Who watches a page for what is not made from its bytes goes on doing so. */
void bus_clear_ram(Bus *bus)
{
    for (uint64_t page = 0; page < bus->ram_size >> PAGE_SHIFT; page++) {
        uint8_t *flags = &bus->page_flags[page];
        if (*flags & PAGE_TOUCHED) {
            before_write(bus, (Spa){ bus->ram_base.v + (page << PAGE_SHIFT) }, *flags);
            memset(bus->ram + (page << PAGE_SHIFT), 0, PAGE_SIZE);
        }
        if (*flags)
            *flags &= PAGE_CLEAN | PAGE_MAILBOX;
    }
}

bool bus_load_page(Bus *bus, uint64_t offset, const uint8_t *page)
{
    if (offset >= bus->ram_size || offset & PAGE_OFFSET)
        return false;
    uint8_t *flags = &bus->page_flags[offset >> PAGE_SHIFT];
    before_write(bus, (Spa){ bus->ram_base.v + offset }, *flags);
    memcpy(bus->ram + offset, page, PAGE_SIZE);
    *flags |= PAGE_TOUCHED;
    return true;
}

void bus_load_ram(Bus *bus, StateLoader *loader)
{
    uint8_t page[PAGE_SIZE];
    uint64_t offset;
    bus_clear_ram(bus);
    while (state_loader_next_page(loader, &offset)) {
        loader->visitor.page(&loader->visitor, offset, page);
        if (!bus_load_page(bus, offset, page)) {
            fail(&loader->error, EXIT_FILE, "snapshot has more RAM than this machine");
            return;
        }
    }
}
