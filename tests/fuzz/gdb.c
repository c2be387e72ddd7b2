/* SPDX-License-Identifier: MIT */
/*
 * gdb.c - fuzzing: what comes from a debugger.
 *
 * Lines of the case are packets, which get their frame here; a line that begins with '~' is sent as it is. The machine
 * runs a little whenever it may. What comes back must be frames with the right sum, none longer than promised.
 */
#include <stdio.h>
#include <string.h>

#include "emu/gdb/hub.h"
#include "emu/gdb/session.h"
#include "emu/monitor/hub.h"
#include "tests/lib/fuzz.h"

enum { RUN_NS = 50 };

typedef struct {
    Machine *machine;
    GdbSession *session;
    bool runs;
} Peer;

static void check_frame(const char *data, size_t size)
{
    uint8_t sum = 0;
    char expected[4];
    if (size == 1 && (*data == '+' || *data == '-'))
        return;
    if (size && *data == '+') {
        data++;
        size--;
    }
    for (size_t i = 1; i + 3 < size; i++)
        sum = (uint8_t)(sum + (uint8_t)data[i]);
    snprintf(expected, sizeof expected, "#%02x", sum);
    if (size < 4 || (*data != '$' && *data != '%') || size > GDB_PACKET_SIZE + 4 ||
        memcmp(data + size - 3, expected, 3))
        fuzz_fail("a reply that is no frame: %.*s", (int)size, data);
}

static void on_send(void *opaque, const char *data, size_t size)
{
    Peer *peer = opaque;
    check_frame(data, size);
    if (peer->runs)
        machine_stop(peer->machine, STOP_QUIT, 0);
}

/* Between slices, whoever paused the machine: no message will come that it could wait for. */
static void (*tell_monitors)(Machine *machine);

static void on_notice(Machine *m)
{
    tell_monitors(m);
    if (m->paused)
        machine_stop(m, STOP_QUIT, 0);
}

static void feed(Peer *peer, const char *line, size_t size)
{
    g_autoptr(GString) frame = g_string_new(NULL);
    if (size && *line == '~')
        g_string_append_len(frame, line + 1, (gssize)size - 1);
    else
        gdb_frame(frame, line, size);
    gdb_session_receive(peer->session, (const uint8_t *)frame->str, frame->len);
    if (peer->machine->paused)
        return;
    peer->runs = true;
    fuzz_run(peer->machine, RUN_NS);
    peer->runs = false;
}

static void put_program(Machine *m)
{
    /* addi t0, t0, 1; csrr t1, time; c.addi, c.nop; ecall; wfi; j .-20 */
    static const uint32_t code[] = { 0x00128293, 0xc0102373, 0x00010285,
                                     0x00000073, 0x10500073, 0xfedff06f };
    if (!bus_poke(&m->bus, (Spa){ BOARD_RAM }, code, sizeof code))
        fuzz_fail("no RAM");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzMachine its;
    if (!its.machine) {
        MachineConfig config = { .n_harts = 2, .quantum = 10, .stop_on_reset = true };
        its = fuzz_machine(&config, NULL);
        its.machine->trace.out = fopen("/dev/null", "w");
    }
    Peer peer = { .machine = its.machine };
    fuzz_restart(&its);
    put_program(its.machine);
    GdbHub *hub = gdb_hub_new(its.machine);
    MonitorHub *monitors = monitor_hub_new(its.machine);
    monitors->no_files = true;
    monitors->host.gdb = hub;
    tell_monitors = its.machine->notice;
    its.machine->notice = on_notice;
    peer.session = gdb_session_new(hub, &(GdbView){ 0 }, on_send, &peer);
    gdb_session_open(peer.session);
    const char *at = (const char *)data, *end = at + size;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end)
            line_end = end;
        feed(&peer, at, (size_t)(line_end - at));
        at = line_end + 1;
    }
    gdb_session_close(peer.session);
    gdb_session_free(peer.session);
    monitor_hub_free(monitors);
    gdb_hub_free(hub);
    memset(its.machine->trace.on, 0, sizeof its.machine->trace.on);
    machine_trace_changed(its.machine);
    its.machine->paused = false;
    return 0;
}
