/* SPDX-License-Identifier: MIT */
/*
 * loader.c - firmware, kernel, initrd, device tree and boot ROM; see loader.h.
 *
 * Every run of bytes is a Blob with a name for people. Blobs are collected first, then checked against RAM and each
 * other, and only then put anywhere.
 */
#include "emu/loader.h"

#include <inttypes.h>
#include <libfdt.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/board.h"
#include "emu/bootrom.h"
#include "emu/devicetree.h"
#include "emu/loader_image.h"
#include "emu/machinefile/modules.h"

#define MIB (1ull << 20)

/* Kernels, and the device tree, stand on multiples of this. Source: Linux, "RISC-V Kernel Boot Requirements". */
#define BIG_PAGE (2 * MIB)

enum { FDT_SPARE = 4096, FDT_OLDEST = 16 };

struct Loader {
    Machine *machine;
    const LoaderConfig *config;
    GPtrArray *images;  /* of Image, in the order they were given */
    GPtrArray *blobs;   /* of Blob: parts of the images, sorted by address */
    GPtrArray *modules; /* of MfModule, while they are read */
    GBytes *devicetree;
    uint8_t rom[BOARD_ROM_SIZE];
    uint64_t hart_pc[MACHINE_MAX_HARTS]; /* 0: the boot ROM */
    uint64_t gap, gap_end;               /* the largest stretch of RAM with no image in it */
    GArray *parts;                       /* of LoadedPart: what was put into memory */
    uint64_t hash; /* of all that was put into memory at the start, 0: nothing yet */
};

static uint64_t ram_end(const Machine *m)
{
    return BOARD_RAM + m->config.ram_size;
}

static uint64_t align_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* Adds `image`'s parts; the loader takes it over. */
static Image *add_image(Loader *loader, Image *image)
{
    if (!image)
        return NULL;
    g_ptr_array_add(loader->images, image);
    for (unsigned i = 0; i < image->blobs->len; i++)
        g_ptr_array_add(loader->blobs, g_ptr_array_index(image->blobs, i));
    return image;
}

/* Checks. */

static int by_address(const void *a, const void *b)
{
    const Blob *x = *(Blob *const *)a, *y = *(Blob *const *)b;
    return x->address < y->address ? -1 : x->address > y->address;
}

static bool check_blob(const Machine *m, const Blob *blob, GError **error)
{
    uint64_t offset = blob->address - BOARD_RAM, size = m->config.ram_size;
    if (offset < size && blob->span <= size - offset)
        return true;
    if (blob->address < BOARD_RAM || offset >= (1ull << 40))
        return fail(error, EXIT_CONFIG,
                    "%s is to be at 0x%" PRIx64
                    ", where there is no RAM (it begins at 0x%llx); link "
                    "it for, or load it to, an address in RAM",
                    blob->name, blob->address, BOARD_RAM);
    return fail(error, EXIT_CONFIG,
                "%s needs 0x%" PRIx64 " to 0x%" PRIx64 ", but RAM ends at 0x%" PRIx64
                "; give more RAM with -m",
                blob->name, blob->address, blob->address + blob->span, ram_end(m));
}

/* `end` begins the next image, or is the end of RAM. */
static void note_gap(Loader *loader, const Blob *before, uint64_t end)
{
    uint64_t start = before ? before->address + before->span : BOARD_RAM;
    if (end - start <= loader->gap_end - loader->gap)
        return;
    loader->gap = start;
    loader->gap_end = end;
}

static bool check_blobs(Loader *loader, GError **error)
{
    const Blob *last = NULL;
    g_ptr_array_sort(loader->blobs, by_address);
    for (unsigned i = 0; i < loader->blobs->len; i++) {
        const Blob *blob = g_ptr_array_index(loader->blobs, i);
        if (!check_blob(loader->machine, blob, error))
            return false;
        const Blob *before = i ? g_ptr_array_index(loader->blobs, i - 1) : NULL;
        if (before && before->address + before->span > blob->address)
            return fail(error, EXIT_CONFIG,
                        "%s (0x%" PRIx64 " to 0x%" PRIx64 ") and %s (from 0x%" PRIx64
                        ") overlap; move one of them, or give more RAM with -m",
                        before->name, before->address, before->address + before->span, blob->name,
                        blob->address);
        note_gap(loader, before, blob->address);
        last = blob;
    }
    note_gap(loader, last, ram_end(loader->machine));
    return true;
}

/* Firmware and kernel. */

static uint64_t end_of(const Image *image)
{
    uint64_t end = 0;
    for (unsigned i = 0; i < image->blobs->len; i++) {
        const Blob *blob = g_ptr_array_index(image->blobs, i);
        end = MAX(end, blob->address + blob->span);
    }
    return end;
}

static uint64_t start_of(const Image *image)
{
    uint64_t start = UINT64_MAX;
    for (unsigned i = 0; i < image->blobs->len; i++) {
        const Blob *blob = g_ptr_array_index(image->blobs, i);
        start = MIN(start, blob->address);
    }
    return start;
}

static bool check_entry(const Machine *m, const Image *image, const char *path, GError **error)
{
    return (image->entry >= BOARD_RAM && image->entry < ram_end(m)) ||
           fail(error, EXIT_CONFIG,
                "'%s' begins to run at 0x%" PRIx64 ", which is not in RAM (0x%llx to 0x%" PRIx64
                "); link it for 0x80000000, or give more RAM with -m",
                path, image->entry, BOARD_RAM, ram_end(m));
}

static bool load_firmware(Loader *loader, const LoaderConfig *config, Image **out, GError **error)
{
    ImageRequest request = { "firmware", config->firmware, BOARD_RAM,
                             loader->machine->config.ram_size, false };
    *out = config->firmware ? add_image(loader, image_load(&request, error)) : NULL;
    return !config->firmware ||
           (*out && check_entry(loader->machine, *out, config->firmware, error));
}

static bool load_kernel(Loader *loader, const LoaderConfig *config, const Image *firmware,
                        Image **out, GError **error)
{
    uint64_t at = firmware ? align_up(MAX(end_of(firmware), BOARD_RAM + 1), BIG_PAGE) : BOARD_RAM;
    ImageRequest request = { "kernel", config->kernel, at, loader->machine->config.ram_size, true };
    *out = config->kernel ? add_image(loader, image_load(&request, error)) : NULL;
    if (config->kernel && (!*out || !check_entry(loader->machine, *out, config->kernel, error)))
        return false;
    if (!firmware && *out && bus_is_ram(&loader->machine->bus, (Spa){ (*out)->tohost }, 8))
        loader->machine->tohost = (Spa){ (*out)->tohost };
    return true;
}

static bool load_initrd(Loader *loader, const LoaderConfig *config, const Image *kernel,
                        DevicetreeChosen *chosen, GError **error)
{
    uint64_t size = loader->machine->config.ram_size;
    if (!config->initrd)
        return true;
    if (!kernel)
        return fail(error, EXIT_CONFIG,
                    "-initrd '%s' without a kernel that could use it; add -kernel", config->initrd);
    ImageRequest request = { "initrd", config->initrd, kernel->entry + MIN(size / 2, 512 * MIB),
                             size, false };
    Image *image = add_image(loader, image_load_raw(&request, error));
    if (!image)
        return false;
    chosen->initrd_start = request.address;
    chosen->initrd_end = end_of(image);
    return true;
}

static bool load_note(Loader *loader, const LoadNote *note, GError **error)
{
    uint64_t entry = note->address;
    ImageRequest request = { "image", note->file, note->address, loader->machine->config.ram_size,
                             false };
    Image *image = NULL;
    if (note->size)
        image = image_of_bytes("data of -device loader", note->address, &note->data, note->size);
    else if (note->file && note->force_raw)
        image = image_load_raw(&request, error);
    else if (note->file)
        image = image_load(&request, error);
    if ((note->size || note->file) && !image)
        return false;
    if (image && image->is_raw && !note->has_address) {
        image_free(image);
        return fail(error, EXIT_CONFIG,
                    "-device loader: '%s' is no ELF file, so it does not say where it belongs; add "
                    "addr=ADDRESS",
                    note->file);
    }
    if (add_image(loader, image) && !note->size)
        entry = image->entry;
    if (note->hart >= 0)
        loader->hart_pc[note->hart] = entry;
    return true;
}

/* The device tree. */

/* Near the end of RAM, at most 3 GiB behind its beginning. */
static uint64_t place_tree(const Machine *m, size_t size)
{
    uint64_t top = MIN(ram_end(m), BOARD_RAM + 3072 * MIB), at = (top - size) / BIG_PAGE * BIG_PAGE;
    return at > BOARD_RAM + BIG_PAGE ? at : (top - size) / PAGE_SIZE * PAGE_SIZE;
}

/* Images of partitions, out of the way of everything else: below where the device tree will be. */
static bool load_modules(Loader *loader, const LoaderConfig *config, const Image *kernel,
                         DevicetreeChosen *chosen, GError **error)
{
    const MachineFile *file = config->machine_file;
    if (!file)
        return true;
    uint64_t bottom =
        kernel ? MAX(end_of(kernel), start_of(kernel) + file->hypervisor.memory) : BOARD_RAM;
    loader->modules = mf_modules_load(file, error);
    if (!loader->modules || !mf_modules_place(loader->modules, file, bottom,
                                              place_tree(loader->machine, BIG_PAGE), error))
        return false;
    for (guint i = 0; i < loader->modules->len; i++) {
        const MfModule *module = g_ptr_array_index(loader->modules, i);
        g_autofree char *name =
            g_strdup_printf("%s of partition \"%s\"", module->is_initrd ? "initrd" : "kernel",
                            file->partitions.at[module->partition].name);
        add_image(loader,
                  image_of_bytes(name, module->at, module->bytes->data, module->bytes->len));
    }
    chosen->machine_file = file;
    chosen->modules = loader->modules;
    chosen->kernel_start = kernel ? start_of(kernel) : BOARD_RAM;
    return true;
}

/* Adds what /chosen must say to a tree from a file. */
static bool amend_tree(void *fdt, const DevicetreeChosen *chosen)
{
    int node = fdt_path_offset(fdt, "/chosen");
    if (node < 0)
        node = fdt_add_subnode(fdt, 0, "chosen");
    if (node < 0 ||
        (chosen->bootargs && fdt_setprop_string(fdt, node, "bootargs", chosen->bootargs)))
        return false;
    return chosen->initrd_end == 0 ||
           (!fdt_setprop_u64(fdt, node, "linux,initrd-start", chosen->initrd_start) &&
            !fdt_setprop_u64(fdt, node, "linux,initrd-end", chosen->initrd_end));
}

static GByteArray *read_tree(const char *path, const DevicetreeChosen *chosen, GError **error)
{
    g_autoptr(GByteArray) file = image_read_file(path, 16 * MIB, "device tree", error);
    size_t room =
        file ? file->len + FDT_SPARE + (chosen->bootargs ? strlen(chosen->bootargs) : 0) : 0;
    g_autofree uint8_t *fdt = g_malloc0(room + 1);
    if (!file)
        return NULL;
    if (file->len < sizeof(struct fdt_header) || fdt_magic(file->data) != FDT_MAGIC) {
        fail(
            error, EXIT_FILE,
            "device tree '%s' is not a compiled device tree; make one of a source with: dtc -O dtb "
            "-o virt.dtb %s",
            path, path);
        return NULL;
    }
    /* libfdt's check stumbles over the names of older ones. */
    if (fdt_version(file->data) < FDT_OLDEST) {
        fail(
            error, EXIT_FILE,
            "device tree '%s' is of version %u of the format, which is too old; make it again with "
            "dtc, which writes version 17",
            path, fdt_version(file->data));
        return NULL;
    }
    if (fdt_totalsize(file->data) > file->len || fdt_check_full(file->data, file->len) ||
        fdt_open_into(file->data, fdt, (int)room) || !amend_tree(fdt, chosen)) {
        fail(error, EXIT_FILE, "device tree '%s' is truncated or damaged; make it again with dtc",
             path);
        return NULL;
    }
    fdt_pack(fdt);
    return g_byte_array_append(g_byte_array_new(), fdt, fdt_totalsize(fdt));
}

static bool add_tree(Loader *loader, const LoaderConfig *config, const DevicetreeChosen *chosen,
                     uint64_t *at, GError **error)
{
    g_autoptr(GByteArray) tree = config->dtb ? read_tree(config->dtb, chosen, error)
                                             : devicetree_make(loader->machine, chosen, error);
    if (!tree)
        return false;
    *at = place_tree(loader->machine, tree->len);
    g_clear_pointer(&loader->devicetree, g_bytes_unref);
    loader->devicetree = g_bytes_new(tree->data, tree->len);
    add_image(loader, image_of_bytes("the device tree", *at, tree->data, tree->len));
    return true;
}

/* Life. */

/* What firmware goes on with when there is no kernel: the first file of -device loader, so that firmware that has to
 * be told (QEMU's would be told 0) starts it too. 0: none. */
static uint64_t noted_entry(const Loader *loader, const LoaderConfig *config)
{
    unsigned at = config->firmware ? 1 : 0;
    for (unsigned i = 0; i < config->n_loads; i++) {
        if (config->loads[i].file)
            return ((Image *)g_ptr_array_index(loader->images, at))->entry;
        at += config->loads[i].size != 0;
    }
    return 0;
}

static bool load_all(Loader *loader, GError **error)
{
    const LoaderConfig *config = loader->config;
    Image *firmware, *kernel;
    DevicetreeChosen chosen = { .bootargs = config->append };
    uint64_t tree;
    if (!load_firmware(loader, config, &firmware, error) ||
        !load_kernel(loader, config, firmware, &kernel, error) ||
        !load_initrd(loader, config, kernel, &chosen, error))
        return false;
    for (unsigned i = 0; i < config->n_loads; i++)
        if (!load_note(loader, &config->loads[i], error))
            return false;
    if (!load_modules(loader, config, kernel, &chosen, error) ||
        !add_tree(loader, config, &chosen, &tree, error) || !check_blobs(loader, error))
        return false;
    g_clear_pointer(&loader->modules, g_ptr_array_unref);
    uint64_t next = kernel ? kernel->entry : noted_entry(loader, config),
             entry = firmware ? firmware->entry : next;
    bootrom_make(loader->rom, entry ? entry : BOARD_RAM, tree, next, PRIV_S);
    return true;
}

static void free_part(gpointer part)
{
    g_free(((LoadedPart *)part)->name);
}

Loader *loader_new(Machine *machine, const LoaderConfig *config, GError **error)
{
    Loader *loader = g_new0(Loader, 1);
    loader->machine = machine;
    loader->config = config;
    loader->images = g_ptr_array_new_with_free_func((GDestroyNotify)image_free);
    loader->blobs = g_ptr_array_new();
    loader->parts = g_array_new(FALSE, FALSE, sizeof(LoadedPart));
    g_array_set_clear_func(loader->parts, free_part);
    if (!load_all(loader, error)) {
        loader_free(loader);
        return NULL;
    }
    machine->load_images = loader_load;
    machine->load_opaque = loader;
    return loader;
}

void loader_free(Loader *loader)
{
    if (!loader)
        return;
    g_ptr_array_free(loader->blobs, TRUE);
    g_ptr_array_free(loader->images, TRUE);
    g_array_free(loader->parts, TRUE);
    g_clear_pointer(&loader->modules, g_ptr_array_unref);
    g_clear_pointer(&loader->devicetree, g_bytes_unref);
    g_free(loader);
}

GBytes *loader_devicetree(const Loader *loader)
{
    return loader->devicetree;
}

const LoadedPart *loader_part(const Loader *loader, unsigned number)
{
    return number < loader->parts->len ? &g_array_index(loader->parts, LoadedPart, number) : NULL;
}

void loader_list(const Loader *loader, GString *out)
{
    const LoadedPart *part;
    for (unsigned i = 0; (part = loader_part(loader, i)); i++)
        g_string_append_printf(out,
                               "addr=%016" PRIx64 " size=0x%06" PRIx64 " mem=ram name=\"%s\"\n",
                               part->address, part->size, part->name);
}

void loader_largest_gap(const Loader *loader, uint64_t *start, uint64_t *end)
{
    *start = loader->gap;
    *end = loader->gap_end;
}

static bool put_zeros(Bus *bus, uint64_t at, uint64_t size)
{
    static const uint8_t zeros[65536];
    for (uint64_t part; size; at += part, size -= part) {
        part = MIN(size, sizeof zeros);
        if (!bus_poke(bus, (Spa){ at }, zeros, part))
            return false;
    }
    return true;
}

static void list_parts(Loader *loader)
{
    g_array_set_size(loader->parts, 0);
    for (guint i = 0; i < loader->blobs->len; i++) {
        const Blob *blob = g_ptr_array_index(loader->blobs, i);
        LoadedPart part = { g_strdup(blob->name), blob->address, blob->span };
        g_array_append_val(loader->parts, part);
    }
}

/* Once in guest memory the files are let go: a second copy of a kernel is as large as the emulator. */
static void forget_files(Loader *loader)
{
    list_parts(loader);
    g_ptr_array_set_size(loader->blobs, 0);
    g_ptr_array_set_size(loader->images, 0);
}

static bool put_blobs(const Loader *loader)
{
    Bus *bus = &loader->machine->bus;
    bool done = bus_poke(bus, (Spa){ BOARD_ROM }, loader->rom, BOARD_ROM_SIZE);
    for (unsigned i = 0; done && i < loader->blobs->len; i++) {
        const Blob *blob = g_ptr_array_index(loader->blobs, i);
        done = bus_poke(bus, (Spa){ blob->address }, blob->data, blob->size) &&
               put_zeros(bus, blob->address + blob->size, blob->zeros);
    }
    return done;
}

/* The same command means the same run: after a reset the files must be what they were. */
static bool check_unchanged(Loader *loader, GError **error)
{
    uint64_t hash = hash_bytes(1, loader->rom, sizeof loader->rom);
    for (unsigned i = 0; i < loader->blobs->len; i++) {
        const Blob *blob = g_ptr_array_index(loader->blobs, i);
        hash = hash_bytes(hash_word(hash, blob->address), blob->data, blob->size);
    }
    bool same = !loader->hash || loader->hash == hash;
    loader->hash = hash;
    return same ||
           fail(
               error, EXIT_FILE,
               "an image file was changed while the machine ran, so it cannot be reset; start the emulator again");
}

bool loader_load(Machine *machine, void *opaque, GError **error)
{
    Loader *loader = opaque;
    if ((!loader->images->len && !load_all(loader, error)) || !check_unchanged(loader, error))
        return false;
    bool done = put_blobs(loader) ||
                fail(error, EXIT_INTERNAL, "an image does not fit where it was checked to fit");
    forget_files(loader);
    for (unsigned i = 0; i < machine->n_harts; i++)
        if (loader->hart_pc[i])
            machine->harts[i].pc = loader->hart_pc[i];
    return done;
}
