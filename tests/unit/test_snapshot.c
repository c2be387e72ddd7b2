/* SPDX-License-Identifier: MIT */
/* test_snapshot.c - the machine in a file: comes back as it was, or not at all. */
#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <zstd.h>

#include "emu/time/checkpoint.h"
#include "emu/time/snapshot.h"
#include "emu/time/snapshot_file.h"
#include "tests/lib/machine_rig.h"

static const uint32_t busy_loop[] = {
    0x00150513, /* addi a0,a0,1 */
    0x02a50533, /* mul  a0,a0,a0 */
    0x00100597, /* auipc a1,0x100 */
    0x00a5b023, /* sd   a0,0(a1) */
    0xff1ff06f, /* j    -16 */
};

static Machine *new_busy(unsigned n_harts)
{
    return rig_new(n_harts, NULL, busy_loop, G_N_ELEMENTS(busy_loop));
}

/* A folder that goes with the test. */
static char *new_folder(void)
{
    return g_dir_make_tmp("snapshot-XXXXXX", NULL);
}

static void remove_folder(char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    g_free(folder);
}

static unsigned count_files(const char *folder)
{
    unsigned count = 0;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    while (g_dir_read_name(dir))
        count++;
    return count;
}

/* The file that a machine was saved to. */
static GByteArray *saved_bytes(Machine *m)
{
    char *folder = new_folder(), *data;
    gsize size;
    GError *error = NULL;
    g_autofree char *path = g_build_filename(folder, "it.bhs", NULL);
    cr_assert(snapshot_save(m, path, &error), "%s", error ? error->message : "");
    cr_expect_eq(count_files(folder), 1, "nothing is left beside it");
    cr_assert(g_file_get_contents(path, &data, &size, NULL));
    remove_folder(folder);
    return g_byte_array_new_take((guint8 *)data, size);
}

static bool read_bytes(Machine *m, const void *data, size_t size, GError **error)
{
    static const char nothing[1];
    FILE *file = size ? fmemopen((void *)data, size, "rb") : fmemopen((void *)nothing, 1, "rb");
    if (!size)
        (void)fgetc(file);
    bool ok = snapshot_read(m, file, "it.bhs", error);
    fclose(file);
    return ok;
}

Test(snapshot, a_new_machine_goes_on_where_the_old_one_was)
{
    char *folder = new_folder();
    g_autofree char *path = g_build_filename(folder, "it.bhs", NULL);
    Machine *a = new_busy(2), *b = rig_new(2, NULL, NULL, 0);
    GError *error = NULL;
    SnapshotInfo info;
    rig_run(a, 12345);
    rig_write64(b, BOARD_RAM + 0x9000, 1); /* must go */
    cr_assert(snapshot_save(a, path, &error), "%s", error ? error->message : "");
    cr_assert(snapshot_info(path, &info, NULL));
    cr_expect_eq(info.harts, 2);
    cr_expect_eq(info.ns, clock_now(&a->clock));
    cr_expect_eq(info.retired, 12345);
    cr_assert(snapshot_load(b, path, &error), "%s", error ? error->message : "");
    cr_expect_eq(machine_state_hash(a), machine_state_hash(b));
    rig_run(a, 23456);
    rig_run(b, 23456);
    cr_expect_eq(machine_state_hash(a), machine_state_hash(b));
    cr_expect_null(b->checkpoints);
    machine_free(a);
    machine_free(b);
    remove_folder(folder);
}

/* Refused, and nothing has happened. */
static void expect_refusal(Machine *m, const void *data, size_t size, const char *what, size_t at)
{
    g_autoptr(GError) error = NULL;
    uint64_t pc = m->harts[0].pc, units = m->clock.units;
    cr_expect(!read_bytes(m, data, size, &error), "%s %zu", what, at);
    cr_assert_not_null(error);
    cr_expect(g_str_has_prefix(error->message, "cannot load snapshot 'it.bhs': "));
    cr_expect(strstr(error->message, "; "), "no fix: %s", error->message);
    cr_expect_null(strchr(error->message, '\n'));
    cr_expect_eq(m->harts[0].pc, pc);
    cr_expect_eq(m->clock.units, units);
}

Test(snapshot, every_damaged_byte_and_every_cut_is_noticed)
{
    Machine *m = new_busy(1), *other = rig_new(1, NULL, NULL, 0);
    rig_run(m, 1000);
    g_autoptr(GByteArray) file = saved_bytes(m);
    uint64_t hash = machine_state_hash(other);
    for (size_t i = 0; i < file->len; i++) {
        file->data[i] ^= (guint8)(1 << i % 8);
        expect_refusal(other, file->data, file->len, "flipped", i);
        file->data[i] ^= (guint8)(1 << i % 8);
        expect_refusal(other, file->data, i, "cut at", i);
    }
    g_byte_array_append(file, (const guint8 *)"", 1);
    expect_refusal(other, file->data, file->len, "longer than", file->len);
    cr_expect_eq(machine_state_hash(other), hash);
    cr_assert(read_bytes(other, file->data, file->len - 1, NULL), "the file itself is good");
    cr_expect_eq(machine_state_hash(other), machine_state_hash(m));
    machine_free(m);
    machine_free(other);
}

/* Machines that differ in one thing, and what is said of it. */
static const struct {
    const char *cpu, *says;
    MachineConfig config;
} others[] = {
    { NULL, "'-smp 1', this one has '-smp 2'", { .n_harts = 2 } },
    { NULL, "'-m 16384K', this one has '-m 32768K'", { .ram_size = 32 << 20 } },
    { "max,sstc=off", "'-cpu sstc=on', this one has '-cpu sstc=off'", { .n_harts = 1 } },
    { "max,asidlen=4", "'-cpu asidlen=16', this one has '-cpu asidlen=4'", { .n_harts = 1 } },
    { "max,tlb=none", "-cpu tlb=", { .n_harts = 1 } },
    { NULL, "'-M aia=none', this one has '-M aia=aplic'", { .aia = AIA_APLIC } },
    { NULL, "'-M aclint=off', this one has '-M aclint=on'", { .aclint = true } },
    { NULL, "'-quantum 10000', this one has '-M pdp-time=on'", { .pdp_time = true } },
    { NULL, "'-quantum 10000', this one has '-quantum 100'", { .quantum = 100 } },
    { NULL, "'-seed 0', this one has '-seed 7'", { .seed = 7 } },
    { NULL,
      "'-device slot=3,none', this one has '-device slot=3,virtio-rng-device'",
      { .virtio[3] = { .driver = "virtio-rng-device" } } },
};

static Machine *new_other(unsigned i)
{
    MachineConfig config = others[i].config;
    GError *error = NULL;
    config.n_harts = config.n_harts ? config.n_harts : 1;
    config.ram_size = config.ram_size ? config.ram_size : 16 << 20;
    config.quantum = config.quantum ? config.quantum : 10000;
    cr_assert(isa_parse(&config.isa, others[i].cpu, &error), "%s", error ? error->message : "");
    Machine *m = machine_new(&config, &error);
    cr_assert(m && machine_reset(m, &error), "%s", error ? error->message : "");
    return m;
}

Test(snapshot, of_another_machine_names_the_difference)
{
    Machine *m = new_busy(1);
    g_autoptr(GByteArray) file = saved_bytes(m);
    for (unsigned i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(GError) error = NULL;
        Machine *other = new_other(i);
        cr_expect(!read_bytes(other, file->data, file->len, &error));
        cr_expect(strstr(error->message, others[i].says), "%s", error->message);
        machine_free(other);
    }
    machine_free(m);
}

/* Files with good checksums that say what cannot be. */

static void put_chunk(GByteArray *out, unsigned number, SnapshotKind kind, const void *data,
                      size_t size)
{
    Chunk chunk = { kind, number, (uint32_t)size, (uint32_t)size, 0 };
    chunk.check = chunk_check(SNAPSHOT_FORMAT, &chunk, data);
    g_byte_array_append(out, (const guint8 *)&chunk, sizeof chunk);
    g_byte_array_append(out, data, (guint)size);
}

typedef struct {
    SnapshotKind kind;
    const void *data;
    size_t size;
} Part;

static GByteArray *forge(Machine *m, const Part *parts, unsigned count)
{
    GByteArray *out = g_byte_array_new();
    SnapshotHeader header = { .version = SNAPSHOT_VERSION, .harts = m->n_harts };
    memcpy(header.magic, SNAPSHOT_MAGIC, sizeof header.magic);
    header.check = snapshot_header_check(&header);
    g_byte_array_append(out, (const guint8 *)&header, sizeof header);
    for (unsigned i = 0; i < count; i++)
        put_chunk(out, i, parts[i].kind, parts[i].data, parts[i].size);
    return out;
}

static void expect_forgery(Machine *m, const char *what, const Part *parts, unsigned count)
{
    g_autoptr(GByteArray) file = forge(m, parts, count);
    uint64_t hash = machine_state_hash(m);
    expect_refusal(m, file->data, file->len, what, 0);
    cr_expect_eq(machine_state_hash(m), hash, "%s left traces", what);
    cr_expect_null(m->checkpoints);
}

Test(snapshot, what_cannot_be_is_refused_and_leaves_no_traces)
{
    Machine *m = new_busy(1);
    g_autofree char *config = snapshot_config(m);
    g_autoptr(GByteArray) state = g_byte_array_new();
    StateSaver saver;
    struct {
        uint64_t numbers[2];
        uint8_t pages[2][PAGE_SIZE];
    } ram[] = { { .numbers = { 1, 5 } }, { .numbers = { 5, 1 } }, { .numbers = { 7, 4096 } } };
    state_saver_init(&saver, state);
    machine_visit(m, &saver.visitor);
    bus_visit_rom(&m->bus, &saver.visitor);
    rig_run(m, 777);
    const Part text = { SNAPSHOT_CONFIG, config, strlen(config) },
               rest = { SNAPSHOT_STATE, state->data, state->len },
               pages = { SNAPSHOT_RAM, &ram[0], sizeof ram[0] },
               descending = { SNAPSHOT_RAM, &ram[1], sizeof ram[1] },
               outside = { SNAPSHOT_RAM, &ram[2], sizeof ram[2] },
               broken = { SNAPSHOT_RAM, &ram[0], sizeof ram[0] - 1 },
               shorter = { SNAPSHOT_STATE, state->data, state->len - 1 },
               twisted = { SNAPSHOT_STATE, state->data + 1, state->len - 1 },
               end = { SNAPSHOT_END, "", 0 };
    cr_assert_leq(state->len, CHUNK_MOST);
    expect_forgery(m, "no end", (Part[]){ text, rest, pages }, 3);
    expect_forgery(m, "no config", (Part[]){ rest, pages, end }, 3);
    expect_forgery(m, "an empty config", (Part[]){ { SNAPSHOT_CONFIG, "", 0 }, rest, end }, 3);
    expect_forgery(m, "nothing", (Part[]){ end }, 1);
    expect_forgery(m, "no state", (Part[]){ text, pages, end }, 3);
    expect_forgery(m, "state twice", (Part[]){ text, rest, rest, end }, 4);
    expect_forgery(m, "state cut short", (Part[]){ text, shorter, pages, end }, 4);
    expect_forgery(m, "twisted state", (Part[]){ text, twisted, pages, end }, 4);
    expect_forgery(m, "RAM before state", (Part[]){ text, pages, rest, end }, 4);
    expect_forgery(m, "pages twice", (Part[]){ text, rest, pages, pages, end }, 5);
    expect_forgery(m, "descending pages", (Part[]){ text, rest, descending, end }, 4);
    expect_forgery(m, "a page outside", (Part[]){ text, rest, outside, end }, 4);
    expect_forgery(m, "half a page", (Part[]){ text, rest, broken, end }, 4);
    expect_forgery(m, "state behind RAM", (Part[]){ text, rest, pages, rest, end }, 5);
    g_autoptr(GByteArray) good = forge(m, (Part[]){ text, rest, pages, end }, 4);
    cr_assert(read_bytes(m, good->data, good->len, NULL), "the parts themselves are good");
    cr_expect_eq(m->clock.units, 0);
    machine_free(m);
}

Test(snapshot, other_formats_and_other_files_are_told_apart)
{
    Machine *m = new_busy(1);
    g_autoptr(GByteArray) file = forge(m, NULL, 0);
    g_autoptr(GError) format = NULL, foreign = NULL, missing = NULL, folder = NULL;
    SnapshotHeader *header = (SnapshotHeader *)(void *)file->data;
    header->version = 2;
    header->check = snapshot_header_check(header);
    cr_expect(!read_bytes(m, file->data, file->len, &format));
    cr_expect(strstr(format->message, "it has format 2, this program reads format 1"));
    cr_expect(!read_bytes(m, "QEVM is another program's", 25, &foreign));
    cr_expect(strstr(foreign->message, "it is not a snapshot"));
    cr_expect(!snapshot_load(m, "/there/is/none.bhs", &missing));
    cr_expect(strstr(missing->message, "'/there/is/none.bhs': No such file"));
    cr_expect(!snapshot_load(m, "/", &folder));
    cr_expect(strstr(folder->message, "not a file"));
    machine_free(m);
}

/* What was there before stays, and nothing is left beside it. */
Test(snapshot, a_disk_that_is_full_loses_nothing)
{
    char *folder = new_folder(), *data;
    gsize size;
    GError *error = NULL;
    g_autofree char *path = g_build_filename(folder, "it.bhs", NULL);
    Machine *m = new_busy(1);
    struct rlimit limit, all;
    cr_assert(g_file_set_contents(path, "old", 3, NULL));
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &all);
    limit = (struct rlimit){ 1000, all.rlim_max };
    setrlimit(RLIMIT_FSIZE, &limit);
    bool saved = snapshot_save(m, path, &error);
    setrlimit(RLIMIT_FSIZE, &all);
    cr_expect(!saved);
    cr_expect(strstr(error->message, "File too large; make room there"), "%s", error->message);
    cr_assert(g_file_get_contents(path, &data, &size, NULL));
    cr_expect_str_eq(data, "old");
    cr_expect_eq(count_files(folder), 1);
    g_free(data);
    g_error_free(error);
    machine_free(m);
    remove_folder(folder);
}

/* A disk that is written in place is not in the machine. */
Test(snapshot, disks_written_in_place_are_refused)
{
    static const struct {
        bool read_only, snapshot, fits;
    } cases[] = { { false, false, false }, { true, false, true }, { false, true, true } };
    char *folder = new_folder();
    g_autofree char *disk = g_build_filename(folder, "disk.img", NULL);
    g_autofree char *path = g_build_filename(folder, "it.bhs", NULL);
    cr_assert(g_file_set_contents(disk, "disk", 4, NULL));
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL, loading = NULL;
        MachineConfig config = { .n_harts = 1, .ram_size = 16 << 20, .quantum = 10000 };
        config.virtio[7] = (VirtioConfig){ .driver = "virtio-blk-device",
                                           .drive_file = disk,
                                           .read_only = cases[i].read_only,
                                           .snapshot = cases[i].snapshot };
        cr_assert(isa_parse(&config.isa, NULL, NULL));
        Machine *m = machine_new(&config, NULL);
        cr_assert(machine_reset(m, NULL));
        cr_expect_eq(snapshot_save(m, path, &error), cases[i].fits);
        cr_expect_eq(snapshot_load(m, path, &loading), cases[i].fits || i);
        if (!cases[i].fits)
            cr_expect(strstr(error->message, "disk.img' is written in place") &&
                          strstr(error->message, "-snapshot"),
                      "%s", error->message);
        machine_free(m);
    }
    remove_folder(folder);
}

Test(snapshot, names_mean_files)
{
    char *folder = new_folder();
    g_autofree char *plain = g_build_filename(folder, "plain", NULL);
    g_autofree char *absent = g_build_filename(folder, "absent", NULL);
    g_autofree char *made = g_strconcat(absent, ".bhs", NULL);
    cr_assert(g_file_set_contents(plain, "", 0, NULL));
    g_autofree char *a = snapshot_path(plain), *b = snapshot_path(absent), *c = snapshot_path(made);
    cr_expect_str_eq(a, plain);
    cr_expect_str_eq(b, made);
    cr_expect_str_eq(c, made);
    remove_folder(folder);
}
