/* SPDX-License-Identifier: MIT */
/* snapshot_run.c - what -loadvm and -savevm ask for; see snapshot_run.h. */
#include "emu/time/snapshot_run.h"

#include <inttypes.h>

#include "emu/time/snapshot.h"

static bool save(Machine *m, const SaveNote *note, GError **error)
{
    g_autofree char *path = snapshot_path(note->name);
    return snapshot_save(m, path, error);
}

/* The time of a -savevm has come. */
static void save_now(Machine *m, void *opaque)
{
    if (m->stop_error || save(m, opaque, &m->stop_error))
        return;
    g_prefix_error(&m->stop_error, "-savevm: ");
    machine_stop(m, STOP_QUIT, m->stop_error->code);
}

static void print_caveat(const Machine *m)
{
    const char *caveat = snapshot_caveat(m);
    if (caveat)
        g_printerr("bulkhead: %s\n", caveat);
}

bool snapshots_begin(Machine *m, const Options *o, GError **error)
{
    g_autofree char *path = o->loadvm ? snapshot_path(o->loadvm) : NULL;
    if (o->loadvm || o->saves->len)
        print_caveat(m);
    if (path && !snapshot_load(m, path, error)) {
        g_prefix_error(error, "-loadvm: ");
        return false;
    }
    for (unsigned i = 0; i < o->saves->len; i++) {
        SaveNote *note = g_ptr_array_index(o->saves, i);
        if (note->at != UINT64_MAX)
            machine_look_at_time(m, note->at, save_now, note);
    }
    return true;
}

bool snapshots_end(Machine *m, const Options *o, GError **error)
{
    for (unsigned i = 0; i < o->saves->len; i++) {
        const SaveNote *note = g_ptr_array_index(o->saves, i);
        uint64_t at = note->at == UINT64_MAX ? 0 : clock_units_at(&m->clock, note->at);
        if (m->clock.units < at)
            g_printerr("bulkhead: -savevm %s: nothing was saved, for the run ended at %" PRIu64
                       " ns, before at=%" PRIu64 "\n",
                       note->name, clock_now(&m->clock), note->at);
        if (note->at == UINT64_MAX && !save(m, note, error)) {
            g_prefix_error(error, "-savevm: ");
            return false;
        }
    }
    return true;
}
