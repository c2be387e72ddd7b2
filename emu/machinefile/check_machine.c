/* SPDX-License-Identifier: MIT */
/* check_machine.c - the machine, its caches, and the hypervisor. */
#include <inttypes.h>
#include <string.h>

#include "cpu/isa/isa.h"
#include "emu/machinefile/check.h"
#include "emu/machinefile/values.h"
#include "mmu/bus.h"

static void check_cpu(MachineFile *file)
{
    const MfMachine *m = &file->machine;
    g_autoptr(GError) problem = NULL;
    Isa isa;
    if (!isa_parse(&isa, NULL, NULL) ||
        (mf_at(m->at, "cpu") && !isa_parse(&isa, m->cpu, &problem))) {
        const char *message = problem->message;
        MF_ERROR(file, m, "cpu", "%s%s", message, strstr(message, "; ") ? "" : "; see -cpu help");
        return;
    }
    if (file->partitions.n && !isa.has[EXT_H])
        MF_ERROR(
            file, m, "cpu",
            "there are partitions, but the harts have no hypervisor extension; add h=on to cpu");
    if (m->aia_guests && !isa.has[EXT_H])
        MF_ERROR(file, m, "aia-guests",
                 "guest interrupt files need the hypervisor extension, which cpu leaves out; add "
                 "h=on to cpu, or leave aia-guests out");
}

void mf_check_machine(MachineFile *file)
{
    const MfMachine *m = &file->machine;
    bool has_imsic = !strcmp(m->aia, "aplic-imsic");
    if (m->memory % PAGE_SIZE)
        MF_ERROR(file, m, "memory",
                 "memory is in whole pages of 4K; write a multiple of 4K, for example memory = "
                 "\"%" PRIu64 "K\"",
                 (m->memory / PAGE_SIZE + 1) * 4);
    if (m->iommu)
        MF_ERROR(file, m, "iommu", "there is no IOMMU yet; leave iommu out");
    if (!has_imsic && m->aia_guests)
        MF_ERROR(file, m, "aia-guests",
                 "these are interrupt files of IMSICs, and there are none; add aia = "
                 "\"aplic-imsic\", or leave aia-guests out");
    if (!has_imsic && m->aia_direct)
        MF_ERROR(file, m, "aia-direct",
                 "this is about IMSICs, and there are none; add aia = \"aplic-imsic\", or leave "
                 "aia-direct out");
    if (m->pdp_time && (file->timing.at || file->timed.on))
        MF_ERROR(file, m, "pdp-time",
                 "an instruction takes 10 us with this, and with timing what the model says; leave "
                 "one of them out");
    if (m->cbqri && !file->timing.at && !file->timed.on)
        MF_ERROR(file, m, "cbqri",
                 "this is about a shared cache and a bus, and none are modelled; add timing = "
                 "\"rocket6\", or leave cbqri out");
    if (m->kernel && file->hypervisor.at && !mf_hypervisor_is_builtin(file))
        MF_ERROR(file, m, "kernel",
                 "the hypervisor's image is what is loaded as the kernel; leave kernel out here");
    if (m->initrd && !m->kernel)
        MF_ERROR(file, m, "initrd",
                 "an initrd without a kernel that could use it; add kernel = "
                 "\"file\"");
    if (m->dtb && file->partitions.n)
        MF_ERROR(
            file, m, "dtb",
            "the hypervisor is told of partitions in the machine's own device tree; leave dtb out");
    check_cpu(file);
}

static void unknown_profile(MachineFile *file)
{
    g_autoptr(GString) list = g_string_new(NULL);
    const TimingProfile *row;
    for (unsigned i = 0; (row = timing_profile_at(i)); i++)
        g_string_append_printf(list, "%s\"%s\"", i ? " or " : "", row->name);
    if (file->timing.profile)
        MF_ERROR(file, &file->timing, "profile", "no profile is called \"%s\"; write %s",
                 file->timing.profile, list->str);
    else
        MF_ERROR(file, &file->timing, "profile", "timing without a profile; add profile = %s",
                 list->str);
}

/* -timing says "timing: group.key=value: why; what else". */
static void report_problem(MachineFile *file, const char *message)
{
    static const char prefix[] = "timing: ";
    const MfTiming *timing = &file->timing;
    message += g_str_has_prefix(message, prefix) ? strlen(prefix) : 0;
    const char *fix = strstr(message, "; ") ? "" : "; leave it to the profile";
    g_autofree char *name = g_strndup(message, strcspn(message, "="));
    const char *better = strstr(message, "; write for example llc.size=");
    if (better) /* a file has another way of writing that */
        MF_ERROR(file, &timing->llc, "size", "%.*s; write for example size = \"%s\"",
                 (int)(better - message), message, strrchr(better, '=') + 1);
    else if (g_str_has_prefix(name, "llc."))
        MF_ERROR(file, &timing->llc, name + 4, "%s%s", message, fix);
    else if (g_str_has_prefix(name, "bus."))
        MF_ERROR(file, &timing->bus, name + 4, "%s%s", message, fix);
    else
        MF_ERROR(file, timing, name, "%s%s", message, fix);
}

void mf_check_timing(MachineFile *file)
{
    const MfTiming *timing = &file->timing;
    g_autoptr(GError) problem = NULL;
    TimedConfig config;
    if (!timing->at || file->timed.on)
        return;
    if (!timing->profile || !timing_profile_find(timing->profile))
        unknown_profile(file);
    else if (!mf_timed(file, &config, &problem))
        report_problem(file, problem->message);
    else if (config.model.profile.service_ps > config.model.profile.memory_ps)
        MF_WARNING(
            file, &timing->bus, "service",
            "a line occupies the bus for longer than it takes to come; write a latency of at "
            "least service");
}

void mf_check_hypervisor(MachineFile *file)
{
    const MfHypervisor *hyp = &file->hypervisor;
    if (!hyp->at)
        return;
    if (!file->partitions.n && mf_hypervisor_is_builtin(file))
        MF_WARNING(
            file, hyp, NULL,
            "a hypervisor, and no partitions that it could make; add partitions = ( ... ), or "
            "leave hypervisor out");
    if (hyp->append && strlen(hyp->append) > MF_LONGEST_APPEND)
        MF_ERROR(file, hyp, "append",
                 "a command line of %zu characters; %d are allowed: shorten it",
                 strlen(hyp->append), MF_LONGEST_APPEND);
    if (hyp->memory % PAGE_SIZE)
        MF_ERROR(file, hyp, "memory", "memory is in whole pages of 4K; write a multiple of 4K");
}
