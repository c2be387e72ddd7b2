/* SPDX-License-Identifier: MIT */
/* test_loader.c - what is in memory when the first instruction runs. */
#include <criterion/criterion.h>

#include <elf.h>
#include <libfdt.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "emu/base/error.h"
#include "emu/board.h"
#include "emu/loader.h"

#define MIB (1ull << 20)

/* A machine, and a folder for files. */
typedef struct {
    Machine *machine;
    Loader *loader;
    char *folder;
    GPtrArray *paths;
} Rig;

static void setup(Rig *rig, uint64_t ram_size)
{
    MachineConfig config = { .n_harts = 2, .ram_size = ram_size, .quantum = 1000 };
    cr_assert(isa_parse(&config.isa, NULL, NULL));
    *rig = (Rig){ .machine = machine_new(&config, NULL) };
    rig->folder = g_dir_make_tmp("loader-XXXXXX", NULL);
    rig->paths = g_ptr_array_new_with_free_func(g_free);
    cr_assert(rig->machine && rig->folder);
}

static void teardown(Rig *rig)
{
    for (unsigned i = 0; i < rig->paths->len; i++)
        g_unlink(g_ptr_array_index(rig->paths, i));
    g_rmdir(rig->folder);
    g_free(rig->folder);
    g_ptr_array_free(rig->paths, TRUE);
    loader_free(rig->loader);
    machine_free(rig->machine);
}

/* The path of a new file with these bytes. */
static const char *make_file(Rig *rig, const char *name, const void *data, size_t size)
{
    char *path = g_build_filename(rig->folder, name, NULL);
    g_ptr_array_add(rig->paths, path);
    cr_assert(g_file_set_contents(path, data, (gssize)size, NULL));
    return path;
}

static void load(Rig *rig, const LoaderConfig *config)
{
    g_autoptr(GError) error = NULL;
    rig->loader = loader_new(rig->machine, config, &error);
    cr_assert_not_null(rig->loader, "%s", error ? error->message : "");
    cr_assert(machine_reset(rig->machine, NULL));
}

static uint64_t word_at(const Rig *rig, uint64_t address)
{
    uint64_t word = 0;
    cr_assert(bus_read_bytes(&rig->machine->bus, (Spa){ address }, &word, 8, requester_hart(0)),
              "no memory at 0x%" G_GINT64_MODIFIER "x", address);
    return word;
}

/* What the boot ROM hands over: entry, device tree, then struct fw_dynamic_info. */
static uint64_t handover(const Rig *rig, unsigned index)
{
    return word_at(rig, BOARD_ROM + 24 + 8ull * index);
}

enum { HAND_ENTRY, HAND_TREE, HAND_MAGIC, HAND_VERSION, HAND_NEXT, HAND_MODE };

/* An ELF program of one segment of `file` bytes (which count 1, 2, 3, ...) and `memory` bytes in memory. */
static const char *make_elf(Rig *rig, uint64_t entry, uint64_t vaddr, uint64_t paddr, unsigned file,
                            uint64_t memory)
{
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr segment;
        uint8_t data[256];
    } elf = { .header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                          .e_type = ET_EXEC,
                          .e_machine = EM_RISCV,
                          .e_version = EV_CURRENT,
                          .e_entry = entry,
                          .e_phoff = sizeof(Elf64_Ehdr),
                          .e_ehsize = sizeof(Elf64_Ehdr),
                          .e_phentsize = sizeof(Elf64_Phdr),
                          .e_phnum = 1 },
              .segment = { .p_type = PT_LOAD,
                           .p_offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
                           .p_vaddr = vaddr,
                           .p_paddr = paddr,
                           .p_filesz = file,
                           .p_memsz = memory } };
    for (unsigned i = 0; i < sizeof elf.data; i++)
        elf.data[i] = (uint8_t)(i + 1);
    return make_file(rig, "program.elf", &elf, offsetof(typeof(elf), data) + file);
}

Test(loader, firmware_and_kernel_stand_where_qemu_puts_them)
{
    Rig rig;
    setup(&rig, 256 * MIB);
    LoaderConfig config = { .firmware = make_file(&rig, "fw", "FIRMWARE", 8),
                            .kernel = make_file(&rig, "kernel", "KERNEL!!", 8),
                            .initrd = make_file(&rig, "initrd", "INITRD!!", 8) };
    load(&rig, &config);
    cr_expect_eq(handover(&rig, HAND_ENTRY), 0x80000000);
    cr_expect_eq(handover(&rig, HAND_MAGIC), 0x4942534f);
    cr_expect_eq(handover(&rig, HAND_NEXT), 0x80200000);
    cr_expect_eq(handover(&rig, HAND_MODE), 1, "the kernel begins in S-mode");
    cr_expect(!memcmp(&(uint64_t){ word_at(&rig, 0x80000000) }, "FIRMWARE", 8));
    cr_expect(!memcmp(&(uint64_t){ word_at(&rig, 0x80200000) }, "KERNEL!!", 8));
    /* Half of RAM behind the kernel. */
    cr_expect(!memcmp(&(uint64_t){ word_at(&rig, 0x88200000) }, "INITRD!!", 8));
    teardown(&rig);
}

Test(loader, device_tree_is_aligned_near_the_end_of_ram)
{
    static const struct {
        uint64_t ram, at;
    } cases[] = { { 128 * MIB, 0x87e00000 },
                  { 1024 * MIB, 0xbfe00000 },
                  { 8192 * MIB, 0x13fe00000 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        Rig rig;
        setup(&rig, cases[i].ram);
        LoaderConfig config = { .kernel = make_file(&rig, "kernel", "KERNEL!!", 8) };
        load(&rig, &config);
        uint64_t at = handover(&rig, HAND_TREE);
        cr_expect_eq(at, cases[i].at);
        cr_expect_eq((uint32_t)word_at(&rig, at), GUINT32_TO_BE(FDT_MAGIC));
        teardown(&rig);
    }
}

Test(loader, without_firmware_the_program_begins)
{
    Rig rig;
    setup(&rig, 16 * MIB);
    LoaderConfig config = { .kernel = make_elf(&rig, 0x80100010, 0x80100000, 0x80100000, 64, 64) };
    load(&rig, &config);
    cr_expect_eq(handover(&rig, HAND_ENTRY), 0x80100010);
    cr_expect_eq(word_at(&rig, 0x80100000), 0x0807060504030201);
    cr_expect_eq(rig.machine->harts[0].pc, BOARD_ROM);
    teardown(&rig);
}

/* Harts start with physical addresses, whatever a kernel is linked for. */
Test(loader, entry_is_a_physical_address)
{
    Rig rig;
    setup(&rig, 16 * MIB);
    LoaderConfig config = { .kernel = make_elf(&rig, 0xffffffff80000020, 0xffffffff80000000,
                                               0x80200000, 64, 64) };
    load(&rig, &config);
    cr_expect_eq(handover(&rig, HAND_ENTRY), 0x80200020);
    teardown(&rig);
}

/* The specification asks for aligned headers; tools that pack files do not always heed it. */
Test(loader, headers_of_a_program_may_stand_anywhere)
{
    Rig rig;
    setup(&rig, 16 * MIB);
    struct {
        Elf64_Ehdr header;
        char pad;
        Elf64_Phdr segment;
        Elf64_Shdr sections[3];
        Elf64_Sym symbols[2];
        char names[8];
    } __attribute__((packed))
    elf = { .header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                        .e_type = ET_EXEC,
                        .e_machine = EM_RISCV,
                        .e_version = EV_CURRENT,
                        .e_entry = 0x80000004,
                        .e_phoff = offsetof(typeof(elf), segment),
                        .e_shoff = offsetof(typeof(elf), sections),
                        .e_ehsize = sizeof(Elf64_Ehdr),
                        .e_phentsize = sizeof(Elf64_Phdr),
                        .e_phnum = 1,
                        .e_shentsize = sizeof(Elf64_Shdr),
                        .e_shnum = 3 },
            .segment = { .p_type = PT_LOAD,
                         .p_vaddr = 0x80000000,
                         .p_paddr = 0x80000000,
                         .p_filesz = 64,
                         .p_memsz = 64 },
            .sections = { { 0 },
                          { .sh_type = SHT_SYMTAB,
                            .sh_offset = offsetof(typeof(elf), symbols),
                            .sh_size = sizeof elf.symbols,
                            .sh_link = 2,
                            .sh_entsize = sizeof(Elf64_Sym) },
                          { .sh_type = SHT_STRTAB,
                            .sh_offset = offsetof(typeof(elf), names),
                            .sh_size = sizeof elf.names } },
            .symbols = { { 0 }, { .st_name = 1, .st_shndx = 1, .st_value = 0x80001000 } },
            .names = "\0tohost" };
    LoaderConfig config = { .kernel = make_file(&rig, "odd.elf", &elf, sizeof elf) };
    load(&rig, &config);
    cr_expect_eq(handover(&rig, HAND_ENTRY), 0x80000004);
    cr_expect_eq(rig.machine->tohost.v, 0x80001000);
    teardown(&rig);
}

Test(loader, a_reset_puts_everything_back)
{
    Rig rig;
    setup(&rig, 16 * MIB);
    LoaderConfig config = { .kernel =
                                make_elf(&rig, 0x80000000, 0x80000000, 0x80000000, 64, 200000) };
    load(&rig, &config);
    static const uint64_t places[] = { 0x80000000, 0x80000038, 0x80000040, 0x80030d38 };
    uint64_t before[G_N_ELEMENTS(places)], junk = 0x5555555555555555;
    for (unsigned i = 0; i < G_N_ELEMENTS(places); i++) {
        before[i] = word_at(&rig, places[i]);
        cr_assert(
            bus_write_bytes(&rig.machine->bus, (Spa){ places[i] }, &junk, 8, requester_hart(0)));
    }
    cr_assert(machine_reset(rig.machine, NULL));
    for (unsigned i = 0; i < G_N_ELEMENTS(places); i++)
        cr_expect_eq(word_at(&rig, places[i]), before[i], "0x%" G_GINT64_MODIFIER "x", places[i]);
    cr_expect_eq(before[2], 0, "memory behind the file's bytes is zeros");
    teardown(&rig);
}

Test(loader, notes_put_bytes_and_start_harts)
{
    Rig rig;
    setup(&rig, 16 * MIB);
    const LoadNote notes[] = {
        { .data = 0x1122334455667788,
          .size = 4,
          .has_address = true,
          .address = 0x80400000,
          .hart = -1 },
        { .file = make_elf(&rig, 0x80600004, 0x80600000, 0x80600000, 16, 16), .hart = 1 },
        { .file = make_file(&rig, "raw", "RAWBYTES", 8),
          .has_address = true,
          .address = 0x80500001,
          .hart = -1 },
    };
    LoaderConfig config = { .loads = notes, .n_loads = G_N_ELEMENTS(notes) };
    load(&rig, &config);
    cr_expect_eq(word_at(&rig, 0x80400000), 0x55667788);
    cr_expect(!memcmp(&(uint64_t){ word_at(&rig, 0x80500001) }, "RAWBYTES", 8));
    cr_expect_eq(rig.machine->harts[1].pc, 0x80600004);
    cr_expect_eq(rig.machine->harts[0].pc, BOARD_ROM);
    teardown(&rig);
}

/* /chosen of the machine's own tree, and of one from a file, say the same. */
Test(loader, chosen_tells_of_arguments_and_initrd)
{
    Rig rig;
    setup(&rig, 64 * MIB);
    LoaderConfig config = { .kernel = make_file(&rig, "kernel", "KERNEL!!", 8),
                            .initrd = make_file(&rig, "initrd", "0123456789", 10),
                            .append = "console=ttyS0 quiet" };
    load(&rig, &config);
    for (unsigned i = 0; i < 2; i++) {
        gsize size;
        int length;
        const void *fdt = g_bytes_get_data(loader_devicetree(rig.loader), &size);
        cr_assert(!fdt_check_full(fdt, size));
        int chosen = fdt_path_offset(fdt, "/chosen");
        cr_expect_str_eq(fdt_getprop(fdt, chosen, "bootargs", NULL), "console=ttyS0 quiet");
        const fdt64_t *start = fdt_getprop(fdt, chosen, "linux,initrd-start", &length);
        cr_assert(start && length == 8);
        cr_expect_eq(fdt64_ld(start), 0x80000000 + 32 * MIB);
        const fdt64_t *end = fdt_getprop(fdt, chosen, "linux,initrd-end", &length);
        cr_assert(end && length == 8);
        cr_expect_eq(fdt64_ld(end), 0x80000000 + 32 * MIB + 10);
        config.dtb = make_file(&rig, "own.dtb", fdt, size);
        loader_free(rig.loader);
        load(&rig, &config);
    }
    teardown(&rig);
}

Test(loader, what_cannot_be_is_named)
{
    Rig rig;
    setup(&rig, 16 * MIB);
    const LoadNote
        at_kernel = { .data = 1,
                      .size = 1,
                      .has_address = true,
                      .address = 0x80000007,
                      .hart = -1 },
        at_end = { .data = 1, .size = 2, .has_address = true, .address = 0x80ffffff, .hart = -1 },
        wraps = {
            .data = 1, .size = 8, .has_address = true, .address = UINT64_MAX - 2, .hart = -1
        };
    const char *kernel = make_file(&rig, "kernel", "KERNEL!!", 8);
    const struct {
        LoaderConfig config;
        int code;
        const char *text;
    } cases[] = {
        { { .kernel = kernel, .loads = &at_kernel, .n_loads = 1 }, EXIT_CONFIG, "overlap" },
        { { .kernel = kernel, .loads = &at_end, .n_loads = 1 },
          EXIT_CONFIG,
          "RAM ends at 0x81000000" },
        { { .kernel = kernel, .loads = &wraps, .n_loads = 1 }, EXIT_CONFIG, "no RAM" },
        { { .kernel = kernel, .dtb = kernel }, EXIT_FILE, kernel },
        { { .kernel = rig.folder }, EXIT_FILE, "directory" },
        { { .initrd = kernel }, EXIT_CONFIG, "without a kernel" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        cr_expect_null(loader_new(rig.machine, &cases[i].config, &error), "%u", i);
        cr_assert_not_null(error);
        cr_expect_eq(error->code, cases[i].code, "%s", error->message);
        cr_expect_not_null(strstr(error->message, cases[i].text), "%s", error->message);
    }
    teardown(&rig);
}

/* A guest that resets itself reads the files again; they must be what they were. */
Test(loader, a_reset_needs_the_same_files)
{
    Rig rig;
    g_autoptr(GError) error = NULL;
    setup(&rig, 16 << 20);
    const char *kernel = make_file(&rig, "kernel", "KERNEL!!", 8);
    LoaderConfig config = { .kernel = kernel };
    load(&rig, &config);
    cr_expect(machine_reset(rig.machine, &error), "an unchanged file");
    cr_expect_eq(word_at(&rig, BOARD_RAM), 0x21214c454e52454bull);
    cr_assert(g_file_set_contents(kernel, "kernel!!", 8, NULL));
    cr_expect(!machine_reset(rig.machine, &error));
    cr_assert_not_null(error);
    cr_expect_eq(error->code, EXIT_FILE);
    teardown(&rig);
}
