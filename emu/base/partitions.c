/* SPDX-License-Identifier: MIT */
/* partitions.c - see partitions.h. */
#include "emu/base/partitions.h"

#include <stdio.h>
#include <string.h>

struct Partitions {
    uint32_t count, n_shared;
    Partition list[PARTITIONS_MAX];
    struct {
        uint64_t begin, size;
    } shared[PARTITION_SHARED];
    uint8_t devices[PARTITION_DEVICES];
};

static void name_it(Partition *part, const char *name)
{
    snprintf(part->name, sizeof part->name, "%s", name);
}

Partitions *partitions_new(void)
{
    Partitions *parts = g_new0(Partitions, 1);
    parts->count = 1;
    parts->list[PARTITION_HOST].vmid = PARTITION_NO_VMID;
    name_it(&parts->list[PARTITION_HOST], "host");
    return parts;
}

void partitions_free(Partitions *parts)
{
    g_free(parts);
}

/* The next number; the last one is shared by all that come too late. */
static Partition *add(Partitions *parts)
{
    if (parts->count == PARTITIONS_MAX)
        return NULL;
    Partition *part = &parts->list[parts->count++];
    memset(part, 0, sizeof *part);
    if (parts->count < PARTITIONS_MAX)
        return part;
    name_it(part, "others");
    part->vmid = PARTITION_NO_VMID;
    return NULL;
}

static unsigned number_of(const Partitions *parts, const Partition *part)
{
    return part ? (unsigned)(part - parts->list) : PARTITION_OTHERS;
}

unsigned partitions_declare(Partitions *parts, const char *name, uint32_t harts, int vmid,
                            const ColorSet *colors, unsigned line)
{
    Partition *part = add(parts);
    if (!part)
        return PARTITION_OTHERS;
    name_it(part, name);
    part->harts = harts;
    part->vmid = vmid;
    part->declared = true;
    part->line = line;
    part->has_colors = colors != NULL;
    if (colors)
        part->colors = *colors;
    return number_of(parts, part);
}

void partitions_color_host(Partitions *parts, const ColorSet *colors, unsigned line)
{
    Partition *host = &parts->list[PARTITION_HOST];
    host->has_colors = true;
    host->colors = *colors;
    host->line = line;
}

static bool is_bare(const Partition *part, unsigned hart)
{
    return part->declared && part->vmid == PARTITION_NO_VMID && part->harts >> hart & 1;
}

/* Declared for this VMID and this hart; observed with this VMID, and on this hart if it is 0. */
static bool is_guest(const Partition *part, unsigned vmid, unsigned hart)
{
    bool here = part->harts >> hart & 1;
    return part->vmid == PARTITION_ANY_VMID
               ? here
               : part->vmid == (int)vmid && (here || (!part->declared && vmid));
}

static unsigned observe(Partitions *parts, unsigned vmid, unsigned hart)
{
    Partition *part = add(parts);
    if (!part)
        return PARTITION_OTHERS;
    part->vmid = (int)vmid;
    if (vmid)
        snprintf(part->name, sizeof part->name, "vmid%u", vmid);
    else
        snprintf(part->name, sizeof part->name, "vmid0.hart%u", hart);
    part->harts = UINT32_C(1) << hart;
    return number_of(parts, part);
}

int partitions_known(const Partitions *parts, bool guest, unsigned vmid, unsigned hart)
{
    hart &= 31;
    for (unsigned i = 1; i < parts->count; i++)
        if (guest ? is_guest(&parts->list[i], vmid, hart) : is_bare(&parts->list[i], hart))
            return (int)i;
    return guest ? -1 : PARTITION_HOST;
}

unsigned partitions_find(Partitions *parts, bool guest, unsigned vmid, unsigned hart)
{
    int known = partitions_known(parts, guest, vmid, hart);
    if (known < 0)
        return observe(parts, vmid, hart & 31);
    Partition *part = &parts->list[known];
    if (known != PARTITION_HOST && !part->declared)
        part->harts |= UINT32_C(1) << (hart & 31);
    return (unsigned)known;
}

unsigned partitions_declared(const Partitions *parts, unsigned vmid, unsigned hart)
{
    for (unsigned i = 1; i < parts->count && parts->list[i].declared; i++)
        if (is_guest(&parts->list[i], vmid, hart & 31))
            return i;
    return PARTITION_HOST;
}

int partitions_named(const Partitions *parts, const char *name)
{
    for (unsigned i = 0; parts && i < parts->count; i++)
        if ((parts->list[i].declared || i == PARTITION_HOST) && !strcmp(parts->list[i].name, name))
            return (int)i;
    return -1;
}

/* Of a guest that no declaration covers: no number of one that another covers. */
static unsigned undeclared(const Partitions *parts, unsigned vmid)
{
    return parts && parts->count > 1 && parts->list[1].declared ? PARTITIONS_MAX + vmid : vmid;
}

unsigned partitions_traced(const Partitions *parts, unsigned vmid, unsigned hart)
{
    unsigned declared = parts ? partitions_declared(parts, vmid, hart) : PARTITION_HOST;
    return declared ? declared : undeclared(parts, vmid);
}

unsigned partitions_number_traced(const Partitions *parts, unsigned number)
{
    const Partition *part = partitions_get(parts, number);
    if (part->declared)
        return number;
    return part->vmid < 0 ? PARTITION_HOST : undeclared(parts, (unsigned)part->vmid);
}

bool partitions_share(Partitions *parts, Spa begin, uint64_t size)
{
    if (parts->n_shared == PARTITION_SHARED)
        return false;
    parts->shared[parts->n_shared].begin = begin.v;
    parts->shared[parts->n_shared++].size = size;
    return true;
}

bool partitions_is_shared(const Partitions *parts, Spa at)
{
    for (unsigned i = 0; i < parts->n_shared; i++) {
        if (at.v - parts->shared[i].begin < parts->shared[i].size)
            return true;
    }
    return false;
}

void partitions_give_device(Partitions *parts, unsigned device, unsigned partition)
{
    if (device < PARTITION_DEVICES)
        parts->devices[device] = (uint8_t)partition;
}

unsigned partitions_of_device(const Partitions *parts, unsigned device)
{
    return device < PARTITION_DEVICES ? parts->devices[device] : PARTITION_HOST;
}

uint64_t partitions_devices(const Partitions *parts, unsigned partition)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < PARTITION_DEVICES; i++)
        mask |= (uint64_t)(parts->devices[i] == partition) << i;
    return mask;
}

unsigned partitions_count(const Partitions *parts)
{
    return parts->count;
}

const Partition *partitions_get(const Partitions *parts, unsigned number)
{
    return &parts->list[number < parts->count ? number : PARTITION_HOST];
}

bool partitions_any(const Partitions *parts)
{
    return parts->count > 1;
}

char *color_set_text(const ColorSet *set, unsigned n)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (unsigned from = 0, to; from < n; from = to + 1) {
        to = from;
        if (!color_set_has(set, from))
            continue;
        while (to + 1 < n && color_set_has(set, to + 1))
            to++;
        g_string_append_printf(out, "%s%u", out->len ? "," : "", from);
        if (to > from)
            g_string_append_printf(out, "-%u", to);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

// clang-format off
static const StateField registry_fields[] = {
    STATE(Partitions, count), STATE(Partitions, n_shared), STATE_WORDS(Partitions, shared),
    STATE_ARRAY(Partitions, devices), STATE_END,
};
static const StateField partition_fields[] = {
    STATE_ARRAY(Partition, name), STATE(Partition, harts), STATE(Partition, vmid), STATE(Partition, declared),
    STATE(Partition, has_colors), STATE_WORDS(Partition, colors), STATE(Partition, line), STATE_END,
};
// clang-format on

/* What a file says is not believed. */
static void registry_loaded(void *object)
{
    Partitions *parts = object;
    parts->count = MIN(MAX(parts->count, 1), PARTITIONS_MAX);
    parts->n_shared = MIN(parts->n_shared, PARTITION_SHARED);
    for (unsigned i = 0; i < PARTITION_DEVICES; i++)
        parts->devices[i] %= PARTITIONS_MAX;
}

static void partition_loaded(void *object)
{
    Partition *part = object;
    part->name[sizeof part->name - 1] = 0;
    if (!g_utf8_validate(part->name, -1, NULL))
        name_it(part, "unnamed");
}

static const StateDesc registry_state = { "partitions", 1, registry_fields, registry_loaded };
static const StateDesc partition_state = { "partition", 1, partition_fields, partition_loaded };

void partitions_visit(Partitions *parts, StateVisitor *visitor)
{
    state_visit(visitor, "partitions", &registry_state, parts);
    for (unsigned i = 0; i < parts->count; i++)
        state_visit(visitor, "partition", &partition_state, &parts->list[i]);
}
