/* SPDX-License-Identifier: MIT */
/*
 * loader.c - fuzzing: program files: ELF, Linux Image, gzip, EFI zboot, raw, and what is to be loaded beside them.
 *
 * The first byte says what the rest is given as; bit 3 compresses it first, so that what is inside gzip is reached too.
 */
#include <string.h>
#include <zlib.h>

#include "emu/loader.h"
#include "tests/lib/fuzz.h"

static size_t compress_gzip(const uint8_t *data, size_t size, uint8_t *out, size_t room)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size };
    if (deflateInit2(&z, 1, Z_DEFLATED, MAX_WBITS + 16, 1, Z_DEFAULT_STRATEGY) != Z_OK)
        fuzz_fail("zlib does not work");
    z.next_out = out;
    z.avail_out = (uInt)room;
    (void)deflate(&z, Z_FINISH);
    deflateEnd(&z);
    return z.total_out;
}

static void give_file(FuzzFile *file, const Bytes *in, bool compressed)
{
    static uint8_t packed[1 << 16];
    if (compressed)
        fuzz_file_set(file, packed,
                      compress_gzip(in->at, MIN(bytes_left(in), 32768), packed, sizeof packed));
    else
        fuzz_file_set(file, in->at, bytes_left(in));
}

/* Loads, and resets as a guest would do it. */
static void load(Machine *m, const LoaderConfig *config)
{
    g_autoptr(GError) error = NULL;
    Loader *loader = loader_new(m, config, &error);
    if (!loader != !!error)
        fuzz_fail("%s", error ? error->message : "failure without an error");
    for (unsigned i = 0; loader && i < 2; i++) {
        if (!machine_reset(m, &error))
            fuzz_fail("what was loaded cannot be loaded: %s", error->message);
    }
    uint64_t start, end;
    if (loader) {
        loader_largest_gap(loader, &start, &end);
        if (start > end || start < BOARD_RAM || end > BOARD_RAM + m->config.ram_size)
            fuzz_fail("free RAM where there is none");
    }
    loader_free(loader);
    m->load_images = NULL;
    m->tohost.v = 0;
}

/* The machine's tree, as a file: to make it for every case would take most of the time. */
static FuzzFile make_tree(Machine *m)
{
    static const LoaderConfig nothing;
    FuzzFile file = fuzz_file();
    gsize size;
    Loader *loader = loader_new(m, &nothing, NULL);
    const void *tree = g_bytes_get_data(loader_devicetree(loader), &size);
    fuzz_file_set(&file, tree, size);
    loader_free(loader);
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzMachine its;
    static FuzzFile file, tree;
    Bytes in = { data, data + size };
    if (!its.machine) {
        MachineConfig config = { .n_harts = 1, .ram_size = 4 << 20 };
        its = fuzz_machine(&config, NULL);
        file = fuzz_file();
        tree = make_tree(its.machine);
    }
    unsigned kind = (unsigned)take(&in, 1);
    LoadNote note = { .file = file.path,
                      .has_address = kind & 0x10,
                      .address = BOARD_RAM + (uint64_t)(kind & 0xe0) * 0x10000,
                      .force_raw = kind & 0x20,
                      .hart = kind & 0x40 ? 0 : -1 };
    LoaderConfig config = { .dtb = tree.path, .append = kind & 0x80 ? "quiet" : NULL };
    if (kind & 1)
        config.kernel = file.path;
    if (kind & 2)
        config.firmware = file.path;
    if (kind & 4 && kind & 0x10)
        config.initrd = file.path;
    if (!(kind & 3)) {
        config.loads = &note;
        config.n_loads = 1;
    }
    give_file(&file, &in, kind & 8);
    fuzz_restart(&its);
    load(its.machine, &config);
    return 0;
}
