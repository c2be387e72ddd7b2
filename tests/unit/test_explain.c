/* SPDX-License-Identifier: MIT */
/* test_explain.c - drawn walks, and what harts keep of their traps; what follows from that is tested by tests/explain. */
#include <criterion/criterion.h>
#include <string.h>

#include "cpu/csr.h"
#include "cpu/past.h"
#include "emu/explain/explain.h"
#include "emu/explain/walk_grid.h"
#include "emu/json.h"
#include "mmu/pte.h"
#include "tests/lib/machine_rig.h"
#include "tests/unit/test_guest_setup.h"

static WalkQuestion question(const Machine *m, uint64_t va, Access access)
{
    const Mmu *mmu = &m->harts[0].mmu;
    return (WalkQuestion){ .space = { .guest = true, .atp = mmu->vsatp, .hgatp = mmu->hgatp },
                           .va = { va },
                           .access = access };
}

static char *draw(Machine *m, uint64_t va, Access access)
{
    GString *out = g_string_new(NULL);
    WalkQuestion q = question(m, va, access);
    WalkGrid grid;
    walk_grid_look(&m->harts[0].mmu, &q, &grid);
    walk_grid_print(&grid, out);
    return g_string_free(out, FALSE);
}

static void expect(const char *text, const char *part)
{
    cr_expect(strstr(text, part), "no \"%s\" in:\n%s", part, text);
}

Test(explain, grid_of_both_stages)
{
    Machine *m = guest();
    g_autofree char *text = draw(m, VA + 8, ACCESS_READ);
    expect(text, "load of 0x40201008 by VS-mode: VS stage Sv39, root 0x80300000, ASID 3; G stage "
                 "Sv39x4, root 0x80310000, VMID 7\n");
    expect(text, "          G 2                      G 1                      G 0                "
                 "      entry\n");
    expect(text, "VS 2    + 80310010     DA-UXWRV                                                "
                 "    + 80300008     -------V  gpa 80300008\n");
    expect(text, "VS 0    + 80310010     DA-UXWRV                                                "
                 "    + 80302008     DA--XWRV  gpa 80302008\n");
    expect(text, "access  + 80310010     DA-UXWRV\n");
    expect(text, "gpa 0x80320008, spa 0x80320008, page of 0x1000, RWX-, 7 entries\n");
    expect(text, "nothing is remembered of it\n");
    machine_free(m);
}

Test(explain, grid_of_failures)
{
    Machine *m = guest();
    g_autofree char *unmapped = draw(m, VA + PAGE_SIZE, ACCESS_READ);
    expect(unmapped, "! 80302010     --------  gpa 80302010\n");
    expect(unmapped, "load page fault: VS stage, level 0, entry 0x0 at 0x80302010: V: ");
    rig_write64(m, G + 16, entry(BOARD_RAM, LEAF));
    g_autofree char *no_u = draw(m, VA, ACCESS_WRITE);
    expect(no_u, "VS 2    ! 80310010     DA--XWRV\n");
    expect(no_u, "store guest-page fault of gpa 0x80300008, where an entry of the VS stage is: G "
                 "stage, level 2, entry 0x200000cf at 0x80310010: U: ");
    expect(no_u, "(norm:H_vm_gpapriv)\n");
    g_autofree char *wide = draw(m, 0x8000000000, ACCESS_FETCH);
    expect(wide, "fetch page fault: va: ");
    expect(wide, "(norm:Sv39_va_signext)\n");
    csr_write(&m->harts[0], CSR_hgatp, 8ull << 60 | 7ull << 44 | 0x7000);
    g_autofree char *no_memory = draw(m, VA, ACCESS_READ);
    expect(no_memory, "! 7000010      --------\n");
    expect(no_memory, "load access fault of gpa 0x80300008");
    machine_free(m);
}

/* The row in which the VS stage's leaf is reached once more, to be written. */
Test(explain, grid_of_an_update)
{
    Machine *m = guest();
    csr_write(&m->harts[0], CSR_menvcfg, MENVCFG_ADUE);
    csr_write(&m->harts[0], CSR_henvcfg, MENVCFG_ADUE);
    rig_write64(m, VS + 0x2000 + 8, entry(DATA, LEAF & ~(uint64_t)PTE_D));
    g_autofree char *text = draw(m, VA, ACCESS_WRITE);
    expect(text, "VS A/D  + 80310010     DA-UXWRV\naccess  + 80310010     DA-UXWRV\n");
    cr_expect_eq(rig_read64(m, VS + 0x2000 + 8), entry(DATA, LEAF & ~(uint64_t)PTE_D),
                 "looking changes nothing");
    machine_free(m);
}

static uint64_t guest_load(Machine *m)
{
    uint64_t value = 0;
    cr_assert(mmu_guest_load(&m->harts[0].mmu, PRIV_S, false, 0, (Gva){ VA }, 8, &value));
    return value;
}

Test(explain, what_is_remembered)
{
    Machine *m = guest();
    guest_load(m);
    g_autofree char *same = draw(m, VA, ACCESS_READ);
    expect(same, "remembered: spa 0x80320000, page of 0x1000, RWX-, as the tables say\n");
    rig_write64(m, VS + 0x2000 + 8, entry(DATA + PAGE_SIZE, LEAF));
    g_autofree char *other = draw(m, VA, ACCESS_READ);
    expect(other, "spa 0x80321000, page of 0x1000");
    expect(other, "remembered: spa 0x80320000, page of 0x1000, RWX-: not what the tables say; a "
                  "fence is missing\n");
    rig_write64(m, VS + 0x2000 + 8, 0);
    g_autofree char *gone = draw(m, VA, ACCESS_READ);
    expect(gone, "a fence is missing\n");
    machine_free(m);
}

Test(explain, walk_as_json)
{
    Machine *m = guest();
    g_autoptr(GString) out = g_string_new(NULL);
    WalkQuestion q = question(m, VA, ACCESS_READ);
    Json json = { .out = out };
    WalkGrid grid;
    walk_grid_look(&m->harts[0].mmu, &q, &grid);
    json_begin(&json, NULL, '{');
    walk_grid_json(&grid, &json);
    json_end(&json, '{');
    expect(out->str, "{\"va\":\"0x40201000\",\"access\":\"load\",\"priv\":\"S\",\"guest\":true,"
                     "\"asid\":3,\"vmid\":7,\"first\":{\"mode\":\"Sv39\",\"root\":\"0x80300000\"},"
                     "\"g\":{\"mode\":\"Sv39x4\",\"root\":\"0x80310000\"},\"steps\":[{");
    expect(out->str, "}],\"result\":\"ok\",\"gpa\":\"0x80320000\",\"spa\":\"0x80320000\",\"page\":"
                     "\"0x1000\",\"perm\":\"RWX-\",\"implicit\":false,\"bit\":null,\"rule\":null,"
                     "\"remembered\":null}");
    machine_free(m);
}

Test(explain, json_strings)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = { .out = out };
    json_begin(&json, NULL, '[');
    json_text(&json, NULL, "a \"b\" \\ \n");
    json_text(&json, NULL, "h\xc3\xb6r \xff");
    json_text(&json, NULL, NULL);
    json_hex(&json, NULL, UINT64_MAX);
    json_begin(&json, NULL, '{');
    json_number(&json, "n", 10);
    json_flag(&json, "f", false);
    json_end(&json, '{');
    json_end(&json, '[');
    cr_expect_str_eq(
        out->str,
        "[\"a \\\"b\\\" \\\\ \\u000a\",\"h\xc3\xb6r \xef\xbf\xbd\",null,\"0xffffffffffffffff\",{\"n\":10,"
        "\"f\":false}]");
}

/* In VS-mode, with handlers that return at once. */
static Machine *traps(uint32_t at_epc)
{
    static const uint32_t returns[] = { 0x10200073 };
    const uint32_t code[] = { at_epc };
    Machine *m = rig_in(PRIV_S, NULL);
    Hart *hart = &m->harts[0];
    cr_assert(bus_poke(&m->bus, (Spa){ RIG_S_HANDLER }, returns, sizeof returns));
    cr_assert(bus_poke(&m->bus, (Spa){ DATA }, code, sizeof code));
    csr_write(hart, CSR_medeleg, ~0ull);
    explain_keep(m, false);
    hart->pc = DATA;
    hart->mmu.v = true;
    hart_update_context(hart);
    return m;
}

Test(explain, past_of_a_loop)
{
    enum { ECALL = 0x73 };
    Machine *m = traps(ECALL);
    const Past *past = m->harts[0].past;
    rig_run(m, 21); /* ECALL, SRET, ECALL ... */
    const PastTrap *last = past_last(past, 0);
    cr_assert(last);
    cr_expect_eq(last->times, 11);
    cr_expect_eq(last->returns, 10);
    cr_expect_eq(last->id, 11);
    cr_expect(!last->returned);
    cr_expect_eq(last->epc, DATA);
    cr_expect_eq(last->trap.cause, CAUSE_ECALL_VS);
    cr_expect_eq(last->mode, MODE_VS);
    cr_expect_eq(last->level, LEVEL_HS);
    cr_expect_null(past_last(past, 1), "it is kept once");
    cr_expect_null(past_find(past, 10));
    cr_expect_eq(past_find(past, 11), last);
    rig_run(m, 1);
    cr_expect(last->returned);
    cr_expect_eq(last->back_pc, DATA);
    cr_expect_eq(last->back_mode, MODE_VS);
    machine_reset(m, NULL);
    cr_expect_null(past_last(past, 0), "a hart that starts has no past");
    machine_free(m);
}

/* A trap keeps the entry where its walk ended, whatever its handler does to it. */
Test(explain, past_of_a_walk)
{
    enum { LOAD_A0_A1 = 0x0005b503 };
    Machine *m = traps(LOAD_A0_A1);
    Hart *hart = &m->harts[0];
    rig_write64(m, G + 16, entry(BOARD_RAM, G_LEAF));
    rig_write64(m, G, entry(0, G_LEAF & ~(uint64_t)PTE_U));
    csr_write(hart, CSR_hgatp, 8ull << 60 | 7ull << 44 | G >> 12);
    hart->x[11] = 0x1234;
    rig_run(m, 1);
    rig_write64(m, G, 0);
    const PastTrap *trap = past_last(hart->past, 0);
    const FaultWalk *walk = past_walk(hart, trap);
    cr_assert(walk);
    cr_expect_eq(trap->trap.cause, CAUSE_LOAD_GUEST_PAGE);
    cr_expect_eq(walk->end.entry.at.v, G);
    cr_expect_eq(walk->end.entry.pte, entry(0, G_LEAF & ~(uint64_t)PTE_U));
    cr_expect_eq(walk->end.why, WHY_PERMISSION);
    cr_expect_eq(walk->end.gpa.v, 0x1234);
    cr_expect(walk->end.in_g && walk->guest && !walk->end.has_first);
    machine_free(m);
}
