/* SPDX-License-Identifier: MIT */
/* test_monitor_setup.h - a machine with a monitor, and somebody who types. */
#ifndef TESTS_UNIT_TEST_MONITOR_SETUP_H
#define TESTS_UNIT_TEST_MONITOR_SETUP_H

#include "cpu/csr.h"
#include "emu/gdb/hub.h"
#include "emu/gdb/session.h"
#include "emu/monitor/monitor.h"
#include "tests/lib/machine_rig.h"
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

enum {
    NOP = 0x13,
    INC_T0 = 0x00128293,
    BACK_4 = 0xffdff06f,
    ECALL = 0x73,
    WRITE_MSCRATCH = 0x34029073, /* csrw mscratch, t0 */
    BACK_8 = 0xff9ff06f,
};

static Machine *m;
static MonitorHub *hub;
static Monitor monitor;
static GString *said;  /* by the last command */
static GString *heard; /* at the place, of what nobody asked for */
static HostChar line;
static bool runs; /* what is heard ends machine_run */

static inline void host_write(void *host, const uint8_t *data, size_t size)
{
    (void)host;
    if (runs)
        machine_stop(m, STOP_DEBUG, 0);
    g_string_append_len(heard, (const char *)data, (gssize)size);
}

static inline void begin(unsigned n_harts, const uint32_t *code, size_t count)
{
    m = rig_new(n_harts, NULL, code, count);
    hub = monitor_hub_new(m);
    hub->host.gdb = gdb_hub_new(m);
    monitor = (Monitor){ .machine = m };
    said = g_string_new(NULL);
    heard = g_string_new(NULL);
    line = (HostChar){ .write = host_write };
    monitor_hub_add_place(hub, &(ConsoleMonitor){ .chr = &line });
    line.event(line.device, HOST_OPENED);
    g_string_truncate(heard, 0);
}

static inline void end(void)
{
    GdbHub *gdb = hub->host.gdb;
    monitor_hub_free(hub);
    gdb_hub_free(gdb);
    machine_free(m);
}

static inline const char *ask(const char *command)
{
    g_string_truncate(said, 0);
    monitor_run(&monitor, command, said);
    return said->str;
}

static inline void type(const char *text)
{
    g_string_truncate(heard, 0);
    line.receive(line.device, (const uint8_t *)text, strlen(text));
}

/* Lets the machine go until something is heard; returns that. */
static inline const char *go(void)
{
    g_string_truncate(heard, 0);
    if (m->monitors)
        ask("c");
    runs = true;
    machine_run(m);
    runs = false;
    return heard->str;
}

typedef struct {
    const char *command, *answer; /* the whole of it */
} Exchange;

static inline void check(const Exchange *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_expect_str_eq(ask(list[i].command), list[i].answer, "%s: %s, not %s", list[i].command,
                         said->str, list[i].answer);
}

#define CHECK(...)                                \
    do {                                          \
        const Exchange list_[] = { __VA_ARGS__ }; \
        check(list_, G_N_ELEMENTS(list_));        \
    } while (0)

static inline bool says(const char *command, const char *part)
{
    bool found = strstr(ask(command), part) != NULL;
    if (!found)
        cr_log_error("%s: no '%s' in %s", command, part, said->str);
    return found;
}

#endif
