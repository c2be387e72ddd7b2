/* SPDX-License-Identifier: MIT */
/* cache.c - the modelled machine: what -timing makes of the file's settings, unless it stands behind the file itself. */
#include "emu/machinefile/argument.h"

bool mf_timed(const MachineFile *file, TimedConfig *out, GError **error)
{
    *out = file->timed;
    if (file->timed.on || !file->timing.at)
        return out->on;
    g_autofree char *argument = mf_timing_argument(file);
    return timed_parse(out, "timing", argument, error);
}

bool mf_profile(const MachineFile *file, TimingProfile *out)
{
    TimedConfig config;
    if (!mf_timed(file, &config, NULL))
        return false;
    *out = config.model.profile;
    return true;
}
