/* SPDX-License-Identifier: MIT */
/* guest_memory.c - memory as a program on a hart sees it; see guest_memory.h. */
#include "emu/guest_memory.h"

#include <inttypes.h>

static bool translate(const GuestView *view, uint64_t address, WalkResult *result)
{
    Mmu *mmu = &view->machine->harts[view->hart].mmu;
    Gva va = { address };
    if (view->space)
        return mmu_peek_space(mmu, view->space, va, result);
    return view->code ? mmu_peek_fetch(mmu, va, result) : mmu_peek_translate(mmu, va, result);
}

static bool locate(const GuestView *view, uint64_t address, Spa *spa)
{
    WalkResult result;
    *spa = (Spa){ address };
    if (view->physical)
        return true;
    if (!translate(view, address, &result))
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

static const char *reason_of(WalkReason why)
{
    static const char *const words[] = {
        [WHY_NONE] = "nothing is wrong",
        [WHY_NOT_CANONICAL] = "its high bits are not those of an address of this size",
        [WHY_NOT_VALID] = "V = 0: nothing is mapped there",
        [WHY_RESERVED] = "a reserved combination of bits",
        [WHY_NO_LEAF] = "a pointer where the last level must have a leaf",
        [WHY_MISALIGNED] = "a superpage that is not aligned",
        [WHY_PERMISSION] = "no permission",
        [WHY_ACCESSED] = "A = 0",
        [WHY_DIRTY] = "D = 0",
        [WHY_ACCESS] = "no memory there, or PMP does not let the walker in",
        [WHY_NO_FRAME] = "no register of the associative memory has the page",
        [WHY_BEYOND] = "a virtual machine of the associative memory has no memory from 256 KiB on",
    };
    return words[why];
}

static void explain_entry(const WalkStep *step, GString *out)
{
    g_string_append_printf(out, ": the %s entry of level %u at 0x%" PRIx64 " is 0x%" PRIx64,
                           step->stage ? "G-stage" : "first-stage", step->level, step->at.v,
                           step->pte);
    if (step->implicit)
        g_string_append(out, ", on the way to a page table of the guest's");
}

void guest_memory_explain(const GuestView *view, uint64_t address, GString *out)
{
    WalkResult result = { .spa = { address } };
    Bus *bus = &view->machine->bus;
    g_string_append_printf(out, "0x%" PRIx64, address);
    if (view->physical || translate(view, address, &result)) {
        g_string_append_printf(out, " is physical address 0x%" PRIx64 ", %s\n", result.spa.v,
                               bus_is_ram(bus, result.spa, 1) ? "in RAM"
                               : bus_find(bus, result.spa)    ? "in a device or ROM"
                                                              : "where there is nothing");
        return;
    }
    g_string_append(out, " has no translation");
    if (result.n_steps)
        explain_entry(&result.steps[result.n_steps - 1], out);
    g_string_append_printf(out, ": %s\n", reason_of(result.why));
}
