/* SPDX-License-Identifier: MIT */
/*
 * aplic.c - the advanced platform-level interrupt controller: sources, and how they are delivered;
 * see aplic.h. Section names are those of "Advanced Platform-Level Interrupt Controller (APLIC)" in
 * the AIA specification.
 *
 * Sets of sources are bitmaps of two words, so what the specification says of a source in some mode
 * is said here of 64 at once. The registers are in aplic_registers.c.
 */
#include <libfdt.h>
#include <string.h>

#include "devices/aplic_domain.h"
#include "emu/base/mutant.h"

enum { SIZE = 0x8000 };

/* How long a message waits that could not be sent at once. */
enum { RESEND_NS = 1000 };

static uint64_t bit_of(unsigned source)
{
    return BIT(source % 64);
}

static void set_put(uint64_t *set, unsigned source, bool member)
{
    set[source / 64] = set_bits(set[source / 64], source % 64, source % 64, member);
}

static Aplic *root_of(Aplic *domain)
{
    return domain->parent ? domain->parent : domain;
}

bool aplic_by_messages(const Aplic *domain)
{
    return domain->domaincfg & DOMAINCFG_DM;
}

/* "Source configurations": (wire) XOR (inverted); zero for what is inactive or detached. */
uint64_t aplic_rectified(const Aplic *domain, unsigned word)
{
    const Aplic *root = domain->parent ? domain->parent : domain;
    return (root->wires[word] ^ domain->inverted[word]) & domain->wired[word];
}

/* Pending bits: "Precise effects on interrupt-pending bits". */

void aplic_set_pending(Aplic *domain, unsigned word, uint64_t sources)
{
    uint64_t barred = domain->by_level[word];
    if (aplic_by_messages(domain))
        barred &= BROKEN(low_level_set) ? 0 : ~aplic_rectified(domain, word);
    domain->pending[word] |= sources & domain->active[word] & ~barred;
}

void aplic_clear_pending(Aplic *domain, unsigned word, uint64_t sources)
{
    bool may_clear = aplic_by_messages(domain) || BROKEN(direct_level_cleared);
    uint64_t barred = may_clear ? 0 : domain->by_level[word];
    domain->pending[word] &= ~(sources & ~barred);
}

/* Sources that are sensitive to levels, when it has become another matter what they are: pending is
 * what the wire says. */
static void follow_levels(Aplic *domain, unsigned word, uint64_t sources)
{
    sources &= domain->by_level[word];
    domain->pending[word] =
        (domain->pending[word] & ~sources) | (aplic_rectified(domain, word) & sources);
}

/* Direct delivery: "Interrupt delivery directly by the APLIC". */

uint32_t aplic_topi(const Aplic *domain, unsigned hart)
{
    uint32_t top = 0, best = domain->ithreshold[hart] ? domain->ithreshold[hart] : UINT32_MAX;
    if (aplic_by_messages(domain))
        return 0;
    for (unsigned word = 0; word < APLIC_SET_WORDS; word++) {
        uint64_t ready = domain->pending[word] & domain->enabled[word];
        for (; ready; ready &= ready - 1) {
            unsigned source = word * 64 + (unsigned)__builtin_ctzll(ready);
            uint32_t target = domain->target[source], priority = target & TARGET_IPRIO;
            if (target >> TARGET_HART_SHIFT != hart || priority >= best)
                continue;
            best = priority;
            top = source << 16 | priority;
        }
    }
    return top;
}

static void update_hart(Aplic *domain, unsigned hart)
{
    bool open = domain->domaincfg & DOMAINCFG_IE && !aplic_by_messages(domain);
    bool level =
        open && domain->idelivery[hart] && (domain->iforce[hart] || aplic_topi(domain, hart));
    if (level == (domain->out_level >> hart & 1))
        return;
    domain->out_level ^= 1u << hart;
    irq_set(&domain->out[hart], level);
}

static void update_harts(Aplic *domain)
{
    for (unsigned hart = 0; domain->has_direct && hart < domain->n_harts; hart++)
        update_hart(domain, hart);
}

uint32_t aplic_claim(Aplic *domain, unsigned hart)
{
    uint32_t top = aplic_topi(domain, hart);
    unsigned source = top >> 16;
    TRACE(domain->dev.trace, irq_claim, 2 * hart + (domain->parent != NULL), source);
    if (source)
        domain->last_claim[hart] = (uint8_t)source;
    if (source)
        aplic_clear_pending(domain, source / 64, bit_of(source));
    else
        domain->iforce[hart] = 0;
    update_hart(domain, hart);
    return top;
}

/* Messages: "Interrupt forwarding by MSIs". */

/* "Addresses and data for outgoing MSIs"; the index of a hart is the same in both domains. */
static void send(Aplic *domain, uint32_t target)
{
    const uint32_t *config = root_of(domain)->msiaddrcfg;
    bool is_machine = !domain->parent;
    uint32_t geometry = config[APLIC_MMSIADDRCFGH], index = target >> TARGET_HART_SHIFT;
    uint32_t high = config[is_machine ? APLIC_MMSIADDRCFGH : APLIC_SMSIADDRCFGH];
    uint64_t base =
        bits(high, 11, 0) << 32 | config[is_machine ? APLIC_MMSIADDRCFG : APLIC_SMSIADDRCFG];
    unsigned lhxw = (unsigned)bits(geometry, 15, 12), hhxw = (unsigned)bits(geometry, 18, 16);
    unsigned lhxs = (unsigned)bits(high, 22, 20), hhxs = (unsigned)bits(geometry, 28, 24);
    uint64_t group = index >> lhxw & (BIT(hhxw) - 1), hart = index & (BIT(lhxw) - 1);
    uint64_t page = base | group << (hhxs + 12) | hart << lhxs |
                    (BROKEN(message_without_guest) ? 0 : bits(target, 17, 12));
    device_send_msi(&domain->dev, page << 12 & MASK(55, 12), target & TARGET_EIID);
}

/* Pending, enabled, and nothing is in the way. */
static uint64_t ready_to_send(const Aplic *domain, unsigned word)
{
    bool open = domain->domaincfg & DOMAINCFG_IE && aplic_by_messages(domain);
    return open ? domain->pending[word] & domain->enabled[word] : 0;
}

/* What is ready in `domain`, each source once. */
static void send_ready(Aplic *domain)
{
    if (domain->genmsi & GENMSI_BUSY) {
        domain->genmsi &= ~(uint32_t)GENMSI_BUSY;
        send(domain, domain->genmsi);
    }
    for (unsigned word = 0; word < APLIC_SET_WORDS; word++) {
        uint64_t ready, untried = ~0ull;
        while ((ready = ready_to_send(domain, word) & untried)) {
            unsigned source = word * 64 + (unsigned)__builtin_ctzll(ready);
            untried &= ~bit_of(source);
            set_put(domain->pending, source, BROKEN(sent_stays_pending));
            send(domain, domain->target[source]);
        }
    }
}

static bool has_ready(const Aplic *domain)
{
    return domain->genmsi & GENMSI_BUSY || ready_to_send(domain, 0) || ready_to_send(domain, 1);
}

/* A message may go to registers of the APLIC itself and make another ready: that one is sent a while
 * later, so that no guest can keep the emulator busy here. */
static void send_all(Aplic *root)
{
    bool more = false;
    if (root->sending)
        return;
    root->sending = true;
    for (Aplic *domain = root; domain; domain = domain->child)
        send_ready(domain);
    root->sending = false;
    for (const Aplic *domain = root; domain; domain = domain->child)
        more |= has_ready(domain);
    if (more)
        timer_set(root->dev.clock, &root->resend, clock_now(root->dev.clock) + RESEND_NS);
}

static void resend(void *opaque)
{
    send_all(opaque);
}

void aplic_deliver(Aplic *domain)
{
    update_harts(domain);
    if (aplic_by_messages(domain))
        send_all(root_of(domain));
}

/* Sources. */

static uint32_t default_target(const Aplic *domain)
{
    return aplic_by_messages(domain) ? 0 : 1; /* hart 0; zero is no priority */
}

/* A source that becomes active has an unspecified target: here what software last wrote for it, although it was
 * inactive then and reads as zero until now. Xvisor writes targets first, because QEMU takes them. */
static void give_target(Aplic *domain, unsigned source)
{
    if (!domain->target[source])
        domain->target[source] = default_target(domain);
}

bool aplic_has_source(const Aplic *domain, unsigned source)
{
    return source && source <= APLIC_SOURCES &&
           (!domain->parent || domain->parent->sourcecfg[source] & SOURCECFG_D);
}

/* The sets that say what is said of the source in sourcecfg. */
static void note_mode(Aplic *domain, unsigned source)
{
    unsigned config = domain->sourcecfg[source];
    unsigned mode = config & SOURCECFG_D ? MODE_INACTIVE : config & SOURCECFG_SM;
    set_put(domain->active, source, mode != MODE_INACTIVE);
    set_put(domain->wired, source, mode >= MODE_EDGE1);
    set_put(domain->inverted, source, mode == MODE_EDGE0 || mode == MODE_LEVEL0);
    set_put(domain->by_level, source, mode >= MODE_LEVEL1);
}

/* "Source configurations". That a wire is high already is an interrupt of a level, but no edge. */
void aplic_configure(Aplic *domain, unsigned source, uint16_t config)
{
    uint64_t bit = bit_of(source);
    unsigned word = source / 64;
    bool was_active = domain->active[word] & bit,
         was_delegated = domain->sourcecfg[source] & SOURCECFG_D;
    domain->sourcecfg[source] = config;
    note_mode(domain, source);
    if (!(domain->active[word] & bit)) {
        domain->pending[word] &= ~bit;
        domain->enabled[word] &= ~bit;
    } else if (!was_active) {
        give_target(domain, source);
    }
    follow_levels(domain, word, bit);
    /* Coming or going, it is not configured in the child domain. */
    if (domain->child && was_delegated != !!(config & SOURCECFG_D))
        aplic_configure(domain->child, source, 0);
}

void aplic_set_delivery_mode(Aplic *domain, bool by_messages)
{
    if (by_messages == aplic_by_messages(domain))
        return;
    domain->domaincfg ^= DOMAINCFG_DM;
    domain->genmsi = 0;
    for (unsigned source = 1; source <= APLIC_SOURCES; source++)
        domain->target[source] = default_target(domain);
    for (unsigned word = 0; !by_messages && word < APLIC_SET_WORDS; word++)
        follow_levels(domain, word, ~0ull);
}

/* An edge makes its source pending; a level does while it lasts, until it is sent as a message. */
void aplic_set_source(void *opaque, unsigned source, bool level)
{
    Aplic *root = opaque;
    g_assert(source && source <= APLIC_SOURCES);
    unsigned word = source / 64;
    uint64_t bit = bit_of(source);
    if (!!(root->wires[word] & bit) == level)
        return;
    TRACE(root->dev.trace, irq_line, source, level);
    set_put(root->wires, source, level);
    Aplic *domain = root->sourcecfg[source] & SOURCECFG_D ? root->child : root;
    if (!(domain->wired[word] & bit))
        return;
    bool high = aplic_rectified(domain, word) & bit;
    if (!high && !(domain->by_level[word] & bit))
        return;
    set_put(domain->pending, source, high);
    if (aplic_by_messages(domain))
        send_all(root);
    else if (domain->target[source] >> TARGET_HART_SHIFT < domain->n_harts)
        update_hart(domain, domain->target[source] >> TARGET_HART_SHIFT);
}

/* Life. */

static bool aplic_realize(Device *dev, GError **error)
{
    Aplic *domain = (Aplic *)dev;
    (void)error;
    g_assert(domain->n_harts && domain->n_harts <= APLIC_MAX_HARTS);
    g_assert((domain->has_direct && domain->out) || domain->has_msi);
    g_assert(!domain->parent || (!domain->parent->parent && !domain->parent->child));
    if (domain->parent)
        domain->parent->child = domain;
    else
        clock_add_timer(dev->clock, &domain->resend, resend, domain);
    return true;
}

/* "Reset": the rest is unspecified. All wires count as low: whoever resets the APLIC resets the
 * devices at their other ends too, before or after. */
static void aplic_reset(Device *dev)
{
    Aplic *domain = (Aplic *)dev;
    domain->domaincfg = domain->has_direct ? 0 : DOMAINCFG_DM;
    for (unsigned word = 0; word < APLIC_SET_WORDS; word++)
        domain->wires[word] = 0;
    for (unsigned source = 1; source <= APLIC_SOURCES; source++) {
        aplic_configure(domain, source, 0);
        domain->target[source] = 0;
    }
    for (unsigned i = 0; i < APLIC_MSIADDRCFGS; i++)
        domain->msiaddrcfg[i] = 0;
    domain->genmsi = 0;
    for (unsigned hart = 0; hart < APLIC_MAX_HARTS; hart++)
        domain->idelivery[hart] = domain->iforce[hart] = domain->ithreshold[hart] = 0;
    memset(domain->last_claim, 0, sizeof domain->last_claim);
    if (!domain->parent)
        timer_set(dev->clock, &domain->resend, CLOCK_NEVER);
    update_harts(domain);
}

/* Whatever a damaged snapshot says, only sources that there are can be pending. */
static void aplic_loaded(void *object)
{
    Aplic *domain = object;
    for (unsigned source = 1; source <= APLIC_SOURCES; source++) {
        if (!domain->child)
            domain->sourcecfg[source] &= SOURCECFG_SM;
        note_mode(domain, source);
    }
    for (unsigned word = 0; word < APLIC_SET_WORDS; word++) {
        domain->pending[word] &= domain->active[word];
        domain->enabled[word] &= domain->active[word];
    }
    memset(domain->last_claim, 0, sizeof domain->last_claim);
}

static void aplic_describe(Device *dev, void *fdt)
{
    (void)dev;
    fdt_property_u32(fdt, "riscv,num-sources", APLIC_SOURCES);
    fdt_property_u32(fdt, "#interrupt-cells", 2);
    fdt_property_u32(fdt, "#address-cells", 0);
    fdt_property(fdt, "interrupt-controller", NULL, 0);
}

static const StateField aplic_fields[] = {
    STATE(Aplic, domaincfg),       STATE_ARRAY(Aplic, msiaddrcfg), STATE(Aplic, genmsi),
    STATE_ARRAY(Aplic, sourcecfg), STATE_ARRAY(Aplic, target),     STATE_ARRAY(Aplic, pending),
    STATE_ARRAY(Aplic, enabled),   STATE_ARRAY(Aplic, wires),      STATE_ARRAY(Aplic, idelivery),
    STATE_ARRAY(Aplic, iforce),    STATE_ARRAY(Aplic, ithreshold), STATE(Aplic, out_level),
    STATE(Aplic, resend.deadline), STATE(Aplic, resend.order),     STATE_END,
};

static const StateDesc aplic_state = {
    .name = "aplic",
    .version = 1,
    .fields = aplic_fields,
    .loaded = aplic_loaded,
};

const DeviceType aplic_type = {
    .name = "interrupt-controller",
    .compatible = "qemu,aplic;riscv,aplic",
    .size = sizeof(Aplic),
    .mmio_size = SIZE,
    .ops = &aplic_register_ops,
    .state = &aplic_state,
    .realize = aplic_realize,
    .reset = aplic_reset,
    .describe = aplic_describe,
};
