/* SPDX-License-Identifier: MIT */
/*
 * device_rig.h - just enough machine for a device: RAM, a clock, and recorded wires.
 *
 * Tests drive the device through the bus, as a hart would, and see the levels of its wires and what
 * it traced as a guest's error.
 */
#ifndef TESTS_LIB_DEVICE_RIG_H
#define TESTS_LIB_DEVICE_RIG_H

#include "devices/device.h"

enum { RIG_WIRES = 128 };

#define RIG_BASE     0x10000000ull /* the device */
#define RIG_RAM      0x80000000ull
#define RIG_RAM_SIZE 0x400000ull

typedef struct {
    Clock clock;
    Trace trace;
    Bus bus;
    char *trace_text;
    size_t trace_size;
    bool level[RIG_WIRES];
    unsigned changes[RIG_WIRES]; /* how often the level changed */
} Rig;

void rig_init(Rig *rig);
void rig_free(Rig *rig);

/* Wire `number`, which records its level. */
IrqLine rig_wire(Rig *rig, unsigned number);

/* A site at RIG_BASE whose interrupt is wire 0; `id` is static. */
DeviceSite rig_site(Rig *rig, const char *id);

/* Realizes and resets `dev`; aborts the test when it fails. */
void rig_start(Device *dev);

/* Accesses at RIG_BASE + offset. A refused access fails the test. */
uint64_t rig_read(Rig *rig, uint64_t offset, unsigned size);
void rig_write(Rig *rig, uint64_t offset, unsigned size, uint64_t value);
/* Is the access refused? */
bool rig_read_faults(Rig *rig, uint64_t offset, unsigned size);
bool rig_write_faults(Rig *rig, uint64_t offset, unsigned size, uint64_t value);

/* Lets virtual time pass until `ns`, firing timers on the way. */
void rig_run_until(Rig *rig, uint64_t ns);

/* How many guest_error events there were so far. */
unsigned rig_guest_errors(Rig *rig);

/* The state of `dev` as saved bytes, and loading it. Loading what does not fit fails the test. */
GByteArray *rig_save(Device *dev);
void rig_load(Rig *rig, Device *dev, const GByteArray *saved);
uint64_t rig_hash(Device *dev);

#endif
