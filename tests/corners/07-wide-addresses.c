/* SPDX-License-Identifier: MIT */
/*
 * 07 wide-addresses - guest physical addresses have two bits more than virtual ones, and beyond these no bit may be
 * set.
 *
 * What is too wide is a guest-page fault, never a page fault, also without a VS stage. norm:hgatp_mode_x4,
 * norm:hgatp_mode_sv, norm:hgatp_mode_sv39x4, norm:hgatp_mode_sv48x4, norm:hgatp_mode_sv57x4, norm:hgatp_mode_bare,
 * norm:hgatp_mode_bare_trans, norm:hgatp_sz_acc_op
 */
#include "lib/corner.h"

const char corner_name[] = "07 wide-addresses";

static uint64_t root48[2048] __attribute__((aligned(16384)));
static uint64_t root57[2048] __attribute__((aligned(16384)));

/* Each root leads to the next smaller one in its first entry, and in one for the highest address bit and one more. */
static void make_roots(void)
{
    g_root[1024 + 1 + 2] = g_root[2];
    root48[0] = root48[1024 + 1] = (uintptr_t)g_root >> 12 << 10 | PTE_V;
    root57[0] = root57[1024 + 1] = (uintptr_t)root48 >> 12 << 10 | PTE_V;
}

static const struct {
    const char *what;
    const uint64_t *root;
    uint8_t mode, width;
} modes[] = {
    { "Sv39x4", g_root, SV39, 41 },
    { "Sv48x4", root48, SV48, 50 },
    { "Sv57x4", root57, SV57, 59 },
};

/* At `address` there is nothing. */
static void check_refused(const char *what, uint64_t address)
{
    Trap trap = run(VS, CODE("ld a0, 0(a0)"), address, 0);
    check_trap(what,
               (Trap){ .to = HS,
                       .from = VS,
                       .cause = LOAD_GUEST_PAGE,
                       .tval = address,
                       .tval2 = address >> 2,
                       .tinst = *(const uint32_t *)CODE("ld a0, 0(x0)"),
                       .gva = true },
               trap);
    check(what, STORE_GUEST_PAGE, run(VS, CODE("sd a1, 0(a0)"), address, 0).cause);
    check(what, FETCH_GUEST_PAGE, run(VS, address, 0, 0).cause);
}

static void check_without_vs_stage(void)
{
    CSR_WRITE(vsatp, 0);
    pages[0][0] = 0x1234;
    for (unsigned i = 0; i < 3; i++) {
        CSR_WRITE(hgatp, ATP(modes[i].mode, 1, modes[i].root));
        fence_all();
        uint64_t highest = BIT(modes[i].width - 1) + BIT(modes[i].width - 11);
        Trap trap = run(VS, CODE("ld a0, 0(a0)"), highest + (uintptr_t)pages[0], 0);
        check(modes[i].what, NOWHERE, trap.to);
        check(modes[i].what, 0x1234, trap.value);
        for (unsigned bit = modes[i].width; bit < 64; bit++)
            check_refused(modes[i].what, BIT(bit) | (uintptr_t)pages[0]);
    }
}

/* The VS stage can give addresses of 56 bits. */
static void check_with_vs_stage(void)
{
    CSR_WRITE(vsatp, ATP(SV39, 1, vs_root));
    for (unsigned i = 0; i < 2; i++) {
        CSR_WRITE(hgatp, ATP(modes[i].mode, 1, modes[i].root));
        for (unsigned bit = modes[i].width; bit < 56; bit++) {
            uint64_t gpa = BIT(bit) | (uintptr_t)pages[0];
            vs_level0[0] = gpa >> 12 << 10 | S_RWX;
            fence_all();
            Trap trap = run(VS, CODE("ld a0, 0(a0)"), GVA(0), 0);
            check(modes[i].what, LOAD_GUEST_PAGE, trap.cause);
            check(modes[i].what, GVA(0), trap.tval);
            check(modes[i].what, gpa >> 2, trap.tval2);
            check(modes[i].what, FETCH_GUEST_PAGE, run(VS, GVA(0), 0, 0).cause);
            vs_level1[0] = BIT(bit) >> 12 << 10 | PTE_V; /* and a page table there */
            fence_all();
            trap = run(VS, CODE("ld a0, 0(a0)"), GVA(0), 0);
            check(modes[i].what, LOAD_GUEST_PAGE, trap.cause);
            check(modes[i].what, BIT(bit) >> 2, trap.tval2);
            check(modes[i].what, 0x3000, trap.tinst);
            vs_level1[0] = GPA_LEVEL0 >> 12 << 10 | PTE_V;
        }
    }
}

/* Without a G stage guest physical addresses are real ones, and nothing is protected. */
static void check_bare(void)
{
    CSR_WRITE(hgatp, 0);
    CSR_WRITE(vsatp, 0);
    fence_all();
    Trap trap = run(VS, CODE("ld a0, 0(a0)"), (uintptr_t)pages[0], 0);
    check("Bare", NOWHERE, trap.to);
    check("Bare", 0x1234, trap.value);
    check("Bare, no memory", LOAD_ACCESS, run(VS, CODE("ld a0, 0(a0)"), BIT(41), 0).cause);
}

void corner(void)
{
    make_roots();
    check_without_vs_stage();
    check_with_vs_stage();
    check_bare();
}
