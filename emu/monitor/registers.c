/* SPDX-License-Identifier: MIT */
/* registers.c - commands about a hart's registers; see monitor.h. */
#include <inttypes.h>
#include <string.h>

#include "cpu/csr.h"
#include "cpu/csr_fields.h"
#include "emu/monitor/monitor.h"
#include "emu/options/props.h"
#include "emu/sight/csr.h"
#include "emu/sight/harts.h"

const char *const monitor_x_names[32] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

static Hart *hart_of(const Monitor *monitor)
{
    return &monitor->machine->harts[monitor->hart];
}

/* In the shape of QEMU's, with all CSRs that it shows and more; others are csr's. */
static void print_registers(Hart *hart, GString *out)
{
    static const uint16_t csrs[] = {
        CSR_mhartid,  CSR_mstatus,  CSR_hstatus, CSR_vsstatus, CSR_mip,    CSR_mie,
        CSR_mideleg,  CSR_hideleg,  CSR_medeleg, CSR_hedeleg,  CSR_mtvec,  CSR_stvec,
        CSR_vstvec,   CSR_mepc,     CSR_sepc,    CSR_vsepc,    CSR_mcause, CSR_scause,
        CSR_vscause,  CSR_mtval,    CSR_stval,   CSR_vstval,   CSR_htval,  CSR_mtval2,
        CSR_mscratch, CSR_sscratch, CSR_satp,    CSR_vsatp,    CSR_hgatp,  CSR_hvip,
    };
    g_string_append_printf(out, "CPU#%u\n", hart->id);
    if (hart->has_h)
        g_string_append_printf(out, " V      =   %u\n", hart_is_guest(hart));
    g_string_append_printf(out, " mode   =   %s%s\n", hart_mode_name(hart, hart_mode(hart)),
                           hart->idle ? ", waits" : "");
    g_string_append_printf(out, " %-8s %016" PRIx64 "\n", "pc", hart->pc);
    for (unsigned i = 0; i < G_N_ELEMENTS(csrs); i++)
        if (csr_exists(hart, csrs[i]))
            g_string_append_printf(out, " %-8s %016" PRIx64 "\n", csr_name(csrs[i]),
                                   csr_read(hart, csrs[i]));
    for (unsigned i = 0; i < 32; i++) {
        g_autofree char *name = g_strdup_printf("x%u/%s", i, monitor_x_names[i]);
        g_string_append_printf(out, " %-8s %016" PRIx64 "%s", name, hart->x[i],
                               i % 4 == 3 ? "\n" : "");
    }
    if (!hart_has_float(hart))
        return;
    for (unsigned i = 0; i < 32; i++) {
        g_autofree char *name = g_strdup_printf("f%u", i);
        g_string_append_printf(out, " %-8s %016" PRIx64 "%s", name, hart->f[i],
                               i % 4 == 3 ? "\n" : "");
    }
}

void monitor_print_registers(Monitor *monitor, const char *arguments, GString *out)
{
    bool all = !strcmp(arguments, "-a");
    if (*arguments && !all)
        monitor_say_usage(monitor, out);
    else if (!all)
        print_registers(hart_of(monitor), out);
    for (unsigned i = 0; all && i < monitor->machine->n_harts; i++) {
        g_string_append(out, i ? "\n" : "");
        print_registers(&monitor->machine->harts[i], out);
    }
}

void monitor_info_cpus(Monitor *monitor, const char *arguments, GString *out)
{
    HartsSight *sight = harts_look(monitor->machine, 0);
    (void)arguments;
    for (unsigned i = 0; i < sight->n_harts; i++) {
        const HartsHart *hart = &sight->harts[i];
        g_string_append_printf(out, "%c CPU #%u: pc=0x%016" PRIx64 "%s%s%s mode=%s",
                               i == monitor->hart ? '*' : ' ', i, hart->pc,
                               hart->symbol[0] ? " <" : "", hart->symbol,
                               hart->symbol[0] ? ">" : "", hart->mode);
        if (hart->guest)
            g_string_append_printf(out, " vmid=%u", hart->vmid);
        g_string_append_printf(out, " retired=%" PRIu64 "%s\n", hart->retired,
                               hart->critical ? " (stopped: critical error)"
                               : hart->idle   ? " (halted)"
                                              : "");
    }
    harts_free(sight);
}

/* The CSR of that name, or number, that the hart has; CSR_COUNT: there is none. */
static unsigned find_csr(const Hart *hart, const char *name)
{
    guint64 number;
    for (unsigned i = 0; i < CSR_COUNT; i++)
        if (csr_exists(hart, i) && !strcmp(csr_name(i), name))
            return i;
    bool is_hex = g_str_has_prefix(name, "0x");
    if (!g_ascii_string_to_unsigned(name + (is_hex ? 2 : 0), is_hex ? 16 : 10, 0, CSR_COUNT - 1,
                                    &number, NULL) ||
        !csr_exists(hart, (unsigned)number))
        return CSR_COUNT;
    return (unsigned)number;
}

static void say_unknown(const Hart *hart, const char *name, GString *out)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *shown = g_strescape(name, NULL);
    for (unsigned i = 0; i < CSR_COUNT; i++)
        if (csr_exists(hart, i))
            g_ptr_array_add(names, g_strdup(csr_name(i)));
    g_ptr_array_add(names, NULL);
    const char *near = nearest_word(name, (const char *const *)names->pdata);
    if (near)
        g_string_append_printf(out, "the hart has no CSR '%s'; did you mean '%s'?\n", shown, near);
    else
        g_string_append_printf(out, "the hart has no CSR '%s'; csr alone lists them\n", shown);
}

static void list_csrs(const Hart *hart, GString *out)
{
    for (unsigned i = 0; i < CSR_COUNT; i++)
        if (csr_exists(hart, i))
            g_string_append_printf(out, "0x%03x  %-14s %s\n", i, csr_name(i), csr_title(i));
}

unsigned monitor_find_csr(const Monitor *monitor, const char *name, GString *out)
{
    unsigned number = find_csr(hart_of(monitor), name);
    if (number == CSR_COUNT)
        say_unknown(hart_of(monitor), name, out);
    return number;
}

/* `all`, `changed`, or a group. False: it is none of these. */
static bool find_some(const char *word, int *group, bool *changed)
{
    *changed = !g_ascii_strcasecmp(word, "changed");
    *group = csr_find_group(word);
    return *changed || *group >= 0 || !g_ascii_strcasecmp(word, "all");
}

static void print_some(Monitor *monitor, int group, bool changed, bool as_json, GString *out)
{
    CsrSight *sight = csr_sight_new(monitor->machine, monitor->hart);
    Json json = { .out = out };
    if (as_json) {
        json_begin(&json, NULL, '{');
        csr_sight_json_some(sight, group, changed, &json);
        json_end(&json, '{');
        g_string_append_c(out, '\n');
    } else {
        csr_sight_print_some(sight, group, changed, out);
    }
    csr_sight_free(sight);
}

static void print_one(Monitor *monitor, const char *name, bool as_json, GString *out)
{
    unsigned number = monitor_find_csr(monitor, name, out);
    Json json = { .out = out };
    if (number == CSR_COUNT)
        return;
    const uint64_t value = csr_read(hart_of(monitor), number);
    if (!as_json) {
        csr_describe(out, number, value);
        return;
    }
    CsrEntry entry = csr_entry_of(number, value);
    csr_entry_json(&entry, &json);
    g_string_append_c(out, '\n');
}

void monitor_print_csr(Monitor *monitor, const char *arguments, GString *out)
{
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    unsigned n = g_strv_length(words);
    int group = -1;
    bool changed = false, as_json = n && !g_ascii_strcasecmp(words[n - 1], "json");
    n -= as_json;
    if (!n && !as_json)
        list_csrs(hart_of(monitor), out);
    else if (n > 1)
        monitor_say_usage(monitor, out);
    else if (!n || find_some(words[0], &group, &changed))
        print_some(monitor, group, changed, as_json, out);
    else
        print_one(monitor, words[0], as_json, out);
}
