/* SPDX-License-Identifier: MIT */
/* snapshot_config.c - what a machine is made of, as text, and whether a snapshot is of such a machine; see
 * snapshot_file.h. */
#include <inttypes.h>
#include <string.h>

#include "devices/block_image.h"
#include "emu/base/error.h"
#include "emu/time/snapshot.h"
#include "emu/time/snapshot_file.h"

static const char *on_off(bool on)
{
    return on ? "on" : "off";
}

static void append_board(const MachineConfig *config, GString *out)
{
    static const char *const kinds[] = { "none", "aplic", "aplic-imsic" };
    g_string_append_printf(out, "-smp %u\n-m %" PRIu64 "K\n", config->n_harts,
                           config->ram_size >> 10);
    g_string_append_printf(out, "-M aia=%s\n-M aia-guests=%u\n-M aia-direct=%s\n-M aclint=%s\n",
                           kinds[config->aia], config->aia_guests, on_off(config->aia_direct),
                           on_off(config->aclint));
    if (config->pdp_time)
        g_string_append(out, "-M pdp-time=on\n");
    if (config->cbqri)
        g_string_append_printf(out,
                               "-M cbqri=on\n-M cbqri-rcids=%u\n-M cbqri-mcids=%u\n"
                               "-M cbqri-dma-rcid=%u\n-M cbqri-dma-mcid=%u\n",
                               1u << config->rcid_bits, 1u << config->mcid_bits, config->dma_rcid,
                               config->dma_mcid);
    g_string_append_printf(out, "-quantum %" PRIu64 "\n-seed %" PRIu64 "\n", config->quantum,
                           config->seed);
    g_string_append_printf(out, "-rtc base=%" PRIu64 "ns\n", config->rtc_base_ns);
    g_string_append_printf(out, "-global virtio-mmio.force-legacy=%s\n",
                           on_off(!config->virtio_modern));
}

static bool is_disk(const VirtioConfig *slot)
{
    return slot->driver && !strcmp(slot->driver, "virtio-blk-device");
}

static void append_slot(const Machine *m, unsigned index, GString *out)
{
    const VirtioConfig *slot = &m->config.virtio[index];
    g_string_append_printf(out, "-device slot=%u,%s", index, slot->driver ? slot->driver : "none");
    if (is_disk(slot))
        g_string_append_printf(out, ",size=%" PRIu64 ",readonly=%s,serial=%s",
                               block_image_size(slot->drive_file), on_off(slot->read_only),
                               slot->serial ? slot->serial : "");
    else if (slot->driver && !strcmp(slot->driver, "virtio-net-device"))
        for (unsigned i = 0; i < sizeof slot->mac; i++)
            g_string_append_printf(out, "%s%02x", i ? ":" : ",mac=", slot->mac[i]);
    else if (slot->driver && !strcmp(slot->driver, "virtio-gpu-device"))
        g_string_append_printf(out, ",max_outputs=%u,xres=%u,yres=%u,edid=%s,max_hostmem=%" PRIu64,
                               slot->gpu.n_outputs, slot->gpu.width, slot->gpu.height,
                               on_off(slot->gpu.edid), slot->gpu.memory);
    g_string_append_c(out, '\n');
}

char *snapshot_config(const Machine *m)
{
    GString *out = g_string_new(NULL);
    append_board(&m->config, out);
    isa_append_settings(&m->config.isa, out);
    if (m->config.timed.on) {
        g_autofree char *timed = timed_text(&m->config.timed);
        g_string_append_printf(out, "-timing %s\n", timed);
    }
    g_string_append_printf(out, "-kernel with tohost at 0x%" PRIx64 "\n", m->tohost.v);
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        append_slot(m, i, out);
    for (unsigned i = 0; i < m->config.plugs.n; i++) {
        g_string_append(out, "-device ");
        plug_append(&m->config.plugs.at[i], out);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

bool snapshot_config_fits(const Machine *m, const char *text, GError **error)
{
    g_autofree char *own = snapshot_config(m);
    g_auto(GStrv) mine = g_strsplit(own, "\n", -1);
    g_auto(GStrv) its = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; mine[i] || its[i]; i++) {
        if (mine[i] && its[i] && !strcmp(mine[i], its[i]))
            continue;
        g_autofree char *saved = g_strescape(its[i] && *its[i] ? its[i] : "nothing", NULL);
        return fail(error, EXIT_FILE,
                    "it is of another machine: that had '%s', this one has '%s'; start with the "
                    "options it was saved with",
                    saved, mine[i] && *mine[i] ? mine[i] : "nothing");
    }
    return true;
}

bool snapshot_disks_fit(const Machine *m, GError **error)
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++) {
        const VirtioConfig *slot = &m->config.virtio[i];
        if (is_disk(slot) && !slot->read_only && !slot->snapshot)
            return fail(error, EXIT_CONFIG,
                        "disk '%s' is written in place, which no snapshot can take back; give "
                        "-snapshot, or snapshot=on or readonly=on for that -drive",
                        slot->drive_file);
    }
    return true;
}

const char *snapshot_caveat(const Machine *m)
{
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        if (m->config.virtio[i].net)
            return "connections of the user network are not in a snapshot: a guest that is loaded "
                   "finds them lost";
    return NULL;
}
