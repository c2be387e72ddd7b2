/* SPDX-License-Identifier: MIT */
/* naive_aia_top.c - which interrupt goes first, and where; see naive_aia.h. What is quoted is the AIA
 * specification's. */
#include "tests/lib/naive_aia_bits.h"

/* Is interrupt n both pending and enabled? */
static bool has(const NaiveAia *h, unsigned pending, unsigned enabled, unsigned n)
{
    return naive_aia_bit(h, pending, n) && naive_aia_bit(h, enabled, n);
}

/* Priorities: "Defined major interrupts and default priorities", and the plan in its note. The others are custom, and
 * reserved numbers, whose places a hart documents. */
static unsigned default_rank(unsigned id)
{
    static const uint8_t order[] = { 47,   23,   46,    45,  22,  44,  43,  21,  42,   41,
                                     20,   40,   MEI,   MSI, MTI, SEI, SSI, STI, SGEI, VSEI,
                                     VSSI, VSTI, LCOFI, 39,  19,  38,  37,  18,  36,   35,
                                     17,   34,   33,    16,  32,  14,  15 };
    for (unsigned i = 0; i < sizeof order; i++)
        if (order[i] == id)
            return i;
    return id ? 100 + id : 200;
}

typedef struct {
    unsigned id, number; /* the priority number; of none: id = 0 and number = NONE */
    bool above;          /* by default it goes before the level's external interrupt */
    unsigned rank;       /* among equal ones */
} Candidate;

enum { NONE = 1 << 30 };
static const Candidate no_candidate = { .number = NONE };

/* "Effect of the iprio array on the priorities of interrupts": the row of the table. */
static unsigned row_of(const Candidate *c)
{
    if (c->number)
        return c->number;
    return c->above ? 0 : 1 << 20;
}

static Candidate better(Candidate a, Candidate b)
{
    if (row_of(&a) != row_of(&b))
        return row_of(&a) < row_of(&b) ? a : b;
    return a.rank <= b.rank ? a : b;
}

static Candidate major(unsigned id, unsigned number, unsigned external)
{
    unsigned rank = default_rank(id);
    return (Candidate){ id, number, rank < default_rank(external), rank };
}

/* "Machine top interrupt CSR (mtopi)": how IPRIO says a priority number. */
static uint64_t topi(const Candidate *c)
{
    if (c->number == NONE)
        return 0;
    unsigned iprio = c->number > 255 ? 255 : c->number ? c->number : c->above ? 0 : 255;
    return (uint64_t)c->id << 16 | iprio;
}

static Candidate machine_top(const NaiveAia *h)
{
    Candidate best = no_candidate;
    for (unsigned n = 0; n < 64; n++)
        if (has(h, NAIVE_MIP, NAIVE_MIE, n) && !bit(h->mideleg, n))
            best = better(best, major(n, n == MEI ? h->topei[0] : h->iprio[0][n], MEI));
    return best;
}

/* "If there is no supervisor-level interrupt from the hart's external interrupt controller, the SEI is assigned a
 * priority number of 256." */
static unsigned supervisor_number(const NaiveAia *h, unsigned n)
{
    if (n != SEI)
        return h->iprio[1][n];
    return bit(h->lines, SEI) ? h->topei[1] : 256;
}

static Candidate supervisor_top(const NaiveAia *h)
{
    Candidate best = no_candidate;
    for (unsigned n = 0; n < 64; n++)
        if ((has(h, NAIVE_SIP, NAIVE_SIE, n) || has(h, NAIVE_HIP, NAIVE_HIE, n)) &&
            !naive_aia_bit(h, NAIVE_HIDELEG, n))
            best = better(best, major(n, supervisor_number(h, n), SEI));
    return best;
}

static bool valid_vgein(const NaiveAia *h)
{
    return h->imsic && h->vgein >= 1 && h->vgein <= h->geilen;
}

/* "Registers hviprio1 and hviprio2 have these formats". */
static unsigned guest_number(const NaiveAia *h, unsigned n)
{
    static const uint8_t places[2][8] = { { 0, SSI, 0, STI, 0, 13, 14, 15 },
                                          { 16, 17, 18, 19, 20, 21, 22, 23 } };
    for (unsigned i = 0; i < 16; i++)
        if (n && places[i / 8][i % 8] == n)
            return (unsigned)bits(h->hviprio[i / 8], i % 8 * 8 + 7, i % 8 * 8);
    return 0;
}

/* "Virtual supervisor top interrupt CSR (vstopi)", the list of candidates. */
static Candidate guest_external(const NaiveAia *h)
{
    unsigned iid = (unsigned)bits(h->hvictl, 27, 16), iprio = (unsigned)bits(h->hvictl, 7, 0),
             number = 256;
    if (!has(h, NAIVE_VSIP, NAIVE_VSIE, SEI))
        return no_candidate;
    if (valid_vgein(h) && h->topei[2 + h->vgein])
        number = h->topei[2 + h->vgein];
    else if (h->vgein == 0 && iid == SEI && iprio)
        number = iprio;
    return major(SEI, number, SEI);
}

static Candidate guest_other(const NaiveAia *h)
{
    unsigned iid = (unsigned)bits(h->hvictl, 27, 16), iprio = (unsigned)bits(h->hvictl, 7, 0);
    bool vti = bit(h->hvictl, 30), dpr = bit(h->hvictl, 9);
    Candidate best = no_candidate;
    if (vti) /* "default priority order is determined solely by hvictl.DPR" */
        return iid == SEI ? best
                          : (Candidate){ iid, iprio, !dpr, default_rank(SEI) + (dpr ? 1 : -1u) };
    for (unsigned n = 0; n < 64; n++)
        if (n != SEI && has(h, NAIVE_VSIP, NAIVE_VSIE, n))
            best = better(best, major(n, guest_number(h, n), SEI));
    return best;
}

static Candidate guest_top(const NaiveAia *h)
{
    return better(guest_external(h), guest_other(h));
}

uint64_t naive_aia_topi(const NaiveAia *h, unsigned csr)
{
    Candidate best = csr == NAIVE_MTOPI   ? machine_top(h)
                     : csr == NAIVE_STOPI ? supervisor_top(h)
                                          : guest_top(h);
    uint64_t value = topi(&best);
    if (csr == NAIVE_VSTOPI && best.number != NONE && !bit(h->hvictl, 8)) /* IPRIOM */
        return (value & ~0xffull) | 1;
    return value;
}

/* Traps. An interrupt is pending at a level if and only if xtopi is not zero. */

/* "Interrupts at machine level", norm:hideleg_hs, "Interrupt traps to VS-mode". */
char naive_aia_trap(const NaiveAia *h, unsigned *number)
{
    uint64_t m = naive_aia_topi(h, NAIVE_MTOPI), s = naive_aia_topi(h, NAIVE_STOPI),
             vs = naive_aia_topi(h, NAIVE_VSTOPI);
    if (m && (h->priv < 3 || h->mie_bit))
        return *number = (unsigned)(m >> 16), 'M';
    if (s && (h->priv == 0 || (h->priv == 1 && (h->v || h->sie_bit))))
        return *number = (unsigned)(s >> 16), 'S';
    if (vs && h->v && (h->priv == 0 || h->vsie_bit))
        return *number = (unsigned)(vs >> 16), 'V';
    return 0;
}

/* "WFI (Wait for Interrupt) instruction" */
bool naive_aia_wakes(const NaiveAia *h)
{
    return naive_aia_topi(h, NAIVE_MTOPI) || naive_aia_topi(h, NAIVE_STOPI) ||
           naive_aia_topi(h, NAIVE_VSTOPI);
}
