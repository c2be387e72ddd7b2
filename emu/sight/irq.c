/* SPDX-License-Identifier: MIT */
/* irq.c - every interrupt from its source to the hart that would take it: looking; see irq.h. */
#include "emu/sight/irq.h"

#include "cpu/csr.h"
#include "cpu/past.h"
#include "devices/aplic_domain.h"

static bool has_bit(const uint64_t *set, unsigned bit)
{
    return set[bit / 64] >> bit % 64 & 1;
}

/* Harts. */

/* Its number in mip: guests are told that of the supervisor's. norm:hideleg_trans */
static unsigned number_of(const PastTrap *trap)
{
    const unsigned number = (unsigned)(trap->trap.cause & ~CAUSE_INTERRUPT);
    return trap->level == LEVEL_VS && number < 64 && IRQS_S >> number & 1 ? number + 1 : number;
}

static void look_at_past(const Hart *hart, IrqHart *it)
{
    const PastTrap *trap;
    for (unsigned n = 0; hart->past && (trap = past_last(hart->past, n)); n++) {
        IrqTaken *taken = &it->taken[trap->level];
        if (!(trap->trap.cause & CAUSE_INTERRUPT) || taken->trap)
            continue;
        *taken = (IrqTaken){ .trap = trap->id,
                             .epc = trap->epc,
                             .number = number_of(trap),
                             .from_guest = trap->mode >= MODE_GUEST };
        if (!it->last || taken->trap > it->taken[it->last].trap)
            it->last = (Level)trap->level;
    }
}

static void look_at_hart(const Machine *m, Hart *hart, IrqSight *sight)
{
    IrqHart it = { .hart = hart->id,
                   .mode = hart_mode_name(hart, hart_mode(hart)),
                   .has_h = hart->has_h,
                   .pending = hart_mip(hart),
                   .enabled = hart->csr.mie,
                   .to_hs = hart->csr.mideleg };
    if (hart->has_h) {
        it.to_vs = hart_hideleg(hart);
        it.hvip = csr_read(hart, CSR_hvip);
        it.hgeip = hart->hgeip;
        it.hgeie = hart->csr.hgeie;
        it.vgein = (unsigned)bits(hart->csr.hstatus, 17, 12);
    }
    it.next_level = hart_find_interrupt(hart, &it.next);
    if (m->clint) {
        it.has_timer = true;
        it.mtimecmp = m->clint->mtimecmp[hart->id];
        it.mtime = clint_mtime(m->clint);
    }
    look_at_past(hart, &it);
    g_array_append_val(sight->harts, it);
}

/* What of the host's devices is at an input of the controller. */
static void name_source(const Machine *m, IrqSource *source)
{
    g_strlcpy(source->name, "-", sizeof source->name);
    for (guint i = 0; i < m->devices->len; i++) {
        const Device *dev = g_ptr_array_index(m->devices, i);
        if (dev->irq_number == source->number && source->number) {
            g_strlcpy(source->name, dev->id, sizeof source->name);
            return;
        }
    }
}

static void add_link(IrqSight *sight, unsigned port, bool passes)
{
    IrqLink link = { .source = sight->sources->len - 1, .port = port, .passes = passes };
    g_array_append_val(sight->links, link);
}

/* PLIC: its contexts are M and S of each hart in turn. */

static void look_at_plic_source(const Machine *m, unsigned s, IrqSight *sight)
{
    const Plic *plic = m->plic;
    IrqSource source = { .is_plic = true,
                         .number = s,
                         .wire = has_bit(plic->level, s),
                         .pending = has_bit(plic->pending, s),
                         .claimed = has_bit(plic->in_service, s),
                         .priority = plic->priority[s] };
    if (!source.pending && !source.claimed && !source.wire && !source.priority)
        return;
    name_source(m, &source);
    g_array_append_val(sight->sources, source);
    for (unsigned c = 0; c < plic->n_contexts; c++)
        if (has_bit(plic->enable + c * PLIC_SET_WORDS, s)) {
            g_array_index(sight->sources, IrqSource, sight->sources->len - 1).enabled = true;
            add_link(sight, c, plic->priority[s] > plic->threshold[c]);
        }
}

static void look_at_plic(const Machine *m, IrqSight *sight)
{
    const Plic *plic = m->plic;
    sight->has_plic = true;
    for (unsigned c = 0; c < plic->n_contexts; c++) {
        IrqPort port = { .kind = PORT_PLIC,
                         .hart = c / 2,
                         .is_machine = !(c & 1),
                         .threshold = plic->threshold[c],
                         .output = plic->out_level >> c & 1,
                         .last_claim = plic->last_claim[c] };
        g_array_append_val(sight->ports, port);
    }
    for (unsigned s = 1; s <= PLIC_SOURCES; s++)
        look_at_plic_source(m, s, sight);
}

/* IMSICs: files that something is in, or that deliver. */

static void look_at_file(const Imsic *imsic, unsigned hart, unsigned file, IrqSight *sight)
{
    const ImsicFile *f = &imsic->files[hart * (1 + imsic->guests) + file];
    IrqPort port = { .kind = PORT_FILE,
                     .hart = hart,
                     .file = file,
                     .is_machine = imsic->is_machine,
                     .delivery = f->eidelivery,
                     .threshold = f->eithreshold,
                     .output = f->out,
                     .last_claim = f->last_claim };
    bool any = f->eidelivery || f->out;
    for (unsigned w = 0; w < IMSIC_WORDS; w++) {
        port.pending[w] = f->pending[w];
        port.enabled[w] = f->enabled[w];
        any |= f->pending[w] || f->enabled[w];
    }
    if (any)
        g_array_append_val(sight->ports, port);
}

static void look_at_imsic(const Imsic *imsic, IrqSight *sight)
{
    for (unsigned hart = 0; hart < imsic->n_harts; hart++)
        for (unsigned file = 0; file <= imsic->guests; file++)
            look_at_file(imsic, hart, file, sight);
}

/* APLIC: a domain sends messages, or has a wire to each hart. */

static void look_at_domain_harts(const Aplic *domain, unsigned index, IrqSight *sight)
{
    for (unsigned h = 0; h < domain->n_harts; h++) {
        IrqPort port = { .kind = PORT_APLIC,
                         .domain = index,
                         .hart = h,
                         .is_machine = !domain->parent,
                         .delivery = domain->idelivery[h],
                         .threshold = domain->ithreshold[h],
                         .next = aplic_topi(domain, h),
                         .output = domain->out_level >> h & 1,
                         .last_claim = domain->last_claim[h] };
        g_array_append_val(sight->ports, port);
    }
}

/* The port that a source of a domain is sent to. */
static void link_source(const IrqSource *source, bool is_machine, bool by_message, bool is_on,
                        IrqSight *sight)
{
    for (guint i = 0; i < sight->ports->len; i++) {
        const IrqPort *port = &g_array_index(sight->ports, IrqPort, i);
        if (port->kind != (by_message ? PORT_FILE : PORT_APLIC) || port->is_machine != is_machine ||
            port->hart != source->hart || port->file != source->file)
            continue;
        unsigned limit = port->threshold;
        bool heard = by_message
                         ? source->sent <= IMSIC_IDENTITIES && has_bit(port->enabled, source->sent)
                         : port->delivery != 0;
        add_link(sight, i, is_on && source->enabled && heard && (!limit || source->sent < limit));
        return;
    }
}

static void look_at_domain(const Machine *m, const Aplic *domain, IrqSight *sight)
{
    const bool by_message = aplic_by_messages(domain), is_on = domain->domaincfg & DOMAINCFG_IE;
    const unsigned index = sight->domains->len;
    IrqDomain it = { .on = is_on, .by_messages = by_message };
    g_strlcpy(it.id, domain->dev.id, sizeof it.id);
    g_array_append_val(sight->domains, it);
    if (!by_message)
        look_at_domain_harts(domain, index, sight);
    for (unsigned s = 1; s <= APLIC_SOURCES; s++) {
        const uint32_t target = domain->target[s];
        if (!has_bit(domain->active, s))
            continue;
        IrqSource source = { .domain = index,
                             .number = s,
                             .wire = aplic_rectified(domain, s / 64) >> s % 64 & 1,
                             .pending = has_bit(domain->pending, s),
                             .enabled = has_bit(domain->enabled, s),
                             .mode = domain->sourcecfg[s] & SOURCECFG_SM,
                             .hart = target >> TARGET_HART_SHIFT,
                             .file = by_message ? target >> 12 & 0x3f : 0,
                             .sent = target & (by_message ? TARGET_EIID : TARGET_IPRIO) };
        name_source(m, &source);
        g_array_append_val(sight->sources, source);
        link_source(&source, !domain->parent, by_message, is_on, sight);
    }
}

/* The way of what each hart took last. */

/* Is it the port that made this one pending? Of guest external interrupts, that of a file whose wire counts in hgeie. */
static bool port_made(const IrqPort *port, const IrqHart *hart, unsigned number)
{
    if (port->hart != hart->hart)
        return false;
    switch (number) {
    case IRQ_MEI: return port->is_machine;
    case IRQ_SEI: return !port->is_machine && !port->file;
    case IRQ_VSEI: return port->file && port->file == hart->vgein;
    case IRQ_SGEI: return port->file && hart->hgeie >> port->file & 1;
    default: return false;
    }
}

static unsigned heard_as(const IrqSight *sight, const IrqLink *link)
{
    const IrqSource *source = &g_array_index(sight->sources, IrqSource, link->source);
    bool is_file = g_array_index(sight->ports, IrqPort, link->port).kind == PORT_FILE;
    return is_file ? source->sent : source->number;
}

static void light(IrqSight *sight, const IrqHart *hart)
{
    for (guint i = 0; hart->last && i < sight->ports->len; i++) {
        IrqPort *port = &g_array_index(sight->ports, IrqPort, i);
        port->lit |= port_made(port, hart, hart->taken[hart->last].number);
    }
}

static void light_links(IrqSight *sight)
{
    for (guint i = 0; i < sight->links->len; i++) {
        IrqLink *link = &g_array_index(sight->links, IrqLink, i);
        const IrqPort *port = &g_array_index(sight->ports, IrqPort, link->port);
        link->lit = port->lit && port->last_claim && heard_as(sight, link) == port->last_claim;
        g_array_index(sight->sources, IrqSource, link->source).lit |= link->lit;
    }
}

static IrqSight *begin(void)
{
    IrqSight *sight = g_new0(IrqSight, 1);
    sight->harts = g_array_new(FALSE, TRUE, sizeof(IrqHart));
    sight->domains = g_array_new(FALSE, TRUE, sizeof(IrqDomain));
    sight->sources = g_array_new(FALSE, TRUE, sizeof(IrqSource));
    sight->ports = g_array_new(FALSE, TRUE, sizeof(IrqPort));
    sight->links = g_array_new(FALSE, TRUE, sizeof(IrqLink));
    return sight;
}

void *irq_sight_make(Machine *m, const SightWants *wants)
{
    IrqSight *sight = begin();
    (void)wants;
    for (unsigned i = 0; i < m->n_harts; i++)
        look_at_hart(m, &m->harts[i], sight);
    if (m->plic)
        look_at_plic(m, sight);
    if (m->imsic_m)
        look_at_imsic(m->imsic_m, sight);
    if (m->imsic_s)
        look_at_imsic(m->imsic_s, sight);
    if (m->aplic_m)
        look_at_domain(m, m->aplic_m, sight);
    if (m->aplic_s)
        look_at_domain(m, m->aplic_s, sight);
    for (guint i = 0; i < sight->harts->len; i++)
        light(sight, &g_array_index(sight->harts, IrqHart, i));
    light_links(sight);
    return sight;
}

void irq_sight_free(void *opaque)
{
    IrqSight *sight = opaque;
    g_array_free(sight->harts, TRUE);
    g_array_free(sight->domains, TRUE);
    g_array_free(sight->sources, TRUE);
    g_array_free(sight->ports, TRUE);
    g_array_free(sight->links, TRUE);
    g_free(sight);
}
