/* SPDX-License-Identifier: MIT */
/* test_sight_irq.c - interrupts from their sources to harts, as people see them. */
#include <criterion/criterion.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/explain/explain.h"
#include "emu/monitor/monitor.h"
#include "emu/sight/irq.h"
#include "tests/lib/machine_rig.h"
#include "tests/unit/test_ui_setup.h"

enum { NOP = 0x13, MRET = 0x30200073, JUMP_TO_SELF = 0x6f };
enum { UART = 10, ENABLE = 0x2000, CONTEXT = 0x200000, CLAIM = 4 };

static void put(Machine *m, uint64_t address, uint32_t value)
{
    cr_assert(bus_write(&m->bus, (Spa){ address }, 4, value, requester_hart(0)), "0x%lx", address);
}

static uint64_t get(Machine *m, uint64_t address)
{
    uint64_t value = 0;
    cr_assert(bus_read(&m->bus, (Spa){ address }, 4, &value, requester_hart(0)), "0x%lx", address);
    return value;
}

/* The UART's interrupt goes by the PLIC to hart 1, M. */
static Machine *plic_machine(void)
{
    static const uint32_t code[] = { JUMP_TO_SELF };
    Machine *m = rig_new(2, NULL, code, 1);
    const uint64_t context = 2;
    explain_keep(m, false);
    put(m, BOARD_PLIC + 4 * UART, 5);
    put(m, BOARD_PLIC + ENABLE + 0x80 * context, 1 << UART);
    csr_write(&m->harts[1], CSR_mie, 1 << IRQ_MEI);
    csr_write(&m->harts[1], CSR_mtvec, BOARD_RAM);
    csr_write(&m->harts[1], CSR_mstatus, 1 << 3);
    return m;
}

static IrqSight *look(Machine *m)
{
    return irq_sight_make(m, NULL);
}

Test(sight_irq, the_last_way_is_lit_from_the_source_to_the_hart)
{
    Machine *m = plic_machine();
    IrqSight *before = look(m);
    cr_expect_eq(g_array_index(before->harts, IrqHart, 1).last, LEVEL_NONE);
    irq_sight_free(before);
    plic_set_source(m->plic, UART, true);
    IrqSight *waits = look(m);
    const IrqSource *source = &g_array_index(waits->sources, IrqSource, 0);
    cr_assert_eq(waits->sources->len, 1);
    cr_expect(source->pending && source->wire && source->enabled && !source->claimed);
    cr_expect_eq(source->priority, 5);
    cr_assert_eq(waits->links->len, 1);
    const IrqLink *link = &g_array_index(waits->links, IrqLink, 0);
    cr_expect(link->passes && !link->lit);
    cr_expect_eq(link->port, 2);
    cr_expect_eq(g_array_index(waits->harts, IrqHart, 1).next_level, LEVEL_M);
    cr_expect_eq(g_array_index(waits->harts, IrqHart, 1).next, IRQ_MEI);
    irq_sight_free(waits);
    rig_run(m, 10100); /* the first hart has its turn first */
    cr_expect_eq(get(m, BOARD_PLIC + CONTEXT + 0x1000 * 2 + CLAIM), UART);
    IrqSight *taken = look(m);
    const IrqHart *hart = &g_array_index(taken->harts, IrqHart, 1);
    cr_expect_eq(hart->last, LEVEL_M);
    cr_expect_eq(hart->taken[LEVEL_M].number, IRQ_MEI);
    cr_expect_eq(hart->taken[LEVEL_M].epc, BOARD_RAM);
    cr_expect(g_array_index(taken->links, IrqLink, 0).lit);
    cr_expect(g_array_index(taken->sources, IrqSource, 0).lit);
    cr_expect(g_array_index(taken->sources, IrqSource, 0).claimed);
    cr_expect_eq(g_array_index(taken->ports, IrqPort, 2).last_claim, UART);
    cr_expect_not(g_array_index(taken->ports, IrqPort, 0).lit);
    irq_sight_free(taken);
    machine_free(m);
}

Test(sight_irq, text_and_json_tell_the_same)
{
    Machine *m = plic_machine();
    plic_set_source(m->plic, UART, true);
    rig_run(m, 10100); /* the first hart has its turn first */
    get(m, BOARD_PLIC + CONTEXT + 0x1000 * 2 + CLAIM);
    g_autofree char *text = say(m, "irq"), *json = say(m, "irq json");
    expect(text, "hart 1, M: pending=none enabled=MEI to HS=");
    expect(text, "; M took MEI at 0x80000000, the last one\n");
    expect(text, "plic context 2: hart 1 M, threshold 0, output 0, last claimed 10\n");
    expect(text, "plic source 10 (uart): wire 1, priority 5, claimed -> hart 1 M\n");
    expect(json, "{\"hart\":1,\"mode\":\"M\",\"pending\":[],\"enabled\":[\"MEI\"],");
    expect(json, "\"taken\":[{\"by\":\"M\",\"irq\":\"MEI\",\"at\":\"0x80000000\",\"guest\":false,");
    expect(json,
           "{\"chip\":\"plic\",\"source\":10,\"device\":\"uart\",\"wire\":true,\"pending\":false,"
           "\"enabled\":true,\"claimed\":true,\"priority\":5,");
    expect(json, "\"to\":[2],\"last_way\":true}");
    g_autofree char *wrong = say(m, "irq xml");
    cr_expect_str_eq(wrong, "write: irq [json]\n");
    machine_free(m);
}

Test(sight_irq, nothing_claimed_is_remembered_over_a_reset)
{
    Machine *m = plic_machine();
    plic_set_source(m->plic, UART, true);
    rig_run(m, 10100); /* the first hart has its turn first */
    get(m, BOARD_PLIC + CONTEXT + 0x1000 * 2 + CLAIM);
    cr_assert(machine_reset(m, NULL));
    IrqSight *sight = look(m);
    for (guint i = 0; i < sight->ports->len; i++)
        cr_expect_eq(g_array_index(sight->ports, IrqPort, i).last_claim, 0);
    irq_sight_free(sight);
    machine_free(m);
}

Test(sight_irq, the_panel_has_room_and_shows_what_the_monitor_prints)
{
    Machine *m = plic_machine();
    PanelRig rig = panel_rig(&ui_panel_irq, m);
    panel_check_sizes(&rig);
    panel_look(&rig);
    panel_check_sizes(&rig);
    plic_set_source(m->plic, UART, true);
    rig_run(m, 10100); /* the first hart has its turn first */
    get(m, BOARD_PLIC + CONTEXT + 0x1000 * 2 + CLAIM);
    for (unsigned s = 20; s < 60; s++)
        put(m, BOARD_PLIC + 4ull * s, 1 + s % 7);
    csr_write(&m->harts[1], CSR_mideleg, 0xffff);
    csr_write(&m->harts[1], CSR_hideleg, 0xffff);
    csr_write(&m->harts[1], CSR_hvip, 1 << IRQ_VSTI);
    panel_look(&rig);
    panel_check_sizes(&rig);
    panel_keys(&rig, "h");
    panel_draw(&rig, (UiRect){ 0, 0, 1800, 1600 });
    g_autofree char *text = say(m, "irq");
    panel_has_numbers(&rig, text);
    panel_shows(&rig, "*10 uart claimed wire 1 prio 5");
    panel_shows(&rig, "*11 MEI           enabled M   *taken by M at 0x80000000");
    panel_shows(&rig, "  6 VSTI  pending         VS  hvip");
    g_autofree char *command = panel_type(&rig, 'm');
    cr_expect_str_eq(command, "irq\n");
    panel_keys(&rig, "t");
    panel_check_sizes(&rig);
    panel_end(&rig);
    machine_free(m);
}

/* A device's wire, delegated to the supervisor's domain, becomes message 7 to the file of hart 1. */
static Machine *message_machine(void)
{
    static const uint32_t code[] = { JUMP_TO_SELF };
    enum { APLIC_S = BOARD_APLIC_S, SOURCECFG = 0, SETIENUM = 0x1edc, TARGET = 0x3000 };
    MachineConfig config = { .n_harts = 2, .ram_size = 16 << 20, .quantum = 10000 };
    GError *error = NULL;
    config.aia = AIA_APLIC_IMSIC;
    config.aia_guests = 2;
    cr_assert(isa_parse(&config.isa, "max", &error));
    Machine *m = machine_new(&config, &error);
    cr_assert(m && machine_reset(m, &error));
    explain_keep(m, false);
    cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM }, code, sizeof code));
    put(m, BOARD_APLIC_M, 1 << 8);
    put(m, BOARD_APLIC_M + 4 * UART, 1 << 10);
    put(m, BOARD_APLIC_M + 0x1bc4, 1 << 12); /* mmsiaddrcfgh: a bit for the hart */
    put(m, BOARD_APLIC_M + 0x1bc8, BOARD_IMSIC_S >> 12);
    put(m, BOARD_APLIC_M + 0x1bcc, 2 << 20); /* smsiaddrcfgh: above two of the guest's file */
    put(m, APLIC_S, 1 << 8);
    put(m, APLIC_S + 4 * UART, 6);
    put(m, APLIC_S + TARGET + 4 * UART, 1 << 18 | 7);
    put(m, APLIC_S + SETIENUM, UART);
    Hart *hart = &m->harts[1];
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
    static const uint64_t of_file[][2] = { { 0x70, 1 }, { 0xc0, 1 << 7 | 1 << 9 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(of_file); i++) {
        csr_write(hart, CSR_siselect, of_file[i][0]);
        csr_write(hart, CSR_sireg, of_file[i][1]);
    }
    csr_write(hart, CSR_mideleg, 1 << IRQ_SEI);
    csr_write(hart, CSR_mie, 1 << IRQ_SEI);
    csr_write(hart, CSR_stvec, BOARD_RAM);
    csr_write(hart, CSR_mstatus, 1 << 1);
    hart->mmu.priv = PRIV_S;
    for (unsigned i = 0; i < 2; i++)
        m->harts[i].pc = BOARD_RAM;
    hart_update_context(hart);
    return m;
}

Test(sight_irq, messages_are_followed_into_their_file)
{
    Machine *m = message_machine();
    aplic_set_source(m->aplic_m, UART, true);
    g_autofree char *waits = say(m, "irq");
    expect(waits, "imsic hart 1 S: delivery 1, threshold 0, output 1; 7! 9\n");
    expect(waits, " (uart): mode 6, enabled -> message 7 to hart 1, guest file 0\n");
    rig_run(m, 10100);
    csr_write(&m->harts[1], CSR_stopei, 0); /* claims */
    IrqSight *sight = look(m);
    unsigned lit = 0;
    for (guint i = 0; i < sight->links->len; i++) {
        const IrqLink *link = &g_array_index(sight->links, IrqLink, i);
        const IrqPort *port = &g_array_index(sight->ports, IrqPort, link->port);
        if (!link->lit)
            continue;
        lit++;
        cr_expect(link->passes);
        cr_expect_eq(port->kind, PORT_FILE);
        cr_expect_eq(port->hart, 1);
        cr_expect_eq(port->last_claim, 7);
        cr_expect_eq(g_array_index(sight->sources, IrqSource, link->source).number, UART);
    }
    cr_expect_eq(lit, 1);
    irq_sight_free(sight);
    PanelRig rig = panel_rig(&ui_panel_irq, m);
    panel_look(&rig);
    panel_check_sizes(&rig);
    panel_keys(&rig, "h");
    panel_draw(&rig, (UiRect){ 0, 0, 1800, 1200 });
    g_autofree char *text = say(m, "irq");
    panel_has_numbers(&rig, text);
    panel_shows(&rig, "*imsic hart 1 S");
    panel_shows(&rig, "last claimed 7");
    panel_end(&rig);
    machine_free(m);
}

/* A guest takes VSTI; it is told of STI (norm:hideleg_trans), and people see which of the hart's interrupts it was. */
Test(sight_irq, what_a_guest_takes_has_its_number_of_mip)
{
    static const uint32_t code[] = { JUMP_TO_SELF };
    Machine *m = rig_in(PRIV_S, NULL);
    Hart *hart = &m->harts[0];
    cr_assert(bus_poke(&m->bus, (Spa){ BOARD_RAM }, code, sizeof code));
    explain_keep(m, false);
    csr_write(hart, CSR_hideleg, 1 << IRQ_VSTI);
    csr_write(hart, CSR_vstvec, BOARD_RAM);
    csr_write(hart, CSR_vsstatus, 1 << 1);
    csr_write(hart, CSR_hie, 1 << IRQ_VSTI);
    hart->pc = BOARD_RAM;
    hart->mmu.v = true;
    hart_update_context(hart);
    csr_write(hart, CSR_hvip, 1 << IRQ_VSTI);
    rig_run(m, 2);
    cr_expect_eq(csr_read(hart, CSR_vscause), 1ull << 63 | IRQ_STI);
    IrqSight *sight = look(m);
    const IrqHart *seen = &g_array_index(sight->harts, IrqHart, 0);
    cr_expect_eq(seen->last, LEVEL_VS);
    cr_expect_eq(seen->taken[LEVEL_VS].number, IRQ_VSTI);
    irq_sight_free(sight);
    machine_free(m);
}
