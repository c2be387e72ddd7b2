/* SPDX-License-Identifier: MIT */
/*
 * walk.c - the page table walk; see walk.h.
 *
 * The numbered comments are the steps of the manual's "Virtual Address Translation Process". Both stages share
 * step(): they differ in the width of the root, in how high address bits are checked and in the permission rule.
 */
#include "mmu/walk.h"

#include "emu/base/mutant.h"
#include "mmu/pte.h"

typedef struct {
    const WalkRequest *request;
    const WalkMemory *memory;
    WalkResult *result;
} Walk;

/* What one stage is asked to translate, and for whom. */
typedef struct {
    const WalkStage *config;
    uint64_t address;
    Access access;
    bool is_g, implicit;
} StageRequest;

typedef struct {
    uint64_t address; /* translated */
    uint64_t pte;
    uint64_t global; /* PTE_G if an entry on the way has it */
    uint8_t shift;
} StageResult;

static bool stop(Walk *w, const StageRequest *stage, WalkReason why)
{
    WalkResult *r = w->result;
    r->why = why;
    r->status = stage->is_g ? WALK_GUEST_PAGE_FAULT : WALK_PAGE_FAULT;
    if (BROKEN(wide_gpa_page_fault) && why == WHY_NOT_CANONICAL)
        r->status = WALK_PAGE_FAULT;
    if (why == WHY_ACCESS && !BROKEN(pte_access_page_fault))
        r->status = WALK_ACCESS_FAULT;
    if (stage->is_g) { /* of an implicit access its own: norm:mtval2_trapval_vstrans */
        r->gpa = (Gpa){ stage->address };
        r->implicit = stage->implicit;
        r->implicit_write = stage->implicit && stage->access == ACCESS_WRITE;
    }
    return false;
}

/* First stage: the bits above the virtual address repeat its top bit. G stage: they are zero, above the two extra
 * bits that its root table indexes. norm:hgatp_mode_sv, norm:hgatp_mode_sv39x4, norm:hgatp_mode_sv48x4,
 * norm:hgatp_mode_sv57x4 */
static bool is_canonical(const StageRequest *stage)
{
    unsigned width = 12 + 9 * atp_levels(stage->config->mode);
    if (stage->is_g)
        return stage->address >> (width + 2) == 0 || BROKEN(wide_gpa_taken);
    return sign_extend(stage->address, width) == (int64_t)stage->address;
}

static bool has_reserved_bits(const StageRequest *stage, uint64_t pte, unsigned level)
{
    bool is_leaf = pte & (PTE_R | PTE_X);
    /* norm:Svrsw60t59b_reserved_bits_60_59 */
    uint64_t reserved = stage->config->rsw60 ? PTE_RESERVED & ~PTE_RSW60 : PTE_RESERVED;
    if ((pte & (PTE_R | PTE_W)) == PTE_W || pte & reserved)
        return true;
    if (!is_leaf)
        return pte & (PTE_D | PTE_A | PTE_U | PTE_N | PTE_PBMT);
    if (pte & PTE_PBMT && (!stage->config->pbmt || (pte & PTE_PBMT) == PTE_PBMT))
        return true;
    /* 64 KiB only, PPN[3:0] = 1000, at the last level. norm:Svnapot_reserved_encoding_fault */
    return pte & PTE_N && (!stage->config->napot || level || bits(pte, 13, 10) != 8);
}

static bool g_stage(Walk *w, uint64_t gpa, Access access, bool implicit, StageResult *out);

/* Where the PTE of this level is, in supervisor physical memory. norm:H_vm_gstagetrans */
static bool locate_pte(Walk *w, const StageRequest *stage, uint64_t address, Access access, Spa *at)
{
    StageResult g = { .address = address };
    if (!stage->is_g && w->request->g.mode != ATP_BARE && !g_stage(w, address, access, true, &g))
        return false;
    *at = (Spa){ g.address };
    return true;
}

static void record_step(Walk *w, const StageRequest *stage, unsigned level, uint64_t gpa, Spa at,
                        uint64_t pte)
{
    w->result->steps[w->result->n_steps++] = (WalkStep){ .stage = stage->is_g,
                                                         .level = (uint8_t)level,
                                                         .implicit = stage->implicit,
                                                         .gpa = { stage->is_g ? 0 : gpa },
                                                         .at = at,
                                                         .pte = pte };
}

/* Does the memory know the way to the last table? */
static bool recall_table(Walk *w, const StageRequest *stage, WalkTable *known)
{
    const WalkMemory *memory = w->memory;
    if (!memory->recall_table ||
        !memory->recall_table(memory->opaque, stage->is_g, stage->address, known))
        return false;
    w->result->n_recalled += known->reads;
    return true;
}

/* The steps from `first` on are this stage's, those of the G stage among them. */
static void learn_table(Walk *w, const StageRequest *stage, uint64_t table, uint64_t global,
                        unsigned first)
{
    WalkTable found = { .table = table, .global = global };
    if (w->memory->learn_table)
        w->memory->learn_table(w->memory->opaque, stage->is_g, stage->address, &found,
                               &w->result->steps[first], w->result->n_steps - first);
}

/* Steps 2 to 4: reads PTEs from the root down to a leaf. A pointer with G makes all below it global. */
static bool find_leaf(Walk *w, const StageRequest *stage, StageResult *out, uint64_t *gpa, Spa *at,
                      unsigned *level)
{
    const unsigned levels = atp_levels(stage->config->mode), first = w->result->n_steps;
    WalkTable known = { .table = stage->config->root };
    bool recalled = recall_table(w, stage, &known);
    uint64_t table = known.table;
    out->global = known.global ? PTE_G : 0;
    for (unsigned i = recalled ? 1 : levels; i-- > 0;) {
        bool is_root = i + 1 == levels;
        if (!i && !recalled)
            learn_table(w, stage, table, out->global, first);
        uint64_t index = stage->address >> (12 + 9 * i) &
                         (stage->is_g && is_root && !BROKEN(x4_root) ? 0x7ff : 0x1ff);
        *gpa = table + index * 8;
        if (!locate_pte(w, stage, *gpa, BROKEN(implicit_access) ? w->request->access : ACCESS_READ,
                        at))
            return false;
        if (!w->memory->read(w->memory->opaque, *at, &out->pte)) {
            record_step(w, stage, i, *gpa, *at, 0);
            w->result->n_steps--;
            return stop(w, stage, WHY_ACCESS);
        }
        record_step(w, stage, i, *gpa, *at, out->pte);
        if (!(out->pte & PTE_V))
            return stop(w, stage, WHY_NOT_VALID);
        if (has_reserved_bits(stage, out->pte, i))
            return stop(w, stage, WHY_RESERVED);
        out->global |= out->pte & PTE_G;
        if (out->pte & (PTE_R | PTE_X)) {
            *level = i;
            return true;
        }
        table = pte_address(out->pte);
    }
    return stop(w, stage, WHY_NO_LEAF);
}

static bool allows(uint64_t pte, Access access, bool mxr, bool execute_as_read)
{
    if (access == ACCESS_FETCH || (execute_as_read && !BROKEN(hlvx_reads)))
        return pte & PTE_X;
    if (access == ACCESS_WRITE)
        return pte & PTE_W;
    return pte & PTE_R || (mxr && pte & PTE_X);
}

/* Step 6: may this access use a first-stage leaf? */
static bool s_leaf_allows(const WalkRequest *q, uint64_t pte)
{
    if (q->user != !!(pte & PTE_U) && (q->user || q->access == ACCESS_FETCH || !q->sum))
        return false;
    return allows(pte, q->access, q->mxr, q->execute_as_read);
}

/* All G-stage accesses count as user accesses, and implicit ones gain nothing from MXR. norm:H_vm_gpapriv */
static bool g_leaf_allows(const WalkRequest *q, Access access, bool implicit, uint64_t pte)
{
    bool mxr = q->g_mxr && (!implicit || BROKEN(implicit_mxr));
    bool execute_as_read = q->execute_as_read && !implicit && !BROKEN(hlvx_first_stage);
    return (pte & PTE_U || BROKEN(g_user)) && allows(pte, access, mxr, execute_as_read);
}

/* Step 9, and only what is executed comes here: norm:vs_stage_speculative_a_bit. A, and D for a store, are set by the
 * hardware or are a fault. Bits are added to what the entry is by now: if it maps itself, finding its place for the
 * store set some at the G stage. */
static bool update_ad(Walk *w, const StageRequest *stage, StageResult *out, uint64_t gpa, Spa at)
{
    uint64_t need = PTE_A | (stage->access == ACCESS_WRITE || BROKEN(ad_load) ? PTE_D : 0);
    if ((out->pte & need) == need)
        return true;
    if (!stage->config->hardware_ad)
        return stop(w, stage, out->pte & PTE_A ? WHY_DIRTY : WHY_ACCESSED);
    if (!locate_pte(w, stage, gpa, BROKEN(implicit_update) ? ACCESS_READ : ACCESS_WRITE, &at))
        return false;
    return w->memory->update(w->memory->opaque, at, need, &out->pte) || stop(w, stage, WHY_ACCESS);
}

/* Where a leaf of `level` points, and log2 of its size. */
static uint64_t leaf_base(uint64_t pte, unsigned level, uint8_t *shift)
{
    *shift = (uint8_t)(pte & PTE_N ? 16 : 12 + 9 * level);
    return pte & PTE_N ? pte_address(pte) & ~MASK(15, 12) : pte_address(pte);
}

static bool translate_stage(Walk *w, const StageRequest *stage, StageResult *out)
{
    unsigned level = 0;
    uint64_t gpa;
    Spa at;
    if (!is_canonical(stage))
        return stop(w, stage, WHY_NOT_CANONICAL);
    if (!find_leaf(w, stage, out, &gpa, &at, &level))
        return false;
    /* Step 5. */
    uint64_t base = leaf_base(out->pte, level, &out->shift);
    uint64_t offset = BIT(out->shift) - 1;
    if (base & offset)
        return stop(w, stage, WHY_MISALIGNED);
    if (stage->is_g ? !g_leaf_allows(w->request, stage->access, stage->implicit, out->pte)
                    : !s_leaf_allows(w->request, out->pte))
        return stop(w, stage, WHY_PERMISSION);
    if (!update_ad(w, stage, out, gpa, at))
        return false;
    out->address = base | (stage->address & offset);
    return true;
}

/* The G stage's answer if it is known and nothing is to be updated or refused. */
static bool recall_g_stage(Walk *w, uint64_t gpa, Access access, bool implicit, StageResult *out)
{
    WalkLeaf leaf;
    uint64_t need = PTE_A | (access == ACCESS_WRITE ? PTE_D : 0);
    if (!w->memory->recall || !w->memory->recall(w->memory->opaque, (Gpa){ gpa }, &leaf) ||
        (leaf.pte & need) != need || !g_leaf_allows(w->request, access, implicit, leaf.pte))
        return false;
    uint64_t base = leaf_base(leaf.pte, leaf.level, &out->shift);
    out->pte = leaf.pte;
    out->address = base | (gpa & (BIT(out->shift) - 1));
    w->result->n_recalled += leaf.reads;
    return true;
}

/* norm:H_vm_gpatrans; the G bit of its entries means nothing: norm:H_vm_gpa_g */
static bool g_stage(Walk *w, uint64_t gpa, Access access, bool implicit, StageResult *out)
{
    const unsigned first = w->result->n_steps;
    StageRequest stage = { .config = &w->request->g,
                           .address = gpa,
                           .access = access,
                           .is_g = true,
                           .implicit = implicit };
    if (recall_g_stage(w, gpa, access, implicit, out))
        return true;
    if (!translate_stage(w, &stage, out))
        return false;
    if (w->memory->learn)
        w->memory->learn(w->memory->opaque, (Gpa){ gpa }, &w->result->steps[first],
                         w->result->n_steps - first);
    return true;
}

/* norm:H_vm_twostage; a stage that is Bare changes nothing and forbids nothing: norm:hgatp_mode_bare,
 * norm:hgatp_mode_bare_trans. The first rule that fails ends it: norm:H_exception_priority */
void walk(const WalkRequest *request, const WalkMemory *memory, WalkResult *result)
{
    Walk w = { request, memory, result };
    StageResult s = { .address = request->va.v,
                      .pte = PTE_R | PTE_W | PTE_X | PTE_U | PTE_D,
                      .shift = 63 };
    StageResult g = { .pte = PTE_R | PTE_W | PTE_X | PTE_D, .shift = 63 };
    result->status = WALK_OK;
    result->why = WHY_NONE;
    result->gpa = (Gpa){ 0 };
    result->implicit = result->implicit_write = false;
    result->n_steps = result->n_recalled = 0;
    if (UNLIKELY(request->s.mode == ATP_CAT)) {
        walk_cat(request, result);
        return;
    }
    if (request->s.mode != ATP_BARE) {
        StageRequest stage = { .config = &request->s,
                               .address = request->va.v,
                               .access = request->access };
        if (!translate_stage(&w, &stage, &s))
            return;
    }
    result->gpa = (Gpa){ s.address };
    g.address = s.address;
    if (request->g.mode != ATP_BARE && !g_stage(&w, s.address, request->access, false, &g))
        return;
    result->spa = (Spa){ g.address };
    result->perms = (uint8_t)((s.pte & (PTE_R | PTE_W | PTE_X | PTE_U | PTE_D)) | s.global);
    result->g_perms = g.pte & (PTE_R | PTE_W | PTE_X | PTE_D);
    result->s_shift = s.shift;
    result->g_shift = g.shift;
}

bool walk_allows(const WalkRequest *q, bool bare, uint8_t perms, uint8_t g_perms)
{
    bool first = bare || s_leaf_allows(q, perms);
    if (q->access == ACCESS_WRITE && !(perms & g_perms & PTE_D))
        return false;
    return first && allows(g_perms, q->access, q->g_mxr, q->execute_as_read);
}

void walk_describe_end(const WalkRequest *q, const WalkResult *r, WalkEnd *end)
{
    const bool unread = r->why == WHY_ACCESS;
    *end = (WalkEnd){ .gpa = r->gpa,
                      .status = (uint8_t)r->status,
                      .why = (uint8_t)r->why,
                      .access = (uint8_t)q->access,
                      .s_mode = q->s.mode,
                      .g_mode = q->g.mode,
                      .has_entry = r->why != WHY_NOT_CANONICAL && r->n_steps + unread,
                      .user = q->user,
                      .sum = q->sum,
                      .mxr = q->mxr,
                      .execute_as_read = q->execute_as_read,
                      .implicit = r->implicit,
                      .implicit_write = r->implicit_write };
    if (end->has_entry)
        end->entry = r->steps[r->n_steps - !unread];
    end->in_g = end->has_entry ? end->entry.stage : r->status == WALK_GUEST_PAGE_FAULT;
    for (unsigned i = r->n_steps; i-- > 0 && !end->has_first;) {
        end->first = r->steps[i];
        end->has_first = !r->steps[i].stage;
    }
}
