/* SPDX-License-Identifier: MIT */
/*
 * states.c - a machine that was saved and loaded is the machine that was saved.
 *
 * Boots Linux. One machine runs straight to the end, and its state hash is noted at many points, and so many instructions
 * behind each. Another is taken apart there: at every second point it is written into a snapshot, which a new machine loads;
 * at the others it goes back to a checkpoint of itself. Both must be the straight machine at the point, behind it, and, from
 * some points, at the end, and must have said the same. The points fall anywhere: in the middle of rounds, traps, disk
 * transfers and guests under KVM.
 *
 * usage: states FOLDER-OF-IMAGES [--full]
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emu/loader.h"
#include "emu/time/checkpoint.h"
#include "emu/time/snapshot.h"

enum { DISK_SIZE = 2 << 20, MOST_POINTS = 200 };
#define THE_END 60000000000ull /* ns */

typedef struct {
    const char *name;
    unsigned n_harts;
    const char *words; /* for the guest's init */
    const char *says;  /* it must */
    bool disk, modern;
    const char *begin;    /* points are between its saying this and `says`; NULL: from `first` on */
    uint64_t first, step; /* ns: where the points begin, and between two */
    unsigned points, to_end; /* from how many it goes on to the end */
    uint64_t behind;         /* instructions and traps that are run behind a point */
    MachineAia aia;
    const char *initrd;
    uint64_t ram;
} Case;

// clang-format off
#define LINUX "initrd.cpio.gz", 128ull << 20
#define KVM   "initrd-kvm.cpio.gz", 512ull << 20
/* The points of those with a disk are around the time when the guest uses it. */
static const Case cases[] = {
    { "one hart", 1, "info", "GUEST-LINUX-OK", false, false, NULL, 0, 58000000, 20, 1, 1000000, AIA_NONE, LINUX },
    { "four harts", 4, "info", "GUEST-LINUX-OK", false, false, NULL, 0, 42000000, 20, 1, 1000000, AIA_NONE, LINUX },
    { "a legacy disk", 1, "blk poweroff", "BLK-OK", true, false, NULL, 1400000000, 7000000, 20, 1, 1000000, AIA_APLIC, LINUX },
    { "a modern disk, two harts", 2, "blk poweroff", "BLK-OK", true, true, NULL, 960000000, 5000000, 20, 1, 1000000, AIA_APLIC_IMSIC, LINUX },
};
static const Case full_cases[] = {
    { "four harts, 200 points", 4, "info", "GUEST-LINUX-OK", false, false, NULL, 0, 4500000, 200, 6, 10000000, AIA_NONE, LINUX },
    { "a guest under KVM", 2, "kvm poweroff", "KVM-END", false, false, "KVM-START", 0, 60000000, 20, 2, 10000000, AIA_NONE, KVM },
    { "a guest under KVM, IMSICs", 2, "kvm poweroff vmachine=virt,aia=aplic-imsic", "KVM-END", false, false, "KVM-START", 0, 60000000, 20, 2, 10000000, AIA_APLIC_IMSIC, KVM },
};
// clang-format on

typedef struct {
    Machine *machine;
    Loader *loader;
    HostChar serial;
    GString *console;
} Side;

/* Where the straight run was, and what it was there. */
typedef struct {
    uint64_t ns, executed, hash;
    uint64_t behind; /* the hash so many instructions later, or at the end if that comes first */
} Point;

typedef struct {
    const Case *c;
    const char *images;
    char *disk, *file;
    Point points[MOST_POINTS];
    unsigned n_points;
    uint64_t end_hash;
    GString *console;                          /* all that the straight run said */
    double saving, loading, taking, restoring; /* s of CPU time */
    uint64_t largest;                          /* file, in bytes */
} Run;

static void collect(void *host, const uint8_t *data, size_t size)
{
    Side *side = host;
    g_string_append_len(side->console, (const char *)data, (gssize)size);
}

/* A machine at power-on, as the command line would make it. */
static void side_start(Side *side, const Run *run)
{
    const Case *c = run->c;
    GError *error = NULL;
    MachineConfig config = { .n_harts = c->n_harts, .ram_size = c->ram, .quantum = 10000 };
    g_autofree char *firmware = g_build_filename(run->images, "fw_dynamic.bin", NULL);
    g_autofree char *kernel = g_build_filename(run->images, "Image", NULL);
    g_autofree char *initrd = g_build_filename(run->images, c->initrd, NULL);
    g_autofree char *append = g_strdup_printf("console=ttyS0 quiet %s", c->words);
    LoaderConfig loads = {
        .firmware = firmware, .kernel = kernel, .initrd = initrd, .append = append
    };
    *side = (Side){ .console = g_string_new(NULL) };
    side->serial = (HostChar){ .write = collect, .host = side };
    config.serial = &side->serial;
    config.virtio_modern = c->modern;
    config.aia = c->aia;
    config.aia_guests = c->aia == AIA_APLIC_IMSIC ? 3 : 0;
    if (c->disk)
        config.virtio[7] = (VirtioConfig){ .driver = "virtio-blk-device",
                                           .drive_file = run->disk,
                                           .snapshot = true };
    if (!isa_parse(&config.isa, "max", &error) || !(side->machine = machine_new(&config, &error)) ||
        !(side->loader = loader_new(side->machine, &loads, &error)) ||
        !machine_reset(side->machine, &error))
        g_error("%s", error->message);
}

static void side_end(Side *side)
{
    machine_free(side->machine);
    loader_free(side->loader);
    g_string_free(side->console, TRUE);
}

static double cpu_time(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Up to `ns`, or until `executed` instructions and traps, or to the end. */
static StopReason go_on(Machine *m, uint64_t ns, uint64_t executed)
{
    m->config.max_insns = executed;
    StopReason reason = machine_run_until(m, ns);
    m->config.max_insns = 0;
    return reason;
}

static uint64_t executed_by(const Machine *m)
{
    return m->clock.units - m->idle_units;
}

/* The straight run. */

static void add_point(Run *run, const Side *side)
{
    const Case *c = run->c;
    const char *said = side->console->str;
    bool between = !c->begin || (strstr(said, c->begin) && !strstr(said, c->says));
    if (between && run->n_points < c->points)
        run->points[run->n_points++] = (Point){ .ns = clock_now(&side->machine->clock),
                                                .executed = executed_by(side->machine),
                                                .hash = machine_state_hash(side->machine) };
}

/* False: the guest has not ended. */
static bool run_straight(Run *run)
{
    const Case *c = run->c;
    Side side;
    StopReason reason = STOP_NONE;
    unsigned behind = 0; /* points whose hash behind them is known */
    side_start(&side, run);
    for (uint64_t next = c->first + c->step; reason != STOP_EXIT && next < THE_END;) {
        uint64_t limit = behind < run->n_points ? run->points[behind].executed + c->behind : 0;
        reason = go_on(side.machine, run->n_points < c->points ? next : THE_END, limit);
        if (reason == STOP_LIMIT) {
            run->points[behind++].behind = machine_state_hash(side.machine);
        } else if (reason == STOP_DEBUG) {
            add_point(run, &side);
            next += c->step;
        }
    }
    run->end_hash = machine_state_hash(side.machine);
    while (behind < run->n_points)
        run->points[behind++].behind = run->end_hash;
    g_string_assign(run->console, side.console->str);
    side_end(&side);
    return reason == STOP_EXIT;
}

/* Comparing. */

static void print_fields(Machine *machine, const char *path)
{
    GString *text = g_string_new(NULL);
    StatePrinter printer;
    state_printer_init(&printer, text);
    machine_visit(machine, &printer.visitor);
    bus_visit_ram(&machine->bus, &printer.visitor);
    g_file_set_contents(path, text->str, (gssize)text->len, NULL);
    g_string_free(text, TRUE);
}

/* What it should be like, as text for diff: runs straight there. */
static void print_expected(const Run *run, uint64_t ns, uint64_t executed)
{
    Side side;
    side_start(&side, run);
    (void)go_on(side.machine, ns, executed);
    print_fields(side.machine, "build/straight.state");
    side_end(&side);
}

static bool is_like(const Run *run, unsigned point, Machine *m, uint64_t hash, const char *where)
{
    const Point *at = &run->points[point];
    if (machine_state_hash(m) == hash)
        return true;
    bool behind = hash == at->behind;
    printf("FAIL %s: %s point %u the state hash is %016" PRIx64 ", not %016" PRIx64
           "; see straight.state and loaded.state\n",
           run->c->name, where, point, machine_state_hash(m), hash);
    print_fields(m, "build/loaded.state");
    if (hash == run->end_hash)
        print_expected(run, THE_END, 0);
    else
        print_expected(run, behind ? THE_END : at->ns, behind ? at->executed + run->c->behind : 0);
    return false;
}

/* From the point on. `said` is what was said before. */
static bool follow(const Run *run, unsigned point, Machine *m, const GString *console,
                   const char *said)
{
    const Case *c = run->c;
    const Point *at = &run->points[point];
    unsigned every = c->points / c->to_end;
    (void)go_on(m, THE_END, at->executed + c->behind);
    if (!is_like(run, point, m, at->behind, "behind"))
        return false;
    if (point % every != every / 2)
        return true;
    (void)go_on(m, THE_END, 0);
    g_autofree char *all = g_strconcat(said, console->str, NULL);
    if (strcmp(all, run->console->str)) {
        printf("FAIL %s: from point %u the guest has said something else\n%s\n", c->name, point,
               all);
        return false;
    }
    return is_like(run, point, m, run->end_hash, "at the end from");
}

/* Into a file, and from there into a new machine. */
static bool try_file(Run *run, unsigned point, Side *side)
{
    GError *error = NULL;
    SnapshotInfo info;
    Side other;
    double start = cpu_time();
    if (!snapshot_save(side->machine, run->file, &error))
        g_error("%s", error->message);
    run->saving += cpu_time() - start;
    side_start(&other, run);
    start = cpu_time();
    if (!snapshot_load(other.machine, run->file, &error) ||
        !snapshot_info(run->file, &info, &error))
        g_error("%s", error->message);
    run->loading += cpu_time() - start;
    run->largest = MAX(run->largest, info.size);
    bool good = is_like(run, point, other.machine, run->points[point].hash, "loaded at") &&
                follow(run, point, other.machine, other.console, side->console->str);
    side_end(&other);
    return good;
}

/* On from there, and back. */
static bool try_checkpoint(Run *run, unsigned point, Side *side)
{
    double start = cpu_time();
    Checkpoint *checkpoint = checkpoint_take(side->machine);
    run->taking += cpu_time() - start;
    gsize said = side->console->len;
    bool good = follow(run, point, side->machine, side->console, "");
    g_string_truncate(side->console, said);
    start = cpu_time();
    checkpoint_restore(side->machine, checkpoint);
    run->restoring += cpu_time() - start;
    good = good && is_like(run, point, side->machine, run->points[point].hash, "back at");
    checkpoint_free(side->machine, checkpoint);
    return good;
}

static bool try_points(Run *run)
{
    Side side;
    bool good = true;
    side_start(&side, run);
    for (unsigned i = 0; good && i < run->n_points; i++) {
        (void)go_on(side.machine, run->points[i].ns, 0);
        good = is_like(run, i, side.machine, run->points[i].hash, "at") &&
               (i % 2 ? try_checkpoint : try_file)(run, i, &side);
    }
    side_end(&side);
    return good;
}

static void print_result(const Run *run)
{
    unsigned files = (run->n_points + 1) / 2, checkpoints = run->n_points / 2;
    printf(
        "ok   %s: %u points, %u of them to the end; files of up to %.1f MiB saved in %.0f ms and "
        "loaded in %.0f ms, checkpoints taken in %.1f ms and restored in %.1f ms\n",
        run->c->name, run->n_points, run->c->to_end, (double)run->largest / (1 << 20),
        run->saving / files * 1e3, run->loading / files * 1e3, run->taking / checkpoints * 1e3,
        run->restoring / checkpoints * 1e3);
}

static bool run_case(const Case *c, const char *images, char *disk, char *file)
{
    Run run = {
        .c = c, .images = images, .disk = disk, .file = file, .console = g_string_new(NULL)
    };
    bool good = run_straight(&run);
    if (!good || run.n_points < c->points || !strstr(run.console->str, c->says)) {
        printf("FAIL %s: %u points, the guest has%s ended, and said\n%s\n", c->name, run.n_points,
               good ? "" : " not", run.console->str);
        good = false;
    }
    good = good && try_points(&run);
    if (good)
        print_result(&run);
    fflush(stdout);
    g_string_free(run.console, TRUE);
    return good;
}

int main(int argc, char **argv)
{
    unsigned passed = 0, failed = 0;
    bool full = argc == 3 && !strcmp(argv[2], "--full");
    g_autofree char *bytes = g_malloc0(DISK_SIZE), *disk = NULL, *file = NULL;
    int fd = g_file_open_tmp("states-XXXXXX", &disk, NULL);
    if (argc != 2 + full || fd < 0 || write(fd, bytes, DISK_SIZE) != DISK_SIZE) {
        fprintf(stderr, "usage: states FOLDER-OF-IMAGES [--full] (and room for files)\n");
        return 64;
    }
    file = g_strconcat(disk, ".bhs", NULL);
    for (unsigned i = 0; !full && i < G_N_ELEMENTS(cases); i++)
        *(run_case(&cases[i], argv[1], disk, file) ? &passed : &failed) += 1;
    for (unsigned i = 0; full && i < G_N_ELEMENTS(full_cases); i++)
        *(run_case(&full_cases[i], argv[1], disk, file) ? &passed : &failed) += 1;
    close(fd);
    unlink(disk);
    unlink(file);
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0;
}
