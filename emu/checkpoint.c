/* SPDX-License-Identifier: MIT */
/* checkpoint.c - the whole machine as it was at a moment, kept in memory; see checkpoint.h. */
#include "emu/checkpoint.h"

struct Checkpoint {
    uint64_t units;
    GByteArray *state;
};

Checkpoint *checkpoint_take(Machine *m)
{
    Checkpoint *c = g_new0(Checkpoint, 1);
    *c = (Checkpoint){ m->clock.units, g_byte_array_new() };
    machine_save(m, c->state);
    return c;
}

void checkpoint_restore(Machine *m, const Checkpoint *c)
{
    g_autoptr(GError) error = NULL;
    bool done = machine_load(m, c->state->data, c->state->len, &error);
    g_assert(done);
}

void checkpoint_free(Machine *m, Checkpoint *c)
{
    (void)m;
    g_byte_array_unref(c->state);
    g_free(c);
}

uint64_t checkpoint_units(const Checkpoint *c)
{
    return c->units;
}

size_t checkpoint_size(const Checkpoint *c)
{
    return c->state->len;
}
