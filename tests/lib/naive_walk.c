/* SPDX-License-Identifier: MIT */
/*
 * naive_walk.c - the address translation algorithm of the privileged manual, one step a function.
 *
 * "Step n" is the step of the numbered list in the manual's "Virtual Address Translation Process". A translation of the
 * first stage asks the G stage for the place of every entry it reads or writes, and is asked for nothing twice: there
 * is no cache here.
 */
#include "tests/lib/naive_walk.h"

#include <string.h>

enum { V = 1, R = 2, W = 4, X = 8, U = 16, G = 32, A = 64, D = 128 };
enum { PTESIZE = 8 };

/* One translation by one stage. */
typedef struct {
    const Naive *m;
    const NaiveAccess *original; /* the access for which all this is done */
    NaiveResult *out;
    bool g;         /* this is the G stage */
    uint64_t va;    /* to be translated: a virtual address, or a guest physical address */
    NaiveKind kind; /* of the access made to `va` */
    bool implicit;  /* that access is to a VS-level entry */
    unsigned levels;
    uint64_t leaf; /* the entry that ended it well, as it is then, and the size of what it covers */
    unsigned shift;
} Stage;

static bool translate_g(const Stage *from, Gpa gpa, NaiveKind kind, bool implicit, Spa *spa);
static bool step_2(Stage *s, uint64_t a, unsigned i, uint64_t *pa);

static uint64_t load_pte(const Naive *m, Spa at)
{
    uint64_t pte;
    memcpy(&pte, m->memory + (at.v - m->memory_base.v), PTESIZE);
    return pte;
}

static void store_pte(const Naive *m, Spa at, uint64_t pte)
{
    memcpy(m->memory + (at.v - m->memory_base.v), &pte, PTESIZE);
}

bool naive_is_memory(const Naive *m, Spa spa, unsigned size)
{
    uint64_t offset = spa.v - m->memory_base.v;
    return offset < m->memory_size && size <= m->memory_size - offset;
}

/* Exceptions are always reported for the original access type. norm:H_vm_gpapriv */
static unsigned cause_of(NaiveStatus status, NaiveKind original)
{
    static const unsigned load[] = { 0, 13, 21, 5 }, store[] = { 0, 15, 23, 7 },
                          fetch[] = { 0, 12, 20, 1 };
    return original == NAIVE_STORE   ? store[status]
           : original == NAIVE_FETCH ? fetch[status]
                                     : load[status];
}

static bool access_fault(const Stage *s, NaiveRule rule)
{
    s->out->status = NAIVE_ACCESS_FAULT;
    s->out->rule = rule;
    s->out->rule_g = s->g;
    return false;
}

/* "Guest-page-fault exceptions are raised instead of regular page-fault exceptions." norm:H_vm_gpatrans */
static bool page_fault(const Stage *s, NaiveRule rule)
{
    s->out->status = s->g ? NAIVE_GUEST_PAGE_FAULT : NAIVE_PAGE_FAULT;
    s->out->rule = rule;
    s->out->rule_g = s->g;
    if (s->g) {
        s->out->gpa.v = s->va;
        s->out->implicit = s->implicit;
        s->out->implicit_write = s->implicit && s->kind == NAIVE_STORE;
    }
    return false;
}

/* Where the entry at `address` is. "When V=1, memory accesses that would normally bypass address translation are
 * subject to G-stage address translation alone. This includes memory accesses made in support of VS-stage address
 * translation." norm:H_vm_gstagetrans */
static bool locate_pte(const Stage *s, uint64_t address, NaiveKind kind, Spa *at)
{
    *at = (Spa){ address };
    return s->g || !s->original->v || translate_g(s, (Gpa){ address }, kind, true, at);
}

/* "If accessing pte violates a PMA or PMP check": PMP checks are made as for S-mode. norm:pmp_check_pagetable_access */
static bool pte_accessible(const Stage *s, Spa at, NaiveKind kind)
{
    return naive_pmp_allows(s->m, at, PTESIZE, kind, NAIVE_S) && naive_is_memory(s->m, at, PTESIZE);
}

/* The index of the entry of level i for this address. The root of the G stage has four times as many.
 * norm:hgatp_mode_x4 */
static uint64_t vpn(const Stage *s, unsigned i)
{
    unsigned width = s->g && i == s->levels - 1 ? 11 : 9;
    return bits(s->va, 12 + 9 * i + width - 1, 12 + 9 * i);
}

static uint64_t ppn_of(uint64_t pte)
{
    return bits(pte, 53, 10);
}

/* The size of what a leaf of level i covers. norm:Svnapot_pte_N */
static unsigned shift_of(uint64_t pte, unsigned i)
{
    return bits(pte, 63, 63) ? 16 : 12 + 9 * i;
}

/* Svpbmt by stage. norm:menvcfg_pbmte_op, norm:henvcfg_pbmte_op */
static bool pbmt_available(const Stage *s)
{
    return !s->g && s->original->v ? s->m->henvcfg.pbmte : s->m->menvcfg.pbmte;
}

/* Svadu by stage. norm:menvcfg_adue_op, norm:henvcfg_adue_op */
static bool hardware_updates(const Stage *s)
{
    return !s->g && s->original->v ? s->m->henvcfg.adue : s->m->menvcfg.adue;
}

/* Step 10. */
static bool step_10(Stage *s, uint64_t pte, unsigned i, uint64_t *pa)
{
    /* Implicit reads of a NAPOT entry return a copy in which the low bits of the PPN are those of the VPN.
     * norm:Svnapot_implicit_read_ppn_subst */
    uint64_t ppn = ppn_of(pte);
    if (bits(pte, 63, 63))
        ppn = set_bits(ppn, 3, 0, bits(s->va, 15, 12));
    if (i > 0)
        ppn = set_bits(ppn, 9 * i - 1, 0, bits(s->va, 12 + 9 * i - 1, 12));
    *pa = ppn << 12 | bits(s->va, 11, 0);
    s->leaf = pte;
    s->shift = shift_of(pte, i);
    return true;
}

/* Step 9. norm:svade_access_ad_bit_clear */
static bool step_9(Stage *s, uint64_t pte, uint64_t a, unsigned i, uint64_t *pa)
{
    if (pte & A && (s->kind != NAIVE_STORE || pte & D))
        return step_10(s, pte, i, pa);
    if (!hardware_updates(s))
        return page_fault(s, pte & A ? NAIVE_D : NAIVE_A);
    Spa at;
    if (!locate_pte(s, a + vpn(s, i) * PTESIZE, NAIVE_STORE, &at))
        return false;
    if (!pte_accessible(s, at, NAIVE_STORE))
        return access_fault(s, NAIVE_PTE_WRITE);
    /* "If the comparison fails, return to step 2": the store may have set bits of this very entry at the G stage. */
    if (load_pte(s->m, at) != pte)
        return step_2(s, a, i, pa);
    pte |= s->kind == NAIVE_STORE ? A | D : A;
    store_pte(s->m, at, pte);
    s->out->updated = true;
    return step_10(s, pte, i, pa);
}

/* Step 8: R, W and X. HLVX: "execute permission takes the place of read permission". norm:hlsv_u_op
 * MXR: norm:mstatus_mxr_op, norm:vsstatus_mxr_vm, norm:sstatus_mxr_vm; it is for explicit loads. */
static bool rwx_allows(const Stage *s, uint64_t pte)
{
    bool mxr = s->m->mstatus.mxr && !s->implicit;
    if (!s->g && s->original->v)
        mxr = mxr || s->m->vsstatus.mxr;
    switch (s->kind) {
    case NAIVE_LOAD: return pte & R || (mxr && pte & X);
    case NAIVE_STORE: return pte & W;
    default: return pte & X;
    }
}

static bool step_8(Stage *s, uint64_t pte, uint64_t a, unsigned i, uint64_t *pa)
{
    return rwx_allows(s, pte) ? step_9(s, pte, a, i, pa) : page_fault(s, NAIVE_RWX);
}

/* Step 6: the U bit. The G stage: "the current privilege mode is always taken to be U-mode". norm:H_vm_gpatrans
 * Others: norm:mstatus_sum_op, norm:hlsv_trans; "irrespective of SUM, the supervisor may not execute code on pages with
 * U=1". (Step 7 is about shadow stacks, which we do not have.) */
static bool u_allows(const Stage *s, uint64_t pte)
{
    bool user = s->g || s->original->priv == NAIVE_U;
    bool sum = s->original->v ? s->m->vsstatus.sum : s->m->mstatus.sum;
    return user ? pte & U : !(pte & U) || (sum && s->kind != NAIVE_FETCH);
}

static bool step_6(Stage *s, uint64_t pte, uint64_t a, unsigned i, uint64_t *pa)
{
    return u_allows(s, pte) ? step_8(s, pte, a, i, pa) : page_fault(s, NAIVE_USER);
}

/* Step 5. */
static bool step_5(Stage *s, uint64_t pte, uint64_t a, unsigned i, uint64_t *pa)
{
    if (i > 0 && bits(ppn_of(pte), 9 * i - 1, 0) != 0)
        return page_fault(s, NAIVE_MISALIGNED);
    return step_6(s, pte, a, i, pa);
}

/* What of step 3 depends on whether this is a leaf. */
static bool leaf_reserved(const Stage *s, uint64_t pte, unsigned i, NaiveRule *rule)
{
    /* norm:Sv39_pte_svnapot_rsv, norm:Svnapot_reserved_encoding_fault */
    *rule = NAIVE_NAPOT;
    if (bits(pte, 63, 63) && !(s->m->svnapot && i == 0 && bits(ppn_of(pte), 3, 0) == 8))
        return true;
    /* norm:Sv39_pte_svpbmt_rsv, norm:Svpbmt_leaf_pte_pbmt_reserved_3_fault */
    *rule = NAIVE_PBMT;
    return bits(pte, 62, 61) == 3 || (bits(pte, 62, 61) && !pbmt_available(s));
}

/* "For non-leaf PTEs, the D, A, and U bits are reserved for future standard use."
 * norm:Svpbmt_nonleaf_pte_pbmt_must_be_zero; N with i >= 1 is reserved, and a pointer with i = 0 is no good either. */
static bool pointer_reserved(uint64_t pte)
{
    return pte & (D | A | U) || bits(pte, 63, 61);
}

/* Step 4: a pointer. */
static bool step_4(Stage *s, uint64_t pte, unsigned i, uint64_t *pa)
{
    if (i == 0)
        return page_fault(s, NAIVE_LAST_LEVEL);
    return step_2(s, ppn_of(pte) << 12, i - 1, pa);
}

/* Step 3. norm:Sv39_pte_future_rsv, norm:Svrsw60t59b_reserved_bits_60_59 */
static bool step_3(Stage *s, uint64_t pte, uint64_t a, unsigned i, uint64_t *pa)
{
    NaiveRule rule;
    if (!(pte & V))
        return page_fault(s, NAIVE_INVALID);
    if (!(pte & R) && pte & W)
        return page_fault(s, NAIVE_W_NO_R);
    if (bits(pte, s->m->svrsw60t59b ? 58 : 60, 54))
        return page_fault(s, NAIVE_RESERVED);
    if (!(pte & R) && !(pte & X)) {
        if (pointer_reserved(pte))
            return page_fault(s, NAIVE_RESERVED);
        s->out->global |= !s->g && pte & G; /* "all mappings in the subsequent levels are global" */
        return step_4(s, pte, i, pa);
    }
    if (leaf_reserved(s, pte, i, &rule))
        return page_fault(s, rule);
    s->out->global |= !s->g && pte & G; /* norm:H_vm_gpa_g */
    return step_5(s, pte, a, i, pa);
}

/* Step 2. "Permissions and the need to set A and/or D bits at the G-stage level are checked as though for an implicit
 * load or store, not for the original access type." norm:H_vm_gpapriv */
static bool step_2(Stage *s, uint64_t a, unsigned i, uint64_t *pa)
{
    uint64_t address = a + vpn(s, i) * PTESIZE;
    Spa at;
    if (!locate_pte(s, address, NAIVE_LOAD, &at))
        return false;
    if (!pte_accessible(s, at, NAIVE_LOAD))
        return access_fault(s, NAIVE_PTE_READ);
    uint64_t pte = load_pte(s->m, at);
    if (s->out->n_reads < NAIVE_MAX_READS)
        s->out->reads[s->out->n_reads] = (NaiveRead){ s->g, i, { s->g ? 0 : address }, at, pte };
    s->out->n_reads++;
    return step_3(s, pte, a, i, pa);
}

/* Step 1. `atp` is satp, vsatp or hgatp, not Bare. */
static bool step_1(Stage *s, uint64_t atp, uint64_t *pa)
{
    s->levels = (unsigned)bits(atp, 63, 60) - 8 + 3; /* norm:satp_mode_sxlen64 */
    unsigned width = 12 + 9 * s->levels;
    /* norm:hgatp_mode_sv39x4, norm:hgatp_mode_sv48x4, norm:hgatp_mode_sv57x4 */
    if (s->g && s->va >> (width + 2))
        return page_fault(s, NAIVE_CANONICAL);
    /* norm:Sv39_va_signext, norm:Sv48_va_signext, norm:Sv57_va_signext */
    if (!s->g && s->va != (uint64_t)sign_extend(s->va, width))
        return page_fault(s, NAIVE_CANONICAL);
    uint64_t a = bits(atp, 43, 0) << 12;
    if (s->g)
        a = set_bits(a, 13, 0, 0); /* norm:hgatp_ppn_op */
    return step_2(s, a, s->levels - 1, pa);
}

/* One stage: all of the algorithm, or nothing at all when MODE is Bare. */
static bool translate(Stage *s, uint64_t atp, uint64_t *pa)
{
    *pa = s->va;
    s->leaf = 0;
    s->shift = 63;
    return !bits(atp, 63, 60) || step_1(s, atp, pa);
}

/* norm:hgatp_mode_bare_trans, norm:H_vm_gpatrans */
static bool translate_g(const Stage *from, Gpa gpa, NaiveKind kind, bool implicit, Spa *spa)
{
    Stage g = *from;
    g.g = true;
    g.va = gpa.v;
    g.kind = kind;
    g.implicit = implicit;
    bool ok = translate(&g, g.m->hgatp, &spa->v);
    if (!implicit) {
        g.out->g_pte = g.leaf;
        g.out->g_shift = g.shift;
    }
    return ok;
}

/* "For any virtual memory access, the original virtual address is converted in the first stage by VS-level address
 * translation, as controlled by vsatp, into a guest physical address. The guest physical address is then converted in
 * the second stage, as controlled by hgatp, into a supervisor physical address." norm:H_vm_twostage */
NaiveResult naive_translate(const Naive *m, const NaiveAccess *access)
{
    NaiveResult out = {
        .spa.v = access->va.v, .gpa.v = access->va.v, .s_shift = 63, .g_shift = 63
    };
    if (access->priv == NAIVE_M) /* norm:satp_op_active */
        return out;
    Stage s = { .m = m, .original = access, .out = &out, .va = access->va.v, .kind = access->kind };
    uint64_t result;
    if (translate(&s, access->v ? m->vsatp : m->satp, &result)) {
        out.s_pte = s.leaf;
        out.s_shift = s.shift;
        out.gpa.v = out.spa.v = result;
        if (access->v)
            translate_g(&s, out.gpa, access->kind, false, &out.spa);
    }
    if (out.status)
        out.cause = cause_of(out.status, access->kind);
    return out;
}

bool naive_leaf_allows(const Naive *m, const NaiveAccess *access, bool g, uint64_t pte)
{
    Stage s = { .m = m, .original = access, .g = g, .kind = access->kind };
    bool updated = pte & A && (access->kind != NAIVE_STORE || pte & D);
    return u_allows(&s, pte) && rwx_allows(&s, pte) && updated;
}

bool naive_may_reach(const Naive *m, const NaiveAccess *access, Spa spa, unsigned size)
{
    /* HLVX: "the supervisor physical memory attributes must grant both execute and read permissions". norm:hlsv_u_op */
    if (access->kind == NAIVE_HLVX && !naive_pmp_allows(m, spa, size, NAIVE_FETCH, access->priv))
        return false;
    return naive_pmp_allows(m, spa, size, access->kind, access->priv);
}

void naive_refuse(NaiveResult *out, const NaiveAccess *access)
{
    out->status = NAIVE_ACCESS_FAULT;
    out->rule = NAIVE_FINAL;
    out->cause = cause_of(out->status, access->kind);
}
