/* SPDX-License-Identifier: MIT */
/* worlds.c - who has been on a hart; see worlds.h. */
#include "cpu/worlds.h"

#include <string.h>

#include "cpu/hart.h"

WorldId world_now(const Hart *hart)
{
    bool guest = hart->mmu.v;
    return (WorldId){ guest, guest ? (uint16_t)bits(hart->mmu.hgatp, 57, 44) : 0 };
}

void worlds_watch(Hart *hart, bool on)
{
    if (on == (hart->worlds != NULL))
        return;
    if (on) {
        hart->worlds = g_new0(Worlds, 1);
        hart->worlds->seen = g_array_new(FALSE, FALSE, sizeof(World));
        return;
    }
    g_array_free(hart->worlds->seen, TRUE);
    g_free(hart->worlds);
    hart->worlds = NULL;
}

void worlds_forget(Hart *hart)
{
    if (hart->worlds)
        g_array_set_size(hart->worlds->seen, 0);
}

static World *find(const Worlds *worlds, WorldId id)
{
    for (unsigned i = 0; i < worlds->seen->len; i++) {
        World *world = &g_array_index(worlds->seen, World, i);
        if (world_same(world->id, id))
            return world;
    }
    return NULL;
}

const World *worlds_find(const Hart *hart, WorldId id)
{
    return hart->worlds ? find(hart->worlds, id) : NULL;
}

/* Room for one more. */
static World *add(Worlds *worlds)
{
    World *oldest = NULL;
    if (worlds->seen->len < WORLDS_MOST) {
        g_array_set_size(worlds->seen, worlds->seen->len + 1);
        return &g_array_index(worlds->seen, World, worlds->seen->len - 1);
    }
    for (unsigned i = 0; i < worlds->seen->len; i++) {
        World *world = &g_array_index(worlds->seen, World, i);
        if (!oldest || world->left < oldest->left)
            oldest = world;
    }
    return oldest;
}

void worlds_leave(Hart *hart)
{
    WorldId id = world_now(hart);
    World *world = find(hart->worlds, id);
    if (!world)
        world = add(hart->worlds);
    world->id = id;
    world->priv = hart->mmu.priv;
    world->pc = hart->pc;
    memcpy(world->x, hart->x, sizeof world->x);
    memcpy(world->f, hart->f, sizeof world->f);
    world->satp = hart->mmu.satp;
    world->vsatp = hart->mmu.vsatp;
    world->hgatp = hart->mmu.hgatp;
    world->left = hart_cycles(hart);
}

void worlds_arrive(Hart *hart)
{
    Worlds *worlds = hart->worlds;
    for (unsigned i = 0; i < worlds->n_wanted; i++) {
        if (world_same(worlds->wanted[i], world_now(hart)))
            hart->attention |= ATTENTION_STOP;
    }
}
