/* SPDX-License-Identifier: MIT */
/*
 * 10 hlvx - loads that need to be allowed to execute instead of to read, and fail as loads.
 *
 * norm:hlsv_u_op, norm:hlvx-wu_valid32, norm:H_pmp: the memory behind both stages must grant both, reading and
 * executing.
 */
#include "lib/corner.h"

const char corner_name[] = "10 hlvx";

enum { R = PTE_R, X = PTE_X, RX = PTE_R | PTE_X, RW = PTE_R | PTE_W };

static const struct {
    const char *what;
    uint8_t vs, g, hlvx, hlv; /* permissions; what comes of either */
} stages[] = {
    { "both RX", RX, RX, OK, OK },
    { "VS stage X", X, RX, OK, LOAD_PAGE },
    { "G stage X", RX, X, OK, LOAD_GUEST_PAGE },
    { "both X", X, X, OK, LOAD_PAGE },
    { "VS stage R", R, RX, LOAD_PAGE, OK },
    { "VS stage RW", RW, RX, LOAD_PAGE, OK },
    { "G stage R", RX, R, LOAD_GUEST_PAGE, OK },
    { "G stage RW", RX, RW, LOAD_GUEST_PAGE, OK },
    { "neither", R, R, LOAD_PAGE, OK },
};

static uint64_t cause_of(Mode mode, uintptr_t code, uint64_t address)
{
    Trap trap = run(mode, code, address, 0);
    return trap.to ? trap.cause : OK;
}

static void check_stages(Mode mode, uint64_t user)
{
    for (unsigned i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        map(1, stages[i].vs | user | PTE_V | PTE_AD, stages[i].g | PTE_V | PTE_U | PTE_AD);
        check(stages[i].what, stages[i].hlvx, cause_of(mode, CODE("hlvx.hu a0, (a0)"), GVA(1)));
        check(stages[i].what, stages[i].hlvx, cause_of(mode, CODE("hlvx.wu a0, (a0)"), GVA(1)));
        check(stages[i].what, stages[i].hlv, cause_of(mode, CODE("hlv.hu a0, (a0)"), GVA(1)));
        check(stages[i].what, stages[i].hlv, cause_of(mode, CODE("hlv.wu a0, (a0)"), GVA(1)));
        /* And once more: neither leaves anything to the other. */
        check(stages[i].what, stages[i].hlvx, cause_of(mode, CODE("hlvx.wu a0, (a0)"), GVA(1)));
    }
}

/* Without a VS stage, and without both. */
static void check_bare(void)
{
    uint64_t vsatp = CSR_READ(vsatp);
    CSR_WRITE(vsatp, 0);
    *g_pte(GPA(1)) = (uintptr_t)pages[1] >> 12 << 10 | PTE_V | PTE_R | PTE_U | PTE_AD;
    fence_all();
    check("G stage R, no VS stage", LOAD_GUEST_PAGE,
          cause_of(HS, CODE("hlvx.wu a0, (a0)"), GPA(1)));
    CSR_WRITE(vsatp, vsatp);
    fence_all();
}

/* No sign, and no more bits than asked for. */
static void check_values(void)
{
    map(1, S_RWX, G_RWX);
    pages[1][0] = 0x8899aabbccddeeff;
    check("hlvx.hu", 0xeeff, run(HS, CODE("hlvx.hu a0, (a0)"), GVA(1), 0).value);
    check("hlvx.wu", 0xccddeeff, run(HS, CODE("hlvx.wu a0, (a0)"), GVA(1), 0).value);
    check("hlvx.wu, misaligned", 0xbbccddee,
          run(HS, CODE("hlvx.wu a0, (a0)"), GVA(1) + 1, 0).value);
}

/* Physical memory: 1 is R, 4 is X. */
static void check_pmp(void)
{
    static const struct {
        uint8_t allows, hlvx, hlv;
    } rows[] = { { 0, LOAD_ACCESS, LOAD_ACCESS },
                 { 1, LOAD_ACCESS, OK },
                 { 4, LOAD_ACCESS, LOAD_ACCESS },
                 { 5, OK, OK } };
    map(1, S_RWX, G_RWX);
    CSR_WRITE(pmpaddr1, ~0ul);
    CSR_WRITE(pmpaddr0, (uintptr_t)pages[1] >> 2 | 0x1ff);
    for (unsigned i = 0; i < 4; i++) {
        CSR_WRITE(pmpcfg0, 0x1f18 | rows[i].allows);
        fence_all();
        check("PMP, hlv", rows[i].hlv, cause_of(HS, CODE("hlv.wu a0, (a0)"), GVA(1)));
        check("PMP, hlvx", rows[i].hlvx, cause_of(HS, CODE("hlvx.wu a0, (a0)"), GVA(1)));
        check("PMP, hlvx", rows[i].hlvx, cause_of(HS, CODE("hlvx.hu a0, (a0)"), GVA(1) + 0xffe));
    }
    CSR_WRITE(pmpaddr0, ~0ul);
    CSR_WRITE(pmpcfg0, 0x1f);
    fence_all();
}

/* Pointer masking is for HLV, not for HLVX. */
static void check_masking(void)
{
    const uint64_t pmm = 2ul << 32, tagged = GVA(1) | 1ul << 60;
    CSR_SET(henvcfg, pmm);
    if (!(CSR_READ(henvcfg) & pmm)) {
        note("no pointer masking");
        return;
    }
    check("hlv, masked", OK, cause_of(HS, CODE("hlv.wu a0, (a0)"), tagged));
    Trap trap = run(HS, CODE("hlvx.wu a0, (a0)"), tagged, 0);
    check("hlvx, masked", LOAD_PAGE, trap.cause);
    check("hlvx, masked: stval", tagged, trap.tval);
    CSR_CLEAR(henvcfg, pmm);
}

void corner(void)
{
    CSR_SET(hstatus, HSTATUS_SPVP | HSTATUS_HU);
    check_stages(HS, 0);
    check_stages(M, 0);
    check_stages(U, 0);
    CSR_CLEAR(hstatus, HSTATUS_SPVP);
    check_stages(HS, PTE_U);
    CSR_SET(hstatus, HSTATUS_SPVP);
    check_bare();
    check_values();
    check_pmp();
    check_masking();
}
