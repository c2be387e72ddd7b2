/* SPDX-License-Identifier: MIT */
/*
 * 31 caches - the same address is other memory in another mode, address space or machine, and the same instruction
 * something else; and what HLV looked at does not stay.
 *
 * norm:H_vm_twostage, norm:hlsv_trans, norm:H_vscsrs_sub
 */
#include "lib/corner.h"

const char corner_name[] = "31 caches";

/* Page 1 of virtual memory is six different pages, each with a function that returns its number. */
static uint64_t host_root[512] __attribute__((aligned(4096)));
static uint64_t host_level1[512] __attribute__((aligned(4096)));
static uint64_t host_level0[512] __attribute__((aligned(4096)));
static uint64_t second_root[512] __attribute__((aligned(4096)));
static uint64_t second_level1[512] __attribute__((aligned(4096)));
static uint64_t second_level0[512] __attribute__((aligned(4096)));
static uint64_t other_g_root[2048] __attribute__((aligned(16384)));
static uint64_t other_g_level1[512] __attribute__((aligned(4096)));
static uint64_t other_g_level0[512] __attribute__((aligned(4096)));

static uint64_t entry(const void *memory, uint64_t flags)
{
    return (uintptr_t)memory >> 12 << 10 | flags;
}

enum { HOST, FIRST, SECOND, OTHER, OTHER_SECOND, SPACES };

static void make_spaces(void)
{
    memcpy(host_root, vs_root, sizeof host_root);
    host_root[4] = entry(host_level1, PTE_V);
    host_level1[0] = entry(host_level0, PTE_V);
    host_level0[1] = entry(pages[HOST], S_RWX);
    /* Another address space of the guest, and another guest. */
    memcpy(second_root, vs_root, sizeof second_root);
    second_root[4] = entry(second_level1, PTE_V);
    second_level1[0] = entry(second_level0, PTE_V);
    second_level0[1] = GPA(2) >> 12 << 10 | S_RWX;
    memcpy(other_g_root, g_root, sizeof other_g_root);
    other_g_root[GPA_LEVEL1 >> 30] = entry(other_g_level1, PTE_V);
    other_g_level1[0] = entry(other_g_level0, PTE_V);
    memcpy(other_g_level0, g_level0, sizeof other_g_level0);
    map(1, S_RWX, G_RWX);
    *g_pte(GPA(1)) = entry(pages[FIRST], G_RWX);
    *g_pte(GPA(2)) = entry(pages[SECOND], G_RWX);
    other_g_level0[GPA(1) >> 12 & 511] = entry(pages[OTHER], G_RWX);
    other_g_level0[GPA(2) >> 12 & 511] = entry(pages[OTHER_SECOND], G_RWX);
    for (unsigned i = 0; i < SPACES; i++) {
        uint32_t *code = (uint32_t *)pages[i];
        code[0] = 0x00000513 | i << 20; /* li a0, i */
        code[1] = 0x00008067;           /* ret */
        pages[i][1] = 0x100 + i;
    }
    FENCE_I();
    fence_all();
}

/* Makes a space the current one, without any fence. */
static Mode enter(unsigned space)
{
    CSR_WRITE(satp, ATP(SV39, 1, host_root));
    CSR_WRITE(hgatp, space >= OTHER ? ATP(SV39, 2, other_g_root) : ATP(SV39, 1, g_root));
    CSR_WRITE(vsatp, space == SECOND || space == OTHER_SECOND ? ATP(SV39, 2, second_root)
                                                              : ATP(SV39, 1, vs_root));
    return space == HOST ? HS : VS;
}

static void check_spaces(void)
{
    uint64_t random = 1;
    uintptr_t load = CODE("ld a0, 8(a0)"), guest_load = CODE("hlv.d t0, (a1)\nld a0, 8(a0)");
    make_spaces();
    for (unsigned i = 0; i < 300; i++) {
        unsigned space = guest_random(&random) % SPACES;
        Mode mode = enter(space);
        check("fetch", space, run(mode, GVA(1), 0, 0).value);
        check("load", 0x100 + space, run(mode, load, GVA(1), 0).value);
        CSR_SET(hstatus, HSTATUS_SPVP);
        if (space != HOST)
            check("hlv", 0x100 + space, run(HS, CODE("hlv.d a0, (a0)"), GVA(1) + 8, 0).value);
        CSR_SET(hstatus, HSTATUS_SPVP);
        check("load behind hlv", 0x100 + HOST, run(HS, guest_load, GVA(1), GVA(1) + 8).value);
    }
    fresh();
}

/* A failed HLV or HLVX, and then accesses of everybody's own. */
static void check_nothing_stays(void)
{
    make_spaces();
    static const struct {
        uint64_t vs, g;
    } faults[] = {
        { 0, G_RWX }, { S_RWX, 0 }, { PTE_V | PTE_R | PTE_AD, G_RWX }, { U_RWX, G_RWX }
    };
    uintptr_t codes[] = { CODE("hlv.d a0, (a0)"), CODE("hlvx.wu a0, (a0)"),
                          CODE("hsv.b a0, (a0)") };
    for (unsigned i = 0; i < 12; i++) {
        enter(FIRST);
        CSR_WRITE(hstatus, HSTATUS_SPVP);
        map(1, faults[i % 4].vs, faults[i % 4].g);
        run(i & 1 ? HS : M, codes[i / 4], GVA(1) + 16, 0);
        check("load in HS-mode", 0x100 + HOST, run(HS, CODE("ld a0, 8(a0)"), GVA(1), 0).value);
        check("load in M-mode", 0x100 + HOST,
              run(M, CODE("ld a0, 8(a0)"), (uintptr_t)pages[HOST], 0).value);
        check("fetch in HS-mode", HOST, run(HS, GVA(1), 0, 0).value);
    }
    fresh();
}

/* The same instruction at the same place, in every mode in turn. */
static void check_instructions(void)
{
    const Row rows[] = {
        ROW("csrr a0, sscratch", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("csrr a0, hgatp", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("sfence.vma", OK, OK, ILLEGAL, OK, VIRTUAL),
        ROW("fmv.x.d a0, fa0", OK, OK, OK, ILLEGAL, ILLEGAL),
    };
    CSR_SET(mstatus, SSTATUS_FS);
    CSR_WRITE(vsatp, 0);
    fence_all();
    CSR_WRITE(sscratch, 1);
    CSR_WRITE(vsscratch, 2);
    for (unsigned i = 0; i < 20; i++) {
        CHECK_ROWS("", rows);
        check("sscratch", 1, run(HS, rows[0].code, 0, 0).value);
        check("vsscratch", 2, run(VS, rows[0].code, 0, 0).value);
    }
    /* And in a loop that changes what it may do. */
    CSR_SET(vsstatus, SSTATUS_FS);
    check_cause("fmv", VS, rows[3].code, OK);
    CSR_CLEAR(vsstatus, SSTATUS_FS);
    check_cause("fmv", VS, rows[3].code, ILLEGAL);
}

void corner(void)
{
    check_spaces();
    check_nothing_stays();
    check_instructions();
}
