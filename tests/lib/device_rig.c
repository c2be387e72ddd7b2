/* SPDX-License-Identifier: MIT */
/* device_rig.c - just enough machine for a device; see device_rig.h. */
#include "tests/lib/device_rig.h"

#include <string.h>

#include <criterion/criterion.h>

static void record(void *to, unsigned input, bool level)
{
    Rig *rig = to;
    rig->changes[input] += rig->level[input] != level;
    rig->level[input] = level;
}

void rig_init(Rig *rig)
{
    *rig = (Rig){ 0 };
    clock_init(&rig->clock, 1);
    rig->trace.clock = &rig->clock;
    rig->trace.out = open_memstream(&rig->trace_text, &rig->trace_size);
    rig->trace.on[TRACE_guest_error] = true;
    cr_assert(bus_init(&rig->bus, (Spa){ RIG_RAM }, RIG_RAM_SIZE, &rig->trace, NULL));
}

void rig_free(Rig *rig)
{
    bus_free(&rig->bus);
    clock_free(&rig->clock);
    fclose(rig->trace.out);
    free(rig->trace_text);
}

IrqLine rig_wire(Rig *rig, unsigned number)
{
    return (IrqLine){ record, rig, number };
}

DeviceSite rig_site(Rig *rig, const char *id)
{
    return (DeviceSite){ .bus = &rig->bus,
                         .clock = &rig->clock,
                         .trace = &rig->trace,
                         .base = { RIG_BASE },
                         .irq = rig_wire(rig, 0),
                         .irq_number = 1,
                         .requester = 7,
                         .id = id };
}

void rig_start(Device *dev)
{
    GError *error = NULL;
    cr_assert(device_realize(dev, &error), "%s", error ? error->message : "");
    device_reset(dev);
}

uint64_t rig_read(Rig *rig, uint64_t offset, unsigned size)
{
    uint64_t value = 0;
    cr_assert(bus_read(&rig->bus, (Spa){ RIG_BASE + offset }, size, &value, requester_hart(0)),
              "read of %u bytes at 0x%lx faults", size, (unsigned long)offset);
    return value;
}

void rig_write(Rig *rig, uint64_t offset, unsigned size, uint64_t value)
{
    cr_assert(bus_write(&rig->bus, (Spa){ RIG_BASE + offset }, size, value, requester_hart(0)),
              "write of %u bytes at 0x%lx faults", size, (unsigned long)offset);
}

bool rig_read_faults(Rig *rig, uint64_t offset, unsigned size)
{
    uint64_t value;
    return !bus_read(&rig->bus, (Spa){ RIG_BASE + offset }, size, &value, requester_hart(0));
}

bool rig_write_faults(Rig *rig, uint64_t offset, unsigned size, uint64_t value)
{
    return !bus_write(&rig->bus, (Spa){ RIG_BASE + offset }, size, value, requester_hart(0));
}

void rig_run_until(Rig *rig, uint64_t ns)
{
    while (rig->clock.next <= ns) {
        rig->clock.units = MAX(rig->clock.units, rig->clock.next);
        clock_run_timers(&rig->clock);
    }
    rig->clock.units = ns;
}

unsigned rig_guest_errors(Rig *rig)
{
    unsigned count = 0;
    fflush(rig->trace.out);
    for (const char *at = rig->trace_text; at && (at = strstr(at, " guest_error ")); at++)
        count++;
    return count;
}

GByteArray *rig_save(Device *dev)
{
    StateSaver saver;
    GByteArray *saved = g_byte_array_new();
    state_saver_init(&saver, saved);
    device_visit(dev, &saver.visitor);
    return saved;
}

void rig_load(Rig *rig, Device *dev, const GByteArray *saved)
{
    StateLoader loader;
    state_loader_init(&loader, saved->data, saved->len);
    device_visit(dev, &loader.visitor);
    cr_assert_null(loader.error, "%s", loader.error ? loader.error->message : "");
    clock_loaded(&rig->clock);
}

uint64_t rig_hash(Device *dev)
{
    StateHasher hasher;
    state_hasher_init(&hasher);
    device_visit(dev, &hasher.visitor);
    return hasher.hash;
}
