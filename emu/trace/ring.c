/* SPDX-License-Identifier: MIT */
/* ring.c - the last events as a recorded trace; see ring.h. */
#include "emu/trace/ring.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cpu/notes.h"
#include "emu/base/error.h"
#include "emu/trace/file.h"

enum { CRASH_SECONDS = 20 };

typedef struct {
    const Machine *machine;
    TraceWriter *writer;
    TrapNotes *notes; /* of every hart */
    uint64_t seq, lost;
    bool began;
} Dump;

static void put(void *opaque, TraceRecord *record)
{
    Dump *dump = opaque;
    if (!(dump->machine->trace.on[record->id] >> TRACE_TO_RING & 1))
        return;
    record->seq = dump->seq++;
    trace_writer_put(dump->writer, record);
}

/* The first thing in the file is what is not in it. */
static void put_lost(Dump *dump, uint64_t time)
{
    enum { BY_RING = 1 };
    TraceRecord record = {
        .seq = dump->lost, .time = time, .own = time, .id = TRACE_lost, .hart = TRACE_NO_HART
    };
    record.values[0] = dump->lost;
    record.values[1] = BY_RING;
    if (dump->lost)
        trace_writer_put(dump->writer, &record);
    dump->seq = dump->lost + (dump->lost > 0);
    dump->began = true;
}

static void see_trap(Dump *dump, const RingEntry *entry)
{
    TrapFact fact;
    TrapNotes *notes = &dump->notes[entry->hart];
    notes_ring_fact(entry, &fact);
    fact.id = notes->traps += !fact.returns;
    notes_tell(notes, &fact,
               &(NotesListener){ &dump->machine->clock, put, dump, dump->machine->partitions });
}

static void see(void *opaque, const RingEntry *entry)
{
    Dump *dump = opaque;
    const uint64_t time = clock_time_at(&dump->machine->clock, entry->units);
    if (!dump->began)
        put_lost(dump, time);
    if (entry->kind == RING_TRAP || entry->kind == RING_RETURN) {
        see_trap(dump, entry);
        return;
    }
    TraceRecord record = { .time = time,
                           .own = time,
                           .insns = entry->insns,
                           .id = (TraceId)entry->kind,
                           .hart = entry->hart,
                           .mode = entry->mode,
                           .vmid = entry->vmid,
                           .partition = entry->own };
    memcpy(record.values, entry->values,
           trace_events[entry->kind].n_fields * sizeof *record.values);
    put(dump, &record);
}

/* Traps are not numbered in the ring, but the last one's number is known. */
static void count_back(void *opaque, const RingEntry *entry)
{
    const Dump *dump = opaque;
    dump->notes[entry->hart].traps -= entry->kind == RING_TRAP;
}

/* Is `path` something else than a file, such as /dev/null? Then it is written to, and nothing is put in its place. */
static bool is_special(const char *path)
{
    struct stat info;
    return !stat(path, &info) && !S_ISREG(info.st_mode);
}

bool trace_ring_dump(const Machine *m, const char *path, uint64_t *events, GError **error)
{
    const TraceRing *ring = m->trace.ring;
    if (!ring)
        return fail(error, EXIT_USAGE,
                    "no events are kept (-trace-ring off); leave that option out");
    bool special = is_special(path);
    g_autofree char *partial = g_strconcat(path, special ? "" : ".part", NULL);
    Dump dump = { .machine = m, .lost = ring_lost(ring) };
    dump.writer = trace_writer_new(partial, "Bulkhead " VERSION,
                                   trace_asked(&m->trace, TRACE_TO_RING), m->partitions, error);
    if (!dump.writer)
        return false;
    dump.notes = g_new0(TrapNotes, 256); /* events may be of hart TRACE_NO_HART */
    for (unsigned i = 0; i < m->n_harts; i++) {
        dump.notes[i].host.known = !dump.lost;
        dump.notes[i].traps = m->harts[i].notes ? m->harts[i].notes->kept : 0;
    }
    ring_each(ring, count_back, &dump);
    ring_each(ring, see, &dump);
    g_free(dump.notes);
    bool ok = trace_writer_close(dump.writer, error);
    *events = dump.seq - dump.lost;
    if (special)
        return ok;
    if (ok && rename(partial, path))
        ok = fail(error, EXIT_FILE, "cannot write '%s': %s; check the path", path,
                  g_strerror(errno));
    if (!ok)
        unlink(partial);
    return ok;
}

char *trace_ring_dump_said(const Machine *m, const char *path)
{
    uint64_t events;
    g_autoptr(GError) error = NULL;
    if (!trace_ring_dump(m, path, &events, &error))
        return g_strdup_printf("the last events could not be written: %s", error->message);
    return g_strdup_printf("the last events (%" PRIu64
                           ") are in %s; bulkhead trace print %s shows them",
                           events, path, path);
}

/* The program is broken, but memory can be read: a copy of it does the work, and if that breaks, or waits for a lock that
 * nobody will give back, only the dump is missing. */
void trace_ring_dump_crash(void *machine)
{
    static const int numbers[] = { SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE };
    const Machine *m = machine;
    if (!m->trace.ring)
        return;
    pid_t child = fork();
    if (child > 0)
        waitpid(child, NULL, 0);
    if (child)
        return;
    sigset_t none;
    sigemptyset(&none);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        signal(numbers[i], SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    alarm(CRASH_SECONDS);
    g_autofree char *said = trace_ring_dump_said(m, m->ring_file);
    fprintf(stderr, "bulkhead: this is a bug of the emulator; %s\n", said);
    _exit(0);
}
