/* SPDX-License-Identifier: MIT */
/* naive_aia.c - the bits of interrupt registers as the manuals say them; see naive_aia.h. What is quoted is the AIA
 * specification's. */
#include "tests/lib/naive_aia_bits.h"

static void put(uint64_t *value, unsigned n, uint64_t b)
{
    *value = (*value & ~BIT(n)) | b << n;
}

/* The interrupts that appear in hip and hie instead of sip and sie. */
static bool is_hypervisors(unsigned n)
{
    return n == VSSI || n == VSTI || n == VSEI || n == SGEI;
}

/* Machine level. */

/* norm:mip_mie_alias; "Interrupt filtering and virtual interrupts for supervisor level" for SEIP */
static uint64_t mip(const NaiveAia *h, unsigned n)
{
    switch (n) {
    case SSI: return h->ssip;
    case STI: return h->stce ? h->stimer : h->stip; /* norm:sip_stip_sie_stie */
    case SEI: return bit(h->lines, SEI) | (bit(h->mvien, SEI) ? 0 : bit(h->mvip, SEI));
    case MSI:
    case MTI:
    case MEI: return bit(h->lines, n);
    case VSSI: return bit(h->hvip, VSSI); /* norm:hip_vssip_vssie_op */
    case VSTI:
        return bit(h->hvip, VSTI) | (h->vstce && h->vstimer); /* norm:hip_vstip_vstie_acc_op */
    case VSEI:
        return bit(h->hvip, VSEI) |
               (h->vgein ? bit(h->hgeip, h->vgein) : 0); /* norm:hip_vseip_vseie_op */
    case SGEI: return (h->hgeip & h->hgeie) != 0;        /* norm:hip_sgeip_sgeie_acc_op */
    case LCOFI: return h->lcofip;
    default: return 0;
    }
}

static void set_mip(NaiveAia *h, unsigned n, uint64_t b)
{
    if (n == SSI)
        h->ssip = b;
    else if (n == STI && !h->stce)
        h->stip = b;
    else if (n == SEI && !bit(h->mvien, SEI))
        put(&h->mvip, SEI, b);
    else if (n == VSSI)
        put(&h->hvip, VSSI, b);
    else if (n == LCOFI)
        h->lcofip = b;
}

static uint64_t mie(const NaiveAia *h, unsigned n)
{
    return bit(h->mie, n);
}

static void set_mie(NaiveAia *h, unsigned n, uint64_t b)
{
    if (bit(h->mie_bits, n))
        put(&h->mie, n, b);
}

/* "When bit 1 of mvien is zero, bit 1 of mvip is an alias of the same bit (SSIP) of mip"; "bit 5 of mvip is an alias
 * of the same bit (STIP) in mip when that bit is writable in mip". */
static uint64_t mvip(const NaiveAia *h, unsigned n)
{
    if (n == SSI && !bit(h->mvien, SSI))
        return h->ssip;
    if (n == STI)
        return h->stce ? 0 : h->stip;
    return n == SSI || n == SEI || n > 12 ? bit(h->mvip, n) : 0;
}

static void set_mvip(NaiveAia *h, unsigned n, uint64_t b)
{
    if ((n == SSI && !bit(h->mvien, SSI)) || n == STI)
        set_mip(h, n, b);
    else if (n == SSI || n == SEI || n > 12)
        put(&h->mvip, n, b);
}

/* Supervisor level: "The effects of mideleg and mvien on sip and sie". */

static uint64_t sip(const NaiveAia *h, unsigned n)
{
    if (is_hypervisors(n))
        return 0;
    return bit(h->mideleg, n) ? mip(h, n) : bit(h->mvien, n) ? mvip(h, n) : 0;
}

/* norm:sip_ssip_sie_ssie, norm:sip_sie_Sscofpmf; "some aliases of mip bits in sip may be read-only copies, as
 * specified by the base Privileged Architecture": SEIP and STIP. */
static void set_sip(NaiveAia *h, unsigned n, uint64_t b)
{
    if (is_hypervisors(n))
        return;
    if (bit(h->mideleg, n) && (n == STI || n == SEI))
        return;
    if (bit(h->mideleg, n))
        set_mip(h, n, b);
    else if (bit(h->mvien, n))
        set_mvip(h, n, b);
}

static uint64_t sie(const NaiveAia *h, unsigned n)
{
    if (is_hypervisors(n))
        return 0;
    return bit(h->mideleg, n) ? mie(h, n) : bit(h->mvien, n) ? bit(h->sie, n) : 0;
}

static void set_sie(NaiveAia *h, unsigned n, uint64_t b)
{
    if (is_hypervisors(n))
        return;
    if (bit(h->mideleg, n))
        set_mie(h, n, b);
    else if (bit(h->mvien, n))
        put(&h->sie, n, b);
}

static uint64_t hip(const NaiveAia *h, unsigned n)
{
    return is_hypervisors(n) ? mip(h, n) : 0;
}

static uint64_t hie(const NaiveAia *h, unsigned n)
{
    return is_hypervisors(n) ? mie(h, n) : 0;
}

static uint64_t hvip(const NaiveAia *h, unsigned n)
{
    return n == VSSI || n == VSTI || n == VSEI || n > 12 ? bit(h->hvip, n) : 0;
}

/* norm:hideleg_acc; "if a bit is zero in the same position in both mideleg and mvien, then that bit is read-only zero
 * in hideleg" */
static uint64_t hideleg(const NaiveAia *h, unsigned n)
{
    if (n == VSSI || n == VSTI || n == VSEI)
        return bit(h->hideleg, n);
    return n > 12 ? bit(h->hideleg, n) & bit(h->mideleg | h->mvien, n) : 0;
}

/* VS level: norm:vsip_vsie_sei, norm:vsip_vsie_sti, norm:vsip_vsie_ssi; "The effects of hideleg and hvien on vsip and
 * vsie for major interrupts 13-63". */

static bool is_translated(unsigned n)
{
    return n == SSI || n == STI || n == SEI;
}

static uint64_t vsip(const NaiveAia *h, unsigned n)
{
    if (is_translated(n))
        return hideleg(h, n + 1) ? hip(h, n + 1) : 0;
    if (n <= 12)
        return 0;
    return hideleg(h, n) ? sip(h, n) : bit(h->hvien, n) ? hvip(h, n) : 0;
}

static void set_vsip(NaiveAia *h, unsigned n, uint64_t b)
{
    if (n == SSI && hideleg(h, VSSI))
        put(&h->hvip, VSSI, b);
    else if (n > 12 && hideleg(h, n))
        set_sip(h, n, b);
    else if (n > 12 && bit(h->hvien, n))
        put(&h->hvip, n, b);
}

static uint64_t vsie(const NaiveAia *h, unsigned n)
{
    if (is_translated(n))
        return hideleg(h, n + 1) ? hie(h, n + 1) : 0;
    if (n <= 12)
        return 0;
    return hideleg(h, n) ? sie(h, n) : bit(h->hvien, n) ? bit(h->vsie, n) : 0;
}

static void set_vsie(NaiveAia *h, unsigned n, uint64_t b)
{
    if (is_translated(n) && hideleg(h, n + 1))
        set_mie(h, n + 1, b);
    else if (n > 12 && hideleg(h, n))
        set_sie(h, n, b);
    else if (n > 12 && bit(h->hvien, n))
        put(&h->vsie, n, b);
}

/* Whole registers. */

typedef uint64_t BitFn(const NaiveAia *h, unsigned n);
typedef void SetFn(NaiveAia *h, unsigned n, uint64_t b);

static void set_hip(NaiveAia *h, unsigned n, uint64_t b)
{
    if (n == VSSI) /* norm:hip_vssip_vssie_op */
        set_mip(h, n, b);
}

static void set_hie(NaiveAia *h, unsigned n, uint64_t b)
{
    if (is_hypervisors(n))
        set_mie(h, n, b);
}

static void set_hvip(NaiveAia *h, unsigned n, uint64_t b)
{
    put(&h->hvip, n, b);
}

static uint64_t hgeip(const NaiveAia *h, unsigned n)
{
    return n && n <= h->geilen ? bit(h->hgeip, n) : 0; /* norm:geilen */
}

static uint64_t hgeie(const NaiveAia *h, unsigned n)
{
    return n && n <= h->geilen ? bit(h->hgeie, n) : 0;
}

static void set_hgeie(NaiveAia *h, unsigned n, uint64_t b)
{
    put(&h->hgeie, n, n && n <= h->geilen ? b : 0);
}

static const struct {
    unsigned csr;
    BitFn *get;
    SetFn *set; /* NULL: nothing can be written */
} by_bit[] = {
    { NAIVE_MIP, mip, set_mip },      { NAIVE_MIE, mie, set_mie },
    { NAIVE_MVIP, mvip, set_mvip },   { NAIVE_SIP, sip, set_sip },
    { NAIVE_SIE, sie, set_sie },      { NAIVE_HIP, hip, set_hip },
    { NAIVE_HIE, hie, set_hie },      { NAIVE_HVIP, hvip, set_hvip },
    { NAIVE_VSIP, vsip, set_vsip },   { NAIVE_VSIE, vsie, set_vsie },
    { NAIVE_HGEIP, hgeip, NULL },     { NAIVE_HGEIE, hgeie, set_hgeie },
    { NAIVE_HIDELEG, hideleg, NULL },
};
enum { BY_BIT = sizeof by_bit / sizeof *by_bit };

uint64_t naive_aia_bit(const NaiveAia *h, unsigned csr, unsigned n)
{
    for (unsigned i = 0; i < BY_BIT; i++)
        if (by_bit[i].csr == csr)
            return by_bit[i].get(h, n);
    return 0;
}

uint64_t naive_aia_read(const NaiveAia *h, unsigned csr)
{
    uint64_t value = 0;
    for (unsigned n = 0; n < 64; n++)
        value |= naive_aia_bit(h, csr, n) << n;
    return value;
}

/* All bits at once: what one becomes does not depend on the others. */
void naive_aia_write(NaiveAia *h, unsigned csr, uint64_t value)
{
    for (unsigned i = 0; i < BY_BIT; i++)
        for (unsigned n = 0; by_bit[i].csr == csr && by_bit[i].set && n < 64; n++)
            by_bit[i].set(h, n, bit(value, n));
}
