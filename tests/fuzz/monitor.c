/* SPDX-License-Identifier: MIT */
/*
 * monitor.c - fuzzing: what is typed at the monitor.
 *
 * The bytes of the case are typed, in pieces as long as lines are, and the machine runs a little whenever it may. A case
 * that begins with '!' hangs up at every '!'. Commands that touch files or sockets of the host refuse (no_files). What
 * is answered must be text that ends in a prompt, unless the answer is still to come or the run is over.
 */
#include <stdio.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/gdb/hub.h"
#include "emu/monitor/monitor.h"
#include "tests/lib/fuzz.h"

enum { RUN_NS = 12, MOST_ROUNDS = 4 };

typedef struct {
    Machine *machine;
    HostChar line;
    GString *said;
    bool runs;
} Place;

static void on_write(void *opaque, const uint8_t *data, size_t size)
{
    Place *place = opaque;
    g_string_append_len(place->said, (const char *)data, (gssize)size);
    if (place->runs)
        machine_stop(place->machine, STOP_QUIT, 0);
}

static void check_answer(const GString *said)
{
    if (!g_utf8_validate(said->str, (gssize)said->len, NULL))
        fuzz_fail("no text: %s", said->str);
    for (gsize i = 0; i < said->len; i++)
        if (g_ascii_iscntrl(said->str[i]) && said->str[i] != '\n')
            fuzz_fail("byte 0x%02x is no text: %s", (unsigned char)said->str[i], said->str);
}

static void run(Place *place)
{
    if (place->machine->paused)
        return;
    place->runs = true;
    fuzz_run(place->machine, RUN_NS);
    place->runs = false;
}

/* Types it all, as far as it is taken; a command that waits for a machine that does not stop is hung up on. */
static void type(Place *place, const uint8_t *data, size_t size)
{
    g_string_truncate(place->said, 0);
    for (unsigned round = 0; size && round < MOST_ROUNDS; round++) {
        size_t taken = place->line.receive(place->line.device, data, size);
        data += taken;
        size -= taken;
        run(place);
    }
    check_answer(place->said);
    if (size) {
        place->line.event(place->line.device, HOST_CLOSED);
        place->line.event(place->line.device, HOST_OPENED);
    }
}

static void put_program(Machine *m)
{
    /* addi t0, t0, 1; csrw sscratch, t0; csrr t1, time; ecall; lr.w t2, (sp); j .-20 */
    static const uint32_t code[] = { 0x00128293, 0x14029073, 0xc0102373,
                                     0x00000073, 0x100123af, 0xfedff06f };
    /* One gigapage in each stage, so that there is something to be listed. */
    uint64_t leaf = BOARD_RAM >> 2 | 0xdf;
    Hart *hart = &m->harts[1];
    if (!bus_poke(&m->bus, (Spa){ BOARD_RAM }, code, sizeof code) ||
        !bus_poke(&m->bus, (Spa){ BOARD_RAM + 0x4000 + 16 }, &leaf, 8) ||
        !bus_poke(&m->bus, (Spa){ BOARD_RAM + 0x8000 + 16 }, &leaf, 8))
        fuzz_fail("no RAM");
    csr_write(hart, 0x3b0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
    csr_write(hart, CSR_satp, 8ull << 60 | (BOARD_RAM + 0x4000) >> 12);
    csr_write(hart, CSR_vsatp, 8ull << 60 | (BOARD_RAM + 0x4000) >> 12);
    csr_write(hart, CSR_hgatp, 8ull << 60 | 1ull << 44 | (BOARD_RAM + 0x8000) >> 12);
}

static void forget_events(Machine *m)
{
    memset(m->trace.on, 0, sizeof m->trace.on);
    machine_trace_changed(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzMachine its;
    static GdbHub *gdb;
    if (!its.machine) {
        MachineConfig config = { .n_harts = 2, .quantum = 10, .stop_on_reset = true };
        its = fuzz_machine(&config, NULL);
        its.machine->trace.out = fopen("/dev/null", "w");
        gdb = gdb_hub_new(its.machine);
    }
    fuzz_restart(&its);
    put_program(its.machine);
    Place place = { .machine = its.machine, .said = g_string_new(NULL) };
    place.line = (HostChar){ .write = on_write, .host = &place };
    MonitorHub *hub = monitor_hub_new(its.machine);
    hub->no_files = true;
    hub->host.gdb = gdb;
    monitor_hub_add_place(hub, &(ConsoleMonitor){ .chr = &place.line });
    place.line.event(place.line.device, HOST_OPENED);
    const uint8_t *end = data + size;
    bool hangs_up = size && *data == '!';
    while (data < end) {
        const uint8_t *line_end = memchr(data, '\n', (size_t)(end - data));
        line_end = line_end ? line_end + 1 : end;
        type(&place, data, (size_t)(line_end - data));
        if (hangs_up && *data == '!')
            place.line.event(place.line.device, HOST_CLOSED);
        if (hangs_up && *data == '!')
            place.line.event(place.line.device, HOST_OPENED);
        data = line_end;
    }
    place.line.event(place.line.device, HOST_ENDED);
    monitor_hub_free(hub);
    forget_events(its.machine);
    g_string_free(place.said, TRUE);
    its.machine->paused = false;
    its.machine->step_end = UINT64_MAX;
    return 0;
}
