/* SPDX-License-Identifier: MIT */
/* guest_memory.c - memory as a program on a hart sees it; see guest_memory.h. */
#include "emu/guest_memory.h"

static bool locate(const GuestView *view, uint64_t address, Spa *spa)
{
    WalkResult result;
    *spa = (Spa){ address };
    if (view->physical)
        return true;
    Mmu *mmu = &view->machine->harts[view->hart].mmu;
    Gva va = { address };
    if (!(view->code ? mmu_peek_fetch(mmu, va, &result) : mmu_peek_translate(mmu, va, &result)))
        return false;
    *spa = result.spa;
    return true;
}

/* What there is of `size` bytes before the end of the page. */
static size_t in_page(uint64_t address, size_t size)
{
    return MIN(size, PAGE_SIZE - (address & PAGE_OFFSET));
}

size_t guest_memory_read(const GuestView *view, uint64_t address, void *data, size_t size)
{
    Spa spa;
    size_t done = 0;
    for (size_t part; done < size; done += part) {
        part = in_page(address + done, size - done);
        if (!locate(view, address + done, &spa) ||
            !bus_read_bytes(&view->machine->bus, spa, (uint8_t *)data + done, part,
                            requester_hart((uint16_t)view->hart)))
            break;
    }
    return done;
}

bool guest_memory_write(const GuestView *view, uint64_t address, const void *data, size_t size)
{
    Bus *bus = &view->machine->bus;
    Spa spa;
    for (size_t done = 0, part; done < size; done += part) {
        part = in_page(address + done, size - done);
        if (!locate(view, address + done, &spa) || !bus_is_ram(bus, spa, part))
            return false;
    }
    for (size_t done = 0, part; done < size; done += part) {
        part = in_page(address + done, size - done);
        if (!locate(view, address + done, &spa) ||
            !bus_write_bytes(bus, spa, (const uint8_t *)data + done, part,
                             requester_hart(UINT16_MAX)))
            return false;
    }
    return true;
}
