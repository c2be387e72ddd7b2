/* SPDX-License-Identifier: MIT */
/*
 * check_memory.c - who has which memory.
 *
 * Two spaces: what a partition sees (guest physical), in which only its own regions can be in each other's way, and the
 * machine's (host), in which everybody's can.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/board.h"
#include "emu/machinefile/check.h"
#include "emu/machinefile/values.h"
#include "mmu/bus.h"

enum { FIRMWARE_ROOM = 2 << 20 };

/* A stretch of host memory and whose it is. */
typedef struct {
    uint64_t start, size;
    const config_setting_t *at; /* NULL: always there */
    char what[64];
} Span;

static bool meet(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

static bool check_region_values(MachineFile *file, const MfPartition *part, const MfRegion *region)
{
    unsigned before = file->findings->errors;
    if (!region->size)
        MF_ERROR(file, region, "size", "a region without a size; add size = \"64M\"");
    if (region->size % PAGE_SIZE)
        MF_ERROR(file, region, "size",
                 "memory is in whole pages of 4K, and this is not; write a multiple of 4K");
    if (region->address % PAGE_SIZE)
        MF_ERROR(file, region, "address",
                 "0x%" PRIx64 " is not where a page begins; write 0x%" PRIx64, region->address,
                 region->address & ~(uint64_t)PAGE_OFFSET);
    if (region->host % PAGE_SIZE)
        MF_ERROR(file, region, "host", "0x%" PRIx64 " is not where a page begins; write 0x%" PRIx64,
                 region->host, region->host & ~(uint64_t)PAGE_OFFSET);
    /* Sv39x4 has 41 bits: "Hypervisor Guest Address Translation and Protection (hgatp) Register". */
    if (region->address >> 41 || (region->address + region->size - 1) >> 41)
        MF_ERROR(
            file, region, "address",
            "partition \"%s\" would see memory beyond 2T, which Sv39x4 does not reach; write for "
            "example 0x80000000",
            mf_name(part));
    return file->findings->errors == before;
}

static void check_guest_space(MachineFile *file, const MfPartition *part, unsigned number)
{
    const MfRegion *region = &part->memory.at[number];
    for (unsigned i = 0; i < number; i++) {
        const MfRegion *other = &part->memory.at[i];
        if (!meet(region->address, region->size, other->address, other->size))
            continue;
        g_autofree char *size = mf_size_text(other->size);
        MF_ERROR(file, region, "address",
                 "partition \"%s\" sees two regions at 0x%" PRIx64
                 " (the other, of %s from 0x%" PRIx64
                 " on, in line %u); write address = 0x%" PRIx64,
                 mf_name(part), MAX(region->address, other->address), size, other->address,
                 mf_line(other->at, NULL), other->address + other->size);
    }
    if (region->address < BOARD_RAM)
        MF_WARNING(file, region, "address",
                   "most guests expect their devices below 0x80000000; write address = 0x80000000");
}

static void report_span(MachineFile *file, const Span *span, const Span *other)
{
    findings_add(
        file->findings, false, mf_line(span->at, "host"), mf_at(span->at, "host") ? "host" : NULL,
        "%s overlaps %s at 0x%" PRIx64 "; write host = 0x%" PRIx64
        ", or leave it to the hypervisor",
        span->what, other->what, MAX(span->start, other->start), other->start + other->size);
}

static void add_span(MachineFile *file, GArray *spans, const Span *span)
{
    uint64_t end = BOARD_RAM + file->machine.memory;
    if (span->start < BOARD_RAM || span->start >= end || span->size > end - span->start) {
        findings_add(file->findings, false, mf_line(span->at, "host"), mf_key(span->at, "host"),
                     "%s is to be at 0x%" PRIx64 " to 0x%" PRIx64
                     ", but RAM is 0x%llx to 0x%" PRIx64
                     "; choose another place, leave host out, or "
                     "give the machine more memory",
                     span->what, span->start, span->start + span->size - 1, BOARD_RAM, end - 1);
        return;
    }
    for (guint i = 0; i < spans->len; i++) {
        const Span *other = &g_array_index(spans, Span, i);
        if (meet(span->start, span->size, other->start, other->size))
            report_span(file, span, other);
    }
    g_array_append_val(spans, *span);
}

static void add_fixed(MachineFile *file, GArray *spans)
{
    const MfHypervisor *hyp = &file->hypervisor;
    bool has_firmware = !file->machine.bios || strcmp(file->machine.bios, "none") != 0;
    uint64_t start = BOARD_RAM + (has_firmware ? FIRMWARE_ROOM : 0);
    Span firmware = { BOARD_RAM, FIRMWARE_ROOM, NULL, "the firmware" };
    Span hypervisor = { start, hyp->memory, hyp->at, "the hypervisor" };
    if (has_firmware)
        g_array_append_val(spans, firmware);
    if (file->partitions.n && start - BOARD_RAM + hyp->memory > file->machine.memory)
        MF_ERROR(
            file, hyp, "memory",
            "the hypervisor's memory and the firmware's are more than the machine has; write less, or give "
            "the machine more");
    else if (file->partitions.n)
        g_array_append_val(spans, hypervisor);
}

static uint64_t check_partition(MachineFile *file, const MfPartition *part, GArray *spans)
{
    uint64_t sum = 0;
    if (!part->memory.n)
        MF_ERROR(file, part, "memory", "partition \"%s\" has no memory; add memory = \"64M\"",
                 mf_name(part));
    for (unsigned i = 0; i < part->memory.n; i++) {
        const MfRegion *region = &part->memory.at[i];
        sum += region->size;
        if (!check_region_values(file, part, region))
            continue;
        check_guest_space(file, part, i);
        if (!mf_at(region->at, "host"))
            continue;
        Span span = { region->host, region->size, region->at, "" };
        g_snprintf(span.what, sizeof span.what, "memory of partition \"%.31s\"", mf_name(part));
        add_span(file, spans, &span);
        if (part->colors.n)
            MF_ERROR(
                file, region, "host",
                "one piece of host memory has all colours, and partition \"%s\" is to have some; "
                "leave host or colors out",
                mf_name(part));
    }
    return sum;
}

/* Everybody's memory together. */
static void check_sum(MachineFile *file, uint64_t sum)
{
    if (!file->partitions.n || sum <= file->machine.memory)
        return;
    g_autofree char *asked = mf_size_text(sum), *have = mf_size_text(file->machine.memory);
    MF_ERROR(
        file, &file->machine, "memory",
        "partitions, shared memory, hypervisor and firmware ask for %s together, and the machine "
        "has %s; write memory = \"%" PRIu64 "M\", or give them less",
        asked, have, (sum + (1 << 20) - 1) >> 20);
}

void mf_check_memory(MachineFile *file)
{
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(Span));
    uint64_t sum = FIRMWARE_ROOM + file->hypervisor.memory;
    add_fixed(file, spans);
    for (unsigned i = 0; i < file->partitions.n; i++)
        sum += check_partition(file, &file->partitions.at[i], spans);
    for (unsigned i = 0; i < file->shmem.n; i++) {
        const MfShmem *shmem = &file->shmem.at[i];
        sum += shmem->size;
        if (!mf_at(shmem->at, "host") || !shmem->size || shmem->host % PAGE_SIZE)
            continue;
        Span span = { shmem->host, shmem->size, shmem->at, "" };
        g_snprintf(span.what, sizeof span.what, "shared memory \"%.31s\"",
                   shmem->name ? shmem->name : "");
        add_span(file, spans, &span);
    }
    check_sum(file, sum);
}
