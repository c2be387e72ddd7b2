/* SPDX-License-Identifier: MIT */
/* test_sight_walk.c - a walk as people see it: chosen, told step by step, and drawn. */
#include <criterion/criterion.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/explain/explain.h"
#include "emu/monitor/monitor.h"
#include "emu/sight/walk.h"
#include "mmu/pte.h"
#include "tests/lib/machine_rig.h"
#include "tests/unit/test_guest_setup.h"
#include "tests/unit/test_ui_setup.h"

/* Running: in VS-mode, and its faults are kept. */
static Machine *running_guest(void)
{
    Machine *m = guest();
    m->harts[0].mmu.v = true;
    hart_update_context(&m->harts[0]);
    explain_keep(m, false);
    return m;
}

/* The same, but RAM is at guest-physical 0. */
static Machine *moved_guest(void)
{
    Machine *m = running_guest();
    rig_write64(m, VS + 8, entry(VS + 0x1000 - BOARD_RAM, PTE_V));
    rig_write64(m, VS + 0x1000 + 8, entry(VS + 0x2000 - BOARD_RAM, PTE_V));
    rig_write64(m, VS + 0x2000 + 8, entry(DATA - BOARD_RAM, LEAF));
    rig_write64(m, G, entry(BOARD_RAM, G_LEAF));
    csr_write(&m->harts[0], CSR_vsatp, 8ull << 60 | 3ull << 44 | (VS - BOARD_RAM) >> 12);
    return m;
}

/* By the figure of a PTE in the manual, from the numbers that the test has put there. */
Test(sight_walk, an_entry_is_told_field_by_field)
{
    Machine *m = running_guest();
    const uint64_t leaf = 3ull << 8 | entry(DATA, LEAF | PTE_G);
    char line[64];
    rig_write64(m, VS + 0x2000 + 8, leaf);
    g_autofree char *text = say(m, "walk 0x40201000 step 5");
    static const char *const lines[] = { "step 5 of 7: VS stage, level 0\n",
                                         "  at     0x80302008 ",
                                         "  gpa    0x80302008 ",
                                         "  N      0\n",
                                         "  PBMT   0 ",
                                         "  RSW    3 ",
                                         "  D      1                  written",
                                         "  G      1 ",
                                         "  U      0 ",
                                         "  is     leaf ",
                                         "  size   0x1000 ",
                                         "  to gpa 0x80320000 ",
                                         "  to spa 0x80320000 ",
                                         "  owner  vmid7 " };
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++)
        expect(text, lines[i]);
    g_snprintf(line, sizeof line, "  pte    0x%" G_GINT64_MODIFIER "x ", leaf);
    expect(text, line);
    g_snprintf(line, sizeof line, "  PPN    0x%x ", DATA >> 12);
    expect(text, line);
    g_autofree char *pointer = say(m, "walk 0x40201000 step 1");
    expect(pointer, "step 1 of 7: VS stage, level 2\n");
    expect(pointer, "  is     pointer ");
    expect(pointer, "  to gpa 0x80301000 ");
    g_autofree char *g = say(m, "walk 0x40201000 step 6");
    expect(g, "step 6 of 7: G stage, level 2, of what is accessed\n");
    expect(g, "  size   0x40000000 ");
    expect(g, "  to spa 0x80320000 ");
    g_autofree char *none = say(m, "walk 0x40201000 step 7");
    cr_expect_str_eq(none, "walk: there is no step 7; the walk has 7, from 0 on\n");
    g_autofree char *json = say(m, "walk 0x40201000 step 5 json");
    expect(json, "{\"step\":5,\"fields\":[{\"name\":\"at\",\"value\":\"0x80302008\",");
    machine_free(m);
}

Test(sight_walk, what_is_wrong_with_an_entry_is_marked)
{
    static const struct {
        uint64_t pte;
        char access;
        const char *marked, *rule;
    } cases[] = {
        { 0, 'r', "! V ", "Virtual Address Translation Process, step 3" },
        { LEAF & ~PTE_W, 'w', "! W ", "norm:store_page_fault_no_w" },
        { LEAF & ~PTE_D, 'w', "! D ", "norm:svade_access_ad_bit_clear" },
        { LEAF | 3ull << 61, 'r', "! PBMT ", "norm:Svpbmt_leaf_pte_pbmt_reserved_3_fault" },
        { LEAF | 1ull << 54, 'r', "! 60:54 ", "norm:Sv39_pte_future_rsv" },
        { LEAF | PTE_N, 'r', "! N ", "norm:Svnapot_reserved_encoding_fault" },
    };
    Machine *m = running_guest();
    csr_write(&m->harts[0], CSR_menvcfg, MENVCFG_PBMTE);
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *command = g_strdup_printf("walk 0x40201000 %c step 5", cases[i].access);
        rig_write64(m, VS + 0x2000 + 8, cases[i].pte ? entry(DATA, 0) | cases[i].pte : 0);
        g_autofree char *text = say(m, command);
        expect(text, cases[i].marked);
        expect(text, cases[i].rule);
        expect(text, "! fails  ");
    }
    machine_free(m);
}

static WalkSight *make(Machine *m, SightWants wants)
{
    return walk_sight_make(m, &wants);
}

Test(sight_walk, what_is_wanted_is_looked_at)
{
    Machine *m = running_guest();
    WalkSight *asked =
        make(m, (SightWants){ .va = VA, .access = 'w', .privilege = 'U', .vmid = -1 });
    cr_expect_eq(asked->grid.question.va.v, VA);
    cr_expect_eq(asked->grid.question.access, ACCESS_WRITE);
    cr_expect(asked->grid.question.user && asked->grid.question.space.guest);
    cr_expect_eq(asked->grid.result.status, WALK_PAGE_FAULT);
    walk_sight_free(asked);
    WalkSight *named = make(m, (SightWants){ .expression = "$sp + 0x1000", .vmid = 7 });
    cr_expect_eq(named->grid.question.va.v, m->harts[0].x[2] + 0x1000);
    walk_sight_free(named);
    WalkSight *nobody = make(m, (SightWants){ .va = VA, .vmid = 8 });
    cr_expect_str_eq(nobody->refused, "no hart has VMID 8 in hgatp now");
    walk_sight_free(nobody);
    WalkSight *nonsense = make(m, (SightWants){ .expression = "nowhere", .vmid = -1 });
    expect(nonsense->refused, "nowhere");
    walk_sight_free(nonsense);
    machine_free(m);
}

/* Its last fault, after its handler has moved on; before there is one, pc. */
Test(sight_walk, follows_the_last_fault_or_pc)
{
    const uint32_t load = 0x0002b283; /* ld t0, (t0) */
    Machine *m = running_guest();
    Hart *hart = &m->harts[0];
    cr_assert(bus_poke(&m->bus, (Spa){ DATA }, &load, sizeof load));
    hart->pc = VA;
    WalkSight *at_pc = make(m, (SightWants){ .follow = true, .vmid = -1 });
    cr_expect_str_eq(at_pc->why, "pc");
    cr_expect_eq(at_pc->grid.question.va.v, VA);
    cr_expect_eq(at_pc->grid.question.access, ACCESS_FETCH);
    cr_expect_eq(at_pc->grid.result.spa.v, DATA);
    walk_sight_free(at_pc);
    hart->x[5] = VA + PAGE_SIZE + 8;
    rig_run(m, 3);
    WalkSight *fault = make(m, (SightWants){ .follow = true, .vmid = -1 });
    cr_expect_str_eq(fault->why, "last fault: load page fault, trap 1");
    cr_expect_eq(fault->grid.question.va.v, VA + PAGE_SIZE + 8);
    cr_expect_eq(fault->grid.question.access, ACCESS_READ);
    cr_expect_eq(fault->grid.result.why, WHY_NOT_VALID);
    walk_sight_free(fault);
    g_autofree char *text = say(m, "walk");
    expect(text, "hart 0: last fault: load page fault, trap 1: load of 0x40202008 by VS-mode: ");
    machine_free(m);
}

static void sv57(Machine *m)
{
    for (unsigned level = 4; level > 0; level--) {
        rig_write64(m, VS + 0x10000 + (4 - level) * 0x1000,
                    entry(VS + 0x11000 + (4 - level) * 0x1000, PTE_V));
        rig_write64(m, G + 0x20000 + (4 - level) * 0x4000,
                    entry(G + 0x24000 + (4 - level) * 0x4000, PTE_V));
    }
    rig_write64(m, VS + 0x14000, entry(DATA, LEAF & ~(uint64_t)PTE_D));
    csr_write(&m->harts[0], CSR_vsatp, 10ull << 60 | (VS + 0x10000) >> 12);
    csr_write(&m->harts[0], CSR_hgatp, 10ull << 60 | 9ull << 44 | (G + 0x20000) >> 12);
    /* 0x80000000 on: a gigapage in the third table. */
    rig_write64(m, G + 0x20000 + 2 * 0x4000 + 16, entry(BOARD_RAM, G_LEAF));
    csr_write(&m->harts[0], CSR_menvcfg, MENVCFG_ADUE);
    csr_write(&m->harts[0], CSR_henvcfg, MENVCFG_ADUE);
}

static void type_address(PanelRig *rig, const char *text)
{
    panel_keys(rig, "g");
    g_free(panel_type(rig, UI_KEY_DELETE));
    panel_keys(rig, text);
    g_free(panel_type(rig, UI_KEY_ENTER));
}

Test(sight_walk, the_panel_has_room_at_all_sizes)
{
    Machine *m = running_guest();
    PanelRig rig = panel_rig(&ui_panel_walk, m);
    panel_check_sizes(&rig); /* nothing is known yet */
    panel_look(&rig);
    panel_check_sizes(&rig); /* pc: nothing is mapped there */
    type_address(&rig, "0x40201000");
    panel_check_sizes(&rig);
    panel_keys(&rig, "g");
    panel_check_sizes(&rig);
    panel_keys(&rig, "$nothing + a long long long long long long text that is no number");
    panel_check_sizes(&rig);
    g_free(panel_type(&rig, UI_KEY_ENTER));
    panel_check_sizes(&rig);
    sv57(m);
    type_address(&rig, "0");
    panel_keys(&rig, "w");
    for (unsigned i = 0; i < 40; i += 5) {
        panel_check_sizes(&rig);
        for (unsigned j = 0; j < 5; j++)
            g_free(panel_type(&rig, UI_KEY_LEFT));
    }
    csr_write(&m->harts[0], CSR_vsatp, 0);
    csr_write(&m->harts[0], CSR_hgatp, 0);
    panel_look(&rig);
    panel_check_sizes(&rig);
    panel_end(&rig);
    machine_free(m);
}

/* Text, JSON and picture are of one struct; what the text has as figures the picture has, too. */
Test(sight_walk, the_panel_shows_what_the_monitor_prints)
{
    static const char *const addresses[] = { "0x40201000", "0x40202000", "0x8000000000",
                                             "0x80200123" };
    Machine *m = moved_guest();
    PanelRig rig = panel_rig(&ui_panel_walk, m);
    panel_look(&rig);
    for (unsigned i = 0; i < G_N_ELEMENTS(addresses); i++) {
        type_address(&rig, addresses[i]);
        panel_draw(&rig, (UiRect){ 0, 0, 1280, 1000 });
        g_autofree char *command = panel_type(&rig, 'm');
        g_autofree char *expected = g_strdup_printf("walk %s as hart 0 r priv S\n", addresses[i]);
        cr_expect_str_eq(command, expected);
        g_autofree char *text = say(m, g_strchomp(command));
        panel_has_numbers(&rig, text);
    }
    type_address(&rig, "0x40201000");
    const WalkSight *sight = rig.sights->sights[SIGHT_WALK];
    for (unsigned step = 0; step < sight->grid.n_steps; step++) {
        g_autofree char *command = g_strdup_printf("walk 0x40201000 step %u", step);
        g_autofree char *text = say(m, command);
        rig.type->click(rig.state, rig.sights, 16 + step, NULL);
        panel_draw(&rig, (UiRect){ 0, 0, 1280, 1000 });
        panel_has_numbers(&rig, text);
    }
    panel_end(&rig);
    machine_free(m);
}

Test(sight_walk, the_panel_is_moved_about_in)
{
    Machine *m = running_guest();
    PanelRig rig = panel_rig(&ui_panel_walk, m);
    const UiRect area = { 0, 0, 900, 700 };
    panel_look(&rig);
    type_address(&rig, "0x40201000");
    panel_draw(&rig, area);
    panel_shows(&rig, "step 6 of 7"); /* where the walk ended */
    g_free(panel_type(&rig, UI_KEY_HOME));
    panel_draw(&rig, area);
    panel_shows(&rig, "step 0 of 7");
    g_free(panel_type(&rig, UI_KEY_DOWN));
    g_free(panel_type(&rig, UI_KEY_DOWN));
    g_free(panel_type(&rig, UI_KEY_RIGHT));
    panel_draw(&rig, area);
    panel_shows(&rig, "step 5 of 7");
    g_free(panel_type(&rig, UI_KEY_UP));
    panel_draw(&rig, area);
    panel_shows(&rig, "step 3 of 7"); /* the entry of the row above */
    panel_keys(&rig, "w");
    panel_draw(&rig, area);
    panel_shows(&rig, "store of 0x40201000 by VS-mode: ");
    panel_keys(&rig, "p");
    panel_draw(&rig, area);
    panel_shows(&rig, "store of 0x40201000 by VU-mode: ");
    panel_shows(&rig, "!U      0");
    panel_keys(&rig, "v7");
    g_free(panel_type(&rig, UI_KEY_ENTER));
    panel_draw(&rig, area);
    panel_shows(&rig, "vmid 7");
    panel_keys(&rig, "v8");
    g_free(panel_type(&rig, UI_KEY_ENTER));
    panel_draw(&rig, area);
    panel_shows(&rig, "no hart has VMID 8 in hgatp now");
    panel_keys(&rig, "f");
    panel_draw(&rig, area);
    panel_shows(&rig, "pc");
    panel_end(&rig);
    machine_free(m);
}

Test(sight_walk, the_panel_begins_as_the_command_line_says)
{
    static const char *const good[][2] = { { "va", "0x40201000" }, { "access", "w" },
                                           { "priv", "U" },        { "vmid", "7" },
                                           { "hart", "0" },        { "step", "5" } };
    static const char *const bad[][2] = { { "va", "" },        { "access", "rw" }, { "priv", "M" },
                                          { "vmid", "99999" }, { "step", "-1" },   { "hart", "32" },
                                          { "color", "1" } };
    Machine *m = moved_guest();
    PanelRig rig = panel_rig(&ui_panel_walk, m);
    for (unsigned i = 0; i < G_N_ELEMENTS(good); i++)
        cr_expect(rig.type->set(rig.state, good[i][0], good[i][1]), "%s", good[i][0]);
    panel_look(&rig);
    panel_draw(&rig, (UiRect){ 0, 0, 900, 700 });
    panel_shows(&rig, "store of 0x40201000 by VU-mode: ");
    panel_shows(&rig, "step 5 of 6");
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
        cr_expect_not(rig.type->set(rig.state, bad[i][0], bad[i][1]), "%s", bad[i][0]);
    panel_end(&rig);
    machine_free(m);
}
