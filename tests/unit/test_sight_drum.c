/* SPDX-License-Identifier: MIT */
/* test_sight_drum.c - the drums as people see them: in words, as JSON, as a panel. */
#include <criterion/criterion.h>
#include <string.h>

#include "emu/sight/drum.h"
#include "tests/lib/machine_rig.h"
#include "tests/unit/test_ui_setup.h"

enum { DIA = 0x00, DCC = 0x08, CORE = 0x10 };
enum { RING = 0x00, SIZE = 0x08, TAIL = 0x0c, MODE = 0x14, REQUESTS = 0x80008000 };

static void put(Machine *m, uint64_t address, uint64_t value)
{
    cr_assert(bus_write(&m->bus, (Spa){ address }, 4, value, requester_hart(0)), "0x%lx", address);
}

/* One hart, which is held; `first` and `second`: what is plugged in, NULL: nothing. */
static Machine *machine(const char *first, const char *second)
{
    MachineConfig config = { .n_harts = 1, .ram_size = 1 << 20, .quantum = 10000 };
    GError *error = NULL;
    cr_assert(!first || plugs_read(&config.plugs, first));
    cr_assert(!second || plugs_read(&config.plugs, second));
    cr_assert(isa_parse(&config.isa, NULL, &error));
    Machine *m = machine_new(&config, &error);
    cr_assert(m);
    cr_assert(machine_reset(m, &error));
    m->restraint.held = 1;
    return m;
}

static void run_to(Machine *m, uint64_t ns)
{
    cr_assert_eq(machine_run_until(m, ns), STOP_DEBUG);
}

static void transfer(Machine *m, unsigned write, unsigned read, uint64_t core)
{
    put(m, BOARD_DRUM + CORE, core);
    put(m, BOARD_DRUM + DIA, write << 16);
    put(m, BOARD_DRUM + DCC, read << 16);
}

static void ask(Machine *m, unsigned n, uint32_t mode)
{
    put(m, BOARD_PAGING_DRUM + RING, REQUESTS);
    put(m, BOARD_PAGING_DRUM + MODE, mode);
    put(m, BOARD_PAGING_DRUM + SIZE, 256);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t words[8] = { 1 + i % 2, 7 * i, (uint32_t)BOARD_RAM + 4096 * (i % 16) };
        cr_assert(bus_poke(&m->bus, (Spa){ REQUESTS + 32 * i }, words, sizeof words));
    }
    put(m, BOARD_PAGING_DRUM + TAIL, n);
}

Test(sight_drum, says_what_is_transferred_and_who_wrote_what)
{
    Machine *m = machine("drum", NULL);
    g_autofree char *fresh = say(m, "drum");
    expect(fresh, "drum: 22 fields of 4096 words, 33.333 ms a revolution; harts are halted "
                  "meanwhile, a whole field begins anywhere\n");
    expect(fresh, "  word 0 is below the heads, 0 % of a revolution\n");
    expect(fresh, "  nothing was transferred yet\n");
    expect(fresh, "  22 fields were never used\n");
    transfer(m, 3, 0, BOARD_RAM);
    run_to(m, 50000000);
    transfer(m, 7, 3, BOARD_RAM + 0x4000);
    run_to(m, 60000000);
    /* 60 ms are 1.8 revolutions: word 3276; 50 ms were 1.5. */
    g_autofree char *text = say(m, "info drum"), *json = say(m, "drum json");
    expect(text, "  word 3276 is below the heads, 79 % of a revolution\n");
    expect(text, "  transfers from word 2048 on, 1228 of 4096 have passed, 23.333 ms more: core "
                 "0x80004000 -> field 7, field 3 -> core 0x80004000; harts are halted\n");
    expect(text, "      3        1     33.333 ms  0x080000000      -");
    expect(text, "  21 fields were never used\n");
    expect(json, "\"word\":3276,\"halted\":true,\"phase\":\"transfers\",\"write_field\":7,"
                 "\"read_field\":3,\"first\":2048,\"count\":4096,\"passed\":1228,"
                 "\"core\":\"0x80004000\",");
    expect(json, "\"used\":[{\"field\":3,\"writes\":1,\"written_ns\":33333334,");
    run_to(m, 100000000);
    g_autofree char *end = say(m, "drum");
    expect(end, "  idle; the last transfer was core 0x80004000 -> field 7, field 3 -> core "
                "0x80004000: 4096 words\n");
    expect(end, "      3        1     33.333 ms  0x080000000      1     83.333 ms  0x080004000\n");
    g_autofree char *wrong = say(m, "drum xml");
    expect(wrong, "write: drum [json]");
    machine_free(m);
}

Test(sight_drum, says_who_waits_for_which_slot)
{
    Machine *m = machine("paging-drum", NULL);
    run_to(m, 1);
    ask(m, 3, 1); /* pages 0, 7 and 14: slots 0, 7 and 5 */
    run_to(m, 3000000);
    g_autofree char *text = say(m, "drum"), *json = say(m, "drum json");
    expect(text, "paging drum: 900 pages in 9 slots, 17.500 ms a revolution, 3.413 ms a page; the "
                 "next slot is served first\n");
    /* Slot 5 begins a ninth of a revolution after the index, and its page takes 3.413 ms. */
    expect(text, "  reads page 14 in slot 5, 2.357 ms more; 3 requests\n");
    expect(text, " *   14     5  read   0x80002000");
    expect(json, "{\"page\":7,\"slot\":7,\"op\":\"write\",\"core\":\"0x80001000\",\"came_ns\":1,"
                 "\"current\":false}");
    run_to(m, 40000000);
    g_autofree char *end = say(m, "drum");
    expect(end, "; 2 pages were read, 1 written; 1 of the drum have something on them\n");
    expect(end, "  idle; 0 requests wait\n");
    machine_free(m);
}

Test(sight_drum, a_machine_without_drums_says_so)
{
    Machine *m = machine(NULL, NULL);
    g_autofree char *text = say(m, "drum"), *json = say(m, "drum json");
    expect(text, "start it with -device drum or -device paging-drum\n");
    cr_expect_str_eq(json, "{\"now_ns\":0}\n");
    PanelRig rig = panel_rig(&ui_panel_drum, m);
    panel_check_sizes(&rig);
    panel_look(&rig);
    panel_check_sizes(&rig);
    panel_end(&rig);
    machine_free(m);
}

/* Both drums, every phase, many fields and requests. */
Test(sight_drum, the_panel_has_room_and_shows_what_the_monitor_prints)
{
    Machine *m = machine("drum,fields=128,start=address,word-us=4000", "paging-drum,pages=8192");
    PanelRig rig = panel_rig(&ui_panel_drum, m);
    panel_look(&rig);
    panel_check_sizes(&rig);
    run_to(m, 1000000);
    transfer(m, 1, 128, BOARD_RAM + 0xc000);
    ask(m, 200, 0);
    panel_look(&rig);
    panel_check_sizes(&rig);
    panel_draw(&rig, (UiRect){ 0, 0, 1280, 800 });
    panel_shows(&rig, "waits for word 0");
    panel_shows(&rig, "waits for page 0 in slot 0");
    run_to(m, 20000000000);
    ask(m, 200, 1);
    for (unsigned i = 0; i < 3; i++) {
        panel_look(&rig);
        panel_check_sizes(&rig);
        panel_keys(&rig, "a");
        panel_check_sizes(&rig);
        g_free(panel_type(&rig, UI_KEY_PAGE_DOWN));
        run_to(m, clock_now(&m->clock) + 2000000);
    }
    panel_draw(&rig, (UiRect){ 0, 0, 1280, 800 });
    panel_shows(&rig, "transfers from word 0 on");
    g_free(panel_type(&rig, UI_KEY_HOME));
    panel_draw(&rig, (UiRect){ 0, 0, 1280, 5000 });
    panel_shows(&rig, "*  1");
    panel_shows(&rig, "<- core 0x8000c000");
    panel_shows(&rig, "*128");
    panel_shows(&rig, "-> core 0x8000c000");
    g_autofree char *command = panel_type(&rig, 'm');
    cr_expect_str_eq(command, "drum\n");
    cr_expect_not(rig.type->key(rig.state, rig.sights, 'q', NULL));
    panel_end(&rig);
    machine_free(m);
}
