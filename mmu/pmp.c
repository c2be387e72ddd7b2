/* SPDX-License-Identifier: MIT */
/* pmp.c - physical memory protection; see pmp.h. */
#include "mmu/pmp.h"

#include <glib.h>

#include "emu/base/bits.h"

enum { A_OFF = 0, A_TOR = 1, A_NA4 = 2, A_NAPOT = 3 };
enum { PRIV_MACHINE = 3 };
enum { RWX = PMP_R | PMP_W | PMP_X };

static unsigned match_mode(const Pmp *pmp, unsigned index)
{
    return (unsigned)bits(pmp->cfg[index], 4, 3);
}

static void update_range(Pmp *pmp, unsigned i)
{
    uint64_t addr = pmp->addr[i], ones;
    pmp->first[i] = UINT64_MAX;
    pmp->last[i] = 0;
    switch (match_mode(pmp, i)) {
    case A_OFF: return;
    case A_TOR:
        if (addr <= (i ? pmp->addr[i - 1] : 0))
            return;
        pmp->first[i] = i ? pmp->addr[i - 1] << 2 : 0;
        pmp->last[i] = (addr << 2) - 1;
        break;
    case A_NA4:
        pmp->first[i] = addr << 2;
        pmp->last[i] = pmp->first[i] + 3;
        break;
    case A_NAPOT:
        ones = addr ^ (addr + 1); /* the trailing ones and the zero above them */
        pmp->first[i] = (addr & ~ones) << 2;
        pmp->last[i] = pmp->first[i] + (ones << 2 | 3);
        break;
    }
    pmp->used = i + 1;
}

void pmp_update(Pmp *pmp)
{
    pmp->used = 0;
    pmp->epoch++;
    for (unsigned priv = 0; priv < G_N_ELEMENTS(pmp->recent); priv++)
        pmp->recent[priv] = (PmpStretch){ .first = UINT64_MAX, .last = 0 };
    for (unsigned i = 0; i < PMP_ENTRIES; i++)
        update_range(pmp, i);
}

/* norm:mseccfg_rlb_op_warl: locked rules can be changed while RLB is set. */
static bool is_locked(const Pmp *pmp, unsigned index)
{
    return pmp->cfg[index] & PMP_L && !pmp->rlb;
}

bool pmp_any_locked(const Pmp *pmp)
{
    for (unsigned i = 0; i < PMP_ENTRIES; i++)
        if (pmp->cfg[i] & PMP_L)
            return true;
    return false;
}

/*
 * norm:mml_truth_table: under lockdown a rule is of M-mode (L) or of the others, or shared, by LRWX.
 */
static const struct {
    uint8_t machine, others;
} lockdown_perms[16] = {
    // clang-format off
    /* L R W X */
    [0x0] = { 0, 0 },             [0x1] = { 0, PMP_X },
    [0x2] = { PMP_R | PMP_W, PMP_R }, [0x3] = { PMP_R | PMP_W, PMP_R | PMP_W },
    [0x4] = { 0, PMP_R },         [0x5] = { 0, PMP_R | PMP_X },
    [0x6] = { 0, PMP_R | PMP_W }, [0x7] = { 0, RWX },
    [0x8] = { 0, 0 },             [0x9] = { PMP_X, 0 },
    [0xa] = { PMP_X, PMP_X },     [0xb] = { PMP_R | PMP_X, PMP_X },
    [0xc] = { PMP_R, 0 },         [0xd] = { PMP_R | PMP_X, 0 },
    [0xe] = { PMP_R | PMP_W, 0 }, [0xf] = { PMP_R, PMP_R },
    // clang-format on
};

/* The row of the truth table; its columns have R first, the register X last. */
static unsigned lrwx(uint8_t cfg)
{
    return (cfg & PMP_L ? 8 : 0) | (cfg & PMP_R ? 4 : 0) | (cfg & PMP_W ? 2 : 0) |
           (cfg & PMP_X ? 1 : 0);
}

void pmp_write_cfg(Pmp *pmp, unsigned index, uint8_t value)
{
    bool lets_machine_execute = value & PMP_L && lockdown_perms[lrwx(value)].machine & PMP_X;
    /* norm:mseccfg_mml_X_restrict */
    if (is_locked(pmp, index) || (pmp->mml && !pmp->rlb && lets_machine_execute))
        return;
    /* R=0 with W=1 is reserved; WARL: the write of the permissions is ignored. norm:pmp_rwx_warl */
    if (!pmp->mml && (value & (PMP_R | PMP_W)) == PMP_W)
        value = (uint8_t)((value & ~RWX) | (pmp->cfg[index] & RWX));
    pmp->cfg[index] = value & (PMP_L | PMP_A | RWX);
    pmp_update(pmp);
}

void pmp_write_addr(Pmp *pmp, unsigned index, uint64_t value)
{
    bool next_locks =
        index + 1 < PMP_ENTRIES && is_locked(pmp, index + 1) && match_mode(pmp, index + 1) == A_TOR;
    if (is_locked(pmp, index) || next_locks)
        return;
    pmp->addr[index] = value & MASK(53, 0);
    pmp_update(pmp);
}

/* Permissions of entry `i` for `priv`: machine mode is bound by locked entries only. */
static uint8_t entry_perms(const Pmp *pmp, unsigned i, unsigned priv)
{
    if (pmp->mml) {
        unsigned row = lrwx(pmp->cfg[i]);
        return priv == PRIV_MACHINE ? lockdown_perms[row].machine : lockdown_perms[row].others;
    }
    return priv == PRIV_MACHINE && !(pmp->cfg[i] & PMP_L) ? RWX : pmp->cfg[i] & RWX;
}

/* Where no rule matches. norm:mseccfg_mmwp_op_warl, norm:mseccfg_mml_exec_code */
static uint8_t default_perms(const Pmp *pmp, unsigned priv)
{
    if (priv != PRIV_MACHINE || pmp->mmwp)
        return 0;
    return pmp->mml ? PMP_R | PMP_W : RWX;
}

/* The longest stretch around `first` and `last` in which entry `found` (`used`: none) is the first to match. */
static PmpStretch stretch_around(const Pmp *pmp, unsigned found, uint64_t first, uint64_t last)
{
    bool any = found < pmp->used;
    PmpStretch out = { any ? pmp->first[found] : 0, any ? pmp->last[found] : UINT64_MAX, 0 };
    for (unsigned i = 0; i < found; i++) {
        if (pmp->first[i] > pmp->last[i])
            continue;
        if (pmp->last[i] < first)
            out.first = MAX(out.first, pmp->last[i] + 1);
        else if (pmp->first[i] > last)
            out.last = MIN(out.last, pmp->first[i] - 1);
    }
    return out;
}

static uint8_t scan(Pmp *pmp, uint64_t first, uint64_t last, unsigned priv, bool *uniform)
{
    unsigned i = 0;
    while (i < pmp->used && (pmp->first[i] > last || pmp->last[i] < first))
        i++;
    *uniform = i == pmp->used || (pmp->first[i] <= first && last <= pmp->last[i]);
    if (!*uniform)
        return 0;
    PmpStretch *recent = &pmp->recent[priv];
    *recent = stretch_around(pmp, i, first, last);
    recent->perms = i == pmp->used ? default_perms(pmp, priv) : entry_perms(pmp, i, priv);
    return recent->perms;
}

static inline uint8_t range_perms(Pmp *pmp, uint64_t first, uint64_t last, unsigned priv,
                                  bool *uniform)
{
    const PmpStretch *recent = &pmp->recent[priv];
    *uniform = true;
    if (LIKELY(recent->first <= first && last <= recent->last))
        return recent->perms;
    return scan(pmp, first, last, priv, uniform);
}

bool pmp_allows(Pmp *pmp, Spa spa, unsigned size, Access access, unsigned priv)
{
    static const uint8_t need[] = {
        [ACCESS_READ] = PMP_R, [ACCESS_WRITE] = PMP_W, [ACCESS_FETCH] = PMP_X
    };
    bool uniform;
    return range_perms(pmp, spa.v, spa.v + size - 1, priv, &uniform) & need[access];
}

uint8_t pmp_page(Pmp *pmp, Spa page, unsigned priv, bool *uniform)
{
    return range_perms(pmp, page.v, page.v + PAGE_OFFSET, priv, uniform);
}
