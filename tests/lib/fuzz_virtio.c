/* SPDX-License-Identifier: MIT */
/* fuzz_virtio.c - a driver of virtio-mmio for fuzzing; see fuzz_virtio.h. */
#include "tests/lib/fuzz_virtio.h"

void fuzz_virtio_write(Machine *m, uint64_t base, unsigned offset, uint64_t value)
{
    if (!bus_write(&m->bus, (Spa){ base + offset }, 4, (uint32_t)value, requester_hart(0)))
        fuzz_fail("register 0x%x is not there", offset);
}

static void choose_features(Machine *m, uint64_t base, uint64_t features)
{
    for (unsigned half = 0; half < 2; half++) {
        uint64_t offered = 0;
        fuzz_virtio_write(m, base, 0x14, half);
        if (!bus_read(&m->bus, (Spa){ base + 0x10 }, 4, &offered, requester_hart(0)))
            fuzz_fail("no features");
        fuzz_virtio_write(m, base, 0x24, half);
        fuzz_virtio_write(m, base, 0x20,
                          (features >> 32 * half | (half && m->config.virtio_modern)) & offered);
    }
}

static void give_queue(Machine *m, uint64_t base, unsigned queue, unsigned num, uint64_t at,
                       uint64_t used)
{
    const uint64_t parts[] = { at, at + 16 * num, at + used };
    bool modern = m->config.virtio_modern;
    fuzz_virtio_write(m, base, 0x30, queue);
    fuzz_virtio_write(m, base, 0x38, num);
    for (unsigned i = 0; modern && i < 3; i++) {
        fuzz_virtio_write(m, base, 0x80 + 0x10 * i, parts[i]);
        fuzz_virtio_write(m, base, 0x84 + 0x10 * i, parts[i] >> 32);
    }
    fuzz_virtio_write(m, base, 0x3c, 4096);
    fuzz_virtio_write(m, base, modern ? 0x44 : 0x40, modern ? 1 : at / 4096);
}

void fuzz_virtio_set_up(Machine *m, uint64_t base, uint64_t features, unsigned num,
                        FuzzQueues queues)
{
    fuzz_virtio_write(m, base, 0x28, 4096);
    fuzz_virtio_write(m, base, 0x70, 0);
    fuzz_virtio_write(m, base, 0x70, 3);
    choose_features(m, base, features);
    fuzz_virtio_write(m, base, 0x70, 11);
    for (unsigned i = 0; i < queues.count; i++)
        give_queue(m, base, i, num, queues.first + i * queues.next, queues.used);
    fuzz_virtio_write(m, base, 0x70, m->config.virtio_modern ? 15 : 7);
}
