/* SPDX-License-Identifier: MIT */
/* machinefile.c - fuzzing: machine files, read, checked, told to the guest, and exported. */
#include <libfdt.h>
#include <stdio.h>

#include "emu/machinefile/binding.h"
#include "emu/machinefile/export.h"
#include "tests/lib/fuzz.h"

enum { ROOM = 2 * MF_BINDING_ROOM };

/* libconfig forgets a string that a syntax error follows. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig";
}

static uint32_t phandle(unsigned hart)
{
    return hart + 1;
}

/* A kernel of 16 bytes for each partition. */
static GPtrArray *make_modules(const MachineFile *file)
{
    GPtrArray *modules = mf_modules_new();
    for (unsigned i = 0; i < file->partitions.n; i++) {
        MfModule *module = mf_module_add(modules, i, false);
        g_byte_array_set_size(module->bytes, 16);
        module->load = module->entry = file->partitions.at[i].memory.at[0].address;
    }
    return modules;
}

/* The tree must be whole, and within the room that the machine's own leaves. */
static void tell(const MachineFile *file, const GPtrArray *modules)
{
    static uint8_t tree[ROOM];
    if (fdt_create(tree, ROOM) || fdt_finish_reservemap(tree) || fdt_begin_node(tree, ""))
        fuzz_fail("no tree");
    mf_binding_write(tree, file, modules, 0x80200000, phandle);
    fdt_end_node(tree);
    if (fdt_finish(tree))
        fuzz_fail("a tree that is not whole");
    if (fdt_totalsize(tree) > MF_BINDING_ROOM || fdt_check_full(tree, ROOM))
        fuzz_fail("a tree of %u bytes", fdt_totalsize(tree));
}

static void export_all(MachineFile *file, GPtrArray *modules)
{
    Exporter e = { .file = file, .target = "fuzz", .out = g_string_new(NULL), .modules = modules };
    e.places = mf_layout(file);
    export_bao(&e);
    export_xen(&e);
    export_jailhouse(&e);
    g_array_free(e.places, TRUE);
    g_string_free(e.out, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(MachineFile) file = machinefile_parse("fuzz.bh", text, size);
    FILE *out = fopen("/dev/null", "w");
    if (!file->findings->errors)
        machinefile_check(file);
    if (!file->findings->errors && file->partitions.n) {
        GPtrArray *modules = make_modules(file);
        uint64_t end = 0x80000000 + file->machine.memory;
        if (mf_modules_place(modules, file, 0x80200000, end, NULL))
            tell(file, modules);
        export_all(file, modules);
        g_ptr_array_unref(modules);
    }
    findings_print(file->findings, out);
    fclose(out);
    return 0;
}
