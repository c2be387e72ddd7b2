/* SPDX-License-Identifier: MIT */
/* qos.c - the properties of -M that say which quality-of-service controllers there are. */
#include "mmu/timing/qos.h"
#include "emu/base/bits.h"
#include "emu/base/error.h"
#include "emu/options/handlers.h"
#include "emu/options/props.h"

/* A power of two up to QOS_MAX_IDS, as its number of bits. */
static bool take_count(Props *props, const char *name, unsigned *n_bits, GError **error)
{
    uint64_t count = UINT64_C(1) << *n_bits;
    if (!props_number(props, name, &count, error))
        return false;
    if (count > QOS_MAX_IDS || !is_power_of_two(count))
        return fail(error, EXIT_CONFIG,
                    "-M: %s is a power of two from 1 to %d, not %" G_GUINT64_FORMAT
                    "; write for example -M virt,cbqri=on,%s=16",
                    name, QOS_MAX_IDS, count, name);
    *n_bits = (unsigned)__builtin_ctzll(count);
    return true;
}

static bool take_identifier(Props *props, const char *name, unsigned n_bits, unsigned *number,
                            GError **error)
{
    uint64_t value = *number;
    if (!props_number(props, name, &value, error))
        return false;
    if (value >> n_bits)
        return fail(error, EXIT_CONFIG,
                    "-M: %s is below the number of identifiers, %u, not %" G_GUINT64_FORMAT
                    "; choose one of these, or have more by cbqri-rcids= and cbqri-mcids=",
                    name, 1u << n_bits, value);
    *number = (unsigned)value;
    return true;
}

bool options_qos_props(Options *o, Props *props, GError **error)
{
    static const char *const sizes[] = { "cbqri-rcids", "cbqri-mcids", "cbqri-dma-rcid",
                                         "cbqri-dma-mcid" };
    MachineConfig *m = &o->machine;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
        o->sizes_qos |= props_has(props, sizes[i]);
    return props_bool(props, "cbqri", &m->cbqri, error) &&
           take_count(props, "cbqri-rcids", &m->rcid_bits, error) &&
           take_count(props, "cbqri-mcids", &m->mcid_bits, error) &&
           take_identifier(props, "cbqri-dma-rcid", m->rcid_bits, &m->dma_rcid, error) &&
           take_identifier(props, "cbqri-dma-mcid", m->mcid_bits, &m->dma_mcid, error);
}
