/* SPDX-License-Identifier: MIT */
/* irqchip.c - interrupt controllers, timers and their wires; see irqchip.h. */
#include "emu/irqchip.h"

/* An IPI or a message to another hart: the sender stops, so that the receiver can answer at once. */
static void set_at_once(Machine *m, unsigned hart, unsigned input, bool level)
{
    hart_set_irq(&m->harts[hart], input, level);
    if (level && hart != m->current)
        m->harts[m->current].attention |= ATTENTION_YIELD;
}

static void set_msip(void *opaque, unsigned hart, bool level)
{
    set_at_once(opaque, hart, IRQ_MSI, level);
}

static void set_ssip(void *opaque, unsigned hart, bool level)
{
    set_at_once(opaque, hart, IRQ_SSI, level);
}

static void set_machine_file(void *opaque, unsigned hart, bool level)
{
    set_at_once(opaque, hart, IRQ_MEI, level);
}

/* Each hart's supervisor-level file, then its guests'. */
static void set_supervisor_file(void *opaque, unsigned number, bool level)
{
    Machine *m = opaque;
    unsigned files = 1 + m->config.aia_guests, file = number % files;
    set_at_once(m, number / files, file ? IRQ_GUEST_EXTERNAL + file : IRQ_SEI, level);
}

/* `count` wires, to be connected. They live as long as the machine. */
static IrqLine *new_wires(Machine *m, unsigned count)
{
    IrqLine *wires = g_new(IrqLine, count);
    g_ptr_array_add(m->wires, wires);
    return wires;
}

/* Those that end in `set`, each with its number. */
static IrqLine *add_wires(Machine *m, unsigned count, void (*set)(void *, unsigned, bool), void *to)
{
    IrqLine *wires = new_wires(m, count);
    for (unsigned i = 0; i < count; i++)
        wires[i] = (IrqLine){ set, to, i };
    return wires;
}

/* To `n_inputs` inputs of each hart. */
static IrqLine *add_hart_wires(Machine *m, const uint8_t *inputs, unsigned n_inputs)
{
    IrqLine *wires = new_wires(m, m->n_harts * n_inputs);
    for (unsigned i = 0; i < m->n_harts * n_inputs; i++)
        wires[i] = (IrqLine){ hart_set_irq, &m->harts[i / n_inputs], inputs[i % n_inputs] };
    return wires;
}

static bool add_swi(Machine *m, const DeviceType *type, const char *id, uint64_t base,
                    void (*set)(void *, unsigned, bool), GError **error)
{
    AclintSwi *swi = (AclintSwi *)machine_new_device(m, type, id, base, 0);
    swi->n_harts = m->n_harts;
    swi->out = add_wires(m, m->n_harts, set, m);
    return machine_add_device(m, &swi->dev, error);
}

/* The CLINT, or the timer alone. */
static bool add_timer(Machine *m, const DeviceType *type, const char *id, uint64_t base,
                      GError **error)
{
    m->clint = (Clint *)machine_new_device(m, type, id, base, 0);
    m->clint->n_harts = m->n_harts;
    m->clint->msip = type == &clint_type ? add_wires(m, m->n_harts, set_msip, m) : NULL;
    m->clint->mtip = add_hart_wires(m, (const uint8_t[]){ IRQ_MTI }, 1);
    m->clint->time_set = machine_time_set;
    m->clint->opaque = m;
    return machine_add_device(m, &m->clint->dev, error);
}

/* With IMSICs, software interrupts are messages: the ACLINT has only its timer, and at the first address. */
static bool add_timers(Machine *m, GError **error)
{
    if (!m->config.aclint)
        return add_timer(m, &clint_type, "clint", BOARD_CLINT, error);
    if (m->config.aia == AIA_APLIC_IMSIC)
        return add_timer(m, &aclint_mtimer_type, "mtimer", BOARD_CLINT, error);
    return add_swi(m, &aclint_mswi_type, "mswi", BOARD_CLINT, set_msip, error) &&
           add_timer(m, &aclint_mtimer_type, "mtimer", BOARD_MTIMER, error) &&
           add_swi(m, &aclint_sswi_type, "sswi", BOARD_SSWI, set_ssip, error);
}

/* Its contexts are M and S of each hart in turn. */
static bool add_plic(Machine *m, GError **error)
{
    m->plic = (Plic *)machine_new_device(m, &plic_type, "plic", BOARD_PLIC, 0);
    m->plic->n_contexts = 2 * m->n_harts;
    m->plic->out = add_hart_wires(m, (const uint8_t[]){ IRQ_MEI, IRQ_SEI }, 2);
    return machine_add_device(m, &m->plic->dev, error);
}

static bool add_imsic(Machine *m, Imsic **imsic, const char *id, uint64_t base, GError **error)
{
    bool is_machine = imsic == &m->imsic_m;
    *imsic = (Imsic *)machine_new_device(m, &imsic_type, id, base, 0);
    (*imsic)->is_machine = is_machine;
    (*imsic)->n_harts = m->n_harts;
    (*imsic)->guests = is_machine ? 0 : m->config.aia_guests;
    (*imsic)->may_bypass = m->config.aia_direct;
    (*imsic)->out = add_wires(m, m->n_harts * (1 + (*imsic)->guests),
                              is_machine ? set_machine_file : set_supervisor_file, m);
    return machine_add_device(m, &(*imsic)->dev, error);
}

static bool add_imsics(Machine *m, GError **error)
{
    if (!add_imsic(m, &m->imsic_m, "imsic.m", BOARD_IMSIC_M, error) ||
        !add_imsic(m, &m->imsic_s, "imsic.s", BOARD_IMSIC_S, error))
        return false;
    m->imsic_ports = g_new0(ImsicPort, m->n_harts);
    for (unsigned i = 0; i < m->n_harts; i++) {
        imsic_port_init(&m->imsic_ports[i], m->imsic_m, m->imsic_s, i);
        m->harts[i].aia = &m->imsic_ports[i].port;
    }
    return true;
}

/* By wire to the harts, or to IMSICs that let an APLIC stand in for them. */
static IrqLine *add_aplic_wires(Machine *m, bool is_root)
{
    if (m->config.aia == AIA_APLIC)
        return add_hart_wires(m, (const uint8_t[]){ is_root ? IRQ_MEI : IRQ_SEI }, 1);
    return add_wires(m, m->n_harts, imsic_set_aplic, is_root ? m->imsic_m : m->imsic_s);
}

static bool add_aplic(Machine *m, Aplic **aplic, const char *id, uint64_t base, GError **error)
{
    bool is_root = aplic == &m->aplic_m;
    *aplic = (Aplic *)machine_new_device(m, &aplic_type, id, base, 0);
    (*aplic)->parent = is_root ? NULL : m->aplic_m;
    (*aplic)->n_harts = m->n_harts;
    (*aplic)->guests = m->config.aia_guests;
    (*aplic)->has_direct = m->config.aia == AIA_APLIC || m->config.aia_direct;
    (*aplic)->has_msi = m->config.aia == AIA_APLIC_IMSIC;
    if ((*aplic)->has_direct)
        (*aplic)->out = add_aplic_wires(m, is_root);
    return machine_add_device(m, &(*aplic)->dev, error);
}

/* The identity, when an IMSIC's file signals, or what the APLIC has for the source; a PLIC's numbers are of another
 * kind. */
static unsigned external_priority(void *opaque, unsigned hart, bool is_machine)
{
    const Machine *m = opaque;
    const Imsic *imsic = is_machine ? m->imsic_m : m->imsic_s;
    const Aplic *aplic = is_machine ? m->aplic_m : m->aplic_s;
    if (imsic && !imsic_is_bypassed(imsic, hart))
        return m->harts[hart].aia->topei(m->harts[hart].aia->to,
                                         is_machine ? AIA_FILE_M : AIA_FILE_S);
    return aplic ? aplic_topi(aplic, hart) & 0xff : 0;
}

bool irqchip_add(Machine *m, GError **error)
{
    if (!add_timers(m, error))
        return false;
    for (unsigned i = 0; i < m->n_harts; i++)
        m->harts[i].external = (IrqPriority){ external_priority, m };
    if (m->config.aia == AIA_NONE)
        return add_plic(m, error);
    return (m->config.aia == AIA_APLIC || add_imsics(m, error)) &&
           add_aplic(m, &m->aplic_m, "aplic.m", BOARD_APLIC_M, error) &&
           add_aplic(m, &m->aplic_s, "aplic.s", BOARD_APLIC_S, error);
}

IrqLine irqchip_input(const Machine *m, unsigned number)
{
    return m->plic ? (IrqLine){ plic_set_source, m->plic, number }
                   : (IrqLine){ aplic_set_source, m->aplic_m, number };
}
