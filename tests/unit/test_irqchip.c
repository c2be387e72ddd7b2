/* SPDX-License-Identifier: MIT */
/* test_irqchip.c - the machine's interrupt controllers and what they are connected to, board by board. */
#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "emu/irqchip.h"
#include "tests/lib/machine_rig.h"

enum { HARTS = 3, GUESTS = 5, SOURCES = 95 };
enum { IE = 0x100, DM = 4, LEVEL1 = 6, DELEGATE = 0x400 };

static Machine *board(MachineAia aia, bool direct, bool aclint, const char *cpu)
{
    MachineConfig config = { .n_harts = HARTS, .ram_size = 1 << 20, .quantum = 10000 };
    GError *error = NULL;
    config.aia = aia;
    config.aia_guests = aia == AIA_APLIC_IMSIC ? GUESTS : 0;
    config.aia_direct = direct;
    config.aclint = aclint;
    cr_assert(isa_parse(&config.isa, cpu, &error));
    Machine *m = machine_new(&config, &error);
    cr_assert(m && machine_reset(m, &error));
    return m;
}

static void put(Machine *m, uint64_t at, uint32_t value)
{
    cr_assert(bus_write(&m->bus, (Spa){ at }, 4, value, requester_hart(0)), "0x%lx",
              (unsigned long)at);
}

static uint32_t get(Machine *m, uint64_t at)
{
    uint64_t value = 0;
    cr_assert(bus_read(&m->bus, (Spa){ at }, 4, &value, requester_hart(0)), "0x%lx",
              (unsigned long)at);
    return (uint32_t)value;
}

static void set_line(Machine *m, unsigned number, bool level)
{
    IrqLine line = irqchip_input(m, number);
    irq_set(&line, level);
}

/* Only hart `hart` has anything pending: `irq`. */
static void expect_only(Machine *m, unsigned hart, unsigned irq, bool level)
{
    for (unsigned i = 0; i < HARTS; i++) {
        uint64_t mip = hart_mip(&m->harts[i]), expected = i == hart && level ? BIT(irq) : 0;
        cr_expect_eq(mip, expected, "hart %u: mip is 0x%lx, not 0x%lx", i, (unsigned long)mip,
                     (unsigned long)expected);
    }
}

/* Every source, to every hart, at both levels. */
Test(irqchip, wires_of_devices_reach_harts_by_way_of_an_aplic)
{
    Machine *m = board(AIA_APLIC, false, false, "max");
    static const uint64_t bases[] = { BOARD_APLIC_M, BOARD_APLIC_S };
    for (unsigned level = 0; level < 2; level++) {
        put(m, bases[level], IE);
        for (unsigned hart = 0; hart < HARTS; hart++)
            put(m, bases[level] + 0x4000 + 32 * hart, 1);
        for (unsigned source = 1; source <= SOURCES; source++) {
            unsigned hart = source % HARTS;
            put(m, BOARD_APLIC_M + 4 * source, level ? DELEGATE : LEVEL1);
            if (level)
                put(m, BOARD_APLIC_S + 4 * source, LEVEL1);
            put(m, bases[level] + 0x3000 + 4 * source, hart << 18 | 1);
            put(m, bases[level] + 0x1edc, source);
            set_line(m, source, true);
            expect_only(m, hart, level ? IRQ_SEI : IRQ_MEI, true);
            cr_expect_eq(get(m, bases[level] + 0x401c + 32 * hart), source << 16 | 1);
            set_line(m, source, false);
            expect_only(m, hart, IRQ_MEI, false);
        }
    }
    cr_expect_null(m->harts[0].aia, "there is no IMSIC");
    cr_expect_not(m->config.isa.has[EXT_Smaia]);
    machine_free(m);
}

Test(irqchip, wires_of_devices_reach_interrupt_files_as_messages)
{
    Machine *m = board(AIA_APLIC_IMSIC, false, false, "max");
    cr_expect(m->config.isa.has[EXT_Smaia] && m->config.isa.has[EXT_Ssaia]);
    cr_expect_eq(m->config.isa.geilen, GUESTS);
    put(m, BOARD_APLIC_M + 0x1bc0, BOARD_IMSIC_M >> 12);
    put(m, BOARD_APLIC_M + 0x1bc8, BOARD_IMSIC_S >> 12);
    put(m, BOARD_APLIC_M + 0x1bcc, 3 << 20); /* eight pages a hart */
    put(m, BOARD_APLIC_M + 0x1bc4, 2 << 12);
    put(m, BOARD_APLIC_S, IE);
    cr_expect_eq(get(m, BOARD_APLIC_S), 0x80000000 | IE | DM, "delivery by messages, as in QEMU");
    put(m, BOARD_APLIC_M + 4 * 10, DELEGATE);
    put(m, BOARD_APLIC_S + 4 * 10, LEVEL1);
    put(m, BOARD_APLIC_S + 0x1edc, 10);
    for (unsigned hart = 0; hart < HARTS; hart++)
        for (unsigned guest = 0; guest <= GUESTS; guest++) {
            unsigned file = guest ? AIA_FILE_GUEST + guest : AIA_FILE_S;
            const AiaPort *port = m->harts[hart].aia;
            port->write(port->to, file, 0x70, 1);
            port->write(port->to, file, 0xc0, BIT(33 - guest));
            put(m, BOARD_APLIC_S + 0x3000 + 40, hart << 18 | guest << 12 | (33 - guest));
            set_line(m, 10, true);
            expect_only(m, hart, IRQ_SEI, !guest);
            for (unsigned i = 0; i < HARTS; i++)
                cr_expect_eq(m->harts[i].hgeip, i == hart && guest ? BIT(guest) : 0);
            cr_expect_eq(port->topei(port->to, file), 33 - guest);
            port->claim(port->to, file);
            set_line(m, 10, false);
        }
    machine_free(m);
}

/* An IPI makes the sender stop, so that the receiver can answer at once. */
Test(irqchip, messages_and_software_interrupts_stop_the_sender)
{
    static const struct {
        MachineAia aia;
        bool aclint;
        uint64_t at;
        unsigned stride, irq;
    } ways[] = {
        { AIA_NONE, false, BOARD_CLINT, 4, IRQ_MSI },
        { AIA_APLIC, true, BOARD_CLINT, 4, IRQ_MSI },
        { AIA_NONE, true, BOARD_SSWI, 4, IRQ_SSI },
        { AIA_APLIC_IMSIC, true, BOARD_IMSIC_M, 0x1000, IRQ_MEI },
        { AIA_APLIC_IMSIC, false, BOARD_IMSIC_S, 0x8000, IRQ_SEI },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(ways); i++)
        for (unsigned hart = 0; hart < HARTS; hart++) {
            Machine *m = board(ways[i].aia, false, ways[i].aclint, "max");
            const AiaPort *port = m->harts[hart].aia;
            m->current = 1;
            for (unsigned file = 0; port && file < 2; file++) {
                port->write(port->to, file, 0x70, 1);
                port->write(port->to, file, 0xc0, 2);
            }
            put(m, ways[i].at + ways[i].stride * hart, 1);
            expect_only(m, hart, ways[i].irq, true);
            cr_expect_eq(!!(m->harts[1].attention & ATTENTION_YIELD), hart != 1, "way %u", i);
            machine_free(m);
        }
}

/* SSIP stays until software clears it. norm:mip_ssip_intr_ctrl */
Test(irqchip, software_takes_back_what_the_sswi_sent)
{
    Machine *m = board(AIA_NONE, true, true, "max");
    Hart *hart = &m->harts[2];
    put(m, BOARD_SSWI + 8, 1);
    put(m, BOARD_SSWI + 8, 0);
    cr_expect_eq(csr_read(hart, CSR_mip), BIT(IRQ_SSI));
    csr_write(hart, CSR_mip, 0);
    cr_expect_eq(csr_read(hart, CSR_mip), 0);
    machine_free(m);
}

Test(irqchip, timer_is_where_the_board_has_it)
{
    static const struct {
        MachineAia aia;
        bool aclint;
        uint64_t mtimecmp, mtime;
    } boards[] = {
        { AIA_NONE, false, 0x2004000, 0x200bff8 },
        { AIA_APLIC, true, 0x2004000, 0x200bff8 },
        { AIA_APLIC_IMSIC, false, 0x2004000, 0x200bff8 },
        { AIA_APLIC_IMSIC, true, 0x2000000, 0x2007ff8 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(boards); i++) {
        Machine *m = board(boards[i].aia, false, boards[i].aclint, "max");
        uint64_t time = 0;
        cr_assert(bus_write(&m->bus, (Spa){ boards[i].mtime }, 8, 1000, requester_hart(0)));
        cr_assert(bus_read(&m->bus, (Spa){ boards[i].mtime }, 8, &time, requester_hart(0)));
        cr_expect_eq(time, 1000);
        cr_assert(bus_write(&m->bus, (Spa){ boards[i].mtimecmp + 8 }, 8, 999, requester_hart(0)));
        expect_only(m, 1, IRQ_MTI, true);
        machine_free(m);
    }
}

static unsigned topi(const Hart *hart, Level level)
{
    return (unsigned)hart_topi(hart, level) & 0xff;
}

/* AIA, "Effect of the machine-level iprio array on the priorities of interrupts taken in M-mode": the number is that of
 * whatever signals the interrupt. */
Test(irqchip, priority_numbers_come_from_the_controller_that_signals)
{
    static const struct {
        MachineAia aia;
        bool by_file;
        unsigned expected;
    } ways[] = { { AIA_NONE, false, 255 },
                 { AIA_APLIC, false, 77 },
                 { AIA_APLIC_IMSIC, false, 77 },
                 { AIA_APLIC_IMSIC, true, 200 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(ways); i++) {
        Machine *m =
            board(ways[i].aia, ways[i].aia == AIA_APLIC_IMSIC, false, "max,smaia=on,ssaia=on");
        Hart *hart = &m->harts[1];
        const AiaPort *port = hart->aia;
        csr_write(hart, CSR_mie, BIT(IRQ_MEI));
        if (ways[i].aia == AIA_NONE) {
            put(m, BOARD_PLIC + 4 * 10, 5);
            put(m, BOARD_PLIC + 0x2000 + 0x100, 1 << 10);
        } else {
            put(m, BOARD_APLIC_M, IE);
            put(m, BOARD_APLIC_M + 4 * 10, LEVEL1);
            put(m, BOARD_APLIC_M + 0x3000 + 40, 1 << 18 | 77);
            put(m, BOARD_APLIC_M + 0x1edc, 10);
            put(m, BOARD_APLIC_M + 0x4020, 1);
        }
        if (port) {
            port->write(port->to, AIA_FILE_M, 0xc6, BIT(200 - 192));
            port->write(port->to, AIA_FILE_M, 0x70, ways[i].by_file ? 1 : 0x40000000);
            put(m, BOARD_IMSIC_M + 0x1000, 200);
        }
        cr_expect_eq(hart_topi(hart, LEVEL_M), ways[i].by_file ? IRQ_MEI << 16 | 200 : 0);
        set_line(m, 10, true);
        cr_expect_eq(hart_topi(hart, LEVEL_M) >> 16, IRQ_MEI);
        cr_expect_eq(topi(hart, LEVEL_M), ways[i].expected, "way %u: %u", i, topi(hart, LEVEL_M));
        /* A timer with a number of its own goes before or after. */
        csr_write(hart, CSR_mie, BIT(IRQ_MEI) | BIT(IRQ_MTI));
        cr_assert(bus_write(&m->bus, (Spa){ BOARD_CLINT + 0x4008 }, 8, 0, requester_hart(0)));
        for (unsigned priority = 1; priority < 256; priority++) {
            hart->iprio[0][IRQ_MTI] = (uint8_t)priority;
            unsigned limit = ways[i].aia == AIA_NONE ? 256 : ways[i].expected;
            cr_assert_eq(hart_topi(hart, LEVEL_M) >> 16, priority < limit ? IRQ_MTI : IRQ_MEI,
                         "way %u, priority %u", i, priority);
        }
        machine_free(m);
    }
}
