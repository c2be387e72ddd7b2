/* SPDX-License-Identifier: MIT */
/*
 * wildmmio.c - loads and stores of every size at every offset of every device page, aligned and not, with zeros, ones
 * and pseudo-random values; all but the words that end the run.
 *
 * An access completes or raises the access fault or misaligned exception of its kind; mtval is its address, or that of
 * its portion in the next page; a load that traps leaves its register alone. The PLIC is too large for every offset: the
 * rest of it is sampled.
 *
 * args: -drive file=disk.img,if=none,format=raw,id=d0 -snapshot -device virtio-blk-device,drive=d0 -device virtio-rng-device -device virtio-serial-device
 * files: disk.img 65536
 * variants: -smp 1
 * variants: -smp 2 -global virtio-mmio.force-legacy=false
 * skip: -quantum
 * exit: 0
 * console: ... wildmmio: done
 */
#include "lib/guest.h"

static uint64_t random_state;
static uint64_t traps, completed;

static uint64_t load(uintptr_t at, unsigned size)
{
    register uint64_t value __asm__("a5") = 0x5eed5eed5eed5eed;
    switch (size) {
    case 1: __asm__ volatile("lbu %0, 0(%1)" : "+r"(value) : "r"(at) : "memory"); break;
    case 2: __asm__ volatile("lhu %0, 0(%1)" : "+r"(value) : "r"(at) : "memory"); break;
    case 4: __asm__ volatile("lwu %0, 0(%1)" : "+r"(value) : "r"(at) : "memory"); break;
    default: __asm__ volatile("ld %0, 0(%1)" : "+r"(value) : "r"(at) : "memory");
    }
    return value;
}

static void store(uintptr_t at, unsigned size, uint64_t value)
{
    switch (size) {
    case 1: __asm__ volatile("sb %0, 0(%1)" ::"r"(value), "r"(at) : "memory"); break;
    case 2: __asm__ volatile("sh %0, 0(%1)" ::"r"(value), "r"(at) : "memory"); break;
    case 4: __asm__ volatile("sw %0, 0(%1)" ::"r"(value), "r"(at) : "memory"); break;
    default: __asm__ volatile("sd %0, 0(%1)" ::"r"(value), "r"(at) : "memory");
    }
}

/* Was the last access well-behaved? True: it completed. */
static bool judge(uintptr_t at, uint64_t access, uint64_t misaligned, unsigned size)
{
    uintptr_t next_page = (at | (PAGE - 1)) + 1;
    bool aligned = !(at % size), crosses = at + size > next_page;
    Caught caught = guest_take();
    completed += !caught.count;
    traps += caught.count;
    if (!caught.count)
        return true;
    if (!crosses || caught.tval != next_page)
        guest_check("mtval", at, caught.tval, at);
    if (aligned || caught.cause != misaligned)
        guest_check("cause", at, caught.cause, access);
    return false;
}

static void check_load(uintptr_t at, unsigned size)
{
    uint64_t value = load(at, size);
    if (!judge(at, LOAD_ACCESS, LOAD_MISALIGNED, size))
        guest_check("a load that traps leaves rd", at, value, 0x5eed5eed5eed5eed);
    else if (size < 8)
        guest_check("zero-extended", at, value >> (8 * size), 0);
}

static bool ends_the_run(uint64_t value)
{
    uint64_t word = value & 0xffff;
    return word == 0x3333 || word == 0x5555 || word == 0x7777;
}

static void check_store(uintptr_t at, unsigned size, uint64_t value)
{
    if (at - FINISHER < 4096 && ends_the_run(value))
        return;
    store(at, size, value);
    judge(at, STORE_ACCESS, STORE_MISALIGNED, size);
}

static void try_address(uintptr_t at)
{
    for (unsigned size = 1; size <= 8; size *= 2) {
        check_load(at, size);
        check_store(at, size, 0);
        check_store(at, size, ~0ul);
        check_store(at, size, guest_random(&random_state));
        check_load(at, size);
    }
}

typedef struct {
    const char *name;
    uintptr_t base;
    uint64_t size;
} Range;

/* With a few bytes on both sides, where there is nothing or a neighbour. */
static const Range all[] = {
    { "finisher", FINISHER - 8, 4096 + 8 },
    { "RTC", RTC, 4096 + 16 },
    { "msip", CLINT - 8, 4096 + 8 },
    { "mtimecmp", CLINT + 0x4000 - 8, 512 },
    { "mtime", CLINT + 0xbff0, 0x20 },
    { "PLIC priorities", PLIC - 8, 4096 + 8 },
    { "PLIC pending", PLIC + 0x1000, 256 },
    { "PLIC enables", PLIC + 0x2000, 1024 },
    { "PLIC thresholds", PLIC + 0x200000, 64 },
    { "PLIC thresholds", PLIC + 0x201000, 64 },
    { "PLIC thresholds", PLIC + 0x202000, 64 },
    { "UART", UART - 8, 512 },
    { "virtio 0", VIRTIO - 8, 512 },
    { "virtio 4", VIRTIO + 0x4000 - 8, 512 },
    { "virtio 5", VIRTIO + 0x5000 - 8, 1024 },
    { "virtio 6", VIRTIO + 0x6000 - 8, 1024 },
    { "virtio 7", VIRTIO + 0x7000 - 8, 4096 + 32 },
};

static const Range sampled[] = {
    { "PLIC", PLIC, 0x600000 },           { "CLINT", CLINT, 0x10000 },
    { "UART page", UART, 4096 },          { "virtio", VIRTIO, 0x8000 },
    { "holes", 0x200000, 0x1e00000 },     { "holes", 0x10009000, 0x1000000 },
    { "below RAM", RAM - 4096, 4096 },    { "behind RAM", RAM + RAM_SIZE - 7, 4096 },
    { "far away", 1ul << 40, 1ul << 50 },
};

enum { SAMPLES = 400 };

/* The boot ROM may be read, and stores to it do not stick. */
static void check_rom(void)
{
    for (uintptr_t at = 0x1000; at < 0x1100; at += 8) {
        uint64_t was = load(at, 8);
        judge(at, LOAD_ACCESS, LOAD_MISALIGNED, 8);
        check_store(at, 8, ~was);
        guest_check("the ROM is as before", at, load(at, 8), was);
    }
}

/* After all that, devices still are what they were. */
static void check_identity(void)
{
    static const uint64_t ids[] = { 3, 4, 2 }; /* console, random numbers, disk: slots 5 to 7 */
    for (unsigned i = 0; i < 8; i++) {
        uintptr_t slot = VIRTIO + 0x1000 * i;
        write32(slot + 0x70, 0);
        guest_check("magic", slot, read32(slot), 0x74726976);
        guest_check("device", slot, read32(slot + 8), i < 5 ? 0 : ids[i - 5]);
        guest_check("status after reset", slot, read32(slot + 0x70), 0);
        guest_check("interrupts after reset", slot, read32(slot + 0x60), 0);
    }
    guest_check("source 0 has no priority", PLIC, read32(PLIC), 0);
    guest_check("source 0 cannot be enabled", PLIC, read32(PLIC + 0x2000) & 1, 0);
    uint64_t before = read64(MTIME);
    for (unsigned i = 0; i < 1000; i++)
        (void)read64(MTIME);
    guest_check("time passes", 0, read64(MTIME) > before, true);
}

/* Back to 8N1, so that the last words can be read. */
static void calm_uart(void)
{
    static const uint8_t settings[] = { 0, 0, 7, 3, 0 };
    store(UART + 3, 1, 3);
    for (unsigned i = 1; i < sizeof settings; i++)
        store(UART + i, 1, settings[i]);
    guest_check("no UART store traps", 0, guest_take().count, 0);
}

int main(unsigned hart)
{
    if (hart)
        return 0;
    guest_expect(true);
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        for (uint64_t offset = 0; offset < all[i].size; offset++)
            try_address(all[i].base + offset);
    for (unsigned i = 0; i < sizeof sampled / sizeof sampled[0]; i++)
        for (unsigned n = 0; n < SAMPLES; n++)
            try_address(sampled[i].base + guest_random(&random_state) % sampled[i].size);
    check_rom();
    calm_uart();
    check_identity();
    guest_check("some accesses trap", 0, traps > 1000, true);
    guest_check("some complete", 0, completed > 1000, true);
    guest_check("traps nobody looked at", 0, guest_take().count, 0);
    guest_print("\nwildmmio: done\n");
    return (int)guest_failures;
}
