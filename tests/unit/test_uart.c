/* SPDX-License-Identifier: MIT */
/* test_uart.c - the 16550A as its data sheet describes it. */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/uart.h"
#include "tests/lib/device_rig.h"

enum { RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR };

static Rig rig;
static Uart *uart;
static HostChar chr;
static char output[64];
static size_t n_output, n_ready;

static void host_write(void *host, const uint8_t *data, size_t size)
{
    (void)host;
    memcpy(output + n_output, data, size);
    n_output += size;
}

static void host_ready(void *host)
{
    (void)host;
    n_ready++;
}

static Uart *make_uart(Rig *where, HostChar *line)
{
    DeviceSite site = rig_site(where, "uart0");
    Uart *made = (Uart *)device_alloc(&uart_type, &site);
    made->chr = line;
    rig_start(&made->dev);
    return made;
}

static void setup(void)
{
    rig_init(&rig);
    chr = (HostChar){ .write = host_write, .ready = host_ready };
    uart = make_uart(&rig, &chr);
}

static void teardown(void)
{
    device_free(&uart->dev);
    rig_free(&rig);
}

TestSuite(uart, .init = setup, .fini = teardown);

static uint64_t get(unsigned reg)
{
    return rig_read(&rig, reg, 1);
}

static void put(unsigned reg, uint64_t value)
{
    rig_write(&rig, reg, 1, value);
}

static size_t type_in(const char *text)
{
    return chr.receive(chr.device, (const uint8_t *)text, strlen(text));
}

Test(uart, reset_values)
{
    static const uint8_t expected[] = { 0x00, 0x00, 0x01, 0x00, 0x00, 0x60, 0xb0, 0x00 };
    for (unsigned reg = 0; reg < 8; reg++)
        cr_expect_eq(get(reg), expected[reg], "register %u is 0x%lx", reg, (long)get(reg));
    cr_expect(rig_read_faults(&rig, 8, 1));
    cr_expect(rig_write_faults(&rig, 0xf0, 1, 0));
}

Test(uart, transmits_in_order_and_is_empty_at_once)
{
    for (const char *c = "hello"; *c; c++) {
        cr_expect(get(LSR) & 0x20);
        put(RBR, (uint64_t)*c);
    }
    cr_expect(n_output == 5 && !memcmp(output, "hello", 5));
}

Test(uart, divisor_latch_hides_data_and_interrupt_enable)
{
    put(IER, 0x05);
    put(LCR, 0x83);
    put(RBR, 0x34);
    put(IER, 0x12);
    cr_expect_eq(get(RBR), 0x34);
    cr_expect_eq(get(IER), 0x12);
    put(LCR, 0x03);
    cr_expect_eq(get(IER), 0x05);
    cr_expect_eq(n_output, 0);
    put(SCR, 0xa5);
    cr_expect_eq(get(SCR), 0xa5);
}

Test(uart, takes_one_character_without_fifos_and_sixteen_with)
{
    cr_expect_eq(type_in("ab"), 1);
    cr_expect_eq(type_in("b"), 0);
    cr_expect_eq(get(RBR), 'a');
    cr_expect_eq(n_ready, 1);
    put(IIR, 0x01);
    cr_expect_eq(get(IIR) & 0xc0, 0xc0);
    cr_expect_eq(type_in("0123456789abcdefgh"), 16);
    n_ready = 0;
    for (unsigned i = 0; i < 16; i++) {
        cr_expect(get(LSR) & 1);
        cr_expect_eq(n_ready, 0);
        cr_expect_eq(get(RBR), (uint64_t) "0123456789abcdef"[i]);
    }
    cr_expect_eq(n_ready, 1);
    cr_expect_eq(get(LSR) & 1, 0);
}

Test(uart, receive_interrupt_follows_the_trigger_level)
{
    static const struct {
        uint8_t fcr;
        unsigned level;
    } vectors[] = { { 0x00, 1 }, { 0x01, 1 }, { 0x41, 4 }, { 0x81, 8 }, { 0xc1, 14 } };
    put(IER, 0x01);
    for (unsigned i = 0; i < G_N_ELEMENTS(vectors); i++) {
        put(IIR, 0x00);
        put(IIR, vectors[i].fcr);
        for (unsigned n = 1; n <= vectors[i].level; n++) {
            cr_expect_not(rig.level[0], "fcr 0x%x, %u characters", vectors[i].fcr, n - 1);
            type_in("x");
        }
        cr_expect(rig.level[0], "fcr 0x%x", vectors[i].fcr);
        cr_expect_eq(get(IIR) & 0xf, 0x4);
        get(RBR);
        cr_expect_not(rig.level[0], "fcr 0x%x below its level again", vectors[i].fcr);
    }
}

Test(uart, characters_below_the_trigger_time_out_after_four_character_times)
{
    put(LCR, 0x83);
    put(RBR, 2); /* 3686400 / 16 / 2 = 115200 baud, 10 bits a character */
    put(IER, 0);
    put(LCR, 0x03);
    put(IIR, 0xc1);
    put(IER, 0x01);
    type_in("ab");
    rig_run_until(&rig, 4ull * 10 * 1000000000 / 115200 - 1000);
    cr_expect_not(rig.level[0]);
    rig_run_until(&rig, 4ull * 10 * 1000000000 / 115200 + 1);
    cr_expect(rig.level[0]);
    cr_expect_eq(get(IIR) & 0xf, 0xc);
    get(RBR);
    cr_expect_not(rig.level[0]);
    rig_run_until(&rig, 10000000);
    cr_expect(rig.level[0], "the second character times out anew");
    get(RBR);
    rig_run_until(&rig, 20000000);
    cr_expect_not(rig.level[0], "nothing left to wait for");
}

Test(uart, transmit_interrupt_rises_on_enable_and_after_each_character_and_falls_on_iir)
{
    put(IER, 0x02);
    cr_expect(rig.level[0]);
    cr_expect_eq(get(IIR) & 0xf, 0x2);
    cr_expect_not(rig.level[0]);
    cr_expect_eq(get(IIR) & 0xf, 0x1);
    put(RBR, 'x');
    cr_expect(rig.level[0]);
    put(IER, 0x00);
    cr_expect_not(rig.level[0]);
    put(IER, 0x02);
    cr_expect(rig.level[0], "enabling again raises it again");
}

Test(uart, interrupts_are_identified_by_priority)
{
    put(IIR, 0x01);
    put(MCR, 0x10); /* loopback: bits sent come back; the modem inputs change too */
    for (unsigned i = 0; i < 17; i++)
        put(RBR, i);
    put(IER, 0x0f);
    cr_expect_eq(get(IIR) & 0xf, 0x6, "line status first");
    cr_expect_eq(get(LSR) & 2, 2);
    cr_expect_eq(get(LSR) & 2, 0, "reading it clears the overrun");
    cr_expect_eq(get(IIR) & 0xf, 0x4);
    for (uint64_t i = 0; i < 16; i++)
        cr_expect_eq(get(RBR), i, "a full FIFO loses the new character");
    cr_expect_eq(get(IIR) & 0xf, 0x2);
    cr_expect_eq(get(IIR) & 0xf, 0x0);
    cr_expect(rig.level[0]);
    get(MSR);
    cr_expect_eq(get(IIR) & 0xf, 0x1);
    cr_expect_not(rig.level[0]);
    cr_expect_eq(n_output, 0);
}

Test(uart, loopback_connects_modem_outputs_to_inputs)
{
    static const struct {
        uint8_t mcr, inputs;
    } vectors[] = { { 0x10, 0x00 }, { 0x11, 0x20 }, { 0x12, 0x10 },
                    { 0x14, 0x40 }, { 0x18, 0x80 }, { 0x1f, 0xf0 } };
    put(MCR, 0x10);
    for (unsigned i = 0; i < G_N_ELEMENTS(vectors); i++) {
        put(MCR, vectors[i].mcr);
        cr_expect_eq(get(MSR) & 0xf0, vectors[i].inputs, "mcr 0x%x", vectors[i].mcr);
        cr_expect_eq(get(MSR) & 0x0f, 0, "deltas clear on read");
    }
    put(MCR, 0x1f);
    get(MSR);
    put(MCR, 0x1b);
    cr_expect_eq(get(MSR), 0xb4, "RI reports its trailing edge");
    put(MCR, 0x1f);
    cr_expect_eq(get(MSR), 0xf0, "and not its rise");
    cr_expect_eq(type_in("x"), 0, "the line is cut off");
    put(MCR, 0x00);
    cr_expect_eq(type_in("x"), 1);
}

Test(uart, clearing_the_receive_fifo_makes_room)
{
    put(IIR, 0x01);
    type_in("0123456789abcdef");
    put(IIR, 0x03);
    cr_expect_eq(get(LSR) & 1, 0);
    cr_expect_eq(n_ready, 2, "once for switching on, once for clearing");
    cr_expect_eq(type_in("z"), 1);
    cr_expect_eq(get(RBR), 'z');
}

Test(uart, state_survives_saving)
{
    Rig other;
    rig_init(&other);
    Uart *copy = make_uart(&other, NULL);
    put(IIR, 0xc1);
    put(IER, 0x0d);
    type_in("abc");
    get(RBR);
    g_autoptr(GByteArray) saved = rig_save(&uart->dev);
    rig_load(&other, &copy->dev, saved);
    cr_expect_eq(rig_hash(&uart->dev), rig_hash(&copy->dev));
    rig_run_until(&other, 1000000);
    cr_expect(other.level[0], "the timeout's deadline came along");
    cr_expect_eq(rig_read(&other, RBR, 1), 'b');
    device_free(&copy->dev);
    rig_free(&other);
}

/* More characters than there is room for, as no chip has them: the line stays full, and sound. */
Test(uart, a_ring_that_is_too_full_is_cut)
{
    for (unsigned fifo = 0; fifo < 2; fifo++) {
        put(IIR, fifo);
        uart->rx_first = 0xf3;
        uart->rx_count = 0xff;
        g_autoptr(GByteArray) saved = rig_save(&uart->dev);
        rig_load(&rig, &uart->dev, saved);
        cr_expect_eq(uart->rx_count, fifo ? UART_FIFO : 1);
        cr_expect_lt(uart->rx_first, UART_FIFO);
        cr_expect_eq(type_in("abcdefghijklmnopqrstuvwxyz"), 0);
    }
}

/* 8.5: bit 4 is set while the zero character of the break is the next one; bit 7 while any is in the FIFO; reading LSR
 * takes both back, and the line status interrupt with them. */
Test(uart, a_break_is_a_zero_with_its_bit_at_the_top_of_the_fifo)
{
    put(IIR, 1);
    put(IER, 4);
    type_in("a");
    chr.event(chr.device, HOST_BREAK);
    type_in("b");
    cr_expect_eq(get(LSR), 0xe1, "the break is behind a character: 0x%lx", (long)get(LSR));
    cr_expect_eq(get(IIR) & 15, 1);
    cr_expect_eq(get(RBR), 'a');
    cr_expect_eq(get(IIR) & 15, 6);
    cr_expect_eq(get(LSR), 0xf1);
    cr_expect_eq(get(LSR), 0x61, "reported once");
    cr_expect_eq(get(IIR) & 15, 1);
    cr_expect_eq(get(RBR), 0);
    cr_expect_eq(get(RBR), 'b');
    cr_expect_eq(get(LSR), 0x60);
    put(MCR, 0x10);
    chr.event(chr.device, HOST_BREAK);
    cr_expect_eq(get(LSR), 0x60, "in loopback the line is not connected");
}
