/* SPDX-License-Identifier: MIT */
/* tell.c - the paragraph of an explanation: who did what, where a walk ended, who got the trap and what became of
 * it; see explain.h. */
#include <inttypes.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/explain/explain.h"
#include "emu/explain/place.h"
#include "emu/explain/words.h"
#include "emu/monitor/monitor.h"
#include "mmu/pte.h"

#define X64 "0x%" PRIx64

static bool is_irq(const PastTrap *trap)
{
    return trap->trap.cause & CAUSE_INTERRUPT;
}

static uint64_t number_of(const PastTrap *trap)
{
    return trap->trap.cause & ~CAUSE_INTERRUPT;
}

/* What was executed there: of a fault in the address spaces that it was about, else as they are. */
static bool find_instruction(const Case *it, uint32_t *word)
{
    Mmu *mmu = &it->hart->mmu;
    const PastTrap *trap = it->trap;
    const bool guest = trap->mode >= MODE_GUEST;
    const bool as_walked = it->walk && it->walk->guest == guest;
    MmuSpace space = { .guest = guest,
                       .is_physical = trap->mode == PRIV_M,
                       .atp = as_walked ? it->walk->atp
                              : guest   ? mmu->vsatp
                                        : mmu->satp,
                       .hgatp = as_walked ? it->walk->hgatp : mmu->hgatp };
    uint16_t parcels[2] = { 0 };
    for (unsigned i = 0; i < 2 && (!i || (parcels[0] & 3) == 3); i++) {
        WalkResult at;
        if (!mmu_peek_space(mmu, &space, (Gva){ trap->epc + 2 * i }, &at) ||
            !bus_read_bytes(mmu->bus, at.spa, &parcels[i], 2, requester_hart(mmu->hart)))
            return false;
    }
    *word = (uint32_t)parcels[1] << 16 | parcels[0];
    return true;
}

static bool is_of_fetch(uint64_t cause)
{
    return cause == CAUSE_FETCH_ACCESS || cause == CAUSE_FETCH_PAGE ||
           cause == CAUSE_FETCH_GUEST_PAGE;
}

/* An address, and the name that an image has for it. */
static void append_address(const Case *it, uint64_t address, GString *out)
{
    g_autofree char *symbol = monitor_symbol(it->machine, address);
    g_string_append_printf(out, X64 "%s", address, symbol);
}

static void tell_what(const Case *it, GString *out)
{
    const PastTrap *trap = it->trap;
    char text[80];
    uint32_t word;
    g_string_append_printf(out, "Trap %" PRIu64 " of hart %u: %s (%s %" PRIu64 ") in %s-mode at ",
                           trap->id, it->hart->id, words_of_cause(trap->trap.cause),
                           is_irq(trap) ? "interrupt" : "cause", number_of(trap),
                           hart_mode_name(it->hart, trap->mode));
    append_address(it, trap->epc, out);
    if (!is_irq(trap) && !is_of_fetch(trap->trap.cause) && find_instruction(it, &word)) {
        insn_disassemble(word, trap->epc, text, sizeof text);
        g_strdelimit(text, "\t", ' ');
        g_string_append_printf(out, ", %s", text);
    }
    g_string_append(out, ". ");
}

static void tell_stage(const FaultWalk *walk, bool is_g, GString *out)
{
    const WalkEnd *end = &walk->end;
    const uint64_t atp = is_g ? walk->hgatp : walk->atp;
    const unsigned mode = is_g ? end->g_mode : end->s_mode;
    if (mode == ATP_CAT) {
        g_string_append_printf(out, "the associative memory (virtual machine %u)", walk->cat_vm);
        return;
    }
    g_string_append_printf(out, "the %s stage (%s", words_of_stage(is_g, walk->guest),
                           words_of_mode(mode, is_g));
    if (mode)
        g_string_append_printf(out, ", root " X64 ", %s %" PRIu64, bits(atp, 43, 0) << PAGE_SHIFT,
                               is_g ? "VMID" : "ASID", bits(atp, is_g ? 57 : 59, 44));
    g_string_append(out, ")");
}

/* How the address came to the G stage. */
static void tell_gpa(const Case *it, GString *out)
{
    const WalkEnd *end = &it->walk->end;
    const bool missing = end->why == WHY_NOT_VALID && !end->implicit;
    g_autofree char *place = missing ? explain_place(it->machine, end->gpa.v) : NULL;
    g_autofree char *line = explain_place_in_file(
        it->machine, (unsigned)bits(it->walk->hgatp, 57, 44), it->hart->id, end->gpa.v);
    if (end->implicit && end->implicit_write)
        g_string_append_printf(out,
                               "To set A or D, the hart had to store to the entry of the VS "
                               "stage at gpa " X64 ". ",
                               end->gpa.v);
    else if (end->implicit)
        g_string_append_printf(
            out, "On the way the hart had to read an entry of the VS stage at gpa " X64 ". ",
            end->gpa.v);
    else if (end->has_first) {
        g_string_append_printf(out, "The VS stage gives gpa " X64 ", by its leaf at ", end->gpa.v);
        append_address(it, end->first.at.v, out);
        g_string_append_printf(out, " (level %u, " X64 "). ", end->first.level, end->first.pte);
    } else
        g_string_append_printf(out, "That is gpa " X64 ", for vsatp is Bare. ", end->gpa.v);
    if (line)
        g_string_append_printf(out, "%s. ", line);
    if (place)
        g_string_append_printf(out, "In the machine's device tree that address is %s. ", place);
}

static void tell_walk(const Case *it, GString *out)
{
    const WalkEnd *end = &it->walk->end;
    const Verdict verdict = words_of_fault(end);
    char flags[WORDS_FLAGS];
    g_string_append_printf(out, "The %s %s virtual address " X64 ". ", words_of_access(end->access),
                           it->walk->guest ? "was of guest" : "was of", it->trap->trap.tval);
    if (end->in_g)
        tell_gpa(it, out);
    g_string_append(out, "There ");
    tell_stage(it->walk, end->in_g, out);
    if (!end->has_entry)
        g_string_append(out, " refuses the address");
    else
        g_string_append_printf(out, " %s the entry of level %u at ",
                               end->why == WHY_ACCESS ? "cannot read" : "ends at",
                               end->entry.level);
    if (end->has_entry)
        append_address(it, end->entry.at.v, out);
    if (end->has_entry && end->why != WHY_ACCESS)
        g_string_append_printf(out, ", which is " X64 " (%s)", end->entry.pte,
                               words_of_flags(end->entry.pte, flags));
    g_string_append_printf(out, ": %s: %s (%s). ", verdict.bit, verdict.says, verdict.rule);
}

static void tell_values(const PastTrap *trap, GString *out)
{
    if (trap->trap.tval2)
        g_string_append_printf(out,
                               "%s is " X64 ", the guest physical address shifted right by 2 "
                               "(norm:htval_trapval). ",
                               trap->level == LEVEL_M ? "mtval2" : "htval", trap->trap.tval2);
    if (trap->trap.tinst == 0x3000 || trap->trap.tinst == 0x3020)
        g_string_append_printf(out,
                               "%s is " X64 ": an implicit %s (norm:H_trap_xtinst_guestpage). ",
                               trap->level == LEVEL_M ? "mtinst" : "htinst", trap->trap.tinst,
                               trap->trap.tinst == 0x3000 ? "read" : "write");
}

/* The bit that delegates it. A guest's interrupts have other numbers for itself: norm:hideleg_trans */
static uint64_t delegated_bit(const PastTrap *trap)
{
    const uint64_t n = number_of(trap);
    return n + (is_irq(trap) && trap->level == LEVEL_VS && IRQS_S >> n & 1);
}

/* Who took it, and why. norm:medeleg_mideleg_op1, norm:hedeleg_op, norm:hideleg_op, norm:H_guest_page_fault */
static void tell_level(const PastTrap *trap, GString *out)
{
    const char *m = is_irq(trap) ? "mideleg" : "medeleg", *h = is_irq(trap) ? "hideleg" : "hedeleg";
    const uint64_t n = delegated_bit(trap);
    const bool guest = trap->mode >= MODE_GUEST;
    const bool guest_page =
        !is_irq(trap) &&
        (n == CAUSE_FETCH_GUEST_PAGE || n == CAUSE_LOAD_GUEST_PAGE || n == CAUSE_STORE_GUEST_PAGE);
    if (trap->level == LEVEL_M && trap->mode == PRIV_M)
        g_string_append(out, "M-mode took it, its own. ");
    else if (trap->level == LEVEL_M)
        g_string_append_printf(out, "M-mode took it: bit %" PRIu64 " of %s is clear. ", n, m);
    else if (trap->level == LEVEL_VS)
        g_string_append_printf(out, "VS-mode took it: bit %" PRIu64 " is set in %s and %s. ", n, m,
                               h);
    else if (guest && guest_page)
        g_string_append_printf(out,
                               "HS-mode took it: bit %" PRIu64 " of %s is set, and the guest never "
                               "gets these (norm:H_guest_page_fault). ",
                               n, m);
    else if (guest)
        g_string_append_printf(
            out, "HS-mode took it: bit %" PRIu64 " is set in %s and clear in %s. ", n, m, h);
    else
        g_string_append_printf(out, "HS-mode took it: bit %" PRIu64 " of %s is set. ", n, m);
}

static void tell_outcome(const Case *it, GString *out)
{
    const PastTrap *trap = it->trap;
    if (trap->times > 1)
        g_string_append_printf(out, "It came %u times in a row, without an instruction between. ",
                               trap->times);
    if (!trap->returned && trap->returns)
        g_string_append(out, "The handler returned to it every time.");
    else if (!trap->returned && explain_is_open(it))
        g_string_append(out, "The handler did not return.");
    else if (!trap->returned)
        g_string_append(out, "The handler has not returned yet, or somebody else was run instead.");
    else if (trap->back_pc == trap->epc)
        g_string_append(out, "The handler returned to the same instruction.");
    else if (trap->back_pc - trap->epc <= 4)
        g_string_append(out,
                        "The handler returned behind the instruction: it did what was to be done.");
    else
        g_string_append_printf(out, "The handler returned elsewhere, to " X64 " in %s-mode.",
                               trap->back_pc, hart_mode_name(it->hart, trap->back_mode));
}

/* Of a trap without a walk: the address, or the instruction. */
static void tell_tval(const Case *it, GString *out)
{
    static const char *const levels[] = { "", "vstval", "stval", "mtval" };
    const uint64_t cause = it->trap->trap.cause, tval = it->trap->trap.tval;
    const bool is_access =
        cause == CAUSE_FETCH_ACCESS || cause == CAUSE_LOAD_ACCESS || cause == CAUSE_STORE_ACCESS;
    g_string_append_printf(out, "%s is " X64, levels[it->trap->level], tval);
    if (is_access)
        g_string_append(out, ", where the access is not allowed, or there is nothing");
    g_string_append(out, ". ");
}

static void tell_trap(const Case *it, GString *out)
{
    tell_what(it, out);
    if (it->walk)
        tell_walk(it, out);
    else if (it->trap->trap.tval)
        tell_tval(it, out);
    tell_values(it->trap, out);
    tell_level(it->trap, out);
    tell_outcome(it, out);
}

static void tell_fence(const Case *it, GString *out)
{
    const FenceNote *note = it->fence;
    const Verdict verdict = words_of_fault(&note->now);
    g_string_append_printf(out,
                           "Hart %u used a remembered translation: a %s of " X64 " went to spa " X64
                           ". The tables say something else since: ",
                           it->hart->id, words_of_access(note->access), note->va, note->spa);
    if (note->now.status == WALK_OK)
        g_string_append_printf(out, "spa " X64, note->now_spa);
    else
        g_string_append_printf(out, "a fault, for %s", verdict.says);
    if (note->has_leaf) {
        g_string_append_printf(out, ", by the entry of level %u of the %s stage at ",
                               note->leaf.level,
                               words_of_stage(note->leaf.stage, note->space.guest));
        append_address(it, note->leaf.at.v, out);
        g_string_append_printf(out, ", which was " X64, note->leaf.pte);
    }
    if (note->root_before)
        g_string_append_printf(out,
                               ". What was used is of the tables at " X64 ", which hgatp had with "
                               "the same VMID before",
                               bits(note->root_before, 43, 0) << PAGE_SHIFT);
    g_string_append(out, ". No fence has covered it yet.");
}

static void tell_irqs(const Hart *hart, const char *name, uint64_t set, GString *out)
{
    static const struct {
        unsigned number;
        const char *name;
    } irqs[] = { { IRQ_VSSI, "software" }, { IRQ_VSTI, "timer" }, { IRQ_VSEI, "external" } };
    bool some = false;
    (void)hart;
    g_string_append_printf(out, " %s:", name);
    for (unsigned i = 0; i < G_N_ELEMENTS(irqs); i++) {
        if (!(set >> irqs[i].number & 1))
            continue;
        g_string_append_printf(out, "%s %s", some ? "," : "", irqs[i].name);
        some = true;
    }
    g_string_append(out, some ? ";" : " none;");
}

/* The same of everybody's, by the manual's names. */
static void tell_all_irqs(const char *name, uint64_t set, GString *out)
{
    static const char *const names[] = {
        [IRQ_SSI] = "SSI",   [IRQ_VSSI] = "VSSI", [IRQ_MSI] = "MSI",     [IRQ_STI] = "STI",
        [IRQ_VSTI] = "VSTI", [IRQ_MTI] = "MTI",   [IRQ_SEI] = "SEI",     [IRQ_VSEI] = "VSEI",
        [IRQ_MEI] = "MEI",   [IRQ_SGEI] = "SGEI", [IRQ_LCOFI] = "LCOFI",
    };
    bool some = false;
    g_string_append_printf(out, " %s:", name);
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!names[i] || !(set >> i & 1))
            continue;
        g_string_append_printf(out, "%s %s", some ? "," : "", names[i]);
        some = true;
    }
    g_string_append(out, some ? "." : " none.");
}

static void tell_waiting(const Case *it, GString *out)
{
    Hart *hart = it->hart;
    g_string_append_printf(out, "Hart %u waits in %s-mode for an interrupt, before ", hart->id,
                           hart_mode_name(hart, hart_mode(hart)));
    append_address(it, hart->pc, out);
    g_string_append(out, ".");
    if (!hart->has_h || !hart_is_guest(hart)) {
        tell_all_irqs("Enabled in mie", hart->csr.mie, out);
        tell_all_irqs("Pending in mip", hart_mip(hart), out);
        return;
    }
    g_string_append(out, " Of the guest's interrupts there are");
    tell_irqs(hart, "enabled in hie", csr_read(hart, CSR_hie), out);
    tell_irqs(hart, "pending in hip", csr_read(hart, CSR_hip), out);
    tell_irqs(hart, "delegated by hideleg", hart_hideleg(hart), out);
    out->str[out->len - 1] = '.';
}

void explain_tell(const Case *it, GString *out)
{
    if (it->fence)
        tell_fence(it, out);
    else if (it->waits)
        tell_waiting(it, out);
    else if (it->trap)
        tell_trap(it, out);
    else
        g_string_append_printf(out, "Hart %u has taken no trap%s.", it->hart->id,
                               it->hart->past && !it->hart->past->midway ? ""
                                                                         : " that is remembered");
}
