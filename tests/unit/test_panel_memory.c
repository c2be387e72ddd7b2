/* SPDX-License-Identifier: MIT */
/* test_panel_memory.c - the panel memory: what the monitor prints is in it, at every size, and keys move about. */
#include <inttypes.h>

#include "emu/base/random.h"
#include "emu/monitor/monitor.h"
#include "emu/sight/sights.h"
#include "emu/ui/panel_memory.h"
#include "tests/unit/test_memory_setup.h"
#include "tests/unit/test_ui_setup.h"

static char *ask(Machine *m, const char *command)
{
    Monitor monitor = { .machine = m };
    GString *out = g_string_new(NULL);
    monitor_run(&monitor, command, out);
    return g_string_free(out, FALSE);
}

/* Two guests in their colours, with a page that is wrong in each way. */
static Machine *partitions(void)
{
    Machine *m = make(true);
    for (unsigned i = 0; i < 100; i++)
        map_page(m, TABLES_A, i, 0x80400000 + (i / 7 * 16 + i % 7) * 0x1000);
    for (unsigned i = 0; i < 50; i++)
        map_page(m, TABLES_B, i, 0x80400000 + (i / 7 * 16 + 7 + i % 7) * 0x1000);
    map_page(m, TABLES_B, 60, 0x80402000);
    map_page(m, TABLES_B, 61, 0x8050f000);
    map_page(m, TABLES_A, 256, 0x8070c000);
    map_page(m, TABLES_B, 256, 0x8070c000);
    set_up(m, 0, TABLES_A, 1);
    set_up(m, 1, TABLES_B, 2);
    return m;
}

static PanelRig rig_for(Machine *m)
{
    PanelRig rig = panel_rig(&ui_panel_memory, m);
    panel_look(&rig);
    return rig;
}

Test(panel_memory, it_says_what_the_monitor_says)
{
    Machine *m = partitions();
    PanelRig rig = rig_for(m);
    g_autofree char *text = ask(m, "memory");
    panel_draw(&rig, (UiRect){ 0, 0, 1700, 1000 });
    panel_has_numbers(&rig, text);
    panel_shows(&rig, "one, two, mapped; ! by both");
    panel_shows(&rig, "mapped; ! not its colours");
    panel_shows(&rig, "RAM 0x80000000..0x80ffffff, 16M, 16 colours; lines of test.bh");
    panel_shows(&rig, "box, shared");
    panel_check_sizes(&rig);
    panel_end(&rig);
    end(m);
}

/* Of a program that keeps the cache busy. */
static Machine *busy_partitions(void)
{
    MachineConfig config = timed_config(2, "rocket6");
    Machine *m = busy_machine(&config);
    file = machinefile_parse("test.bh", file_text, strlen(file_text));
    m->machine_file = file;
    mf_declare(file, m);
    rig_run(m, 300000);
    return m;
}

Test(panel_memory, the_cache_s_numbers_are_those_of_the_monitor)
{
    Machine *m = busy_partitions();
    PanelRig rig = rig_for(m);
    g_autofree char *llc = ask(m, "llc"), *colors = ask(m, "colors");
    g_autoptr(GString) all = g_string_new(NULL);
    panel_keys(&rig, "cc"); /* the cache alone */
    for (unsigned view = 0; view < 4; view++) {
        panel_draw(&rig, (UiRect){ 0, 0, 1280, 1000 });
        g_autofree char *texts = panel_texts(&rig);
        g_string_append(all, texts);
        panel_check_sizes(&rig);
        panel_keys(&rig, "v");
    }
    g_auto(GStrv) words = g_strsplit_set(llc, " \n", -1), more = g_strsplit_set(colors, " \n", -1);
    for (unsigned i = 0; i < g_strv_length(words) + g_strv_length(more); i++) {
        const char *word = i < g_strv_length(words) ? words[i] : more[i - g_strv_length(words)];
        if (*word && strspn(word, "0123456789.") == strlen(word))
            cr_expect(strstr(all->str, word), "no %s in:\n%s", word, all->str);
    }
    panel_end(&rig);
    end(m);
}

/* Between two looks lines are driven out: lit, and marked from then on. */
Test(panel_memory, what_is_driven_out_is_lit_and_stays_marked)
{
    CacheGroup groups[2] = { { .name = "a", .number = 1 }, { .name = "b", .number = 2 } };
    uint64_t evictions[4] = { 5, 0, 7, 0 };
    CacheSight sight = { .is_there = true, .n = 2, .groups = groups, .evictions = evictions };
    Evictions e = { 0 };
    panel_evictions_note(&e, &sight, 100);
    cr_expect_eq(e.now[2], 0, "not the first look");
    evictions[0] = 6;
    evictions[2] = 10;
    panel_evictions_note(&e, &sight, 200);
    cr_expect_eq(e.now[2], 3);
    cr_expect(e.ever[2]);
    cr_expect(!e.ever[0], "what one does to oneself is no news");
    panel_evictions_note(&e, &sight, 200);
    cr_expect_eq(e.now[2], 3, "the same look once more");
    panel_evictions_note(&e, &sight, 300);
    cr_expect_eq(e.now[2], 0);
    cr_expect(e.ever[2]);
    panel_evictions_note(&e, &sight, 150);
    cr_expect(!e.ever[2], "the machine went back");
}

Test(panel_memory, keys_choose_and_zoom)
{
    Machine *m = partitions();
    PanelRig rig = rig_for(m);
    const UiRect area = { 0, 0, 1000, 700 };
    panel_keys(&rig, "c"); /* memory alone */
    panel_draw(&rig, area);
    panel_shows(&rig, "0x80000000..0x80003fff, 16K, colour 0");
    panel_keys(&rig, "!");
    panel_draw(&rig, area);
    panel_shows(&rig, "0x80400000..0x80403fff, 16K, colour 0");
    panel_shows(&rig, "one, two, mapped; ! by both");
    for (unsigned i = 0; i < 9; i++)
        panel_keys(&rig, "+");
    panel_draw(&rig, area);
    const MemorySight *sight = rig.sights->sights[SIGHT_MEMORY];
    cr_expect_eq(sight->size, 64 * PAGE_SIZE, "no closer than that");
    cr_expect_eq(sight->cell, PAGE_SIZE);
    panel_shows(&rig, "0x80402000..0x80402fff, 4K, colour 2");
    panel_shows(&rig, "one, two, mapped; ! by both (test.bh:5)");
    g_free(panel_type(&rig, UI_KEY_LEFT));
    g_free(panel_type(&rig, UI_KEY_LEFT));
    panel_draw(&rig, area);
    panel_shows(&rig, "0x80400000..0x80400fff, 4K, colour 0");
    g_autofree char *command = panel_type(&rig, 'm');
    cr_expect_str_eq(command, "memory 0x80400000 0x40000\n", "%s", command);
    panel_keys(&rig, "g");
    panel_keys(&rig, "0x80700000");
    g_free(panel_type(&rig, UI_KEY_ENTER));
    panel_draw(&rig, area);
    panel_shows(&rig, "0x80700000..0x80700fff, 4K, colour 0");
    for (unsigned i = 0; i < 9; i++)
        panel_keys(&rig, "-");
    panel_draw(&rig, area);
    cr_expect_eq(((const MemorySight *)rig.sights->sights[SIGHT_MEMORY])->size, 16 * MIB);
    g_free(panel_type(&rig, UI_KEY_END));
    panel_draw(&rig, area);
    panel_shows(&rig, "0x80ffc000..0x80ffffff, 16K");
    unsigned region = draw_hit(rig.list, 500, 100);
    cr_expect_geq(region, 1, "cells can be clicked");
    panel_end(&rig);
    end(m);
}

Test(panel_memory, there_may_be_nothing_to_see)
{
    MachineConfig config = timed_config(1, NULL);
    const uint32_t nop = 0x13;
    Machine *m = timed_machine(&config, &nop, 4);
    PanelRig rig = rig_for(m);
    panel_check_sizes(&rig);
    panel_draw(&rig, (UiRect){ 0, 0, 1280, 800 });
    panel_shows(&rig, "start with -timing a53x4");
    sights_unref(rig.sights);
    rig.sights = NULL;
    panel_check_sizes(&rig);
    panel_keys(&rig, "+-!cvm");
    panel_end(&rig);
    machine_free(m);
}

/* Thirty-two harts without a partition, and partitions with long names. */
Test(panel_memory, many_owners_and_long_names_have_room)
{
    MachineConfig config = timed_config(32, "rocket6");
    Machine *m = busy_machine(&config);
    rig_run(m, 200000);
    PanelRig rig = rig_for(m);
    for (unsigned view = 0; view < 8; view++) {
        panel_check_sizes(&rig);
        panel_keys(&rig, view == 3 ? "cv" : "v");
    }
    panel_end(&rig);
    machine_free(m);

    config = timed_config(2, "rocket6");
    m = busy_machine(&config);
    for (unsigned i = 0; i < 30; i++) {
        g_autofree char *name = g_strdup_printf("a partition with a long name %u", i);
        partitions_declare(m->partitions, name, 1u << i % 2, 100 + (int)i, NULL, 1000 + i);
    }
    rig_run(m, 100000);
    rig = rig_for(m);
    for (unsigned view = 0; view < 12; view++) {
        panel_check_sizes(&rig);
        panel_keys(&rig, view % 4 == 3 ? "cv" : "v");
    }
    panel_end(&rig);
    machine_free(m);
}

/* Any keys, clicks, options and sizes: it draws something each time. */
Test(panel_memory, whatever_is_typed_it_draws)
{
    static const char *const options[] = { "at", "size", "choose" };
    Machine *m = partitions();
    PanelRig rig = rig_for(m);
    g_autoptr(GString) commands = g_string_new(NULL);
    for (unsigned i = 0; i < 3000; i++) {
        uint64_t r = random_at(i);
        unsigned key =
            r & 1 ? UI_KEY_UP + (unsigned)(r >> 8) % 13 : (unsigned)"+-g!cvzm"[r >> 8 & 7];
        g_autofree char *number = g_strdup_printf("0x%" PRIx64, r >> (r >> 32 & 63));
        if (r >> 16 & 1)
            rig.type->key(rig.state, r >> 17 & 15 ? rig.sights : NULL, key, commands);
        else if (r >> 18 & 1)
            rig.type->click(rig.state, rig.sights, (unsigned)(r >> 24) % 1100, commands);
        else
            rig.type->set(rig.state, options[(r >> 24) % 3], number);
        if (r >> 48 & 1)
            panel_look(&rig);
        panel_draw(&rig, (UiRect){ 0, 0, (int)(r >> 40) % 1400, (int)(r >> 50) % 1000 });
        cr_assert_gt(rig.list->ops->len, 0);
    }
    panel_end(&rig);
    end(m);
}
