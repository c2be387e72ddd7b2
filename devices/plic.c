/* SPDX-License-Identifier: MIT */
/*
 * plic.c - the platform-level interrupt controller; see plic.h.
 *
 * Sets of sources are bitmaps of two words, and for every priority p there is the set of sources
 * above p. So what a context may take is an AND of three sets, and a claim looks at eight of them.
 *
 * The registers are not a table: contexts repeat at strides of 0x80 and 0x1000 with other registers
 * in between, and nearly all of them have effects. Words of sources or contexts that do not exist
 * read as zero and swallow what is written. Section names are those of the RISC-V PLIC
 * specification 1.0.0.
 */
#include "devices/plic.h"

#include <libfdt.h>
#include <string.h>

enum {
    PENDING = 0x1000,
    ENABLE = 0x2000,
    ENABLE_STRIDE = 0x80,
    CONTEXT = 0x200000,
    CONTEXT_STRIDE = 0x1000,
    SIZE = 0x600000,
    N_WORDS = 3, /* 32-bit words of a set, as software sees it */
};

static bool set_has(const uint64_t *set, unsigned source)
{
    return set[source / 64] & BIT(source % 64);
}

static void set_put(uint64_t *set, unsigned source, bool member)
{
    set[source / 64] = set_bits(set[source / 64], source % 64, source % 64, member);
}

/* What `context` may be interrupted for by sources with a priority above `priority`. */
static uint64_t candidates(const Plic *plic, unsigned context, unsigned priority, unsigned word)
{
    return plic->pending[word] & plic->enable[context * PLIC_SET_WORDS + word] &
           plic->above[priority][word];
}

/* "Interrupt Notifications": a context hears of what is above its threshold. */
static void update_outputs(Plic *plic)
{
    for (unsigned context = 0; context < plic->n_contexts; context++) {
        unsigned threshold = plic->threshold[context];
        bool level =
            candidates(plic, context, threshold, 0) || candidates(plic, context, threshold, 1);
        if (level == !!(plic->out_level & BIT(context)))
            continue;
        plic->out_level ^= BIT(context);
        irq_set(&plic->out[context], level);
    }
}

/* "Interrupt Gateways": a level becomes one request, and the next only after completion. A
 * request stays when the level falls before it was claimed. */
void plic_set_source(void *opaque, unsigned source, bool level)
{
    Plic *plic = opaque;
    g_assert(source && source <= PLIC_SOURCES);
    if (set_has(plic->level, source) == level)
        return;
    TRACE(plic->dev.trace, irq_line, source, level);
    set_put(plic->level, source, level);
    if (!level || set_has(plic->in_service, source))
        return;
    set_put(plic->pending, source, true);
    update_outputs(plic);
}

/* "Interrupt Claims": the highest priority, then the lowest number; the threshold does not
 * matter. 0: none. */
static unsigned best_source(const Plic *plic, unsigned context)
{
    for (unsigned priority = PLIC_MAX_PRIORITY; priority-- > 0;)
        for (unsigned word = 0; word < PLIC_SET_WORDS; word++) {
            uint64_t set = candidates(plic, context, priority, word);
            if (set)
                return word * 64 + (unsigned)__builtin_ctzll(set);
        }
    return 0;
}

static unsigned claim(Plic *plic, unsigned context)
{
    unsigned source = best_source(plic, context);
    TRACE(plic->dev.trace, irq_claim, context, source);
    if (source) {
        set_put(plic->pending, source, false);
        set_put(plic->in_service, source, true);
        plic->last_claim[context] = (uint8_t)source;
        update_outputs(plic);
    }
    return source;
}

/* "Interrupt Completion": ignored unless the source is enabled for the context. */
static void complete(Plic *plic, unsigned context, uint32_t source)
{
    TRACE(plic->dev.trace, irq_done, context, source);
    if (!source || source > PLIC_SOURCES ||
        !set_has(&plic->enable[context * PLIC_SET_WORDS], source)) {
        device_guest_error(&plic->dev, GUEST_ERROR_VALUE, source);
        return;
    }
    if (!set_has(plic->in_service, source))
        return;
    set_put(plic->in_service, source, false);
    if (set_has(plic->level, source))
        set_put(plic->pending, source, true);
    update_outputs(plic);
}

static void set_priority(Plic *plic, unsigned source, unsigned priority)
{
    plic->priority[source] = (uint8_t)priority;
    for (unsigned p = 0; p <= PLIC_MAX_PRIORITY; p++)
        set_put(plic->above[p], source, priority > p);
}

/* Word `index` (32 bits) of a set. */
static uint32_t get_word(const uint64_t *set, unsigned index)
{
    return (uint32_t)(set[index / 2] >> 32 * (index % 2));
}

/* The set a word of which lies at `offset`, and which word; NULL when there is none. */
static uint64_t *find_set(Plic *plic, uint64_t offset, unsigned *index)
{
    *index = (unsigned)(offset % ENABLE_STRIDE / 4);
    if (*index >= N_WORDS)
        return NULL;
    if (offset >= PENDING && offset < PENDING + ENABLE_STRIDE)
        return plic->pending;
    if (offset < ENABLE || offset >= ENABLE + (uint64_t)plic->n_contexts * ENABLE_STRIDE)
        return NULL;
    return &plic->enable[(offset - ENABLE) / ENABLE_STRIDE * PLIC_SET_WORDS];
}

/* Which context's threshold (`*reg` 0) or claim register (4) lies at `offset`. False: none. */
static bool find_context(const Plic *plic, uint64_t offset, unsigned *context, unsigned *reg)
{
    *context = (unsigned)((offset - CONTEXT) / CONTEXT_STRIDE);
    *reg = offset % CONTEXT_STRIDE;
    return offset >= CONTEXT && *context < plic->n_contexts && *reg <= 4;
}

static bool plic_read(void *opaque, uint64_t offset, unsigned size, uint64_t *value)
{
    Plic *plic = opaque;
    unsigned context, reg, index;
    const uint64_t *set = find_set(plic, offset, &index);
    if (size != 4)
        return device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
    if (offset <= 4 * PLIC_SOURCES)
        *value = plic->priority[offset / 4];
    else if (set)
        *value = get_word(set, index);
    else if (find_context(plic, offset, &context, &reg))
        *value = reg ? claim(plic, context) : plic->threshold[context];
    else
        device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
    return true;
}

static bool plic_write(void *opaque, uint64_t offset, unsigned size, uint64_t value)
{
    Plic *plic = opaque;
    unsigned context, reg, index, shift;
    uint64_t *set = find_set(plic, offset, &index);
    if (size != 4)
        return device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
    if (offset && offset <= 4 * PLIC_SOURCES) {
        set_priority(plic, (unsigned)offset / 4, value & PLIC_MAX_PRIORITY);
    } else if (set && set != plic->pending) { /* pending is read-only */
        shift = 32 * (index % 2);
        set[index / 2] = set_bits(set[index / 2], shift + 31, shift, index ? value : value & ~1ull);
    } else if (find_context(plic, offset, &context, &reg)) {
        if (reg)
            complete(plic, context, (uint32_t)value);
        else
            plic->threshold[context] = value & PLIC_MAX_PRIORITY;
    } else {
        device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
    }
    update_outputs(plic);
    return true;
}

static bool plic_realize(Device *dev, GError **error)
{
    const Plic *plic = (const Plic *)dev;
    (void)error;
    g_assert(plic->n_contexts && plic->n_contexts <= PLIC_MAX_CONTEXTS && plic->out);
    return true;
}

/* All wires count as low: whoever resets the PLIC resets the devices at their other ends too,
 * before or after. */
static void plic_reset(Device *dev)
{
    Plic *plic = (Plic *)dev;
    for (unsigned source = 1; source <= PLIC_SOURCES; source++)
        set_priority(plic, source, 0);
    for (unsigned i = 0; i < PLIC_MAX_CONTEXTS * PLIC_SET_WORDS; i++)
        plic->enable[i] = 0;
    for (unsigned context = 0; context < plic->n_contexts; context++)
        plic->threshold[context] = 0;
    for (unsigned word = 0; word < PLIC_SET_WORDS; word++) {
        plic->pending[word] = plic->in_service[word] = plic->level[word] = 0;
    }
    memset(plic->last_claim, 0, sizeof plic->last_claim);
    update_outputs(plic);
}

/* Whatever a damaged snapshot says, priorities stay in range: they are indices. */
static void plic_loaded(void *object)
{
    Plic *plic = object;
    for (unsigned source = 1; source <= PLIC_SOURCES; source++)
        set_priority(plic, source, plic->priority[source] & PLIC_MAX_PRIORITY);
    for (unsigned context = 0; context < PLIC_MAX_CONTEXTS; context++)
        plic->threshold[context] &= PLIC_MAX_PRIORITY;
    memset(plic->last_claim, 0, sizeof plic->last_claim);
}

static void plic_describe(Device *dev, void *fdt)
{
    (void)dev;
    fdt_property_u32(fdt, "riscv,ndev", PLIC_SOURCES);
    fdt_property_u32(fdt, "#interrupt-cells", 1);
    fdt_property_u32(fdt, "#address-cells", 0);
    fdt_property(fdt, "interrupt-controller", NULL, 0);
}

static const StateField plic_fields[] = {
    STATE_ARRAY(Plic, priority),   STATE_ARRAY(Plic, threshold),
    STATE_ARRAY(Plic, enable),     STATE_ARRAY(Plic, pending),
    STATE_ARRAY(Plic, in_service), STATE_ARRAY(Plic, level),
    STATE(Plic, out_level),        STATE_END,
};

static const StateDesc plic_state = {
    .name = "plic",
    .version = 1,
    .fields = plic_fields,
    .loaded = plic_loaded,
};
static const BusOps plic_ops = { plic_read, plic_write };

const DeviceType plic_type = {
    .name = "plic",
    .compatible = "sifive,plic-1.0.0;riscv,plic0",
    .size = sizeof(Plic),
    .mmio_size = SIZE,
    .ops = &plic_ops,
    .state = &plic_state,
    .realize = plic_realize,
    .reset = plic_reset,
    .describe = plic_describe,
};
