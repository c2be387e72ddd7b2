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

static bool is_power_of_two(uint64_t value)
{
    return value && !(value & (value - 1));
}

static void check_power(MachineFile *file, const char *key, uint64_t value)
{
    if (mf_at(file->timing.llc.at, key) && value && !is_power_of_two(value))
        MF_ERROR(file, &file->timing.llc, key,
                 "%s of the last-level cache is a power of two; write for example %s = %s", key,
                 key, !strcmp(key, "size") ? "\"1M\"" : "16");
}

void mf_check_timing(MachineFile *file)
{
    const MfTiming *timing = &file->timing;
    MfCache cache = mf_cache(file);
    if (!timing->at)
        return;
    check_power(file, "size", timing->llc.size);
    check_power(file, "ways", timing->llc.ways);
    if (!timing->profile)
        MF_ERROR(file, timing, "profile",
                 "timing without a profile; add profile = \"a53x4\" or \"rocket6\"");
    else if (!mf_profile_known(timing->profile))
        MF_ERROR(file, timing, "profile",
                 "no profile is called \"%s\"; write \"a53x4\" or \"rocket6\"", timing->profile);
    if (cache.size && cache.ways && cache.size / cache.ways < cache.line)
        MF_ERROR(file, &timing->llc, "ways",
                 "%" PRIu64 " ways leave less than a line of each; give it fewer ways", cache.ways);
    if (timing->bus.slot && timing->bus.latency && timing->bus.slot > timing->bus.latency)
        MF_WARNING(file, &timing->bus, "slot",
                   "a line occupies the bus for longer than it takes to come; latency is that of a "
                   "line alone, at least slot");
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
    if (hyp->append && mf_hypervisor_is_builtin(file))
        MF_ERROR(file, hyp, "append",
                 "the built-in hypervisor has no command line; leave append out, or name an image");
    if (hyp->append && strlen(hyp->append) > MF_LONGEST_APPEND)
        MF_ERROR(file, hyp, "append",
                 "a command line of %zu characters; %d are allowed: shorten it",
                 strlen(hyp->append), MF_LONGEST_APPEND);
    if (hyp->memory % PAGE_SIZE)
        MF_ERROR(file, hyp, "memory", "memory is in whole pages of 4K; write a multiple of 4K");
}
