/* SPDX-License-Identifier: MIT */
/* test_sight_harts.c - partitions and harts: what is counted, what is known of late, and the panel of it. */
#include "emu/ui/palette.h"
#include "tests/unit/test_sight_panel.h"

static HartsSight *look(Machine *m)
{
    return harts_make(m, &(SightWants){ 0 });
}

Test(harts, who_runs_where_and_how_much)
{
    Machine *m = begin(2, "linux");
    cr_assert(harts_count(m));
    cr_assert_eq(machine_run_until(m, 8000), STOP_DEBUG);
    HartsSight *s = look(m);
    cr_assert_eq(s->parts->len, 2);
    const HartsPart *host = harts_part(s, 0), *guest_part = harts_part(s, 1);
    cr_expect_str_eq(host->who.name, "host");
    cr_expect_str_eq(guest_part->who.name, "linux");
    cr_expect_eq(guest_part->who.letter, 'A');
    cr_expect_eq(guest_part->who.vmid, VMID);
    /* Of eight units of hart 0's four are the guest's, one is a trap, and three are the host's; hart 1 waits. */
    cr_expect_eq(host->insns + guest_part->insns, machine_retired(m));
    cr_expect_float_eq((double)guest_part->insns / (double)host->insns, 4.0 / 3, 0.01);
    cr_expect_float_eq((double)guest_part->exits, 1000, 1);
    cr_expect_eq(s->from, 0);
    cr_expect_eq(guest_part->late.exits, guest_part->exits);
    cr_expect_float_eq((double)guest_part->late.busy, 4000, 4);
    cr_expect_eq(guest_part->late.idle, 0);
    cr_expect_float_eq((double)host->late.busy, 4000, 6);
    cr_expect_float_eq((double)host->late.idle, 8000, 4);
    cr_expect_eq(host->late.busy + host->late.idle + guest_part->late.busy, 2 * s->now);
    cr_expect_eq(host->waiting, 2);
    cr_expect_eq(s->harts[1].late.busy, 2);
    cr_expect(s->harts[1].idle && !strcmp(s->harts[1].mode, "M"));
    cr_expect_eq(s->harts[0].pc, m->harts[0].pc);
    harts_free(s);
    end(m);
}

/* Figures of the last stretch do not depend on when one looked before. */
Test(harts, looking_often_is_looking_once)
{
    g_autoptr(GString) once = g_string_new(NULL), often = g_string_new(NULL);
    Machine *m = begin(2, "linux"), *n = begin(2, "linux");
    harts_count(m);
    harts_count(n);
    for (unsigned i = 1; i <= 20; i++) {
        machine_run_until(m, i * 1000);
        harts_free(look(m));
    }
    machine_run_until(n, 20000);
    HartsSight *a = look(m), *b = look(n);
    harts_print(a, often);
    harts_print(b, once);
    cr_expect_str_eq(often->str, once->str);
    cr_expect_eq(machine_state_hash(m), machine_state_hash(n));
    harts_free(a);
    harts_free(b);
    end(m);
    end(n);
}

Test(harts, guests_without_a_declaration_have_numbers_of_their_own)
{
    Machine *m = begin(1, NULL);
    cr_expect_eq(owner_find(m, true, VMID, 0), VMID);
    cr_expect_eq(owner_find(m, true, VMID, 1), VMID);
    cr_expect_neq(owner_find(m, true, 0, 0), owner_find(m, true, 0, 1));
    cr_expect_eq(owner_find(m, false, 0, 0), 0);
    cr_expect_str_eq(owner_get(m, owner_find(m, true, VMID, 0)).name, "vmid5");
    cr_expect_str_eq(owner_get(m, owner_find(m, true, 0, 0)).name, "vmid0.hart0");
    cr_expect_eq(owner_letter(owner_find(m, true, 0, 1)), 'B');
    partitions_declare(m->partitions, "bare", 2, PARTITION_NO_VMID, NULL, 1);
    cr_expect_eq(owner_find(m, false, 0, 1), 1);
    cr_expect_eq(owner_find(m, true, VMID, 0), 64 + VMID, "as traces have it");
    cr_expect_str_eq(owner_get(m, 64 + VMID).name, "vmid5");
    for (unsigned i = 0; i < 60; i++)
        cr_expect_eq(owner_letter(i), ui_owner_letter(i), "what the window writes");
    end(m);
}

/* The panel. */

Test(harts, the_panel_fits_everywhere)
{
    static const unsigned counts[] = { 1, 3, 32 };
    check_sizes(&ui_panel_harts, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(counts); i++) {
        Machine *m = begin(counts[i], i ? "a partition with quite a long na" : NULL);
        for (unsigned n = 1; i == 2 && n < 20; n++) {
            g_autofree char *name = g_strdup_printf("partition%u", n);
            partitions_declare(m->partitions, name, 1u << n, (int)n + 10, NULL, n);
        }
        machine_run_until(m, 5000);
        Sights *sights = sights_make(m, &(SightWants){ .which = 1 << SIGHT_HARTS });
        check_sizes(&ui_panel_harts, sights);
        sights_unref(sights);
        end(m);
    }
}

/* All that the monitor prints. */
Test(harts, the_panel_has_what_the_monitor_has)
{
    Machine *m = begin(3, "linux");
    machine_run_until(m, 5000);
    Sights *sights = sights_make(m, &(SightWants){ .which = 1 << SIGHT_HARTS });
    const HartsSight *s = sights->sights[SIGHT_HARTS];
    g_autofree void *state = g_malloc0(ui_panel_harts.state_size);
    DrawList *list = draw_list_new();
    draw_panel(&ui_panel_harts, state, sights, 1200, 500, list);
    for (guint i = 0; i < s->parts->len; i++)
        for (PartCell c = 0; c < PART_CELLS; c++) {
            g_autofree char *text = harts_part_text(s, harts_part(s, i), c);
            cr_expect(!*text || has_text(list, text), "%s", text);
        }
    for (unsigned i = 0; i < s->n_harts; i++)
        for (HartCell c = 0; c < HART_CELLS; c++) {
            g_autofree char *text = harts_hart_text(s, &s->harts[i], c);
            cr_expect(!*text || has_text(list, text), "%s", text);
        }
    draw_list_free(list);
    sights_unref(sights);
    end(m);
}

Test(harts, keys_and_clicks_choose_a_hart)
{
    Machine *m = begin(3, "linux");
    machine_run_until(m, 5000);
    Sights *sights = sights_make(m, &(SightWants){ .which = 1 << SIGHT_HARTS });
    g_autofree void *state = g_malloc0(ui_panel_harts.state_size);
    g_autoptr(GString) commands = g_string_new(NULL);
    static const struct {
        unsigned key;
        const char *commands;
    } keys[] = { { UI_KEY_DOWN, "cpu 1\n" },
                 { UI_KEY_DOWN, "cpu 2\n" },
                 { UI_KEY_DOWN, "cpu 2\n" },
                 { UI_KEY_UP, "cpu 1\n" } };
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_string_truncate(commands, 0);
        cr_expect(ui_panel_harts.key(state, sights, keys[i].key, commands));
        cr_expect_str_eq(commands->str, keys[i].commands);
    }
    cr_expect(!ui_panel_harts.key(state, sights, 'z', commands));
    DrawList *list = draw_list_new();
    draw_panel(&ui_panel_harts, state, sights, 640, 400, list);
    unsigned hit = 0;
    for (int y = 0; y < 400 && hit != 3; y++)
        hit = draw_hit(list, 100, y);
    g_string_truncate(commands, 0);
    ui_panel_harts.click(state, sights, hit, commands);
    cr_expect_str_eq(commands->str, "cpu 2\n", "hart 2's line");
    g_string_truncate(commands, 0);
    ui_panel_harts.click(state, sights, 101, commands);
    cr_expect_str_eq(commands->str, "cpu 0\n", "where the partition is");
    ui_panel_harts.click(state, sights, 4711, commands);
    draw_list_free(list);
    sights_unref(sights);
    end(m);
}
