/* SPDX-License-Identifier: MIT */
/* naive_aia_check.c - who may access which interrupt register; see naive_aia.h. "Control and Status Registers (CSRs)
 * Added to Harts" of the AIA specification. */
#include "emu/base/bits.h"
#include "tests/lib/naive_aia.h"

/* "Access control by the state-enable CSRs" */
#define CSRIND BIT(60)
#define AIA    BIT(59)
#define IMSIC  BIT(58)

static bool valid_vgein(const NaiveAia *h)
{
    return h->imsic && h->vgein >= 1 && h->vgein <= h->geilen;
}

static bool is_iprio(unsigned select)
{
    return select >= 0x30 && select <= 0x3f;
}

static bool is_file(unsigned select)
{
    return select >= 0x70 && select <= 0xff;
}

/* "The odd-numbered registers do not exist" with XLEN = 64; 0x71 to 0x7f are there. */
static bool exists(unsigned select)
{
    return is_iprio(select) || select >= 0x80 ? select % 2 == 0 : true;
}

/* The IMSIC's bit exists if there is an IMSIC. */
static bool imsic_enabled(const NaiveAia *h, uint64_t stateen)
{
    return !h->imsic || stateen & IMSIC;
}

static bool is_window(unsigned csr)
{
    return csr == NAIVE_SISELECT || csr == NAIVE_SIREG || csr == NAIVE_VSISELECT ||
           csr == NAIVE_VSIREG;
}

static bool is_aia(unsigned csr)
{
    return csr == NAIVE_STOPI || csr == NAIVE_VSTOPI ||
           (csr >= NAIVE_HVIEN && csr <= NAIVE_HVICTL) || csr == NAIVE_HVIPRIO1 ||
           csr == NAIVE_HVIPRIO2;
}

/* The bit of the state enables that a register needs by its number. */
static uint64_t stateen_of(unsigned csr)
{
    if (is_window(csr))
        return CSRIND;
    return is_aia(csr) ? AIA : csr == NAIVE_STOPEI || csr == NAIVE_VSTOPEI ? IMSIC : 0;
}

static bool enabled(const NaiveAia *h, uint64_t stateen, uint64_t which)
{
    return which == IMSIC ? imsic_enabled(h, stateen) : (stateen & which) == which;
}

/* May M-mode, or with `hs` HS-mode, access the register that `sireg` stands for? */
static bool sireg_allowed(const NaiveAia *h, bool hs)
{
    if (is_iprio(h->siselect))
        return exists(h->siselect) && (!hs || h->mstateen0 & AIA);
    if (!is_file(h->siselect) || !h->imsic || !exists(h->siselect))
        return false;
    return !hs || (h->mstateen0 & IMSIC && !(h->mvien & BIT(9)));
}

static bool vsireg_allowed(const NaiveAia *h, bool hs)
{
    return is_file(h->vsiselect) && valid_vgein(h) && exists(h->vsiselect) &&
           (!hs || h->mstateen0 & IMSIC);
}

static bool mireg_allowed(const NaiveAia *h)
{
    return exists(h->miselect) && (is_iprio(h->miselect) || (is_file(h->miselect) && h->imsic));
}

/* What holds for M-mode, and with `hs` for HS-mode. */
static bool allowed(const NaiveAia *h, unsigned csr, bool hs)
{
    if (hs && (bits(csr, 9, 8) == 3 || !enabled(h, h->mstateen0, stateen_of(csr))))
        return false;
    switch (csr) {
    case NAIVE_MIREG: return mireg_allowed(h);
    case NAIVE_MTOPEI: return h->imsic;
    case NAIVE_SIREG: return sireg_allowed(h, hs);
    case NAIVE_VSIREG: return vsireg_allowed(h, hs);
    /* "When bit 9 of mvien is one, attempts from S-mode to explicitly access the supervisor-level interrupt file
     * raise an illegal instruction exception." */
    case NAIVE_STOPEI: return h->imsic && !(hs && h->mvien & BIT(9));
    case NAIVE_VSTOPEI: return valid_vgein(h);
    default: return true;
    }
}

/* "Instructions that read/write CSR stopei or vstopei are considered to be HS-qualified unless all of following are
 * true: the hart has an IMSIC, extension Smstateen is implemented, and bit 58 of mstateen0 is zero." */
static bool hs_qualified(const NaiveAia *h, unsigned csr)
{
    if (csr == NAIVE_STOPEI || csr == NAIVE_VSTOPEI)
        return imsic_enabled(h, h->mstateen0);
    return allowed(h, csr, true);
}

/* What `sireg` is for a guest: "Hypervisor and VS CSRs", where state enables take precedence. */
static NaiveRefusal guest_sireg(const NaiveAia *h)
{
    if (!is_file(h->vsiselect))
        return NAIVE_VIRTUAL;
    if (!imsic_enabled(h, h->mstateen0))
        return NAIVE_ILLEGAL;
    if (!imsic_enabled(h, h->hstateen0) || !valid_vgein(h) || !exists(h->vsiselect))
        return NAIVE_VIRTUAL;
    return NAIVE_ALLOWED;
}

/* What VS-mode accesses by the name of a supervisor register. */
static NaiveRefusal check_guest(const NaiveAia *h, unsigned csr, bool write)
{
    uint64_t which = stateen_of(csr);
    if (!enabled(h, h->mstateen0, which))
        return NAIVE_ILLEGAL;
    if (!enabled(h, h->hstateen0, which))
        return NAIVE_VIRTUAL;
    bool vti = h->hvictl & BIT(30);
    switch (csr) {
    case NAIVE_SIP:
    case NAIVE_SIE: return vti ? NAIVE_VIRTUAL : NAIVE_ALLOWED;
    case NAIVE_STIMECMP: return vti && write ? NAIVE_VIRTUAL : NAIVE_ALLOWED;
    case NAIVE_SIREG: return guest_sireg(h);
    case NAIVE_STOPEI: return valid_vgein(h) ? NAIVE_ALLOWED : NAIVE_VIRTUAL;
    default: return NAIVE_ALLOWED;
    }
}

NaiveRefusal naive_aia_check(const NaiveAia *h, unsigned csr, bool write)
{
    unsigned level = (unsigned)bits(csr, 9, 8);
    if (write && bits(csr, 11, 10) == 3)
        return NAIVE_ILLEGAL;
    if (h->priv == 3)
        return allowed(h, csr, false) ? NAIVE_ALLOWED : NAIVE_ILLEGAL;
    if (!h->v)
        return h->priv == 1 && allowed(h, csr, true) ? NAIVE_ALLOWED : NAIVE_ILLEGAL;
    /* "A virtual instruction exception is raised for attempts from VS-mode or VU-mode to directly access vsireg, or
     * attempts from VU-mode to access sireg." */
    if (csr == NAIVE_VSIREG || (csr == NAIVE_SIREG && h->priv == 0))
        return h->mstateen0 & CSRIND ? NAIVE_VIRTUAL : NAIVE_ILLEGAL;
    if (level == 1 && h->priv == 1)
        return check_guest(h, csr, write);
    return hs_qualified(h, csr) ? NAIVE_VIRTUAL : NAIVE_ILLEGAL;
}
