/* SPDX-License-Identifier: MIT */
/* check_partitions.c - who partitions are: their names, harts, VMIDs and budgets. */
#include <inttypes.h>
#include <string.h>

#include "emu/machinefile/check.h"
#include "emu/machinefile/values.h"

static bool is_name(const char *name)
{
    size_t length = strlen(name);
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && *c != '-' && *c != '_')
            return false;
    return length && length <= MF_LONGEST_NAME && g_ascii_isalpha(name[0]);
}

/* What traces and views call those that no file names: "vmid7", "hart0", "device3". */
static bool is_observed(const char *name)
{
    static const char *const words[] = { "vmid", "hart", "device" };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        const char *digits = name + strlen(words[i]);
        if (g_str_has_prefix(name, words[i]) && *digits && !digits[strspn(digits, "0123456789")])
            return true;
    }
    return false;
}

static void check_name(MachineFile *file, unsigned number)
{
    static const char *const taken[] = { "host", "hypervisor", "none", "all", "others", NULL };
    const MfPartition *part = &file->partitions.at[number];
    if (!part->name) {
        MF_ERROR(file, part, "name", "a partition without a name; add name = \"part%u\"",
                 number + 1);
        return;
    }
    if (!is_name(part->name))
        MF_ERROR(
            file, part, "name",
            "\"%s\" is no name: 1 to %d letters, digits, - and _, a letter first; choose another",
            part->name, MF_LONGEST_NAME);
    if (g_strv_contains(taken, part->name) || is_observed(part->name))
        MF_ERROR(file, part, "name", "\"%s\" means something else already; choose another name",
                 part->name);
    for (unsigned i = 0; i < number; i++) {
        const MfPartition *other = &file->partitions.at[i];
        if (other->name && !strcmp(other->name, part->name))
            MF_ERROR(file, part, "name",
                     "partition \"%s\" is there already, in line %u; give each a name of its own",
                     part->name, mf_line(other->at, "name"));
    }
}

void mf_check_names(MachineFile *file)
{
    for (unsigned i = 0; i < file->partitions.n; i++)
        check_name(file, i);
}

/* The partition before this one, or this one before that place of its list, that has a hart already. */
static const MfPartition *owner_of(const MachineFile *file, unsigned number, unsigned place,
                                   unsigned hart)
{
    for (unsigned i = 0; i <= number; i++) {
        const MfPartition *part = &file->partitions.at[i];
        MfNumbers before = part->harts;
        if (i == number)
            before.n = place;
        if (mf_has(&before, hart))
            return part;
    }
    return NULL;
}

static void check_hart(MachineFile *file, unsigned number, unsigned place)
{
    const MfPartition *part = &file->partitions.at[number];
    unsigned hart = part->harts.at[place], n = (unsigned)file->machine.n_harts;
    const MfPartition *owner = owner_of(file, number, place, hart);
    if (hart >= n)
        MF_ERROR(
            file, part, "harts",
            "partition \"%s\" has hart %u, but the machine has harts 0 to %u; give it another, or "
            "write harts = %u in machine",
            mf_name(part), hart, n - 1, hart + 1);
    else if (owner == part)
        MF_ERROR(file, part, "harts", "hart %u stands twice here; leave one of them out", hart);
    else if (owner)
        MF_ERROR(file, part, "harts",
                 "hart %u belongs to partition \"%s\" already (line %u); give each hart to one "
                 "partition",
                 hart, mf_name(owner), mf_line(owner->at, "harts"));
}

void mf_check_harts(MachineFile *file)
{
    for (unsigned i = 0; i < file->partitions.n; i++) {
        const MfPartition *part = &file->partitions.at[i];
        if (!part->harts.n)
            MF_ERROR(file, part, "harts",
                     "partition \"%s\" has no hart, so nothing of it runs; add harts = [%u]",
                     mf_name(part), i);
        for (unsigned place = 0; place < part->harts.n; place++)
            check_hart(file, i, place);
    }
}

void mf_check_vmids(MachineFile *file)
{
    for (unsigned i = 0; i < file->partitions.n; i++) {
        const MfPartition *part = &file->partitions.at[i];
        for (unsigned j = 0; part->vmid && j < i; j++)
            if (file->partitions.at[j].vmid == part->vmid)
                MF_ERROR(file, part, "vmid",
                         "VMID %" PRIu64
                         " is that of partition \"%s\" already (line %u), and fences "
                         "of one would be those of the other; give each its own",
                         part->vmid, mf_name(&file->partitions.at[j]),
                         mf_line(file->partitions.at[j].at, "vmid"));
    }
}

/* How many lines the bus can bring in a period; 0: not known. */
static uint64_t most_fills(const MachineFile *file, const MfBudget *budget)
{
    TimingProfile profile;
    return mf_profile(file, &profile) && profile.service_ps
               ? budget->period * 1000 / profile.service_ps
               : 0;
}

void mf_check_budgets(MachineFile *file)
{
    double share = 0;
    for (unsigned i = 0; i < file->partitions.n; i++) {
        const MfPartition *part = &file->partitions.at[i];
        const MfBudget *budget = &part->budget;
        uint64_t most = most_fills(file, budget);
        if (!budget->at)
            continue;
        if (!mf_at(budget->at, "fills") && config_setting_is_group(budget->at))
            MF_ERROR(
                file, budget, "fills",
                "a budget that does not say of how much; add fills = 16384, which is 1000 MB/s");
        else if (!budget->fills)
            MF_ERROR(
                file, budget, "fills",
                "with no line at all partition \"%s\" stops for ever; write at least fills = 1, "
                "or leave budget out",
                mf_name(part));
        else if (most && budget->fills > most)
            MF_WARNING(file, budget, "fills",
                       "the bus brings %" PRIu64
                       " lines in such a period, so this budget never ends; "
                       "write less, or leave budget out",
                       most);
        share += most ? (double)budget->fills / (double)most : 0;
        if (share > 1 && most && budget->fills <= most) {
            MF_WARNING(
                file, budget, "fills",
                "up to here the budgets are more than the bus brings, so none is a guarantee; "
                "write less");
            share = 0;
        }
    }
}
