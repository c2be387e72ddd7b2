/* SPDX-License-Identifier: MIT */
/*
 * monitor.c - the words after gdb's `monitor`.
 *
 * They come and go as hex digits; what a word prints goes back in O packets before the reply.
 */
#include <inttypes.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/gdb/session.h"

typedef void MonitorFn(GdbSession *s, GString *out);

typedef struct {
    const char *words, *help;
    MonitorFn *run;
} MonitorCommand;

static MonitorFn print_help;

static void halt(GdbSession *s, GString *out)
{
    (void)out;
    if (!s->machine->paused)
        gdb_pause(s, (unsigned)s->machine->current, GDB_SIGINT);
}

static void reset(GdbSession *s, GString *out)
{
    g_autoptr(GError) error = NULL;
    if (!machine_reset(s->machine, &error))
        g_string_append_printf(out, "cannot start again: %s\n", error->message);
    gdb_pause(s, 0, GDB_SIGTRAP);
}

static void print_registers(GdbSession *s, GString *out)
{
    static const uint16_t csrs[] = { CSR_mstatus, CSR_mtvec,  CSR_mepc,  CSR_mcause,
                                     CSR_mtval,   CSR_mip,    CSR_mie,   CSR_stvec,
                                     CSR_sepc,    CSR_scause, CSR_stval, CSR_satp };
    Hart *hart = gdb_hart(s);
    g_string_append_printf(out, "hart %u: %c-mode%s\n", hart->id, gdb_priv_letter(hart),
                           hart->idle ? ", waits" : "");
    g_string_append_printf(out, "%-8s %016" PRIx64 "\n", "pc", hart->pc);
    for (unsigned i = 0; i < 32; i++)
        g_string_append_printf(out, "%-8s %016" PRIx64 "%s", gdb_x_names[i], hart->x[i],
                               i % 4 == 3 ? "\n" : "  ");
    for (unsigned i = 0; i < G_N_ELEMENTS(csrs); i++)
        if (csr_exists(hart, csrs[i]))
            g_string_append_printf(out, "%-8s %016" PRIx64 "\n", csr_name(csrs[i]),
                                   csr_read(hart, csrs[i]));
}

static void raise_nmi(GdbSession *s, GString *out)
{
    Hart *hart = gdb_hart(s);
    if (hart->isa->has[EXT_Smrnmi])
        hart_set_rnmi(hart, 0);
    else
        g_string_append(out,
                        "harts have no non-maskable interrupts; -cpu max,smrnmi=on gives them\n");
}

// clang-format off
static const MonitorCommand monitor_commands[] = {
    { "help",           "this list",                                         print_help },
    { "info registers", "registers of the selected hart, and its main CSRs", print_registers },
    { "halt",           "stop the machine",                                  halt },
    { "reset",          "power-on, stopped at the first instruction",        reset },
    { "reset halt",     "the same",                                          reset },
    { "reset init",     "the same",                                          reset },
    { "nmi",            "non-maskable interrupt to the selected hart",       raise_nmi },
    { "system_reset",   "the same",                                          reset },
};
// clang-format on

static void print_help(GdbSession *s, GString *out)
{
    (void)s;
    for (unsigned i = 0; i < G_N_ELEMENTS(monitor_commands); i++)
        g_string_append_printf(out, "%-16s %s\n", monitor_commands[i].words,
                               monitor_commands[i].help);
}

static void run(GdbSession *s, const char *line, GString *out)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(monitor_commands); i++) {
        if (!strcmp(monitor_commands[i].words, line)) {
            monitor_commands[i].run(s, out);
            return;
        }
    }
    g_autofree char *shown = g_strescape(line, NULL);
    g_string_append_printf(out, "unknown command '%s'; try: monitor help\n", shown);
}

/* Words with one space between them. */
static char *tidy(char *line)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *at = line; *at; at++)
        if (!g_ascii_isspace(*at) || (out->len && out->str[out->len - 1] != ' '))
            g_string_append_c(out, g_ascii_isspace(*at) ? ' ' : *at);
    return g_strchomp(g_string_free(g_steal_pointer(&out), FALSE));
}

static void send_output(GdbSession *s, const GString *out)
{
    enum { PIECE = GDB_PACKET_SIZE / 2 - 8 };
    for (size_t at = 0; at < out->len; at += PIECE) {
        g_string_assign(s->reply, "O");
        gdb_append_hex(s->reply, out->str + at, MIN(out->len - at, PIECE));
        gdb_send_reply(s);
    }
}

bool gdb_monitor(GdbSession *s, GdbText *args)
{
    size_t size = gdb_left(args) / 2;
    g_autofree char *line = g_malloc0(size + 1);
    g_autoptr(GString) out = g_string_new(NULL);
    if (!gdb_take_bytes(args, line, size) || !gdb_at_end(args))
        return gdb_error(s, GDB_EINVAL);
    g_autofree char *words = tidy(line);
    run(s, words, out);
    send_output(s, out);
    return gdb_ok(s);
}
