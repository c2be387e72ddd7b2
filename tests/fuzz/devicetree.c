/* SPDX-License-Identifier: MIT */
/*
 * devicetree.c - fuzzing: device trees given with -dtb, which are checked, amended, and put into memory.
 *
 * What the guest gets must be a tree that libfdt finds no fault with.
 */
#include <libfdt.h>
#include <string.h>

#include "emu/loader.h"
#include "tests/lib/fuzz.h"

/* The header's sizes, made to fit: without that most cases would end there. */
static void mend_header(uint8_t *tree, size_t size)
{
    if (size < sizeof(struct fdt_header))
        return;
    fdt_set_magic(tree, FDT_MAGIC);
    fdt_set_totalsize(tree, (uint32_t)size);
    fdt_set_version(tree, 17);
    fdt_set_last_comp_version(tree, 16);
}

static void check_tree(Loader *loader)
{
    gsize size;
    const void *tree = g_bytes_get_data(loader_devicetree(loader), &size);
    int node = fdt_check_full(tree, size) ? -1 : fdt_path_offset(tree, "/chosen");
    int length = 0;
    const char *text = node < 0 ? NULL : fdt_getprop(tree, node, "bootargs", &length);
    if (!text || strcmp(text, "quiet"))
        fuzz_fail("the tree that was accepted is no tree, or lacks the arguments");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzMachine its;
    static FuzzFile tree, kernel;
    static uint8_t copy[1 << 16];
    if (!its.machine) {
        MachineConfig config = { .n_harts = 1, .ram_size = 4 << 20 };
        its = fuzz_machine(&config, NULL);
        tree = fuzz_file();
        kernel = fuzz_file();
        fuzz_file_set(&kernel, "kernel", 6);
    }
    if (!size || size > sizeof copy)
        return 0;
    memcpy(copy, data + 1, size - 1);
    if (data[0] & 1)
        mend_header(copy, size - 1);
    fuzz_file_set(&tree, copy, size - 1);
    LoaderConfig config = { .kernel = kernel.path, .dtb = tree.path, .append = "quiet" };
    if (data[0] & 2)
        config.initrd = kernel.path;
    GError *error = NULL;
    fuzz_restart(&its);
    Loader *loader = loader_new(its.machine, &config, &error);
    if (!loader != !!error)
        fuzz_fail("%s", error ? error->message : "failure without an error");
    if (loader)
        check_tree(loader);
    if (loader && !machine_reset(its.machine, &error))
        fuzz_fail("what was loaded cannot be loaded: %s", error->message);
    g_clear_error(&error);
    loader_free(loader);
    its.machine->load_images = NULL;
    return 0;
}
