/* SPDX-License-Identifier: MIT */
/*
 * check_colors.c - page colours: pages that meet in the same sets of the last-level cache have the same colour.
 *
 * k = size / ways / 4 KiB colours; the colour of a page is PA[way - 1:12]. Whoever has c of k colours has at most c / k
 * of all memory, and R bytes in c colours span R * k / c of it. Pages of more than 4 KiB have several colours each.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/machinefile/check.h"
#include "emu/machinefile/values.h"
#include "mmu/bus.h"

/* Whose colours they are: `group` for the place. */
typedef struct {
    const config_setting_t *at;
    const MfNumbers *colors;
    char what[64];
} Owner;

static bool check_list(MachineFile *file, const Owner *owner, uint64_t k)
{
    const MfNumbers *colors = owner->colors;
    for (unsigned i = 0; i < colors->n; i++) {
        MfNumbers before = { i, colors->at };
        if (colors->at[i] >= k) {
            MF_ERROR(file, owner, "colors",
                     "%s has colour %u, but the last-level cache has colours 0 to %" PRIu64
                     " (size / ways / 4K = %" PRIu64 "); choose among those",
                     owner->what, colors->at[i], k - 1, k);
            return false;
        }
        if (mf_has(&before, colors->at[i])) {
            MF_ERROR(file, owner, "colors", "colour %u stands twice here; leave one of them out",
                     colors->at[i]);
            return false;
        }
    }
    return true;
}

static void check_shared(MachineFile *file, const Owner *owner, const Owner *other)
{
    g_autoptr(GArray) shared = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    for (unsigned i = 0; i < owner->colors->n; i++)
        if (mf_has(other->colors, owner->colors->at[i]))
            g_array_append_val(shared, owner->colors->at[i]);
    if (!shared->len)
        return;
    MfNumbers numbers = { shared->len, (uint16_t *)(void *)shared->data };
    g_autofree char *text = mf_numbers_text(&numbers);
    MF_ERROR(
        file, owner, "colors",
        "%s and %s (line %u) share colour%s %s, so they evict each other's lines; give each its "
        "own",
        owner->what, other->what, mf_line(other->at, "colors"), shared->len > 1 ? "s" : "", text);
}

static void check_room(MachineFile *file, const MfPartition *part, uint64_t k)
{
    uint64_t c = part->colors.n, each = file->machine.memory / k, wanted = mf_memory_of(part);
    uint64_t have = each * c, needed = (wanted + each - 1) / each;
    if (wanted <= have)
        return;
    g_autofree char *asked = mf_size_text(wanted);
    g_autofree char *room = mf_size_text(have / PAGE_SIZE * PAGE_SIZE);
    if (needed <= k)
        MF_ERROR(file, part, "colors",
                 "partition \"%s\" asks %s in %" PRIu64
                 " colour%s, but only %s of RAM ha%s them; add "
                 "%" PRIu64 " colour%s, or set memory = \"%s\"",
                 part->name, asked, c, c > 1 ? "s" : "", room, c > 1 ? "ve" : "s", needed - c,
                 needed - c > 1 ? "s" : "", room);
    else
        MF_ERROR(file, part, "colors",
                 "partition \"%s\" asks %s in %" PRIu64
                 " colour%s, but only %s of RAM ha%s them; set "
                 "memory = \"%s\", or give the machine more",
                 part->name, asked, c, c > 1 ? "s" : "", room, c > 1 ? "ve" : "s", room);
}

/* The root table of a G stage is four pages in one piece. norm:hgatp_ppn_op */
static void check_root(MachineFile *file, const MfPartition *part, uint64_t k)
{
    for (uint64_t first = 0; first + 4 <= k; first += 4)
        if (mf_has(&part->colors, (unsigned)first) && mf_has(&part->colors, (unsigned)first + 1) &&
            mf_has(&part->colors, (unsigned)first + 2) &&
            mf_has(&part->colors, (unsigned)first + 3))
            return;
    MF_WARNING(
        file, part, "colors",
        "partition \"%s\" has no four colours in a row from a multiple of four on, and the root table of "
        "its G stage is four pages in one piece, so guest addresses beyond 512 GiB lead through lines of "
        "others' colours; choose for example 4-7",
        mf_name(part));
}

static void check_partition(MachineFile *file, const MfPartition *part, uint64_t k)
{
    if (part->superpages)
        MF_ERROR(
            file, part, "superpages",
            "a page of 2M has all colours, so memory of some colours is mapped in pages of 4K; "
            "leave superpages or colors out");
    check_room(file, part, k);
    if (k >= 4)
        check_root(file, part, k);
}

/* What colouring does not keep apart although it looks so. */
static void warn(MachineFile *file, unsigned colored, bool hashed)
{
    const MfHypervisor *hyp = &file->hypervisor;
    if (hashed)
        MF_WARNING(
            file, &file->timing.llc, "hash",
            "with hash = \"xor\" a page's lines are in sets of all colours, so colouring does "
            "not isolate; write hash = \"none\", unless that is to be shown");
    if (!hyp->colors.n)
        MF_WARNING(
            file, hyp, "colors",
            "partitions have colours and the hypervisor has none, so they evict its lines, and it theirs; add "
            "colors to hypervisor");
    for (unsigned i = 0; i < file->partitions.n && colored; i++) {
        const MfPartition *part = &file->partitions.at[i];
        if (!part->colors.n)
            MF_WARNING(
                file, part, "colors",
                "partition \"%s\" has no colours, so it evicts lines of those that have; add "
                "colors",
                mf_name(part));
    }
    for (unsigned i = 0; i < file->shmem.n; i++)
        MF_WARNING(
            file, &file->shmem.at[i], "name",
            "shared memory has all colours, so its users evict lines of others through it; %s",
            mf_at(file->shmem.at[i].at, "host")
                ? "keep it small, its lines are counted apart, as leaks"
                : "keep it small, and add host, so that its lines are counted apart, as leaks");
}

void mf_check_colors(MachineFile *file)
{
    Owner owners[MF_MOST_GROUPS + 1] = { { file->hypervisor.at, &file->hypervisor.colors,
                                           "the hypervisor" } };
    unsigned n = 1, colored = 0;
    TimingProfile profile;
    bool has_cache = mf_profile(file, &profile);
    unsigned k = has_cache ? timing_colors(&profile) : 0;
    for (unsigned i = 0; i < file->partitions.n; i++) {
        const MfPartition *part = &file->partitions.at[i];
        Owner *owner = &owners[n++];
        *owner = (Owner){ part->at, &part->colors, "" };
        g_snprintf(owner->what, sizeof owner->what, "partition \"%.31s\"", mf_name(part));
        colored += part->colors.n != 0;
    }
    if ((!colored && !file->hypervisor.colors.n) || (!has_cache && file->timing.at))
        return; /* nobody has any, or the cache is wrong, which is said elsewhere */
    for (unsigned i = 0; i < n && k < 2; i++)
        if (owners[i].colors->n)
            MF_ERROR(file, &owners[i], "colors",
                     "%s has colours, but %s; write timing = { profile = \"rocket6\" }",
                     owners[i].what,
                     k ? "the last-level cache has only one"
                       : "there is no last-level cache that has any");
    if (k < 2)
        return;
    for (unsigned i = 0; i < n; i++) {
        if (!owners[i].colors->n || !check_list(file, &owners[i], k))
            continue;
        for (unsigned j = 0; j < i; j++)
            check_shared(file, &owners[i], &owners[j]);
        if (i)
            check_partition(file, &file->partitions.at[i - 1], k);
    }
    warn(file, colored, profile.llc_hash != HASH_NONE);
}
