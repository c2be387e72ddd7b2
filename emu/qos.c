/* SPDX-License-Identifier: MIT */
/* qos.c - see qos.h. */
#include "emu/qos.h"

#include "devices/cbqri.h"
#include "emu/base/error.h"
#include "emu/devicetree.h"
#include "mmu/timing/timing.h"

void qos_add_extension(Machine *m)
{
    Isa *isa = &m->config.isa;
    if (!m->config.cbqri)
        return;
    isa->has[EXT_Ssqosid] = true;
    isa->rcidlen = m->config.rcid_bits;
    isa->mcidlen = m->config.mcid_bits;
}

static QosConfig config_of(const Machine *m)
{
    const MachineConfig *c = &m->config;
    const TimingProfile *p = &c->timed.model.profile;
    unsigned rcids = 1u << c->rcid_bits, mcids = 1u << c->mcid_bits;
    uint64_t window_ps = (uint64_t)p->service_ps * QOS_WINDOW;
    return (QosConfig){ .n_rcids = rcids,
                        .n_mcids = mcids,
                        .ways = p->llc.ways,
                        .window_ns = (unsigned)(window_ps / 1000),
                        .device = { .rcid = (uint16_t)(c->dma_rcid % rcids),
                                    .mcid = (uint16_t)(c->dma_mcid % mcids) } };
}

static bool add(Machine *m, const DeviceType *type, const char *id, uint64_t base, GError **error)
{
    Cbqri *it = (Cbqri *)machine_new_device(m, type, id, base, 0);
    it->qos = m->qos;
    it->cache = devicetree_cache_phandle(m);
    return machine_add_device(m, &it->dev, error);
}

bool qos_add(Machine *m, GError **error)
{
    if (!m->config.cbqri)
        return true;
    if (!m->timing)
        return fail(error, EXIT_CONFIG,
                    "-M: cbqri=on is about a shared cache and a bus, and none are modelled; add "
                    "-timing rocket6, or leave cbqri out");
    QosConfig config = config_of(m);
    m->qos = qos_new(&config, &m->trace);
    timing_use_qos(m->timing, m->qos);
    return add(m, &cbqri_capacity_type, "cbqri-capacity", BOARD_CBQRI_CAPACITY, error) &&
           add(m, &cbqri_bandwidth_type, "cbqri-bandwidth", BOARD_CBQRI_BANDWIDTH, error);
}
