/* SPDX-License-Identifier: MIT */
/*
 * worlds.h - who has been on a hart: what is no guest, and guests by VMID, each as it was when it left.
 *
 * A hypervisor takes its guests on and off a hart. Who debugs one of them wants to see it while it is away, and to be told
 * when it comes back. This takes notes for them, if asked to; nothing the hart does depends on it, and it is no state.
 */
#ifndef CPU_WORLDS_H
#define CPU_WORLDS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

typedef struct Hart Hart;

typedef struct {
    bool guest;    /* else the hypervisor, the firmware, or whatever runs without */
    uint16_t vmid; /* of a guest */
} WorldId;

/* How one was when it left the hart. */
typedef struct {
    WorldId id;
    uint8_t priv;
    uint64_t x[32], f[32],
        pc; /* of a guest the instruction to come; of others the xRET that started the guest */
    uint64_t satp, vsatp, hgatp;
    uint64_t left; /* cycles of the hart then */
} World;

enum { WORLDS_MOST = 64 }; /* remembered of a hart; the one that left longest ago makes room */

typedef struct Worlds {
    GArray *seen; /* of World, each once */
    /* Stop the hart (ATTENTION_STOP) when one of these comes. The debugger's. */
    WorldId wanted[8];
    unsigned n_wanted;
} Worlds;

static inline bool world_same(WorldId a, WorldId b)
{
    return a.guest == b.guest && a.vmid == b.vmid;
}

/* Who is on the hart now. */
WorldId world_now(const Hart *hart);

/* Starts or ends taking notes. */
void worlds_watch(Hart *hart, bool on);
/* Forgets everyone: the hart is about to start anew. */
void worlds_forget(Hart *hart);

/* How it left; NULL: it has not been there since notes are taken, or not left. */
const World *worlds_find(const Hart *hart, WorldId id);

/* For the hart, before pc or mode change, and after they did. */
void worlds_leave(Hart *hart);
void worlds_arrive(Hart *hart);

#endif
