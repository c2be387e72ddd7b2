/* SPDX-License-Identifier: MIT */
/* fuzz_virtio.h - a driver of virtio-mmio for fuzzing: like one that follows the rules, but for what the case makes of numbers. */
#ifndef TESTS_LIB_FUZZ_VIRTIO_H
#define TESTS_LIB_FUZZ_VIRTIO_H

#include "tests/lib/fuzz.h"

/* Where queues are: the first, from each to the next, and from a queue to its used ring. */
typedef struct {
    uint64_t first, next, used;
    unsigned count;
} FuzzQueues;

/* Writes the register `offset` of the device at `base`, which must be there. */
void fuzz_virtio_write(Machine *machine, uint64_t base, unsigned offset, uint64_t value);
/* Resets the device and brings it up, with those of `features` that it has and queues of `num` entries. */
void fuzz_virtio_set_up(Machine *machine, uint64_t base, uint64_t features, unsigned num,
                        FuzzQueues queues);

#endif
