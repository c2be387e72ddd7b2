/* SPDX-License-Identifier: MIT */
/*
 * uart.c - a serial port: the National Semiconductor 16550A; see uart.h.
 *
 * The registers are not a table: half of the eight offsets mean something else when read, when
 * written or when DLAB is set, and most accesses have effects. Section and table numbers are those
 * of the PC16550D data sheet.
 */
#include "devices/uart.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

enum { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR, N_REGISTERS };

enum { IER_RECEIVE = 1, IER_TRANSMIT = 2, IER_LINE = 4, IER_MODEM = 8, IER_BITS = 15 };
enum { FCR_ENABLE = 1, FCR_CLEAR_RECEIVE = 2, FCR_CLEAR_TRANSMIT = 4, FCR_KEPT = 0xc9 };
enum { LCR_STOP = 4, LCR_PARITY = 8, LCR_DLAB = 0x80 };
enum { MCR_DTR = 1, MCR_RTS = 2, MCR_OUT1 = 4, MCR_OUT2 = 8, MCR_LOOP = 16, MCR_BITS = 31 };
enum {
    LSR_READY = 1,
    LSR_OVERRUN = 2,
    LSR_BREAK = 0x10,
    LSR_THR_EMPTY = 0x20,
    LSR_EMPTY = 0x40,
    LSR_FIFO_ERROR = 0x80
};
enum { MSR_TRAILING_RI = 4, MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80 };

/* Interrupt identification, IIR bits 3:0; highest priority first (table IV). */
enum {
    ID_LINE = 6,
    ID_RECEIVED = 4,
    ID_TIMEOUT = 12,
    ID_TRANSMIT = 2,
    ID_MODEM = 0,
    ID_NONE = 1,
    IIR_FIFOS = 0xc0
};

static bool fifos_on(const Uart *uart)
{
    return uart->fcr & FCR_ENABLE;
}

static unsigned capacity(const Uart *uart)
{
    return fifos_on(uart) ? UART_FIFO : 1;
}

static unsigned trigger_level(const Uart *uart)
{
    static const uint8_t levels[] = { 1, 4, 8, 14 };
    return fifos_on(uart) ? levels[uart->fcr >> 6] : 1;
}

/* A break is reported while its character is the next one to be read (8.5, bit 4). */
static bool break_is_next(const Uart *uart)
{
    return uart->rx_count && uart->rx_breaks >> uart->rx_first & 1;
}

static unsigned interrupt_id(const Uart *uart)
{
    if ((uart->ier & IER_LINE) && (uart->overrun || break_is_next(uart)))
        return ID_LINE;
    if ((uart->ier & IER_RECEIVE) && uart->rx_count >= trigger_level(uart))
        return ID_RECEIVED;
    if ((uart->ier & IER_RECEIVE) && uart->timeout_pending)
        return ID_TIMEOUT;
    if ((uart->ier & IER_TRANSMIT) && uart->thr_pending)
        return ID_TRANSMIT;
    if ((uart->ier & IER_MODEM) && uart->msr_delta)
        return ID_MODEM;
    return ID_NONE;
}

static void update_irq(Uart *uart)
{
    irq_set(&uart->dev.irq, interrupt_id(uart) != ID_NONE);
}

/* One character on the line, in ns: start bit, data, parity, stop. */
static uint64_t character_time(const Uart *uart)
{
    unsigned n_bits =
        1 + 5 + (uart->lcr & 3) + !!(uart->lcr & LCR_PARITY) + 1 + !!(uart->lcr & LCR_STOP);
    return (uint64_t)n_bits * 16 * MAX(uart->divisor, 1) * 1000000000 / UART_CLOCK;
}

/* The receive FIFO changed: the silence of four characters that gives a timeout begins anew. */
static void restart_timeout(Uart *uart)
{
    bool waits = uart->rx_count && uart->rx_count < trigger_level(uart);
    uart->timeout_pending = false;
    timer_set(uart->dev.clock, &uart->timeout,
              waits ? clock_now(uart->dev.clock) + 4 * character_time(uart) : CLOCK_NEVER);
}

static void timeout_fired(void *opaque)
{
    Uart *uart = opaque;
    uart->timeout_pending = true;
    update_irq(uart);
}

/* A full FIFO keeps what it has and loses the new character; without FIFOs the new one replaces
 * the old. */
static void push(Uart *uart, uint8_t byte, bool is_break)
{
    unsigned at = (uart->rx_first + uart->rx_count) % UART_FIFO;
    if (uart->rx_count == capacity(uart)) {
        uart->overrun = true;
        if (fifos_on(uart))
            return;
        at = uart->rx_first;
    } else {
        uart->rx_count++;
    }
    uart->rx[at] = byte;
    uart->rx_breaks = (uint16_t)((uart->rx_breaks & ~(1u << at)) | (unsigned)is_break << at);
}

static size_t receive(void *device, const uint8_t *data, size_t size)
{
    Uart *uart = device;
    size_t n = MIN(size, capacity(uart) - uart->rx_count);
    if (uart->mcr & MCR_LOOP || !n)
        return 0;
    for (size_t i = 0; i < n; i++)
        push(uart, data[i], false);
    restart_timeout(uart);
    update_irq(uart);
    return n;
}

/* A break puts one zero character into the FIFO (8.5, bit 4). */
static void line_event(void *device, HostEvent event)
{
    Uart *uart = device;
    if (event != HOST_BREAK || uart->mcr & MCR_LOOP)
        return;
    push(uart, 0, true);
    restart_timeout(uart);
    update_irq(uart);
}

/* Tells the host that its characters fit again. Last in every function: the host may call
 * receive. */
static void tell_ready(const Uart *uart)
{
    if (!uart->rx_count && uart->chr && uart->chr->ready)
        uart->chr->ready(uart->chr->host);
}

static uint8_t read_rbr(Uart *uart)
{
    uint8_t byte = uart->rx[uart->rx_first];
    if (!uart->rx_count)
        return 0;
    uart->rx_breaks &= (uint16_t) ~(1u << uart->rx_first);
    uart->rx_first = (uart->rx_first + 1) % UART_FIFO;
    uart->rx_count--;
    restart_timeout(uart);
    update_irq(uart);
    tell_ready(uart);
    return byte;
}

/* The character leaves for the other end, where it is seen from now on. */
static void send(Uart *uart, uint8_t byte)
{
    TRACE(uart->dev.trace, uart, byte, uart->port);
    if (uart->chr && uart->chr->write)
        uart->chr->write(uart->chr->host, &byte, 1);
}

static void print_first(Uart *uart)
{
    send(uart, uart->tx[uart->tx_first]);
    timer_set(uart->dev.clock, &uart->printed, clock_now(uart->dev.clock) + uart->char_ns);
}

static void printed(void *opaque)
{
    Uart *uart = opaque;
    uart->tx_first = (uart->tx_first + 1) % UART_FIFO;
    if (--uart->tx_count) {
        print_first(uart);
        return;
    }
    uart->thr_pending = true;
    update_irq(uart);
}

/* What is written while there is no room is lost. */
static void print(Uart *uart, uint8_t byte)
{
    if (uart->tx_count == capacity(uart)) {
        device_guest_error(&uart->dev, GUEST_ERROR_VALUE, byte);
        return;
    }
    uart->tx[(uart->tx_first + uart->tx_count++) % UART_FIFO] = byte;
    if (uart->tx_count == 1)
        print_first(uart);
}

/* Writing THR takes its interrupt back; the transmitter is empty at once, which raises it again, or
 * on a typewriter when it has printed. */
static void write_thr(Uart *uart, uint8_t byte)
{
    uart->thr_pending = false;
    update_irq(uart);
    if (uart->mcr & MCR_LOOP) {
        push(uart, byte, false);
        restart_timeout(uart);
    } else if (uart->char_ns) {
        print(uart, byte);
    } else {
        send(uart, byte);
    }
    uart->thr_pending = !uart->tx_count;
    update_irq(uart);
}

/* Enabling the transmit interrupt while the transmitter is empty raises it (8.6). */
static void write_ier(Uart *uart, uint8_t value)
{
    if ((value ^ uart->ier) & IER_TRANSMIT)
        uart->thr_pending = value & IER_TRANSMIT && !uart->tx_count;
    uart->ier = value & IER_BITS;
    update_irq(uart);
}

/* Reading IIR takes the transmit interrupt back, if that is what it reports. */
static uint8_t read_iir(Uart *uart)
{
    unsigned id = interrupt_id(uart);
    if (id == ID_TRANSMIT) {
        uart->thr_pending = false;
        update_irq(uart);
    }
    return (uint8_t)(id | (fifos_on(uart) ? IIR_FIFOS : 0));
}

/* Switching the FIFOs on or off empties them; the other bits count only together with the enable
 * bit (8.4). */
static void write_fcr(Uart *uart, uint8_t value)
{
    bool changed = (value ^ uart->fcr) & FCR_ENABLE;
    uart->fcr = value & FCR_ENABLE ? value & FCR_KEPT : 0;
    if (changed || (value & FCR_ENABLE && value & FCR_CLEAR_RECEIVE))
        uart->rx_count = uart->rx_breaks = 0;
    if (changed || (value & FCR_ENABLE && value & FCR_CLEAR_TRANSMIT))
        uart->tx_count = MIN(uart->tx_count, 1); /* that one is at the types already */
    restart_timeout(uart);
    update_irq(uart);
    tell_ready(uart);
}

/* Reading it takes back what it reports of overruns and breaks (8.5). */
static uint8_t read_lsr(Uart *uart)
{
    unsigned value = (uart->tx_count ? 0 : LSR_THR_EMPTY | LSR_EMPTY) |
                     (uart->rx_count ? LSR_READY : 0) | (uart->overrun ? LSR_OVERRUN : 0) |
                     (break_is_next(uart) ? LSR_BREAK : 0) |
                     (fifos_on(uart) && uart->rx_breaks ? LSR_FIFO_ERROR : 0);
    uart->overrun = false;
    if (uart->rx_count)
        uart->rx_breaks &= (uint16_t) ~(1u << uart->rx_first);
    update_irq(uart);
    return (uint8_t)value;
}

/* MSR bits 7:4. The line has a listener who is always ready; in loopback they are our own
 * outputs (8.7). */
static unsigned modem_inputs(const Uart *uart)
{
    if (!(uart->mcr & MCR_LOOP))
        return MSR_CTS | MSR_DSR | MSR_DCD;
    return (uart->mcr & MCR_RTS ? MSR_CTS : 0) | (uart->mcr & MCR_DTR ? MSR_DSR : 0) |
           (uart->mcr & MCR_OUT1 ? MSR_RI : 0) | (uart->mcr & MCR_OUT2 ? MSR_DCD : 0);
}

static void write_mcr(Uart *uart, uint8_t value)
{
    unsigned before = modem_inputs(uart);
    bool was_loop = uart->mcr & MCR_LOOP;
    uart->mcr = value & MCR_BITS;
    unsigned changed = before ^ modem_inputs(uart);
    if (changed & MSR_RI && !(before & MSR_RI)) /* RI reports its trailing edge only */
        changed &= ~(unsigned)MSR_RI;
    uart->msr_delta |= (uint8_t)(changed >> 4);
    update_irq(uart);
    if (was_loop && !(uart->mcr & MCR_LOOP))
        tell_ready(uart);
}

static uint8_t read_msr(Uart *uart)
{
    unsigned value = modem_inputs(uart) | uart->msr_delta;
    uart->msr_delta = 0;
    update_irq(uart);
    return (uint8_t)value;
}

static uint8_t read_register(Uart *uart, unsigned offset)
{
    bool dlab = uart->lcr & LCR_DLAB;
    switch (offset) {
    case RBR_THR: return dlab ? (uint8_t)uart->divisor : read_rbr(uart);
    case IER: return dlab ? (uint8_t)(uart->divisor >> 8) : uart->ier;
    case IIR_FCR: return read_iir(uart);
    case LCR: return uart->lcr;
    case MCR: return uart->mcr;
    case LSR: return read_lsr(uart);
    case MSR: return read_msr(uart);
    default: return uart->scr;
    }
}

static void write_register(Uart *uart, unsigned offset, uint8_t value)
{
    bool dlab = uart->lcr & LCR_DLAB;
    switch (offset) {
    case RBR_THR:
        if (dlab)
            uart->divisor = (uint16_t)set_bits(uart->divisor, 7, 0, value);
        else
            write_thr(uart, value);
        break;
    case IER:
        if (dlab)
            uart->divisor = (uint16_t)set_bits(uart->divisor, 15, 8, value);
        else
            write_ier(uart, value);
        break;
    case IIR_FCR: write_fcr(uart, value); break;
    case LCR: uart->lcr = value; break;
    case MCR: write_mcr(uart, value); break;
    case SCR: uart->scr = value; break;
    default: break; /* LSR and MSR cannot be written */
    }
}

/* An access wider than a byte reaches the register at its offset with its low byte, as on a bus
 * of byte lanes. */
static bool uart_read(void *opaque, uint64_t offset, unsigned size, uint64_t *value)
{
    (void)size;
    if (offset >= N_REGISTERS)
        return device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
    *value = read_register(opaque, (unsigned)offset);
    return true;
}

static bool uart_write(void *opaque, uint64_t offset, unsigned size, uint64_t value)
{
    (void)size;
    if (offset >= N_REGISTERS)
        return device_guest_error(opaque, GUEST_ERROR_REGISTER, offset);
    write_register(opaque, (unsigned)offset, (uint8_t)value);
    return true;
}

static bool uart_realize(Device *dev, GError **error)
{
    Uart *uart = (Uart *)dev;
    (void)error;
    clock_add_timer(dev->clock, &uart->timeout, timeout_fired, uart);
    if (uart->char_ns)
        clock_add_timer(dev->clock, &uart->printed, printed, uart);
    if (uart->chr) {
        uart->chr->receive = receive;
        uart->chr->event = line_event;
        uart->chr->device = uart;
    }
    return true;
}

/* Table III. The divisor is undefined there; 2 gives 115200 baud to software that never sets it. */
static void uart_reset(Device *dev)
{
    Uart *uart = (Uart *)dev;
    uart->ier = uart->fcr = uart->lcr = uart->mcr = uart->scr = uart->msr_delta = 0;
    uart->divisor = 2;
    memset(uart->rx, 0, sizeof uart->rx);
    uart->rx_first = uart->rx_count = 0;
    uart->rx_breaks = 0;
    uart->overrun = uart->thr_pending = false;
    memset(uart->tx, 0, sizeof uart->tx);
    uart->tx_first = uart->tx_count = 0;
    if (uart->char_ns)
        timer_set(dev->clock, &uart->printed, CLOCK_NEVER);
    restart_timeout(uart);
    update_irq(uart);
}

static void uart_describe(Device *dev, void *fdt)
{
    (void)dev;
    fdt_property_u32(fdt, "clock-frequency", UART_CLOCK);
}

/* Whatever a damaged snapshot says, the ring stays in its array, and holds what it can hold. */
static void uart_loaded(void *object)
{
    Uart *uart = object;
    uart->rx_first %= UART_FIFO;
    uart->rx_count = (uint8_t)MIN(uart->rx_count, capacity(uart));
    for (unsigned i = uart->rx_count; i < UART_FIFO; i++)
        uart->rx_breaks &= (uint16_t) ~(1u << (uart->rx_first + i) % UART_FIFO);
}

/* The same of what is to be printed. */
static void typewriter_loaded(void *object)
{
    Uart *uart = object;
    uart->tx_first %= UART_FIFO;
    uart->tx_count = (uint8_t)MIN(uart->tx_count, uart->char_ns ? capacity(uart) : 0);
    uint64_t latest = clock_now(uart->dev.clock) + uart->char_ns;
    uart->printed.deadline = uart->tx_count ? MIN(uart->printed.deadline, latest) : CLOCK_NEVER;
}

static const StateField uart_fields[] = {
    STATE(Uart, ier),
    STATE(Uart, fcr),
    STATE(Uart, lcr),
    STATE(Uart, mcr),
    STATE(Uart, scr),
    STATE(Uart, msr_delta),
    STATE(Uart, divisor),
    STATE_ARRAY(Uart, rx),
    STATE(Uart, rx_first),
    STATE(Uart, rx_count),
    STATE(Uart, rx_breaks),
    STATE(Uart, overrun),
    STATE(Uart, thr_pending),
    STATE(Uart, timeout_pending),
    STATE(Uart, timeout.deadline),
    STATE(Uart, timeout.order),
    STATE_END,
};

static const StateDesc uart_state = {
    .name = "uart",
    .version = 2,
    .fields = uart_fields,
    .loaded = uart_loaded,
};

// clang-format off
static const StateField typewriter_fields[] = {
    STATE_ARRAY(Uart, tx), STATE(Uart, tx_first), STATE(Uart, tx_count), STATE(Uart, printed.deadline), STATE(Uart, printed.order),
    STATE_END,
};
// clang-format on
static const StateDesc typewriter_state = { "typewriter", 1, typewriter_fields, typewriter_loaded };

static void typewriter_visit(Device *dev, StateVisitor *visitor)
{
    char instance[40];
    snprintf(instance, sizeof instance, "%s.print", dev->id);
    state_visit(visitor, instance, &typewriter_state, dev);
}

static const BusOps uart_ops = { uart_read, uart_write };

// clang-format off
#define SERIAL_PORT .name = "serial", .size = sizeof(Uart), .mmio_size = 0x100, .ops = &uart_ops, .state = &uart_state, \
    .realize = uart_realize, .reset = uart_reset, .describe = uart_describe
// clang-format on

const DeviceType uart_type = { SERIAL_PORT, .compatible = "ns16550a" };

/* The name that it has first is what monitors of several typewriters look for; drivers of serial ports know the second. */
const DeviceType typewriter_type = { SERIAL_PORT, .compatible = "bulkhead,typewriter;ns16550a",
                                     .visit = typewriter_visit };
