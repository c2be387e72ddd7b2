/* SPDX-License-Identifier: MIT */
/* keys.c - the keys after the escape key, which are for the emulator; see console.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/console/ports.h"
#include "emu/trace/ring.h"

static Port *port_at(const Channel *channel, guint index)
{
    return g_ptr_array_index(channel->ports, index);
}

static void say(const Channel *channel, const char *text)
{
    g_autofree char *line = g_strdup_printf("\r\n%s\r\n", text);
    channel_write(channel, (const uint8_t *)line, strlen(line));
}

static void say_keys(const Channel *channel)
{
    static const char *const rows[] = {
        "h    print this help",
        "x    end the run",
        "c    switch between the monitor and the consoles",
        "b    send a break",
        "d    write the last events to a file",
        "t    begin lines with the time, or no longer",
        "p    hide or show what -top shows",
    };
    unsigned escape = channel->console->escape;
    g_autofree char *key =
        escape < 27 ? g_strdup_printf("C-%c", 'a' + escape - 1) : g_strdup_printf("key %u", escape);
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_string_append_printf(text, "%s %s\r\n", key, rows[i]);
    g_string_append_printf(text, "%s %s  send %s", key, key, key);
    say(channel, text->str);
}

/* Consoles are told apart by their numbers, if there are several. */
static void say_console(const Channel *channel)
{
    unsigned consoles = 0, number = 0;
    for (guint i = 0; i < channel->ports->len; i++) {
        consoles += !port_at(channel, i)->is_monitor;
        number += i <= channel->focus && !port_at(channel, i)->is_monitor;
    }
    g_autofree char *text = g_strdup_printf("bulkhead: console %u of %u", number, consoles);
    if (consoles > 1)
        say(channel, text);
    else
        channel_write(channel, (const uint8_t *)"\r\n", 2);
}

void channel_set_focus(Channel *channel, guint index)
{
    if (channel->focus != index)
        port_event(port_at(channel, channel->focus), HOST_LEFT);
    channel->focus = index;
    if (channel->is_open)
        port_event(port_at(channel, index), HOST_OPENED);
}

static void next_user(Channel *channel)
{
    if (channel->ports->len < 2) {
        say(channel, "bulkhead: there is nothing to switch to: the monitor is elsewhere, or "
                     "-monitor none");
        return;
    }
    guint next = (channel->focus + 1) % channel->ports->len;
    bool is_monitor = port_at(channel, next)->is_monitor;
    port_offer(port_at(channel, channel->focus));
    if (is_monitor)
        channel_write(channel, (const uint8_t *)"\r\n", 2);
    channel_set_focus(channel, next);
    if (!is_monitor)
        say_console(channel);
}

static void send_break(Channel *channel)
{
    Port *port = port_at(channel, channel->focus);
    if (port->chr.event && !port->is_monitor)
        port_event(port, HOST_BREAK);
    else
        say(channel, "bulkhead: breaks are for the serial port");
}

static void switch_stamps(Channel *channel)
{
    channel->stamps = !channel->stamps;
    say(channel, channel->stamps ? "bulkhead: lines begin with the virtual time"
                                 : "bulkhead: lines begin without the time");
}

static void dump_events(const Channel *channel)
{
    const Machine *m = channel->console->machine;
    g_autofree char *said = trace_ring_dump_said(m, m->ring_file);
    g_autofree char *line = g_strconcat("bulkhead: ", said, NULL);
    say(channel, line);
}

static void escape_key(Channel *channel, uint8_t key)
{
    switch (key) {
    case 'x':
        say(channel, "bulkhead: terminated by the escape key");
        machine_stop(channel->console->machine, STOP_QUIT, 0);
        break;
    case 'h':
    case '?': say_keys(channel); break;
    case 'c': next_user(channel); break;
    case 'b': send_break(channel); break;
    case 'd': dump_events(channel); break;
    case 's': say(channel, "bulkhead: disks are written at once, snapshots never"); break;
    case 't': switch_stamps(channel); break;
    case 'p':
        if (channel->panel)
            panel_switch(channel->panel);
        break;
    default: break;
    }
}

bool channel_filter_key(Channel *channel, uint8_t byte)
{
    bool is_escape = channel->mux && byte == channel->console->escape;
    if (channel->after_escape) {
        channel->after_escape = false;
        if (!is_escape)
            escape_key(channel, byte);
        return is_escape;
    }
    channel->after_escape = is_escape;
    return !is_escape;
}

/* As QEMU writes it, but of virtual time: [hours:minutes:seconds.milliseconds]. */
static void append_stamp(const Channel *channel, GString *out)
{
    uint64_t ms = clock_now(&channel->console->machine->clock) / 1000000;
    g_string_append_printf(out, "[%02" PRIu64 ":%02u:%02u.%03u] ", ms / 3600000,
                           (unsigned)(ms / 60000 % 60), (unsigned)(ms / 1000 % 60),
                           (unsigned)(ms % 1000));
}

void channel_write_stamped(Port *port, const uint8_t *data, size_t size)
{
    g_autoptr(GString) out = g_string_sized_new(size + 16);
    for (size_t i = 0; i < size; i++) {
        if (!port->in_line)
            append_stamp(port->channel, out);
        g_string_append_c(out, (char)data[i]);
        port->in_line = data[i] != '\n';
    }
    channel_write(port->channel, (const uint8_t *)out->str, out->len);
}
