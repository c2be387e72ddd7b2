/* SPDX-License-Identifier: MIT */
/* rules_traps.c - from facts to mistakes: who gets a trap or an interrupt, where handlers return to, and what a
 * guest may do; see explain.h. */
#include <inttypes.h>

#include "cpu/csr.h"
#include "emu/explain/rules.h"
#include "mmu/pte.h"

#define X64 "0x%" PRIx64

static bool is_exception(const Case *it)
{
    return it->trap && !(it->trap->trap.cause & CAUSE_INTERRUPT);
}

static bool of_guest(const Case *it)
{
    return it->trap->mode >= MODE_GUEST;
}

/* What a handler does in place of the instruction: going on at the instruction asks for it again. */
Mistake *rule_not_advanced(const Case *it)
{
    if (!is_exception(it) || !explain_is_loop(it) || !it->trap->returns || it->walk)
        return NULL;
    const uint64_t cause = it->trap->trap.cause;
    const bool is_call = cause >= CAUSE_ECALL_U && cause <= CAUSE_ECALL_M;
    if (!is_call && cause != CAUSE_BREAKPOINT && cause != CAUSE_VIRTUAL && cause != CAUSE_ILLEGAL)
        return NULL;
    Mistake *m = mistake_new(NULL, false, it->trap->level == LEVEL_M ? "mepc" : "sepc",
                             is_call || cause == CAUSE_BREAKPOINT ? "norm:ecall_ebreak_epc_value"
                                                                  : "norm:sepc_op_trap_write");
    g_string_printf(m->what,
                    "the handler returned %u times to the instruction that traps, at " X64
                    ": %s is the address of the instruction itself",
                    it->trap->returns, it->trap->epc, m->bit);
    g_string_printf(m->fix, "add the length of the instruction to %s when it has been done",
                    m->bit);
    return m;
}

/* Names like "hedeleg.13" for all numbers there are. */
static const char *bit_name(const char *reg, uint64_t number)
{
    g_autofree char *name = g_strdup_printf("%s.%" PRIu64, reg, number);
    return g_intern_string(name);
}

/* Those of guests that only a hypervisor can settle. norm:medeleg_mideleg_op1 */
Mistake *rule_not_delegated_to_hs(const Case *it)
{
    static const uint64_t theirs = BIT(CAUSE_ECALL_VS) | BIT(CAUSE_FETCH_GUEST_PAGE) |
                                   BIT(CAUSE_LOAD_GUEST_PAGE) | BIT(CAUSE_VIRTUAL) |
                                   BIT(CAUSE_STORE_GUEST_PAGE);
    if (!is_exception(it) || it->trap->level != LEVEL_M || !of_guest(it) ||
        !(theirs >> it->trap->trap.cause & 1))
        return NULL;
    const uint64_t cause = it->trap->trap.cause;
    Mistake *m = mistake_new(it->walk ? &it->walk->end.entry : NULL, true,
                             bit_name("medeleg", cause), "norm:medeleg_mideleg_op1");
    g_string_printf(m->what,
                    "a guest's %s went to M-mode, which did not settle it: the bit of medeleg is "
                    "clear",
                    words_of_cause(cause));
    g_string_printf(m->fix, "set bit %" PRIu64 " of medeleg before the hypervisor starts", cause);
    return m;
}

/* A guest's own exceptions, which its hypervisor got and did not settle. norm:hedeleg_op */
Mistake *rule_not_delegated_to_vs(const Case *it)
{
    static const uint64_t own =
        BIT(CAUSE_FETCH_MISALIGNED) | BIT(CAUSE_ILLEGAL) | BIT(CAUSE_BREAKPOINT) |
        BIT(CAUSE_LOAD_MISALIGNED) | BIT(CAUSE_STORE_MISALIGNED) | BIT(CAUSE_ECALL_U) |
        BIT(CAUSE_FETCH_PAGE) | BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE);
    if (!is_exception(it) || it->trap->level != LEVEL_HS || !of_guest(it) ||
        !(own >> it->trap->trap.cause & 1))
        return NULL;
    const uint64_t cause = it->trap->trap.cause;
    Mistake *m = mistake_new(it->walk && it->walk->end.has_entry ? &it->walk->end.entry : NULL,
                             true, bit_name("hedeleg", cause), "norm:hedeleg_op");
    g_string_printf(m->what,
                    "the guest's own %s went to the hypervisor, which did not settle it: the bit "
                    "of hedeleg is clear",
                    words_of_cause(cause));
    g_string_printf(m->fix, "set bit %" PRIu64 " of hedeleg, so that the guest's handler gets it",
                    cause);
    return m;
}

/* Is the address the guest's to execute? */
static bool is_guest_code(Hart *hart, uint64_t pc)
{
    const MmuSpace guest = { .guest = true, .atp = hart->csr.vsatp, .hgatp = hart->csr.hgatp };
    WalkRequest request;
    WalkResult found;
    mmu_probe(&hart->mmu, &guest, (Gva){ pc }, ACCESS_FETCH, false, &request, &found);
    return found.status == WALK_OK;
}

/* A guest is set up and no xRET ever went into one, but the last one went to its code. norm:sret_v0 */
Mistake *rule_not_entered(const Case *it)
{
    const Past *past = it->hart->past;
    if (!is_exception(it) || of_guest(it) || it->trap->mode == PRIV_M || past->midway ||
        past->entered >> MODE_GUEST || !(it->hart->csr.hgatp >> 60) || past->back_mode >= PRIV_M ||
        !is_guest_code(it->hart, past->back_pc))
        return NULL;
    Mistake *m = mistake_new(NULL, false, "hstatus.SPV", "norm:sret_v0");
    g_string_printf(m->what,
                    "SRET went to " X64 ", which is the guest's code, with hstatus.SPV clear: it "
                    "runs in %s-mode, and no guest was ever entered",
                    past->back_pc, hart_mode_name(it->hart, past->back_mode));
    g_string_printf(m->fix, "set hstatus.SPV before the SRET that enters the guest");
    return m;
}

/* A guest whose supervisor never ran begins with an instruction of supervisors, in VU-mode. norm:sret_v0 */
Mistake *rule_entered_as_user(const Case *it)
{
    const Past *past = it->hart->past;
    if (!is_exception(it) || it->trap->mode != MODE_VU || it->trap->level != LEVEL_HS ||
        it->trap->trap.cause != CAUSE_VIRTUAL || past->midway || past->entered >> MODE_VS & 1)
        return NULL;
    Mistake *m = mistake_new(NULL, false, "sstatus.SPP", "norm:sret_v0");
    g_string_printf(m->what, "the guest runs in VU-mode, and its supervisor was never entered: "
                             "sstatus.SPP was clear at the SRET");
    g_string_printf(m->fix,
                    "set sstatus.SPP beside hstatus.SPV before the SRET that enters the guest");
    return m;
}

/* HLV and HSV are made as hstatus.SPVP says. norm:hlsv_priv */
Mistake *rule_guest_access(const Case *it)
{
    const WalkEnd *end = it->trap && it->walk ? &it->walk->end : NULL;
    if (!end || of_guest(it) || it->trap->mode == PRIV_M || !it->walk->guest || end->in_g ||
        end->why != WHY_PERMISSION || !end->user || end->entry.pte & PTE_U)
        return NULL;
    Mistake *m = mistake_new(&end->entry, true, "hstatus.SPVP", "norm:hlsv_priv");
    g_string_printf(m->what,
                    "the hypervisor accesses the guest's memory as VU-mode would, since "
                    "hstatus.SPVP is clear, and the page at " X64 " is the supervisor's",
                    it->trap->trap.tval);
    g_string_printf(m->fix, "set hstatus.SPVP for what the guest's supervisor may access");
    return m;
}

/* What makes an instruction of a guest a virtual instruction, that could be allowed. */
typedef struct {
    uint32_t mask, match; /* of the instruction */
    uint16_t csr;         /* that has the bit */
    uint8_t bit;
    bool when_set; /* it forbids when set */
    const char *name, *rule;
} Gate;

static const Gate gates[] = {
    { 0xfff0007f, 0xc0000073, CSR_hcounteren, 0, false, "hcounteren.CY",
      "norm:H_virtinst_vs_nonhighctr_h0_m1" },
    { 0xfff0007f, 0xc0100073, CSR_hcounteren, 1, false, "hcounteren.TM",
      "norm:H_virtinst_vs_nonhighctr_h0_m1" },
    { 0xfff0007f, 0xc0200073, CSR_hcounteren, 2, false, "hcounteren.IR",
      "norm:H_virtinst_vs_nonhighctr_h0_m1" },
    { 0xfff0007f, 0x14d00073, CSR_henvcfg, 63, false, "henvcfg.STCE", "norm:henvcfg_stce" },
    { 0xfff07fff, 0x0040200f, CSR_henvcfg, 7, false, "henvcfg.CBZE", "norm:henvcfg_cbze" },
    { 0xfff0007f, 0x18000073, CSR_hstatus, 20, true, "hstatus.VTVM",
      "norm:H_virtinst_vs_sfence_sinval_satp_vtvm1" },
    { 0xfe007fff, 0x12000073, CSR_hstatus, 20, true, "hstatus.VTVM",
      "norm:H_virtinst_vs_sfence_sinval_satp_vtvm1" },
    { 0xffffffff, 0x10200073, CSR_hstatus, 22, true, "hstatus.VTSR",
      "norm:H_virtinst_vs_sret_vtsr1" },
};

Mistake *rule_not_enabled(const Case *it)
{
    if (!is_exception(it) || it->trap->trap.cause != CAUSE_VIRTUAL || it->trap->returned ||
        it->trap->mode != MODE_VS)
        return NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS(gates); i++) {
        const Gate *gate = &gates[i];
        if ((it->trap->trap.tval & gate->mask) != gate->match ||
            (csr_read(it->hart, gate->csr) >> gate->bit & 1) != gate->when_set)
            continue;
        Mistake *m = mistake_new(NULL, false, gate->name, gate->rule);
        g_string_printf(m->what,
                        "the guest may not execute this while %s is %s, and the hypervisor did "
                        "not do it in its place",
                        gate->name, gate->when_set ? "set" : "clear");
        g_string_printf(m->fix, "%s %s, or do what the instruction does and go on behind it",
                        gate->when_set ? "clear" : "set", gate->name);
        return m;
    }
    return NULL;
}

/* Interrupts of guests: the host's of the same kind, the bit of hvip, and the rules of vsip and of hip. */
static const struct {
    unsigned guest, host;
    const char *kind, *pending;
    const char *delegated, *sources; /* norm: anchors */
} irqs[] = {
    { IRQ_VSSI, IRQ_SSI, "software", "hvip.VSSIP", "norm:vsip_vsie_ssi",
      "norm:hip_vssip_vssie_op" },
    { IRQ_VSTI, IRQ_STI, "timer", "hvip.VSTIP", "norm:vsip_vsie_sti",
      "norm:hip_vstip_vstie_acc_op" },
    { IRQ_VSEI, IRQ_SEI, "external", "hvip.VSEIP", "norm:vsip_vsie_sei",
      "norm:hip_vseip_vseie_op" },
};

/* A guest waits, and no timer will end that. */
static bool guest_waits(const Case *it)
{
    return it->waits && it->hart->has_h && hart_is_guest(it->hart) &&
           it->machine->clock.next == CLOCK_NEVER;
}

/* Pending for the guest, but not the guest's: it can neither see nor enable it. */
Mistake *rule_not_given_on(const Case *it)
{
    if (!guest_waits(it))
        return NULL;
    const uint64_t pending = csr_read(it->hart, CSR_hip), given = hart_hideleg(it->hart);
    for (unsigned i = 0; i < G_N_ELEMENTS(irqs); i++) {
        if (!(pending & ~given & BIT(irqs[i].guest)))
            continue;
        Mistake *m =
            mistake_new(NULL, false, bit_name("hideleg", irqs[i].guest), irqs[i].delegated);
        g_string_printf(m->what,
                        "a VS %s interrupt is pending in hip, but bit %u of hideleg is clear: for "
                        "the guest, vsip and vsie are zero there",
                        irqs[i].kind, irqs[i].guest);
        g_string_printf(m->fix, "set bit %u of hideleg before the guest runs", irqs[i].guest);
        return m;
    }
    return NULL;
}

/* Did the host take its interrupt `host` while the guest was there, go back to it, and the guest get none since? */
static bool was_taken(const Hart *hart, unsigned host)
{
    const PastTrap *trap;
    for (unsigned n = 0; hart->past && (trap = past_last(hart->past, n)); n++) {
        const uint64_t irq =
            trap->trap.cause & CAUSE_INTERRUPT ? trap->trap.cause & ~CAUSE_INTERRUPT : 0;
        if (trap->level == LEVEL_VS && irq == host) /* which is what the guest calls its own */
            return false;
        if (trap->level == LEVEL_HS && irq == host && trap->mode >= MODE_GUEST && trap->returned &&
            trap->back_mode >= MODE_GUEST)
            return true;
    }
    return false;
}

/* May such interrupts of the guest come from elsewhere: its own timer, its own interrupt file? */
static bool has_source(Hart *hart, unsigned number)
{
    if (number == IRQ_VSTI)
        return csr_read(hart, CSR_henvcfg) & MENVCFG_STCE;
    return number == IRQ_VSEI && bits(hart->csr.hstatus, 17, 12);
}

/* The guest has it enabled and waits; the host took one of that kind meanwhile, and nothing became of it, nor ever of
 * any. */
Mistake *rule_not_injected(const Case *it)
{
    const Past *past = it->hart->past;
    if (!guest_waits(it) || !past || past->midway)
        return NULL;
    const uint64_t enabled = csr_read(it->hart, CSR_hie) & hart_hideleg(it->hart);
    const uint64_t pending = csr_read(it->hart, CSR_hip);
    for (unsigned i = 0; i < G_N_ELEMENTS(irqs); i++) {
        if (!(enabled & ~pending & ~past->hvip_ever & BIT(irqs[i].guest)) ||
            has_source(it->hart, irqs[i].guest) || !was_taken(it->hart, irqs[i].host))
            continue;
        Mistake *m = mistake_new(NULL, false, irqs[i].pending, irqs[i].sources);
        g_string_printf(m->what,
                        "the guest waits for a VS %s interrupt; the hypervisor took a supervisor "
                        "%s interrupt and returned to the guest without making one pending",
                        irqs[i].kind, irqs[i].kind);
        g_string_printf(m->fix, "set %s when the interrupt is the guest's", irqs[i].pending);
        return m;
    }
    return NULL;
}
