/* SPDX-License-Identifier: MIT */
/*
 * loader.h - what is in memory when the first instruction runs: firmware, kernel, initrd, device tree, boot ROM.
 *
 * Files are read and checked once; every reset of the guest puts the same bytes back. Placement follows QEMU's virt:
 * firmware at the start of RAM, the kernel behind it on the next multiple of 2 MiB (or where its ELF headers say), the
 * initrd half of RAM (at most 512 MiB) behind the kernel's start, the device tree near the end of the first 3 GiB of RAM.
 */
#ifndef EMU_LOADER_H
#define EMU_LOADER_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "emu/machine.h"

/* One -device loader. */
typedef struct {
    const char *file; /* NULL: `size` bytes of `data`, or nothing when `size` is 0 */
    uint64_t data;
    unsigned size;
    bool has_address, force_raw;
    uint64_t address;
    int hart; /* starts at the image's entry or address; -1: none does */
} LoadNote;

typedef struct {
    const char *firmware; /* NULL: none, the first image starts in M-mode */
    const char *kernel, *initrd, *append, *dtb;
    const LoadNote *loads;
    unsigned n_loads;
    const struct MachineFile
        *machine_file; /* whose partitions' images are loaded; NULL: there are none */
} LoaderConfig;

typedef struct Loader Loader;

/* Reads and checks all images and makes itself the machine's load_images. `config` must outlive the loader:
 * after a reset by the guest the files are read again. Fails with EXIT_FILE or EXIT_CONFIG. */
Loader *loader_new(Machine *machine, const LoaderConfig *config, GError **error);
void loader_free(Loader *loader);

/* The device tree as the guest gets it. */
GBytes *loader_devicetree(const Loader *loader);

/* What was put into memory, in the order of addresses. */
typedef struct {
    char *name; /* for people: "kernel 'vmlinux'" */
    uint64_t address, size;
} LoadedPart;
/* NULL: there are no more, or nothing was loaded yet. */
const LoadedPart *loader_part(const Loader *loader, unsigned number);
/* Appends a line for each: where it is, how large, what it is. */
void loader_list(const Loader *loader, GString *out);

/* The largest stretch of RAM in which no image was put: [start, end). */
void loader_largest_gap(const Loader *loader, uint64_t *start, uint64_t *end);

/* Puts everything in its place; what machine_reset calls. `loader` is the Loader. */
bool loader_load(Machine *machine, void *loader, GError **error);

#endif
