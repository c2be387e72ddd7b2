/* SPDX-License-Identifier: MIT */
/* test_typewriter.c - a serial port whose characters take a tenth of a second each. */
#include <string.h>

#include <criterion/criterion.h>

#include "devices/uart.h"
#include "tests/lib/device_rig.h"

enum { THR, IER, IIR_FCR, LCR, MCR, LSR };
enum { EMPTY = 0x60, READY = 1, SENDS = 2, FIFOS = 1, CLEAR_TRANSMIT = 4, LOOP = 16 };
#define CHARACTER UINT64_C(100000000) /* ns */

static Rig rig;
static Uart *uart;
static HostChar chr;
static char output[64];
static uint64_t when[64];
static size_t n_output;

static void host_write(void *host, const uint8_t *data, size_t size)
{
    (void)host;
    cr_assert_eq(size, 1);
    when[n_output] = clock_now(&rig.clock);
    output[n_output++] = (char)*data;
}

static void setup(void)
{
    rig_init(&rig);
    chr = (HostChar){ .write = host_write };
    DeviceSite site = rig_site(&rig, "typewriter0");
    uart = (Uart *)device_alloc(&typewriter_type, &site);
    uart->chr = &chr;
    uart->char_ns = CHARACTER;
    uart->port = 1;
    rig_start(&uart->dev);
}

static void teardown(void)
{
    device_free(&uart->dev);
    rig_free(&rig);
}

TestSuite(typewriter, .init = setup, .fini = teardown);

static uint64_t get(unsigned reg)
{
    return rig_read(&rig, reg, 1);
}

static void put(unsigned reg, uint64_t value)
{
    rig_write(&rig, reg, 1, value);
}

static void at(uint64_t ns)
{
    rig_run_until(&rig, ns);
}

/* One by one: THR is not empty until the character is printed, and then interrupts. */
Test(typewriter, a_character_takes_its_time)
{
    put(IER, SENDS);
    cr_expect(rig.level[0], "nothing is being printed");
    cr_expect_eq(get(IIR_FCR), 2);
    for (unsigned i = 0; i < 3; i++) {
        cr_expect_eq(get(LSR), EMPTY);
        put(THR, 'a' + i);
        cr_expect_eq(n_output, i + 1, "it is seen at once");
        cr_expect_eq(get(LSR), 0);
        cr_expect_not(rig.level[0]);
        at((i + 1) * CHARACTER - 1);
        cr_expect(get(LSR) == 0 && !rig.level[0]);
        at((i + 1) * CHARACTER);
        cr_expect(get(LSR) == EMPTY && rig.level[0]);
        cr_expect_eq(get(IIR_FCR), 2);
        cr_expect_not(rig.level[0], "reading IIR took it back");
    }
    cr_expect(!memcmp(output, "abc", 3));
    cr_expect_eq(rig_guest_errors(&rig), 0);
}

/* A driver of a 16550 sends sixteen at a time, once THRE is there. */
Test(typewriter, the_fifo_is_printed_in_order)
{
    put(IIR_FCR, FIFOS);
    put(IER, SENDS);
    (void)get(IIR_FCR);
    for (unsigned i = 0; i < UART_FIFO; i++)
        put(THR, 'a' + i);
    cr_expect_eq(n_output, 1);
    at(UART_FIFO * CHARACTER - 1);
    cr_expect(n_output == UART_FIFO && get(LSR) == 0 && !rig.level[0]);
    at(UART_FIFO * CHARACTER);
    cr_expect(get(LSR) == EMPTY && rig.level[0]);
    cr_expect(!memcmp(output, "abcdefghijklmnop", UART_FIFO));
    for (unsigned i = 0; i < UART_FIFO; i++)
        cr_expect_eq(when[i], i * CHARACTER);
    cr_expect_eq(rig_guest_errors(&rig), 0);
}

/* Whoever does not wait loses characters, and it is said. */
Test(typewriter, what_has_no_room_is_lost)
{
    for (unsigned fifos = 0; fifos < 2; fifos++) {
        unsigned room = fifos ? UART_FIFO : 1, errors = rig_guest_errors(&rig);
        n_output = 0;
        put(IIR_FCR, fifos);
        for (unsigned i = 0; i < room + 5; i++)
            put(THR, 'A' + i);
        cr_expect_eq(rig_guest_errors(&rig) - errors, 5);
        at(clock_now(&rig.clock) + 100 * CHARACTER);
        cr_expect_eq(n_output, room);
        cr_expect(get(LSR) == EMPTY && output[room - 1] == (char)('A' + room - 1));
    }
}

/* What is at the types is printed; what waits behind it is not. */
Test(typewriter, clearing_the_fifo_forgets_what_waits)
{
    static const uint8_t clears[] = { FIFOS | CLEAR_TRANSMIT, 0 };
    for (size_t i = 0; i < G_N_ELEMENTS(clears); i++) {
        uint64_t start = clock_now(&rig.clock);
        n_output = 0;
        put(IIR_FCR, FIFOS);
        for (unsigned n = 0; n < 5; n++)
            put(THR, 'a' + n);
        put(IIR_FCR, clears[i]);
        at(start + CHARACTER - 1);
        cr_expect_eq(get(LSR), 0);
        at(start + 20 * CHARACTER);
        cr_expect(n_output == 1 && get(LSR) == EMPTY);
    }
}

Test(typewriter, loopback_prints_nothing)
{
    put(MCR, LOOP);
    put(THR, 'x');
    cr_expect_eq(get(LSR), EMPTY | READY);
    cr_expect_eq(get(THR), 'x');
    cr_expect_eq(n_output, 0);
}

/* Characters come in while it prints. */
Test(typewriter, types_in_both_directions)
{
    put(IER, 1);
    put(THR, 'a');
    cr_expect_eq(chr.receive(chr.device, (const uint8_t *)"b", 1), 1);
    cr_expect(rig.level[0] && get(LSR) == READY);
    cr_expect_eq(get(THR), 'b');
    cr_expect_not(rig.level[0]);
}

Test(typewriter, a_reset_stops_it)
{
    put(IIR_FCR, FIFOS);
    put(THR, 'a');
    put(THR, 'b');
    device_reset(&uart->dev);
    cr_expect_eq(get(LSR), EMPTY);
    at(10 * CHARACTER);
    cr_expect_eq(n_output, 1);
}

/* Saved in the middle of a line, loaded, and printed to its end at the same moments. */
Test(typewriter, a_saved_one_prints_on)
{
    put(IIR_FCR, FIFOS);
    for (unsigned i = 0; i < 4; i++)
        put(THR, 'a' + i);
    at(CHARACTER + CHARACTER / 3);
    g_autoptr(GByteArray) saved = rig_save(&uart->dev);
    uint64_t hash = rig_hash(&uart->dev);
    device_reset(&uart->dev);
    cr_expect_neq(rig_hash(&uart->dev), hash);
    rig_load(&rig, &uart->dev, saved);
    cr_expect_eq(rig_hash(&uart->dev), hash);
    at(10 * CHARACTER);
    cr_expect(n_output == 4 && !memcmp(output, "abcd", 4));
    for (unsigned i = 0; i < 4; i++)
        cr_expect_eq(when[i], i * CHARACTER);
}

/* A damaged snapshot: what waits is printed all the same. */
Test(typewriter, what_waits_is_printed_some_time)
{
    put(IIR_FCR, FIFOS);
    put(THR, 'a');
    put(THR, 'b');
    uart->printed.deadline = CLOCK_NEVER;
    g_autoptr(GByteArray) saved = rig_save(&uart->dev);
    rig_load(&rig, &uart->dev, saved);
    at(3 * CHARACTER);
    cr_expect_eq(n_output, 2);
}
