/* SPDX-License-Identifier: MIT */
/* fuzz.c - what the targets of tests/fuzz share; see fuzz.h. */
#define _GNU_SOURCE /* memfd_create */
#include "tests/lib/fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

uint64_t take(Bytes *in, unsigned size)
{
    uint64_t value = 0;
    size_t part = MIN(size, bytes_left(in));
    memcpy(&value, in->at, part);
    in->at += part;
    return value;
}

unsigned take_below(Bytes *in, unsigned limit)
{
    return (unsigned)(take(in, limit > 256 ? 2 : 1) % limit);
}

uint64_t take_value(Bytes *in)
{
    unsigned kind = (unsigned)take(in, 1), bit = kind & 63;
    switch (kind >> 6) {
    case 0: return take(in, 1);
    case 1: return (1ull << bit) + take(in, 1) % 3 - 1;
    case 2: return (uint64_t)(int64_t)(int16_t)take(in, 2) << bit;
    default: return take(in, 8);
    }
}

void fuzz_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

static void be_silent(const char *text)
{
    (void)text;
}

/* A complaint of GLib's is a bug of ours; what the machine tells its user is not. */
static void make_complaints_fatal(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
    g_set_printerr_handler(be_silent);
}

/* Machines. Most of a state is the store of translations, and most of that was never used: it is neither copied nor
 * compared. */

static size_t store_used(const Store *store)
{
    return offsetof(Store, entries) + MIN(store->n_fresh, STORE_ENTRIES) * sizeof(StoreEntry);
}

static bool is_store(const char *name)
{
    return g_str_has_suffix(name, ".store");
}

/* Keeps what it visits in `fresh`, or, `restores`, puts it back from there. */
typedef struct {
    StateVisitor visitor;
    GByteArray *fresh;
    size_t at;
    bool restores;
} Keeper;

static void keep_bytes(Keeper *keeper, void *data, size_t size)
{
    if (!size)
        return; /* of an empty array there may be no data at all */
    if (keeper->restores)
        memcpy(data, keeper->fresh->data + keeper->at, size);
    else
        g_byte_array_append(keeper->fresh, data, (guint)size);
    keeper->at += size;
}

static void keep_object(StateVisitor *visitor, const char *instance, const StateDesc *desc,
                        void *object)
{
    Keeper *keeper = (Keeper *)visitor;
    (void)instance;
    for (const StateField *field = desc->fields; field->name; field++)
        keep_bytes(keeper, (char *)object + field->offset, field->size * field->count);
    if (keeper->restores && desc->loaded)
        desc->loaded(object);
}

static void keep_blob(StateVisitor *visitor, const char *name, void *data, size_t size)
{
    Keeper *keeper = (Keeper *)visitor;
    Store *store = data;
    if (!is_store(name)) {
        keep_bytes(keeper, data, size);
    } else if (keeper->restores) {
        memset(store, 0, store_used(store));
        memset(store->buckets, 0, sizeof *store - offsetof(Store, buckets));
    }
}

static void keep_array(StateVisitor *visitor, const char *name, GByteArray *array)
{
    guint size = array->len;
    (void)name;
    keep_bytes((Keeper *)visitor, &size, sizeof size);
    g_byte_array_set_size(array, size);
    keep_bytes((Keeper *)visitor, array->data, size);
}

static void keep(FuzzMachine *it, bool restores)
{
    Keeper keeper = {
        { keep_object, keep_blob, NULL, keep_array, restores }, it->fresh, 0, restores
    };
    machine_visit(it->machine, &keeper.visitor);
}

FuzzMachine fuzz_machine(const MachineConfig *config, const char *cpu)
{
    FuzzMachine it = { .fresh = g_byte_array_new() };
    MachineConfig whole = *config;
    GError *error = NULL;
    make_complaints_fatal();
    if (!whole.ram_size)
        whole.ram_size = FUZZ_RAM;
    if (!whole.quantum)
        whole.quantum = 100;
    if (!isa_parse(&whole.isa, cpu, &error) || !(it.machine = machine_new(&whole, &error)))
        fuzz_fail("%s", error->message);
    it.machine->reset_pc = BOARD_RAM;
    if (!machine_reset(it.machine, &error))
        fuzz_fail("%s", error->message);
    for (unsigned i = 0; i < it.machine->n_harts; i++)
        store_init(it.machine->harts[i].mmu.store);
    keep(&it, false);
    return it;
}

static void empty_ram(Bus *bus)
{
    for (uint64_t page = 0; page < bus->ram_size >> PAGE_SHIFT; page++)
        if (bus->page_flags[page] & PAGE_TOUCHED)
            memset(bus->ram + (page << PAGE_SHIFT), 0, PAGE_SIZE);
    memset(bus->page_flags, 0, bus->ram_size >> PAGE_SHIFT);
}

void fuzz_restart(FuzzMachine *it)
{
    Machine *m = it->machine;
    keep(it, true);
    code_flush(&m->code);
    /* Or all the pages there may be would be in use soon, and looked at each time. */
    while (m->code.n_pages)
        g_free(m->code.pages[--m->code.n_pages]);
    empty_ram(&m->bus);
    for (unsigned i = 0; i < m->n_harts; i++) {
        mmu_loaded(&m->harts[i].mmu);
        m->harts[i].watch = m->harts[i].attention = 0;
    }
    clock_loaded(&m->clock);
    m->stop = STOP_NONE;
    m->reset_requested = false;
}

StopReason fuzz_run(Machine *m, uint64_t ns)
{
    uint64_t now = clock_now(&m->clock), end = UINT64_MAX / 64;
    return machine_run_until(m, now < end && ns < end - now ? now + ns : end);
}

static void visit_devices(Machine *m, StateVisitor *visitor)
{
    for (unsigned i = 0; i < m->devices->len; i++)
        device_visit(g_ptr_array_index(m->devices, i), visitor);
}

/* Its state as lines of text. */
static char **state_lines(Machine *m)
{
    g_autoptr(GString) text = g_string_new(NULL);
    StatePrinter printer;
    state_printer_init(&printer, text);
    machine_visit(m, &printer.visitor);
    bus_visit_ram(&m->bus, &printer.visitor);
    return g_strsplit(text->str, "\n", -1);
}

/* Hashes all but what of the store was never used. */
static void hash_blob(StateVisitor *visitor, const char *name, void *data, size_t size)
{
    StateHasher *hasher = (StateHasher *)visitor;
    size_t used = is_store(name) ? store_used(data) : size;
    hasher->hash = hash_bytes(hasher->hash, data, used);
    if (is_store(name))
        hasher->hash = hash_bytes(hasher->hash, (char *)data + offsetof(Store, buckets),
                                  sizeof(Store) - offsetof(Store, buckets));
}

static uint64_t hash_of(Machine *m)
{
    StateHasher hasher;
    state_hasher_init(&hasher);
    hasher.visitor.blob = hash_blob;
    machine_visit(m, &hasher.visitor);
    bus_visit_ram(&m->bus, &hasher.visitor);
    return hasher.hash;
}

void fuzz_compare(Machine *one, Machine *other, const char *what)
{
    if (hash_of(one) == hash_of(other))
        return;
    char **a = state_lines(one), **b = state_lines(other);
    for (unsigned i = 0; a[i] && b[i]; i++)
        if (strcmp(a[i], b[i]))
            fprintf(stderr, "%s | %s\n", a[i], b[i]);
    fuzz_fail("states differ: %s", what);
}

static void load_devices(Machine *m, const GByteArray *saved)
{
    StateLoader loader;
    state_loader_init(&loader, saved->data, saved->len);
    visit_devices(m, &loader.visitor);
    if (loader.error)
        fuzz_fail("what was saved cannot be loaded: %s", loader.error->message);
}

void fuzz_reload_devices(Machine *m)
{
    static GByteArray *before, *after;
    StateSaver saver;
    if (!before) {
        before = g_byte_array_new();
        after = g_byte_array_new();
    }
    g_byte_array_set_size(before, 0);
    g_byte_array_set_size(after, 0);
    state_saver_init(&saver, before);
    visit_devices(m, &saver.visitor);
    load_devices(m, before);
    state_saver_init(&saver, after);
    visit_devices(m, &saver.visitor);
    if (after->len == before->len && !memcmp(before->data, after->data, before->len))
        return;
    guint at = 0;
    while (at < MIN(before->len, after->len) && before->data[at] == after->data[at])
        at++;
    /* The names before that place. */
    g_autoptr(GString) near = g_string_new(NULL);
    for (guint i = at > 1000 ? at - 1000 : 0; i < at; i++)
        if (g_ascii_isalnum(before->data[i]) || before->data[i] == '_')
            g_string_append_c(near, (char)before->data[i]);
    fuzz_fail("loading what was saved changed it, behind: %s", near->str);
}

void fuzz_options(Options *options, bool ok, const GError *error)
{
    g_autoptr(GError) problem = NULL;
    make_complaints_fatal();
    if (ok != !error)
        fuzz_fail("parsing: %s", ok ? "success with an error" : "failure without an error");
    ok = ok && (options->done || options_resolve(options, &problem));
    if (!error && ok != !problem)
        fuzz_fail("resolving: %s", ok ? "success with an error" : "failure without an error");
    options_free(options);
}

FuzzFile fuzz_file(void)
{
    FuzzFile file = { .fd = memfd_create("fuzz", MFD_CLOEXEC) };
    if (file.fd < 0)
        fuzz_fail("memfd_create failed");
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
    return file;
}

void fuzz_file_set(FuzzFile *file, const void *data, size_t size)
{
    if (ftruncate(file->fd, 0) || pwrite(file->fd, data, size, 0) != (ssize_t)size)
        fuzz_fail("a file in memory cannot be written");
}
