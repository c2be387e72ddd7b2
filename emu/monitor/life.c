/* SPDX-License-Identifier: MIT */
/* life.c - commands about the machine's life: stop, go on, step, start anew, end; see monitor.h. */
#include <inttypes.h>
#include <string.h>

#include "cpu/isa/insn.h"
#include "emu/gdb/gdb.h"
#include "emu/guest_memory.h"
#include "emu/monitor/break.h"
#include "emu/monitor/hub.h"
#include "emu/monitor/monitor.h"
#include "emu/symbols.h"
#include "emu/time/history.h"

static const MonitorHost no_host;

const MonitorHost *monitor_host(const Monitor *monitor)
{
    return monitor->machine->monitors ? &monitor->machine->monitors->host : &no_host;
}

bool monitor_may_touch_files(const Monitor *monitor, GString *out)
{
    bool may = !monitor->machine->monitors || !monitor->machine->monitors->no_files;
    g_string_append(out, may ? "" : "files of the host are not to be touched here\n");
    return may;
}

void monitor_stay(Monitor *monitor)
{
    monitor->machine->paused = true;
    if (monitor->paused)
        monitor->paused(monitor);
}

static void forget_exit(const Monitor *monitor)
{
    if (monitor->machine->monitors)
        monitor_breaks_forget_exit(monitor->machine->monitors->breaks);
}

void monitor_stop(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments, (void)out;
    forget_exit(monitor);
    if (!monitor->machine->paused)
        monitor_stay(monitor);
}

/* False: a debugger thinks that the machine stands still, and it would not know. */
static bool may_go(const Monitor *monitor, GString *out)
{
    GdbHub *gdb = monitor_host(monitor)->gdb;
    if (!monitor->paused && !(gdb && gdb_holds(gdb)))
        return true;
    g_string_append(out, "a debugger holds the machine; let it go on there\n");
    return false;
}

void monitor_continue(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments;
    if (!may_go(monitor, out))
        return;
    forget_exit(monitor);
    machine_tell_pause(monitor->machine);
    monitor->machine->paused = false;
    if (monitor->machine->monitors)
        monitor_breaks_leave(monitor->machine->monitors->breaks);
}

static bool has_guest(const Machine *m)
{
    for (unsigned i = 0; i < m->n_harts; i++)
        if (m->harts[i].csr.hgatp || hart_is_guest(&m->harts[i]))
            return true;
    return false;
}

static void step_to_exit(Monitor *monitor, GString *out)
{
    if (!may_go(monitor, out))
        return;
    monitor_continue(monitor, "", out);
    monitor->waits = monitor_breaks_at_exit(monitor, out);
    if (monitor->waits && !has_guest(monitor->machine))
        g_string_append(out,
                        "no hart has a guest yet (hgatp is 0 everywhere); the machine runs until a "
                        "guest exits, or stop ends that\n");
}

void monitor_step(Monitor *monitor, const char *arguments, GString *out)
{
    Machine *m = monitor->machine;
    gint64 count = 1;
    if (!strcmp(arguments, "exit")) {
        step_to_exit(monitor, out);
        return;
    }
    if (*arguments && !g_ascii_isdigit(*arguments)) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (*arguments && !monitor_number(arguments, "N", 1, G_MAXINT64, &count, out))
        return;
    if (!may_go(monitor, out))
        return;
    forget_exit(monitor);
    machine_tell_pause(m);
    m->step_hart = monitor->hart;
    m->step_end = machine_steps_over(m) + (uint64_t)count;
    m->harts[monitor->hart].step_over = true;
    m->paused = false;
    monitor->waits = true;
}

char *monitor_symbol(const Machine *machine, uint64_t address)
{
    uint64_t offset;
    const Symbols *symbols = machine->monitors ? monitor_hub_symbols(machine->monitors) : NULL;
    const char *name = symbols ? symbols_name(symbols, address, &offset) : NULL;
    if (!name)
        return g_strdup("");
    return offset ? g_strdup_printf(" <%s+%" PRIu64 ">", name, offset)
                  : g_strdup_printf(" <%s>", name);
}

/* A machine that does not go on has stopped already. */
void monitor_wait(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments;
    if (monitor->machine->paused)
        monitor_append_position(monitor->machine, monitor->hart, out);
    else if (monitor->paused)
        g_string_append(out, "a debugger waits by itself\n");
    else
        monitor->waits = true;
}

void monitor_append_position(const Machine *machine, unsigned index, GString *out)
{
    const Hart *hart = &machine->harts[index];
    GuestView view = { .machine = (Machine *)machine, .hart = index, .code = true };
    uint8_t raw[4] = { 0 };
    char insn[80] = "?";
    g_autofree char *symbol = monitor_symbol(machine, hart->pc);
    if (guest_memory_read(&view, hart->pc, raw, 4) >= 2)
        insn_disassemble((uint32_t)(raw[0] | raw[1] << 8) | (uint32_t)raw[2] << 16 |
                             (uint32_t)raw[3] << 24,
                         hart->pc, insn, sizeof insn);
    g_string_append_printf(out, "hart %u, %s: 0x%" PRIx64 "%s: %s\n", index,
                           hart_mode_name(hart, hart_mode(hart)), hart->pc, symbol, insn);
}

/* Who is at a debugger's prompt expects to find the machine at its first instruction; others that it goes on if it did,
 * by way of the path that the guest's own requests take. */
void monitor_reset(Monitor *monitor, const char *arguments, GString *out)
{
    Machine *m = monitor->machine;
    g_autoptr(GError) error = NULL;
    (void)arguments;
    monitor->hart = 0;
    m->step_end = UINT64_MAX;
    if (!m->paused && !monitor->paused) {
        m->reset_requested = true;
        machine_stop(m, STOP_RESET, 0);
        return;
    }
    if (!machine_reset(m, &error))
        g_string_append_printf(out, "cannot start again: %s\n", error->message);
    monitor_stay(monitor);
}

void monitor_quit(Monitor *monitor, const char *arguments, GString *out)
{
    (void)arguments, (void)out;
    machine_stop(monitor->machine, STOP_QUIT, 0);
}

void monitor_nmi(Monitor *monitor, const char *arguments, GString *out)
{
    Hart *hart = &monitor->machine->harts[monitor->hart];
    (void)arguments;
    history_touched(monitor->machine);
    if (hart->isa->has[EXT_Smrnmi])
        hart_set_rnmi(hart, 0);
    else
        g_string_append(out,
                        "harts have no non-maskable interrupts; -cpu max,smrnmi=on gives them\n");
}

void monitor_cpu(Monitor *monitor, const char *arguments, GString *out)
{
    guint64 hart;
    if (g_ascii_string_to_unsigned(arguments, 10, 0, monitor->machine->n_harts - 1, &hart, NULL))
        monitor->hart = (unsigned)hart;
    else
        g_string_append_printf(out, "there are harts 0 to %u\n", monitor->machine->n_harts - 1);
}

void monitor_info_status(Monitor *monitor, const char *arguments, GString *out)
{
    const Machine *m = monitor->machine;
    GdbHub *gdb = monitor_host(monitor)->gdb;
    (void)arguments;
    g_string_append_printf(out, "VM status: %s\n",
                           !m->paused              ? "running"
                           : gdb && gdb_holds(gdb) ? "paused (debug)"
                                                   : "paused");
}

void monitor_info_history(Monitor *monitor, const char *arguments, GString *out)
{
    const MonitorHub *hub = monitor->machine->monitors;
    (void)arguments;
    for (guint i = 0; hub && i < hub->history->len; i++) {
        g_autofree char *shown = g_strescape(g_ptr_array_index(hub->history, i), NULL);
        g_string_append_printf(out, "%u: '%s'\n", i, shown);
    }
}

/* What cannot be had, and what to do instead. */
static const struct {
    const char *name, *why;
} refused[] = {
    { "system_powerdown", "the board has no power button; stop the guest from inside, or quit" },
    { "device_add", "the board's slots are filled when it starts; give -device" },
    { "device_del", "nothing can be unplugged; leave the -device out" },
    { "netdev_add", "the board is built when it starts; give -netdev" },
    { "netdev_del", "the board is built when it starts; leave the -netdev out" },
    { "drive_add", "the board is built when it starts; give -drive" },
    { "dump-guest-memory", "pmemsave writes memory as it is" },
    { "object_add", "there are no objects to be made" },
    { "chardev-add", "the lines are connected at the start; give -chardev" },
    { "chardev-remove", "the lines are connected at the start; leave the -chardev out" },
    { "change", "no medium can be changed; give another -drive" },
    { "eject", "no medium can be taken out" },
    { "commit", "disks are written at once; with snapshot=on what is written is thrown away" },
    { "migrate", "machines do not move; savevm keeps one" },
    { "balloon", "there is no balloon device" },
    { "set_link", "there is no cable to pull; give -netdev user,restrict=on" },
    { "info pci", "the board has no PCI bus; info qtree lists its devices" },
    { "info usb", "the board has no USB" },
    { "info kvm", "instructions are emulated" },
    { "info jit", "code is not translated" },
    { "info numa", "memory has one node; info mtree shows it" },
    { "info migrate", "machines do not move" },
    { "info balloon", "there is no balloon device" },
    { "info vnc", "there is no display" },
    { "hostfwd_add", "ports are forwarded from the start; give -netdev user,hostfwd=" },
};

bool monitor_refuse(const char *line, GString *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        size_t length = strlen(refused[i].name);
        if (strncmp(line, refused[i].name, length) || (line[length] && line[length] != ' '))
            continue;
        g_string_append_printf(out, "%s cannot be had: %s\n", refused[i].name, refused[i].why);
        return true;
    }
    return false;
}
