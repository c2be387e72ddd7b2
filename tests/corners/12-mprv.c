/* SPDX-License-Identifier: MIT */
/*
 * 12 mprv - M-mode's loads as MPP and MPV say, and what MRET makes of all three.
 *
 * Table "Effect of MPRV on the translation and protection of explicit memory accesses". norm:mstatus_mprv_hypervisor,
 * norm:mstatus_mpv_op, norm:mret_h, norm:mstatus_mprv_clr_mret_sret_less_priv
 */
#include "lib/corner.h"

const char corner_name[] = "12 mprv";

static uint64_t host_root[512] __attribute__((aligned(4096)));
static uint64_t host_level1[512] __attribute__((aligned(4096)));
static uint64_t host_level0[512] __attribute__((aligned(4096)));

/* Virtual address GVA(1) is also one of the host's, of other memory. */
static void make_host_tables(uint64_t flags)
{
    host_root[GVA(0) >> 30] = (uintptr_t)host_level1 >> 12 << 10 | PTE_V;
    host_level1[0] = (uintptr_t)host_level0 >> 12 << 10 | PTE_V;
    host_level0[1] = (uintptr_t)pages[7] >> 12 << 10 | flags;
    fence_all();
}

enum { GUEST = 0x9e57, HOST = 0x4057 };

typedef struct {
    const char *what;
    uint64_t status; /* of MPRV, MPV, MPP, and SUM and MXR */
    uint64_t guest_status, flags, g_flags;
    uint64_t result; /* a cause, or the value that was loaded */
} Access;

#define MPRV_(mpv, mpp) (MSTATUS_MPRV | (mpv ? MSTATUS_MPV : 0) | (uint64_t)(mpp) << 11)
enum { X_ONLY = PTE_V | PTE_X | PTE_AD };

static const Access accesses[] = {
    { "MPRV is clear", MSTATUS_MPV, 0, S_RWX, G_RWX, LOAD_ACCESS },
    { "M, no translation", MPRV_(0, 3), 0, S_RWX, G_RWX, LOAD_ACCESS },
    { "M, no translation, MPV", MPRV_(1, 3), 0, S_RWX, G_RWX, LOAD_ACCESS },
    { "U, page of U", MPRV_(0, 0), 0, U_RWX, G_RWX, HOST },
    { "U, page of S", MPRV_(0, 0), 0, S_RWX, G_RWX, LOAD_PAGE },
    { "HS, page of S", MPRV_(0, 1), 0, S_RWX, G_RWX, HOST },
    { "HS, page of U", MPRV_(0, 1), 0, U_RWX, G_RWX, LOAD_PAGE },
    { "HS, page of U, SUM", MPRV_(0, 1) | SSTATUS_SUM, 0, U_RWX, G_RWX, HOST },
    { "HS, page of U, vsstatus.SUM", MPRV_(0, 1), SSTATUS_SUM, U_RWX, G_RWX, LOAD_PAGE },
    { "HS, X", MPRV_(0, 1), SSTATUS_MXR, X_ONLY, G_RWX, LOAD_PAGE },
    { "HS, X, MXR", MPRV_(0, 1) | SSTATUS_MXR, 0, X_ONLY, G_RWX, HOST },
    { "HS, no G stage", MPRV_(0, 1), 0, S_RWX, 0, HOST },
    { "VU, page of U", MPRV_(1, 0), 0, U_RWX, G_RWX, GUEST },
    { "VU, page of S", MPRV_(1, 0), 0, S_RWX, G_RWX, LOAD_PAGE },
    { "VS, page of S", MPRV_(1, 1), 0, S_RWX, G_RWX, GUEST },
    { "VS, page of U", MPRV_(1, 1), 0, U_RWX, G_RWX, LOAD_PAGE },
    { "VS, page of U, SUM", MPRV_(1, 1) | SSTATUS_SUM, 0, U_RWX, G_RWX, LOAD_PAGE },
    { "VS, page of U, vsstatus.SUM", MPRV_(1, 1), SSTATUS_SUM, U_RWX, G_RWX, GUEST },
    { "VS, G stage refuses", MPRV_(1, 1), 0, S_RWX, 0, LOAD_GUEST_PAGE },
    { "VS, X", MPRV_(1, 1), 0, X_ONLY, G_RWX, LOAD_PAGE },
    { "VS, X, vsstatus.MXR", MPRV_(1, 1), SSTATUS_MXR, X_ONLY, G_RWX, GUEST },
    { "VS, both X, vsstatus.MXR", MPRV_(1, 1), SSTATUS_MXR, X_ONLY, X_ONLY | PTE_U,
      LOAD_GUEST_PAGE },
    { "VS, both X, MXR", MPRV_(1, 1) | SSTATUS_MXR, 0, X_ONLY, X_ONLY | PTE_U, GUEST },
};

static void check_accesses(void)
{
    uintptr_t code = CODE("csrs mstatus, a1\nld a0, 0(a0)\ncsrc mstatus, a1");
    CSR_WRITE(satp, ATP(SV39, 1, host_root));
    for (unsigned i = 0; i < sizeof accesses / sizeof accesses[0]; i++) {
        const Access *row = &accesses[i];
        map(1, row->flags, row->g_flags);
        make_host_tables(row->flags);
        pages[1][0] = GUEST;
        pages[7][0] = HOST;
        CSR_WRITE(vsstatus, row->guest_status);
        Trap trap = run(M, code, GVA(1), row->status);
        CSR_CLEAR(mstatus, SSTATUS_SUM | SSTATUS_MXR);
        check(row->what, row->result, trap.to ? trap.cause : trap.value);
        if (trap.to)
            check(row->what,
                  row->status & MSTATUS_MPV && (row->status & MSTATUS_MPP) != MSTATUS_MPP &&
                      row->status & MSTATUS_MPRV,
                  trap.gva);
    }
    CSR_WRITE(vsstatus, 0);
    CSR_WRITE(satp, 0);
    fence_all();
}

/* MRET to any mode. */
static const struct {
    const char *what;
    uint64_t status;
    Mode to;
} returns[] = {
    { "MRET to U", 0, U },
    { "MRET to HS", MSTATUS_MPP_S, HS },
    { "MRET to M", MSTATUS_MPP, M },
    { "MRET to VU", MSTATUS_MPV, VU },
    { "MRET to VS", MSTATUS_MPV | MSTATUS_MPP_S, VS },
    { "MRET to M, MPV", MSTATUS_MPV | MSTATUS_MPP, M },
};

/* The mode can be seen in the status after the call back. */
static void check_returns(void)
{
    uintptr_t code =
        CODE("csrw mepc, ra\nli t0, 0x8000021880\ncsrc mstatus, t0\ncsrs mstatus, a1\nmret");
    CSR_WRITE(medeleg, 0);
    CSR_WRITE(vsatp, 0); /* the call back is at one place in every mode */
    fence_all();
    for (unsigned i = 0; i < sizeof returns / sizeof returns[0]; i++) {
        Trap trap = run(M, code, 0, returns[i].status | MSTATUS_MPRV | MSTATUS_MPIE);
        check(returns[i].what, NOWHERE, trap.to);
        check(returns[i].what, returns[i].to, trap.from);
        check("MPRV after MRET", returns[i].to == M, !!(trap.status & MSTATUS_MPRV));
    }
}

/* To M-mode itself, where mstatus can be read afterwards. */
static void check_status(void)
{
    uintptr_t code = CODE(
        "la t1, 2f\ncsrw mepc, t1\nli t0, 0x8000021888\ncsrc mstatus, t0\ncsrs mstatus, a1\nmret\n"
        "2: csrr a0, mstatus\ncsrc mstatus, a1");
    const uint64_t shown = MSTATUS_MPP | MSTATUS_MPV | MSTATUS_MPRV | MSTATUS_MPIE;
    CSR_WRITE(mie, 0);
    Trap trap = run(M, code, 0, MSTATUS_MPP | MSTATUS_MPV | MSTATUS_MPRV);
    check("mstatus after MRET to M", MSTATUS_MPRV | MSTATUS_MPIE, trap.value & shown);
    check("MIE after MRET with MPIE clear", 0, trap.value & 8);
    trap = run(M, code, 0, MSTATUS_MPP | MSTATUS_MPV | MSTATUS_MPIE);
    check("mstatus after MRET to M, MPRV clear", MSTATUS_MPIE, trap.value & shown);
    check("MIE after MRET with MPIE set", 8, trap.value & 8);
    CSR_CLEAR(mstatus, 8);
}

/* M-mode can write what traps write. (QEMU 10 keeps MPV and GVA clear.) */
static void check_writable(void)
{
    static const uint64_t fields[] = { MSTATUS_MPV, MSTATUS_GVA, MSTATUS_MPV | MSTATUS_GVA };
    for (unsigned i = 0; i < 3; i++) {
        CSR_SET(mstatus, fields[i]);
        check("MPV and GVA, set", fields[i], CSR_READ(mstatus) & fields[i]);
        CSR_CLEAR(mstatus, fields[i]);
        check("MPV and GVA, cleared", 0, CSR_READ(mstatus) & fields[i]);
    }
}

void corner(void)
{
    check_writable();
    check_accesses();
    check_returns();
    check_status();
}
