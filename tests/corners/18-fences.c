/* SPDX-License-Identifier: MIT */
/*
 * 18 fences - what SFENCE.VMA, HFENCE.VVMA and HFENCE.GVMA must cover, by address, ASID and VMID.
 *
 * A translation is used, its page table changed, a fence executed: now the new one must be used. Where the fence is
 * not for that translation, a machine may use either; one that goes on with the old one can tell who forgot a fence,
 * and what it does otherwise is noted. norm:hfence-vvma_hfence-gvma_op, norm:hfence-vvma_mode,
 * norm:hfence-vvma_limits, norm:hfence-vvma_asid, norm:hfence-gvma_op, norm:hfence-gvma_vmid, norm:hfence-gvma_mode,
 * norm:sfence_vma_v0, norm:sfence_vma_v1, norm:hgatp_op_hfence_gvma, norm:H_pmp, norm:henvcfg_pbmte_op,
 * norm:henvcfg_adue_op, norm:H_vm_gpa_g
 *
 * notes: hfence.vvma, of the G stage
 * notes: sfence.vma, of the G stage
 */
#include "lib/corner.h"

const char corner_name[] = "18 fences";

enum { OLD = 0x01d, NEW = 0x2e3 };

/* Page 1 is translated again and again; its memory is page 1 or page 2. */
static uint64_t load_page(Mode mode)
{
    return run(mode, CODE("ld a0, 0(a0)"), GVA(1) + 24, 0).value;
}

static void set_vs_leaf(unsigned page, uint64_t flags)
{
    vs_level0[1] = GPA(page) >> 12 << 10 | flags;
}

static void set_g_leaf(unsigned page, uint64_t flags)
{
    *g_pte(GPA(1)) = (uintptr_t)pages[page] >> 12 << 10 | flags;
}

typedef enum { VS_STAGE, G_STAGE } Stage;

/* Uses the old translation, changes it and executes `fence` in `mode`: what is used then. `flags` of the leaf. */
static uint64_t after_fence(Stage stage, uint64_t flags, Mode mode, uintptr_t fence, uint64_t a0,
                            uint64_t a1)
{
    pages[1][3] = OLD;
    pages[2][3] = NEW;
    map(1, stage == VS_STAGE ? flags : S_RWX, stage == G_STAGE ? flags : G_RWX);
    check("before the change", OLD, load_page(VS));
    if (stage == VS_STAGE)
        set_vs_leaf(2, flags);
    else
        set_g_leaf(2, flags);
    run(mode, fence, a0, a1);
    return load_page(VS);
}

static void must(const char *what, uint64_t value)
{
    check(what, NEW, value);
}

static void need_not(const char *what, uint64_t value)
{
    if (value == NEW)
        note(what);
    else
        check(what, OLD, value);
}

static void check_vvma(Mode mode)
{
    uintptr_t all = CODE("hfence.vvma"), address = CODE("hfence.vvma a0");
    uintptr_t asid = CODE("hfence.vvma x0, a1"), both = CODE("hfence.vvma a0, a1");
    must("hfence.vvma", after_fence(VS_STAGE, S_RWX, mode, all, 0, 0));
    must("hfence.vvma, address", after_fence(VS_STAGE, S_RWX, mode, address, GVA(1), 0));
    must("hfence.vvma, address in the page",
         after_fence(VS_STAGE, S_RWX, mode, address, GVA(1) + 4095, 0));
    must("hfence.vvma, ASID", after_fence(VS_STAGE, S_RWX, mode, asid, 0, 1));
    must("hfence.vvma, address and ASID", after_fence(VS_STAGE, S_RWX, mode, both, GVA(1), 1));
    must("hfence.vvma, global", after_fence(VS_STAGE, S_RWX | PTE_G, mode, all, 0, 0));
    must("hfence.vvma, global, address",
         after_fence(VS_STAGE, S_RWX | PTE_G, mode, address, GVA(1), 0));
    must("hinval.vvma",
         after_fence(VS_STAGE, S_RWX, mode,
                     CODE("sfence.w.inval\nhinval.vvma a0, a1\nsfence.inval.ir"), GVA(1), 1));
    need_not("no fence", after_fence(VS_STAGE, S_RWX, mode, CODE("nop"), 0, 0));
    need_not("hfence.vvma, another address",
             after_fence(VS_STAGE, S_RWX, mode, address, GVA(2), 0));
    need_not("hfence.vvma, another ASID", after_fence(VS_STAGE, S_RWX, mode, asid, 0, 2));
    need_not("hfence.vvma, global, ASID", after_fence(VS_STAGE, S_RWX | PTE_G, mode, asid, 0, 1));
    need_not("sfence.vma of the host",
             after_fence(VS_STAGE, S_RWX, mode, CODE("sfence.vma"), 0, 0));
}

/* A guest's own. */
static void check_sfence(void)
{
    uintptr_t asid = CODE("sfence.vma x0, a1"), both = CODE("sfence.vma a0, a1");
    must("sfence.vma", after_fence(VS_STAGE, S_RWX, VS, CODE("sfence.vma"), 0, 0));
    must("sfence.vma, address", after_fence(VS_STAGE, S_RWX, VS, CODE("sfence.vma a0"), GVA(1), 0));
    must("sfence.vma, ASID", after_fence(VS_STAGE, S_RWX, VS, asid, 0, 1));
    must("sfence.vma, address and ASID", after_fence(VS_STAGE, S_RWX, VS, both, GVA(1), 1));
    must("sinval.vma",
         after_fence(VS_STAGE, S_RWX, VS,
                     CODE("sfence.w.inval\nsinval.vma a0, a1\nsfence.inval.ir"), GVA(1), 1));
    need_not("sfence.vma, another ASID", after_fence(VS_STAGE, S_RWX, VS, asid, 0, 2));
    need_not("sfence.vma, another address", after_fence(VS_STAGE, S_RWX, VS, both, GVA(2), 1));
    need_not("sfence.vma, of the G stage",
             after_fence(G_STAGE, G_RWX, VS, CODE("sfence.vma"), 0, 0));
}

/* The same of the G stage, where the VS stage's leaf is global; `fence` takes the VMID from a1. */
static uint64_t after_global_fence(Mode mode, uintptr_t fence)
{
    map(1, S_RWX | PTE_G, G_RWX);
    check("before the change", OLD, load_page(VS));
    set_g_leaf(2, G_RWX);
    run(mode, fence, 0, 1);
    return load_page(VS);
}

/* The address is a guest physical one, shifted right by two. G means nothing in the G stage. */
static void check_gvma(Mode mode)
{
    uintptr_t all = CODE("hfence.gvma"), address = CODE("hfence.gvma a0");
    uintptr_t vmid = CODE("hfence.gvma x0, a1"), both = CODE("hfence.gvma a0, a1");
    must("hfence.gvma", after_fence(G_STAGE, G_RWX, mode, all, 0, 0));
    must("hfence.gvma, address", after_fence(G_STAGE, G_RWX, mode, address, GPA(1) >> 2, 0));
    must("hfence.gvma, address in the page",
         after_fence(G_STAGE, G_RWX, mode, address, (GPA(1) + 4092) >> 2, 0));
    must("hfence.gvma, VMID", after_fence(G_STAGE, G_RWX, mode, vmid, 0, 1));
    must("hfence.gvma, address and VMID", after_fence(G_STAGE, G_RWX, mode, both, GPA(1) >> 2, 1));
    must("hfence.gvma, G", after_fence(G_STAGE, G_RWX | PTE_G, mode, vmid, 0, 1));
    must("hfence.gvma, global in the VS stage", after_global_fence(mode, vmid));
    must("hfence.gvma, VMID of too many bits",
         after_fence(G_STAGE, G_RWX, mode, vmid, 0, 1ul << 40 | 1));
    must("hinval.gvma",
         after_fence(G_STAGE, G_RWX, mode,
                     CODE("sfence.w.inval\nhinval.gvma a0, a1\nsfence.inval.ir"), GPA(1) >> 2, 1));
    need_not("no fence", after_fence(G_STAGE, G_RWX, mode, CODE("nop"), 0, 0));
    need_not("hfence.gvma, another address",
             after_fence(G_STAGE, G_RWX, mode, address, GPA(2) >> 2, 0));
    need_not("hfence.gvma, the address not shifted",
             after_fence(G_STAGE, G_RWX, mode, address, GPA(1), 0));
    need_not("hfence.gvma, another VMID", after_fence(G_STAGE, G_RWX, mode, vmid, 0, 2));
    need_not("hfence.vvma, of the G stage",
             after_fence(G_STAGE, G_RWX, mode, CODE("hfence.vvma"), 0, 0));
    need_not("sfence.vma, of the G stage",
             after_fence(G_STAGE, G_RWX, mode, CODE("sfence.vma"), 0, 0));
}

/* HFENCE.VVMA and a guest's SFENCE.VMA are for the VMID that hgatp has at the moment. */
static void check_vmid(void)
{
    const uint64_t one = ATP(SV39, 1, g_root), two = ATP(SV39, 2, g_root);
    uintptr_t fence = CODE("csrw hgatp, a0\nhfence.vvma\ncsrw hgatp, a1");
    must("hfence.vvma, this VMID", after_fence(VS_STAGE, S_RWX, HS, fence, one, one));
    need_not("hfence.vvma, another VMID", after_fence(VS_STAGE, S_RWX, HS, fence, two, one));
    pages[1][3] = OLD;
    pages[2][3] = NEW;
    map(1, S_RWX, G_RWX);
    load_page(VS);
    set_vs_leaf(2, S_RWX);
    CSR_WRITE(hgatp, two);
    run(VS, CODE("sfence.vma"), 0, 0);
    check("another VMID", NEW, load_page(VS));
    CSR_WRITE(hgatp, one);
    need_not("sfence.vma, another VMID", load_page(VS));
}

/* The mode of an hgatp, also from and to Bare. */
static void check_mode(void)
{
    uint64_t address = (uintptr_t)pages[1] + 24;
    static uint64_t root[2048] __attribute__((aligned(16384)));
    uintptr_t load = CODE("ld a0, 0(a0)"), fence = CODE("hfence.gvma x0, a1");
    root[2] = g_root[2];
    map(1, S_RWX, G_RWX);
    CSR_WRITE(vsatp, 0);
    CSR_WRITE(hgatp, 0);
    fence_all();
    pages[1][3] = OLD;
    check("Bare", OLD, run(VS, load, address, 0).value);
    root[2] = 0;
    root[4] = g_root[2];
    root[0] = g_root[0];
    CSR_WRITE(hgatp, ATP(SV39, 0, root));
    run(HS, fence, 0, 0);
    Trap trap = run(VS, load, address + (2ul << 30),
                    0); /* nobody is at home at the other address: fetch through it */
    check("code is not mapped", FETCH_GUEST_PAGE, trap.cause);
    CSR_WRITE(hgatp, 0);
    run(HS, fence, 0, 0);
    check("Bare again", OLD, run(VS, load, address, 0).value);
    fresh();
}

/* Protection of physical memory takes effect with HFENCE.GVMA. */
static void check_pmp(void)
{
    map(1, S_RWX, G_RWX);
    load_page(VS);
    CSR_WRITE(pmpaddr1, ~0ul);
    CSR_WRITE(pmpaddr0, (uintptr_t)pages[1] >> 2 | 0x1ff);
    CSR_WRITE(pmpcfg0, 0x1f18);
    run(M, CODE("hfence.gvma"), 0, 0);
    check("PMP", LOAD_ACCESS, run(VS, CODE("ld a0, 0(a0)"), GVA(1), 0).cause);
    CSR_WRITE(pmpaddr0, ~0ul);
    CSR_WRITE(pmpcfg0, 0x1f);
    run(M, CODE("hfence.gvma"), 0, 0);
    check("PMP", NOWHERE, run(VS, CODE("ld a0, 0(a0)"), GVA(1), 0).to);
}

static uint64_t cause_of_load(void)
{
    Trap trap = run(VS, CODE("ld a0, 0(a0)"), GVA(1), 0);
    return trap.to ? trap.cause : OK;
}

/* henvcfg is of the VS stage, menvcfg of the G stage: memory types, and who sets A and D. */
static void check_environment(void)
{
    const uint64_t type = 1ul << 61;
    map(1, S_RWX | type, G_RWX);
    check("henvcfg.PBMTE", OK, cause_of_load());
    CSR_CLEAR(henvcfg, ENVCFG_PBMTE);
    run(HS, CODE("hfence.vvma"), 0, 0);
    check("henvcfg.PBMTE is clear", LOAD_PAGE, cause_of_load());
    map(1, S_RWX, G_RWX | type);
    check("henvcfg.PBMTE is clear, G stage", OK, cause_of_load());
    CSR_CLEAR(menvcfg, ENVCFG_PBMTE);
    run(M, CODE("hfence.gvma"), 0, 0);
    check("menvcfg.PBMTE is clear", LOAD_GUEST_PAGE, cause_of_load());
    map(1, S_RWX & ~(uint64_t)PTE_A, G_RWX);
    CSR_SET(menvcfg, ENVCFG_ADUE);
    CSR_CLEAR(henvcfg, ENVCFG_ADUE);
    run(M, CODE("hfence.gvma"), 0, 0);
    check("henvcfg.ADUE is clear", LOAD_PAGE, cause_of_load());
    CSR_SET(henvcfg, ENVCFG_ADUE);
    run(HS, CODE("hfence.vvma"), 0, 0);
    check("henvcfg.ADUE", OK, cause_of_load());
    check("henvcfg.ADUE, A", PTE_A, vs_level0[1] & PTE_A);
    map(1, S_RWX, G_RWX & ~(uint64_t)PTE_A);
    CSR_CLEAR(menvcfg, ENVCFG_ADUE);
    run(M, CODE("hfence.gvma"), 0, 0);
    check("menvcfg.ADUE is clear", LOAD_GUEST_PAGE, cause_of_load());
    CSR_SET(menvcfg, ENVCFG_ADUE);
    run(M, CODE("hfence.gvma"), 0, 0);
    check("menvcfg.ADUE", OK, cause_of_load());
    check("menvcfg.ADUE, A", PTE_A, *g_pte(GPA(1)) & PTE_A);
    fresh();
}

void corner(void)
{
    for (unsigned i = 0; i < 2; i++) {
        check_vvma(i ? M : HS);
        check_gvma(i ? M : HS);
    }
    check_sfence();
    check_vmid();
    check_mode();
    check_pmp();
    check_environment();
}
