/* SPDX-License-Identifier: MIT */
/* argument.c - arguments of options; see argument.h. */
#include "emu/machinefile/argument.h"

#include <inttypes.h>

void mf_add(GString *argument, const char *name, const char *value)
{
    if (!value)
        return;
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);
    g_autofree char *doubled = g_strjoinv(",,", parts);
    g_string_append_printf(argument, "%s%s=%s", argument->len ? "," : "", name, doubled);
}

void mf_add_flag(GString *argument, const char *name, bool value)
{
    mf_add(argument, name, value ? "on" : "off");
}

void mf_add_number(GString *argument, const config_setting_t *group, const char *key,
                   const char *name, uint64_t value)
{
    g_autofree char *text = g_strdup_printf("%" PRIu64, value);
    if (mf_at(group, key))
        mf_add(argument, name, text);
}

char *mf_timing_argument(const MachineFile *file)
{
    const MfTiming *timing = &file->timing;
    const MfLlc *llc = &timing->llc;
    const MfBus *bus = &timing->bus;
    GString *argument = g_string_new(NULL);
    mf_add(argument, "profile", timing->profile);
    mf_add(argument, "start", timing->start);
    mf_add_number(argument, timing->at, "line", "line", timing->line);
    mf_add_number(argument, llc->at, "size", "llc.size", llc->size);
    mf_add_number(argument, llc->at, "ways", "llc.ways", llc->ways);
    mf_add_number(argument, llc->at, "cycles", "llc.cycles", llc->cycles);
    mf_add(argument, "llc.replacement", llc->replacement);
    mf_add(argument, "llc.hash", llc->hash);
    mf_add_number(argument, bus->at, "latency", "bus.latency", bus->latency);
    mf_add_number(argument, bus->at, "service", "bus.service", bus->service);
    mf_add_number(argument, bus->at, "outstanding", "bus.outstanding", bus->outstanding);
    return g_string_free(argument, FALSE);
}
