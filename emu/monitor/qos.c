/* SPDX-License-Identifier: MIT */
/* qos.c - qos: who may have how much of the shared cache and the bus, and who has; see monitor.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/monitor/monitor.h"
#include "emu/shared/table.h"
#include "mmu/timing/qos.h"

static const char *const capacity_events[] = { "nothing", "lines" };
static const char *const bus_events[] = { "nothing", "bytes", "bytes read", "bytes written" };
static const char *const type_names[] = { "data", "code" };

/* Has the RCID lines, or other limits than those of a reset? */
static bool is_used(const Qos *qos, unsigned rcid)
{
    uint64_t lines = 0, limits = qos->throttled[rcid];
    for (unsigned type = 0; type < QOS_TYPES; type++) {
        unsigned account = qos_account(rcid, type);
        lines += qos->lines[account];
        limits |= qos->capacity[account].ways ^ qos->all_ways;
        limits |= qos->capacity[account].units;
        limits |= qos->bandwidth[account].reserved;
    }
    return lines || limits;
}

/* The limits of the bus may be those of the other type. */
static const QosBandwidth *bandwidth_of(const Qos *qos, unsigned rcid, QosType type)
{
    const QosBandwidth *own = &qos->bandwidth[qos_account(rcid, type)];
    QosType other = (QosType)(own->shared % QOS_TYPES);
    return own->shares ? &qos->bandwidth[qos_account(rcid, other)] : own;
}

static void add_account(Table *table, const Qos *qos, unsigned rcid, QosType type)
{
    unsigned account = qos_account(rcid, type);
    const QosBandwidth *bandwidth = bandwidth_of(qos, rcid, type);
    QosType bus_as = (QosType)((bandwidth - qos->bandwidth) % QOS_TYPES);
    g_autofree char *ways = g_strdup_printf("0x%" PRIx64, qos->capacity[account].ways);
    table_row(table);
    table_number(table, rcid);
    table_text(table, type_names[type]);
    table_text(table, ways);
    table_number(table, qos->lines[account]);
    table_number(table, qos->capacity[account].units);
    table_text(table, type_names[bus_as]);
    table_number(table, bandwidth->reserved);
    table_number(table, bandwidth->weight);
    table_number(table, type == QOS_DATA ? qos->throttled[rcid] : 0);
}

static void add_limits(const Qos *qos, Tables *tables)
{
    static const char *const keys[] = { "blocks", "weight", "waited_slots" };
    Table *table =
        table_add(tables, "rcids",
                  "Limits by RCID: ways of the cache, lines there, most lines (0: any); of the "
                  "bus, as for data or code: blocks, weight in what is left; slots that its "
                  "requests were held back, one by one, also while others of its were");
    table_column(table, "rcid", 0);
    table_text_column(table, "type");
    table_text_column(table, "ways");
    table_column(table, "lines", 0);
    table_column(table, "most_lines", 0);
    table_text_column(table, "bus_as");
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        table_column(table, keys[i], 0);
    for (unsigned rcid = 0; rcid < qos->config.n_rcids; rcid++) {
        if (!is_used(qos, rcid))
            continue;
        add_account(table, qos, rcid, QOS_DATA);
        add_account(table, qos, rcid, QOS_CODE);
    }
}

static void add_counter(Table *table, const QosCounter *it, const char *event)
{
    table_text(table, event);
    table_text(table, it->by_type ? type_names[it->type % QOS_TYPES] : "both");
    table_number(table, it->value);
}

static void add_counters(const Qos *qos, Tables *tables)
{
    Table *table = table_add(tables, "mcids",
                             "Counters by MCID: what of the cache and of the bus, of which type");
    table_column(table, "mcid", 0);
    table_text_column(table, "capacity_event");
    table_text_column(table, "capacity_of");
    table_column(table, "capacity", 0);
    table_text_column(table, "bus_event");
    table_text_column(table, "bus_of");
    table_column(table, "bus", 0);
    for (unsigned mcid = 0; mcid < qos->config.n_mcids; mcid++) {
        const QosCounter *lines = &qos->occupancy[mcid], *bytes = &qos->traffic[mcid];
        if (!lines->event && !bytes->event)
            continue;
        table_row(table);
        table_number(table, mcid);
        add_counter(table, lines, capacity_events[lines->event]);
        add_counter(table, bytes, bus_events[bytes->event]);
    }
}

void monitor_qos(Monitor *monitor, const char *arguments, GString *out)
{
    const Qos *qos = monitor->machine->qos;
    bool as_json = !strcmp(arguments, "json");
    if (*arguments && !as_json) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (!qos) {
        g_string_append(out, "there are no quality-of-service controllers: start with -timing "
                             "rocket6 -M virt,cbqri=on, for example\n");
        return;
    }
    g_autoptr(GPtrArray) tables = tables_new();
    add_limits(qos, tables);
    add_counters(qos, tables);
    if (as_json)
        tables_json_alone(tables, "qos", out);
    else
        tables_print(tables, out);
}
