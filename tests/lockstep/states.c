/* SPDX-License-Identifier: MIT */
/*
 * states.c - a machine that was saved and loaded is the machine that was saved.
 *
 * Boots Linux twice. One machine runs straight on; the other is, at each of 20 virtual times, saved, thrown away, and
 * loaded into a new machine. At the next time both must have the same state hash and have said the same. The times fall
 * anywhere: in the middle of rounds, traps and disk transfers.
 *
 * usage: states FOLDER-OF-IMAGES
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "emu/loader.h"
#include "emu/machine.h"

enum { POINTS = 20, DISK_SIZE = 2 << 20 };

typedef struct {
    const char *name;
    unsigned n_harts;
    const char *words; /* for the guest's init */
    bool disk, modern;
    uint64_t first, step; /* ns: where the points begin, and between two */
    MachineAia aia;
} Case;

/* The points of the last two are around the time when the guest uses its disk. */
static const Case cases[] = {
    { "one hart", 1, "info", false, false, 0, 58000000, AIA_NONE },
    { "two harts", 2, "info", false, false, 0, 45000000, AIA_NONE },
    { "a legacy disk", 1, "blk poweroff", true, false, 1400000000, 8000000, AIA_APLIC },
    { "a modern disk, two harts", 2, "blk poweroff", true, true, 960000000, 6000000,
      AIA_APLIC_IMSIC },
};
enum { THE_END = 20 }; /* s */

typedef struct {
    Machine *machine;
    Loader *loader;
    HostChar serial;
    GString *console;
} Side;

static void collect(void *host, const uint8_t *data, size_t size)
{
    Side *side = host;
    g_string_append_len(side->console, (const char *)data, (gssize)size);
}

/* A machine at power-on, as the command line would make it. */
static void side_start(Side *side, const Case *c, const char *images, char *disk)
{
    GError *error = NULL;
    MachineConfig config = { .n_harts = c->n_harts, .ram_size = 128 << 20, .quantum = 10000 };
    g_autofree char *firmware = g_build_filename(images, "fw_dynamic.bin", NULL);
    g_autofree char *kernel = g_build_filename(images, "Image", NULL);
    g_autofree char *initrd = g_build_filename(images, "initrd.cpio.gz", NULL);
    g_autofree char *append = g_strdup_printf("console=ttyS0 quiet %s", c->words);
    LoaderConfig loads = { firmware, kernel, initrd, append, NULL, NULL, 0 };
    side->serial = (HostChar){ .write = collect, .host = side };
    config.serial = &side->serial;
    config.virtio_modern = c->modern;
    config.aia = c->aia;
    config.aia_guests = c->aia == AIA_APLIC_IMSIC ? 3 : 0;
    if (c->disk)
        config.virtio[7] =
            (VirtioConfig){ .driver = "virtio-blk-device", .drive_file = disk, .snapshot = true };
    if (!isa_parse(&config.isa, "max", &error) || !(side->machine = machine_new(&config, &error)) ||
        !(side->loader = loader_new(side->machine, &loads, &error)) ||
        !machine_reset(side->machine, &error))
        g_error("%s", error->message);
}

static void side_end(Side *side)
{
    machine_free(side->machine);
    loader_free(side->loader);
}

/* Saves, throws away, makes a new one and loads. Returns how large the saved state was. */
static size_t side_replace(Side *side, const Case *c, const char *images, char *disk)
{
    g_autoptr(GByteArray) saved = g_byte_array_new();
    GError *error = NULL;
    machine_save(side->machine, saved);
    side_end(side);
    side_start(side, c, images, disk);
    if (!machine_load(side->machine, saved->data, saved->len, &error))
        g_error("cannot load what was saved: %s", error->message);
    return saved->len;
}

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

/* Are they alike? Otherwise leaves both states as text for diff. */
static bool compare(const Case *c, unsigned point, const Side *straight, const Side *loaded)
{
    uint64_t a = machine_state_hash(straight->machine), b = machine_state_hash(loaded->machine);
    bool same = a == b && g_string_equal(straight->console, loaded->console);
    if (same)
        return true;
    printf("FAIL %s: at point %u the state hash is %016" PRIx64 " and after loading %016" PRIx64
           "%s; see straight.state and loaded.state\n",
           c->name, point, a, b,
           g_string_equal(straight->console, loaded->console) ? "" : ", the consoles differ");
    print_fields(straight->machine, "build/straight.state");
    print_fields(loaded->machine, "build/loaded.state");
    return false;
}

/* Both go on to `ns`. Are they alike there? Sets `*ended` when the guest ended the run. */
static bool go_on(const Case *c, unsigned point, Side *straight, Side *loaded, uint64_t ns,
                  bool *ended)
{
    StopReason one = machine_run_until(straight->machine, ns);
    StopReason other = machine_run_until(loaded->machine, ns);
    *ended = one != STOP_DEBUG;
    if (one != other)
        printf("FAIL %s: one run ended before point %u, the other did not\n", c->name, point);
    return compare(c, point, straight, loaded) && one == other;
}

static bool run_points(const Case *c, Side *straight, Side *loaded, const char *images, char *disk)
{
    unsigned points = 0;
    size_t largest = 0;
    bool ended = false, good = true;
    while (good && !ended && points < POINTS) {
        points++;
        good = go_on(c, points, straight, loaded, c->first + points * c->step, &ended);
        size_t size = side_replace(loaded, c, images, disk);
        largest = MAX(size, largest);
        good = good && compare(c, points, straight, loaded);
    }
    if (good && !ended)
        good = go_on(c, points, straight, loaded, THE_END * 1000000000ull, &ended);
    if (good && (!ended || points < POINTS / 2)) {
        printf("FAIL %s: %u points, the guest has %s\n", c->name, points,
               ended ? "ended" : "not ended");
        good = false;
    }
    if (good)
        printf("ok   %s: %u points, up to %zu MiB saved\n", c->name, points, largest >> 20);
    return good;
}

static bool run_case(const Case *c, const char *images, char *disk)
{
    const char *answer = c->disk ? "BLK-OK" : "GUEST-LINUX-OK";
    Side straight = { .console = g_string_new(NULL) }, loaded = { .console = g_string_new(NULL) };
    side_start(&straight, c, images, disk);
    side_start(&loaded, c, images, disk);
    bool good = run_points(c, &straight, &loaded, images, disk);
    if (good && !strstr(loaded.console->str, answer)) {
        printf("FAIL %s: the guest has not said %s\n%s\n", c->name, answer, loaded.console->str);
        good = false;
    }
    fflush(stdout);
    side_end(&straight);
    side_end(&loaded);
    g_string_free(straight.console, TRUE);
    g_string_free(loaded.console, TRUE);
    return good;
}

int main(int argc, char **argv)
{
    unsigned passed = 0, failed = 0;
    g_autofree char *bytes = g_malloc0(DISK_SIZE), *disk = NULL;
    GError *error = NULL;
    int fd = g_file_open_tmp("states-XXXXXX", &disk, &error);
    if (argc != 2 || fd < 0 || write(fd, bytes, DISK_SIZE) != DISK_SIZE) {
        fprintf(stderr, "usage: states FOLDER-OF-IMAGES (and room for a disk of 2 MiB)\n");
        return 64;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
        *(run_case(&cases[i], argv[1], disk) ? &passed : &failed) += 1;
    close(fd);
    unlink(disk);
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0;
}
