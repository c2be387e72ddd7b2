/* SPDX-License-Identifier: MIT */
/* naive_pmp.c - physical memory protection as the privileged manual says it: each byte is looked up in each entry. */
#include "tests/lib/naive_walk.h"

enum { R = 1, W = 2, X = 4, L = 0x80 };
enum { OFF, TOR, NA4, NAPOT };

/* norm:pmp_a_field_encoding, norm:pmp_a_field_napot_na4, norm:pmp_a_field_tor, norm:pmp_napot_encoding_low_bits */
static bool entry_matches(const Naive *m, unsigned i, uint64_t byte)
{
    uint64_t y = byte >> 2; /* pmpaddr registers encode bits 55-2 of an address */
    uint64_t top = bits(m->pmpaddr[i], 53, 0);
    uint64_t bottom = i ? bits(m->pmpaddr[i - 1], 53, 0) : 0;
    switch (m->pmpcfg[i] >> 3 & 3) {
    case TOR: return bottom <= y && y < top;
    case NA4: return y == top;
    case NAPOT: return (y | (top ^ (top + 1))) == (top | (top ^ (top + 1)));
    default: return false;
    }
}

/* The truth table of mseccfg.MML = 1, in its order of LRWX: what M-mode may, what S- and U-mode may.
 * norm:mml_truth_table */
static const uint8_t mml_rules[16][2] = {
    { 0, 0 },     { 0, X },         { R | W, R }, { R | W, R | W }, { 0, R }, { 0, R | X },
    { 0, R | W }, { 0, R | W | X }, { 0, 0 },     { X, 0 },         { X, X }, { R | X, X },
    { R, 0 },     { R | X, 0 },     { R | W, 0 }, { R, R },
};

/* norm:pmp_l_bit_m_mode_enforcement, norm:pmp_rwx_check */
static unsigned entry_permits(const Naive *m, unsigned i, unsigned priv)
{
    uint8_t cfg = m->pmpcfg[i];
    if (m->mseccfg.mml) {
        unsigned lrwx =
            (cfg & L ? 8 : 0) | (cfg & R ? 4 : 0) | (cfg & W ? 2 : 0) | (cfg & X ? 1 : 0);
        return mml_rules[lrwx][priv != NAIVE_M];
    }
    return priv == NAIVE_M && !(cfg & L) ? R | W | X : cfg & (R | W | X);
}

/* What is allowed where no entry matches. norm:pmp_no_entry_match, norm:mseccfg_mmwp_op_warl,
 * norm:mseccfg_mml_exec_code */
static unsigned default_permits(const Naive *m, unsigned priv)
{
    if (priv != NAIVE_M || m->mseccfg.mmwp)
        return 0;
    return m->mseccfg.mml ? R | W : R | W | X;
}

bool naive_pmp_allows(const Naive *m, Spa spa, unsigned size, NaiveKind kind, unsigned priv)
{
    unsigned needed = kind == NAIVE_STORE ? W : kind == NAIVE_FETCH ? X : R;
    /* norm:pmp_entry_priority, norm:pmp_full_match_required */
    for (unsigned i = 0; i < NAIVE_PMPS; i++) {
        unsigned matched = 0;
        for (unsigned byte = 0; byte < size; byte++)
            matched += entry_matches(m, i, spa.v + byte);
        if (matched)
            return matched == size && entry_permits(m, i, priv) & needed;
    }
    return default_permits(m, priv) & needed;
}
