/* SPDX-License-Identifier: MIT */
/* check.c - everything that can be known of a machine file before its machine runs; see machinefile.h. */
#include "emu/machinefile/check.h"

#include <string.h>

unsigned mf_line(const config_setting_t *group, const char *key)
{
    const config_setting_t *at = key ? mf_at(group, key) : NULL;
    if (!at)
        at = group;
    return at ? config_setting_source_line(at) : 0;
}

const char *mf_key(const config_setting_t *group, const char *key)
{
    if (group && !config_setting_is_group(group))
        return config_setting_name(group); /* the short form */
    return key && mf_at(group, key) ? key : NULL;
}

const char *mf_name(const MfPartition *part)
{
    return part->name ? part->name : "";
}

uint64_t mf_memory_of(const MfPartition *part)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < part->memory.n; i++)
        sum += part->memory.at[i].size;
    return sum;
}

bool mf_has(const MfNumbers *numbers, unsigned number)
{
    for (unsigned i = 0; i < numbers->n; i++)
        if (numbers->at[i] == number)
            return true;
    return false;
}

bool mf_hypervisor_is_builtin(const MachineFile *file)
{
    return !strcmp(file->hypervisor.image, "builtin");
}

MachineFile *machinefile_read_checked(const char *path, GError **error)
{
    MachineFile *file = machinefile_read(path, error);
    if (file && !file->findings->errors)
        machinefile_check(file);
    if (file)
        findings_print(file->findings, stderr);
    return file;
}

void machinefile_check(MachineFile *file)
{
    static void (*const checks[])(MachineFile *) = {
        mf_check_machine,  mf_check_timing,  mf_check_hypervisor, mf_check_names,  mf_check_harts,
        mf_check_vmids,    mf_check_memory,  mf_check_shmem,      mf_check_colors, mf_check_budgets,
        mf_check_backends, mf_check_devices, mf_check_interrupts, mf_check_places, mf_check_images,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
        checks[i](file);
}
