/* SPDX-License-Identifier: MIT */
/* owners.c - who is who in sights; see owners.h. */
#include "emu/sight/owners.h"

#include <stdio.h>

/* Guests without a VMID, by hart: with the letters, colours and patterns of partitions 1, 2, ... */
enum { BY_HART = 1 + 26 * 7 * 8 * 60 };

unsigned owner_find(const Machine *m, bool guest, unsigned vmid, unsigned hart)
{
    int known = partitions_known(m->partitions, guest, vmid, hart);
    if (!guest || (known > 0 && partitions_get(m->partitions, (unsigned)known)->declared))
        return (unsigned)known;
    return vmid ? partitions_traced(m->partitions, vmid, hart) : BY_HART + hart;
}

unsigned owner_of_partition(const Partitions *parts, unsigned number)
{
    const Partition *part = partitions_get(parts, number);
    unsigned traced = partitions_number_traced(parts, number);
    if (part->declared || part->vmid || number == PARTITION_HOST)
        return traced;
    return BY_HART + (part->harts ? (unsigned)__builtin_ctz(part->harts) : 0);
}

unsigned owner_now(const Machine *m, unsigned index)
{
    const Hart *hart = &m->harts[index];
    return owner_find(m, hart_is_guest(hart), (unsigned)bits(hart->csr.hgatp, 57, 44), index);
}

char owner_letter(unsigned number)
{
    return number ? (char)('A' + (number - 1) % 26) : 'H';
}

static bool is_registered(const Machine *m, unsigned number)
{
    return number == PARTITION_HOST || (number < partitions_count(m->partitions) &&
                                        partitions_get(m->partitions, number)->declared);
}

SightOwner owner_get(const Machine *m, unsigned number)
{
    SightOwner owner = { .number = number, .letter = owner_letter(number), .vmid = -1 };
    if (is_registered(m, number)) {
        const Partition *part = partitions_get(m->partitions, number);
        owner.declared = part->declared;
        owner.vmid = part->vmid < 0 ? -1 : part->vmid;
        owner.harts = part->harts;
        g_snprintf(owner.name, sizeof owner.name, "%s", part->name);
        return owner;
    }
    if (number >= BY_HART) {
        owner.vmid = 0;
        g_snprintf(owner.name, sizeof owner.name, "vmid0.hart%u", number - BY_HART);
        return owner;
    }
    owner.vmid = (int)(number - (is_registered(m, 1) ? PARTITIONS_MAX : 0));
    g_snprintf(owner.name, sizeof owner.name, "vmid%d", owner.vmid);
    return owner;
}

GArray *owners_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(SightOwner));
}

SightOwner *owners_add(GArray *owners, const Machine *m, unsigned number, uint32_t harts)
{
    guint i = 0;
    while (i < owners->len && g_array_index(owners, SightOwner, i).number < number)
        i++;
    if (i == owners->len || g_array_index(owners, SightOwner, i).number != number) {
        SightOwner owner = owner_get(m, number);
        g_array_insert_val(owners, i, owner);
    }
    SightOwner *owner = &g_array_index(owners, SightOwner, i);
    owner->harts |= harts;
    return owner;
}

const SightOwner *owners_find(const GArray *owners, unsigned number)
{
    for (guint i = 0; i < owners->len; i++)
        if (g_array_index(owners, SightOwner, i).number == number)
            return &g_array_index(owners, SightOwner, i);
    return NULL;
}

char *owner_harts_text(uint32_t harts)
{
    return harts ? color_set_text(&(ColorSet){ { harts } }, 32) : g_strdup("-");
}

void owners_json(const GArray *owners, Json *json)
{
    json_begin(json, "partitions", '[');
    for (guint i = 0; i < owners->len; i++) {
        const SightOwner *owner = &g_array_index(owners, SightOwner, i);
        const char letter[] = { owner->letter, 0 };
        json_begin(json, NULL, '{');
        json_number(json, "number", owner->number);
        json_text(json, "letter", letter);
        json_text(json, "name", owner->name);
        json_end(json, '{');
    }
    json_end(json, '[');
}
