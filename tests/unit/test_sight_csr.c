/* SPDX-License-Identifier: MIT */
/* test_sight_csr.c - control and status registers by group, what changed, and their panel. */
#include <criterion/criterion.h>
#include <string.h>

#include "cpu/csr.h"
#include "cpu/csr_fields.h"
#include "emu/monitor/monitor.h"
#include "emu/sight/csr.h"
#include "tests/lib/machine_rig.h"
#include "tests/unit/test_ui_setup.h"

static Machine *machine_with_files(void)
{
    MachineConfig config = { .n_harts = 1, .ram_size = 16 << 20, .quantum = 10000 };
    GError *error = NULL;
    config.aia = AIA_APLIC_IMSIC;
    config.aia_guests = 2;
    cr_assert(isa_parse(&config.isa, "max", &error));
    Machine *m = machine_new(&config, &error);
    cr_assert(m && machine_reset(m, &error));
    return m;
}

static const CsrEntry *find(const CsrSight *sight, const char *name)
{
    for (guint i = 0; i < sight->entries->len; i++) {
        const CsrEntry *entry = &g_array_index(sight->entries, CsrEntry, i);
        if (!strcmp(entry->name, name))
            return entry;
    }
    cr_assert_fail("no %s", name);
    return NULL;
}

/* Groups as the manual's chapters have them. */
Test(sight_csr, every_register_is_there_once_in_its_group)
{
    static const struct {
        const char *name;
        CsrGroup group;
    } some[] = {
        { "mstatus", CSR_GROUP_TRAP },
        { "scause", CSR_GROUP_TRAP },
        { "mideleg", CSR_GROUP_INTERRUPTS },
        { "hvip", CSR_GROUP_INTERRUPTS },
        { "hgeie", CSR_GROUP_INTERRUPTS },
        { "satp", CSR_GROUP_TRANSLATION },
        { "hgatp", CSR_GROUP_TRANSLATION },
        { "hstatus", CSR_GROUP_HYPERVISOR },
        { "htval", CSR_GROUP_HYPERVISOR },
        { "vsatp", CSR_GROUP_GUEST },
        { "vsstatus", CSR_GROUP_GUEST },
        { "vstimecmp", CSR_GROUP_GUEST },
        { "mcycle", CSR_GROUP_COUNTERS },
        { "siselect", CSR_GROUP_AIA },
        { "s.iprio4", CSR_GROUP_AIA },
        { "m.eie2", CSR_GROUP_AIA },
        { "guest2.eidelivery", CSR_GROUP_AIA },
        { "pmpaddr0", CSR_GROUP_PROTECTION },
        { "menvcfg", CSR_GROUP_ENABLES },
        { "misa", CSR_GROUP_MACHINE },
        { "fcsr", CSR_GROUP_FLOAT },
    };
    Machine *m = machine_with_files();
    csr_write(&m->harts[0], CSR_hstatus, 2ull << 12); /* VGEIN */
    CsrSight *sight = csr_sight_new(m, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(some); i++)
        cr_expect_eq(find(sight, some[i].name)->group, some[i].group, "%s", some[i].name);
    unsigned counted = 0, direct = 0;
    for (unsigned number = 0; number < CSR_COUNT; number++)
        counted += csr_exists(&m->harts[0], number);
    for (guint i = 0; i < sight->entries->len; i++) {
        const CsrEntry *entry = &g_array_index(sight->entries, CsrEntry, i);
        direct += !entry->select;
        cr_expect(csr_entry_title(entry), "%s", entry->name);
        cr_expect(entry->group != CSR_GROUP_OTHER || entry->number == CSR_srmcfg, "%s",
                  entry->name);
        for (guint j = i + 1; j < sight->entries->len; j++)
            cr_expect(strcmp(entry->name, g_array_index(sight->entries, CsrEntry, j).name),
                      "%s twice", entry->name);
    }
    /* All but seed, whose reading takes, and the windows, which stand for what is behind them: six of each privilege. */
    cr_expect_eq(direct, counted - 1 - 3 * 6);
    csr_sight_free(sight);
    machine_free(m);
}

/* Two instructions: csrw mscratch, t0; csrw sstatus, t1. */
static Machine *writing(void)
{
    static const uint32_t code[] = { 0x34029073, 0x10031073, 0x6f };
    Machine *m = rig_new(2, NULL, code, 3);
    m->harts[0].x[5] = 0x1234;
    m->harts[0].x[6] = 1 << 1;
    return m;
}

/* As going on does it: what was is noted first. */
static void run(Machine *m, uint64_t units)
{
    csr_marks_note(m);
    rig_run(m, units);
}

Test(sight_csr, what_changed_since_the_machine_went_on_is_marked)
{
    Machine *m = writing();
    g_autofree char *first = say(m, "csr changed");
    cr_expect_str_eq(first, "what changes is noted from now on\n");
    run(m, 1);
    g_autofree char *one = say(m, "csr changed");
    expect(one,
           "* mscratch           0x0000000000001234  machine scratch, was 0x0000000000000000\n");
    cr_expect_not(strstr(one, "sstatus"));
    run(m, 1);
    g_autofree char *two = say(m, "csr changed");
    expect(two,
           "* sstatus            0x0000000200000002  supervisor status, was 0x0000000200000000; "
           "SIE 1\n");
    cr_expect_not(strstr(two, "mscratch"));
    g_autofree char *json = say(m, "csr changed json");
    expect(json,
           "{\"hart\":0,\"mode\":\"M\",\"compares\":true,\"registers\":[{\"name\":\"sstatus\","
           "\"number\":\"0x100\",\"group\":\"trap\",\"title\":\"supervisor status\","
           "\"value\":\"0x200000002\",\"was\":\"0x200000000\",\"fields\":[{\"name\":\"SIE\","
           "\"high\":1,\"low\":1,\"value\":\"1\",\"changed\":true},");
    machine_free(m);
}

Test(sight_csr, the_monitor_knows_names_and_groups)
{
    Machine *m = writing();
    g_autofree char *one = say(m, "csr hgatp json"), *group = say(m, "csr translation");
    g_autofree char *wrong = say(m, "csr trapp json"), *many = say(m, "csr a b");
    expect(one, "{\"name\":\"hgatp\",\"number\":\"0x680\",\"group\":\"translation\",");
    expect(group, "hart 0: address translation (translation)\n  satp ");
    expect(group, "\n  hgatp ");
    expect(wrong, "the hart has no CSR 'trapp'");
    expect(many, "write: csr [NAME|GROUP|all|changed] [json]\n");
    machine_free(m);
}

Test(sight_csr, the_panel_has_room_and_shows_what_the_monitor_prints)
{
    const UiRect large = { 0, 0, 1600, 8000 };
    Machine *m = writing();
    PanelRig rig = panel_rig(&ui_panel_csr, m);
    panel_check_sizes(&rig);
    panel_look(&rig);
    panel_check_sizes(&rig);
    run(m, 2);
    panel_look(&rig);
    panel_check_sizes(&rig);
    panel_draw(&rig, large);
    g_autofree char *all = say(m, "csr all");
    g_autofree char *texts = panel_texts(&rig);
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    for (char **line = lines; *line; line++) {
        char name[32], value[32];
        if (sscanf(*line + (**line != 0), "%31s 0x%31s", name, value) != 2)
            continue;
        g_autofree char *expected = g_strdup_printf("%c%-18s %s\n", **line, name, value);
        cr_expect(strstr(texts, expected), "no %s", expected);
    }
    panel_keys(&rig, "mstatus");
    panel_draw(&rig, large);
    panel_shows(&rig, "mstatus (0x300)");
    panel_shows(&rig, "*    1 SIE      1       interrupts in S-mode are enabled");
    panel_check_sizes(&rig);
    g_autofree char *command = panel_type(&rig, '=');
    cr_expect_str_eq(command, "cpu 0\ncsr mstatus\n");
    panel_end(&rig);
    machine_free(m);
}

Test(sight_csr, the_panel_is_searched_and_moved_about_in)
{
    const UiRect area = { 0, 0, 800, 600 };
    Machine *m = writing();
    PanelRig rig = panel_rig(&ui_panel_csr, m);
    panel_look(&rig);
    panel_keys(&rig, "VGEIN"); /* a field's name */
    panel_draw(&rig, area);
    panel_shows(&rig, "hstatus (0x600)");
    g_free(panel_type(&rig, UI_KEY_ESCAPE));
    panel_keys(&rig, "nosuch");
    panel_draw(&rig, area);
    panel_shows(&rig, "none is like that");
    panel_check_sizes(&rig);
    g_free(panel_type(&rig, UI_KEY_DOWN));
    g_free(panel_type(&rig, UI_KEY_RIGHT));
    g_free(panel_type(&rig, UI_KEY_ESCAPE));
    g_free(panel_type(&rig, UI_KEY_HOME));
    g_free(panel_type(&rig, UI_KEY_RIGHT));
    g_free(panel_type(&rig, UI_KEY_RIGHT));
    panel_draw(&rig, area);
    panel_shows(&rig, "satp (0x180)");
    g_free(panel_type(&rig, UI_KEY_DOWN));
    panel_draw(&rig, area);
    panel_shows(&rig, "hgatp (0x680)");
    g_free(panel_type(&rig, UI_KEY_LEFT));
    panel_draw(&rig, area);
    panel_shows(&rig, "sie (0x104)");
    g_free(panel_type(&rig, UI_KEY_END));
    panel_check_sizes(&rig);
    panel_keys(&rig, "+*");
    panel_draw(&rig, area);
    panel_shows(&rig, "hart 1, M");
    panel_shows(&rig, "none is like that");
    cr_expect(rig.type->set(rig.state, "csr", "hvip") && rig.type->set(rig.state, "hart", "0"));
    cr_expect_not(rig.type->set(rig.state, "hart", "x") || rig.type->set(rig.state, "csr", ""));
    panel_keys(&rig, "*");
    panel_draw(&rig, area);
    panel_shows(&rig, "hvip (0x645)");
    panel_end(&rig);
    machine_free(m);
}
