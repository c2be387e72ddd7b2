/* SPDX-License-Identifier: MIT */
/*
 * rules.c - from facts to mistakes: which rules there are, and those about page tables; see explain.h.
 *
 * A rule knows nothing of who runs: it is given a trap that nobody settled, a hart that waits, or a translation without
 * its fence, and looks for facts that no right program can bring about. The first one of its kind that holds is the
 * mistake.
 */
#include "emu/explain/rules.h"

#include <inttypes.h>

#include "mmu/pte.h"

#define X64 "0x%" PRIx64

/* Special ones first: a general one would blame the entry where only a symptom shows. */
static RuleFn *const rules[] = {
    rule_fence,
    rule_not_given_on,
    rule_not_injected,
    rule_guest_root,
    rule_not_entered,
    rule_root_alignment,
    rule_wide_gpa,
    rule_not_delegated_to_hs,
    rule_not_delegated_to_vs,
    rule_overlap,
    rule_htval,
    rule_g_stage,
    rule_malformed,
    rule_not_advanced,
    rule_entered_as_user,
    rule_guest_access,
    rule_not_enabled,
};

void explain_judge(const Case *it, GPtrArray *mistakes)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(rules); i++) {
        Mistake *mistake = rules[i](it);
        if (!mistake)
            continue;
        g_ptr_array_add(mistakes, mistake);
        return;
    }
}

Mistake *mistake_new(const WalkStep *entry, bool guest, const char *bit, const char *rule)
{
    Mistake *mistake = g_new0(Mistake, 1);
    mistake->bit = bit;
    mistake->rule = rule;
    mistake->what = g_string_new(NULL);
    mistake->fix = g_string_new(NULL);
    if (!entry)
        return mistake;
    mistake->has_entry = true;
    mistake->stage = words_of_stage(entry->stage, guest);
    mistake->level = entry->level;
    mistake->at = entry->at.v;
    mistake->pte = entry->pte;
    return mistake;
}

/* The end of a walk that the G stage refused in a trap; else NULL. */
static const WalkEnd *g_stage_end(const Case *it)
{
    return it->trap && it->walk && it->walk->end.in_g ? &it->walk->end : NULL;
}

/* norm:hgatp_ppn_op: the two lowest bits of PPN read as zeros; somebody wanted others. */
Mistake *rule_root_alignment(const Case *it)
{
    const WalkEnd *end = g_stage_end(it);
    const uint64_t wanted = it->hart->past ? it->hart->past->hgatp_wanted : 0;
    if (!end || !end->has_entry || !(wanted & 3) ||
        bits(wanted, 43, 2) != bits(it->walk->hgatp, 43, 2))
        return NULL;
    Mistake *m = mistake_new(&end->entry, true, "hgatp.PPN", "norm:hgatp_ppn_op");
    g_string_printf(m->what,
                    "hgatp was written with a root table at " X64
                    ", which is not a multiple of 16 KiB: the hart walks from " X64,
                    bits(wanted, 43, 0) << PAGE_SHIFT, bits(wanted, 43, 2) << (PAGE_SHIFT + 2));
    g_string_printf(m->fix,
                    "align the root table of the G stage, which is 16 KiB large, to 16 KiB");
    return m;
}

Mistake *rule_wide_gpa(const Case *it)
{
    const WalkEnd *end = g_stage_end(it);
    if (!end || end->why != WHY_NOT_CANONICAL)
        return NULL;
    const Verdict verdict = words_of_fault(end);
    Mistake *m = mistake_new(end->has_first ? &end->first : NULL, true, verdict.bit, verdict.rule);
    g_string_printf(m->what,
                    "gpa " X64 " has more bits than the %u that %s translates, whatever is in "
                    "its tables",
                    end->gpa.v, 14 + 9 * atp_levels(end->g_mode), words_of_mode(end->g_mode, true));
    g_string_printf(m->fix,
                    "give the guest memory at lower addresses, or hgatp a mode with more levels");
    return m;
}

/* A translation of this guest's that lets it store to the page of `at`; NULL: none is remembered. */
static const StoreEntry *find_writer(const Case *it, Spa at)
{
    const Store *store = it->hart->mmu.store;
    const uint16_t vmid = (uint16_t)bits(it->walk->hgatp, 57, 44);
    for (unsigned i = 0; i < store->n_spaces; i++) {
        const StoreSpace *space = &store->spaces[i];
        if (!space->tag.regime || space->tag.vmid != vmid)
            continue;
        for (unsigned n = space->first; n; n = store->entries[n - 1].space_next) {
            const StoreEntry *e = &store->entries[n - 1];
            if (e->perms & e->g_perms & PTE_W && e->shift <= 21 && at.v - e->spa < BIT(e->shift))
                return e;
        }
    }
    return NULL;
}

/* What keeps a guest from its hypervisor's memory is the G stage: it must not map its own tables for the guest. */
Mistake *rule_overlap(const Case *it)
{
    const WalkEnd *end = g_stage_end(it);
    const bool broken = end && end->has_entry &&
                        (end->why == WHY_NOT_VALID || end->why == WHY_RESERVED ||
                         end->why == WHY_MISALIGNED || end->why == WHY_ACCESS);
    const StoreEntry *writer = broken ? find_writer(it, end->entry.at) : NULL;
    if (!writer)
        return NULL;
    Mistake *m = mistake_new(&end->entry, true, words_of_fault(end).bit, "norm:H_vm_gpatrans");
    const uint64_t page = end->entry.at.v & ~(uint64_t)PAGE_OFFSET;
    g_string_printf(m->what,
                    "the guest can write this table of its own G stage: it has the page at " X64
                    " as its memory, at gpa " X64 " (virtual " X64 ")",
                    page, writer->gpa + (page - writer->spa), writer->va + (page - writer->spa));
    g_string_printf(m->fix,
                    "keep the memory of the hypervisor, and its tables, out of what the G stage "
                    "maps for guests");
    return m;
}

/* Is there memory for `gpa` in the G stage of the trap? */
static bool is_mapped(const Case *it, uint64_t gpa)
{
    const MmuSpace space = { .guest = true, .is_physical = true, .hgatp = it->walk->hgatp };
    WalkResult found;
    return mmu_peek_space(&it->hart->mmu, &space, (Gva){ gpa }, &found);
}

/* A handler that returned again and again, and mapped what htval says instead of four times that. */
Mistake *rule_htval(const Case *it)
{
    const WalkEnd *end = g_stage_end(it);
    if (!end || end->why != WHY_NOT_VALID || !explain_is_loop(it) || !it->trap->trap.tval2 ||
        is_mapped(it, end->gpa.v) || !is_mapped(it, it->trap->trap.tval2))
        return NULL;
    Mistake *m = mistake_new(&end->entry, true, "V", "norm:htval_trapval");
    g_string_printf(m->what,
                    "the handler returned %u times and mapped gpa " X64 ", the value of htval, "
                    "but htval is the address shifted right by 2: gpa " X64 " is still not "
                    "mapped",
                    it->trap->returns, it->trap->trap.tval2, end->gpa.v);
    g_string_printf(m->fix, "take htval << 2, with the two lowest bits of stval, for the address");
    return m;
}

static const char *g_stage_rule(const WalkEnd *end, const Verdict *verdict)
{
    if (end->why != WHY_NOT_VALID)
        return verdict->rule;
    return end->implicit ? "norm:H_vm_gstagetrans" : "norm:H_guest_page_fault";
}

static void say_g_stage(const Case *it, const WalkEnd *end, const Verdict *verdict, Mistake *m)
{
    const uint64_t at = end->entry.at.v;
    const bool lacks =
        end->why == WHY_PERMISSION || end->why == WHY_ACCESSED || end->why == WHY_DIRTY;
    const bool is_ram = bus_is_ram(it->hart->mmu.bus, end->entry.at, 8);
    if (end->why == WHY_NOT_VALID && end->implicit)
        g_string_printf(m->what,
                        "the G stage does not map gpa " X64 ", where a page table of the guest is",
                        end->gpa.v);
    else if (end->why == WHY_NOT_VALID && it->trap->returns)
        g_string_printf(m->what,
                        "the G stage maps nothing at gpa " X64
                        ", and the hypervisor returned to the instruction %u times all the same",
                        end->gpa.v, it->trap->returns);
    else if (end->why == WHY_NOT_VALID)
        g_string_printf(m->what,
                        "the G stage maps nothing at gpa " X64 ", and the hypervisor has neither "
                        "mapped it nor done the access itself",
                        end->gpa.v);
    else if (end->why == WHY_ACCESS)
        g_string_printf(m->what, "a table of the G stage at " X64 " cannot be read: %s", at,
                        is_ram ? "PMP does not let supervisors" : "there is no memory");
    else
        g_string_printf(m->what, "the entry of the G stage at " X64 " for gpa " X64 " %s %s%s: %s",
                        at, end->gpa.v, lacks ? "lacks" : "has", verdict->bit,
                        lacks ? "" : " wrong", verdict->says);
    if (end->why == WHY_NOT_VALID && it->trap->returns)
        g_string_printf(m->fix,
                        "map it; or when the access has been done in the guest's place, go on "
                        "behind the instruction");
    else if (end->why == WHY_NOT_VALID)
        g_string_printf(m->fix, "map it, or if the guest has the address wrong, let it know");
    else if (end->why == WHY_ACCESS)
        g_string_printf(m->fix, "%s",
                        is_ram ? "open the memory of the tables in the PMP"
                               : "put the tables into memory");
    else
        g_string_printf(m->fix, "%s %s in the entry at " X64 ", then HFENCE.GVMA",
                        lacks ? "set" : "put right", verdict->bit, at);
}

/* A leaf that lacks something, and a handler that did not see to it. */
Mistake *rule_g_stage(const Case *it)
{
    const WalkEnd *end = g_stage_end(it);
    if (!end || !end->has_entry)
        return NULL;
    const Verdict verdict = words_of_fault(end);
    Mistake *m = mistake_new(&end->entry, true, verdict.bit, g_stage_rule(end, &verdict));
    say_g_stage(it, end, &verdict, m);
    return m;
}

/* An entry that means nothing in any stage, also where software looks at no other mistakes of others: a guest that
 * pages on demand is not to blame for V, R, W, X, U. */
Mistake *rule_malformed(const Case *it)
{
    const WalkEnd *end = it->trap && it->walk ? &it->walk->end : NULL;
    if (!end || end->in_g || !end->has_entry ||
        (end->why != WHY_RESERVED && end->why != WHY_MISALIGNED && end->why != WHY_NO_LEAF))
        return NULL;
    const Verdict verdict = words_of_fault(end);
    Mistake *m = mistake_new(&end->entry, it->walk->guest, verdict.bit, verdict.rule);
    g_string_printf(m->what,
                    "the entry of the %s stage at " X64 " is " X64 ", which is no valid one: %s",
                    m->stage, m->at, m->pte, verdict.says);
    g_string_printf(m->fix, "put %s right in the entry at " X64 ", and SFENCE.VMA", verdict.bit,
                    m->at);
    return m;
}

/* satp with a root that is no memory, but is some in the guest's eyes. norm:vsatp_sz_acc_op */
Mistake *rule_guest_root(const Case *it)
{
    const FaultWalk *walk = it->trap ? it->walk : NULL;
    const uint64_t hgatp = it->hart->csr.hgatp;
    if (!walk || walk->guest || walk->end.why != WHY_ACCESS || !(hgatp >> 60))
        return NULL;
    const uint64_t root = bits(walk->atp, 43, 0) << PAGE_SHIFT;
    const MmuSpace guest = { .guest = true, .is_physical = true, .hgatp = hgatp };
    WalkResult found;
    if (bus_is_ram(it->hart->mmu.bus, (Spa){ root }, PAGE_SIZE) ||
        !mmu_peek_space(&it->hart->mmu, &guest, (Gva){ root }, &found))
        return NULL;
    Mistake *m = mistake_new(&walk->end.entry, false, "satp", "norm:vsatp_sz_acc_op");
    g_string_printf(m->what,
                    "satp has its root table at " X64 ", where there is no memory; for the guest "
                    "there is, at spa " X64 ": a guest's root was written into the "
                    "hypervisor's own register",
                    root, found.spa.v);
    g_string_printf(m->fix, "write the guest's root into vsatp, and leave satp alone");
    return m;
}

/* What differs between a remembered translation and an entry of today. */
static const char *difference(const FenceNote *note)
{
    return note->now.status == WALK_OK ? "PPN" : words_of_fault(&note->now).bit;
}

/* norm:hfence-gvma_op, norm:hfence-vvma_mode, norm:sfence_vma_ordering, norm:hgatp_op_hfence_gvma */
Mistake *rule_fence(const Case *it)
{
    static const char *const of[] = { "norm:sfence_vma_ordering", "norm:hfence-vvma_mode",
                                      "norm:hfence-gvma_op" };
    const FenceNote *note = it->fence;
    if (!note)
        return NULL;
    const bool own = note->stage == 1 && note->by_guest; /* the guest's own tables and fence */
    const char *rule = note->root_before ? "norm:hgatp_op_hfence_gvma" : of[own ? 0 : note->stage];
    const char *fence = note->stage == 2           ? "HFENCE.GVMA"
                        : note->stage == 1 && !own ? "HFENCE.VVMA"
                                                   : "SFENCE.VMA";
    Mistake *m =
        mistake_new(note->has_leaf ? &note->leaf : NULL, note->space.guest, difference(note), rule);
    if (note->root_before)
        g_string_printf(m->what,
                        "hgatp got another root under VMID %" PRIu64 ", and no HFENCE.GVMA "
                        "followed: translations of its tables before are still used",
                        bits(note->space.hgatp, 57, 44));
    else
        g_string_printf(
            m->what,
            "the entry was changed, and no %s followed: the old one is still used for " X64, fence,
            note->va);
    if (note->root_before)
        g_string_printf(m->fix,
                        "HFENCE.GVMA for the VMID when it gets other tables, or a VMID of its own "
                        "for each guest");
    else
        g_string_printf(m->fix, "execute %s after the entry at " X64 " is changed", fence, m->at);
    return m;
}
