/* SPDX-License-Identifier: MIT */
/* qos.c - qos: who may have how much of the shared cache and the bus, and who has; see monitor.h. */
#include <inttypes.h>

#include "emu/json.h"
#include "emu/monitor/monitor.h"
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

static void put_bandwidth(const QosBandwidth *it, GString *out)
{
    if (it->shares)
        g_string_append_printf(out, " as %s", type_names[it->shared % QOS_TYPES]);
    else
        g_string_append_printf(out, " %u, weight %u", it->reserved, it->weight);
}

static void put_rcid(const Qos *qos, unsigned rcid, GString *out)
{
    for (unsigned type = 0; type < QOS_TYPES; type++) {
        const QosCapacity *capacity = &qos->capacity[qos_account(rcid, type)];
        uint64_t lines = qos->lines[qos_account(rcid, type)];
        g_string_append_printf(out, "RCID %2u %s  ways 0x%" PRIx64 "  lines %" PRIu64, rcid,
                               type_names[type], capacity->ways, lines);
        if (capacity->units)
            g_string_append_printf(out, " of %" PRIu64, capacity->units);
        g_string_append(out, "  blocks of the bus");
        put_bandwidth(&qos->bandwidth[qos_account(rcid, type)], out);
        if (type == QOS_DATA && qos->throttled[rcid])
            g_string_append_printf(out, "  waited %" PRIu64 " slots", qos->throttled[rcid]);
        g_string_append_c(out, '\n');
    }
}

static void put_counter(const QosCounter *it, const char *what, GString *out)
{
    g_string_append_printf(out, "  %" PRIu64 " %s", it->value, what);
    if (it->by_type)
        g_string_append_printf(out, " of %s", type_names[it->type % QOS_TYPES]);
}

static void put_mcid(const Qos *qos, unsigned mcid, GString *out)
{
    const QosCounter *lines = &qos->occupancy[mcid], *bytes = &qos->traffic[mcid];
    if (!lines->event && !bytes->event)
        return;
    g_string_append_printf(out, "MCID %2u", mcid);
    if (lines->event)
        put_counter(lines, capacity_events[lines->event], out);
    if (bytes->event)
        put_counter(bytes, bus_events[bytes->event], out);
    g_string_append_c(out, '\n');
}

static void put_account_json(Json *json, const Qos *qos, unsigned rcid, QosType type)
{
    unsigned account = qos_account(rcid, type);
    const QosBandwidth *bandwidth = &qos->bandwidth[account];
    json_begin(json, type_names[type], '{');
    json_hex(json, "ways", qos->capacity[account].ways);
    json_number(json, "lines", qos->lines[account]);
    json_number(json, "most_lines", qos->capacity[account].units);
    if (bandwidth->shares) {
        json_text(json, "bus_as", type_names[bandwidth->shared % QOS_TYPES]);
    } else {
        json_number(json, "blocks", bandwidth->reserved);
        json_number(json, "weight", bandwidth->weight);
    }
    json_end(json, '{');
}

static void put_json(Json *json, const Qos *qos)
{
    json_begin(json, NULL, '{');
    json_begin(json, "rcids", '[');
    for (unsigned rcid = 0; rcid < qos->config.n_rcids; rcid++) {
        if (!is_used(qos, rcid))
            continue;
        json_begin(json, NULL, '{');
        json_number(json, "rcid", rcid);
        put_account_json(json, qos, rcid, QOS_DATA);
        put_account_json(json, qos, rcid, QOS_CODE);
        json_number(json, "waited_slots", qos->throttled[rcid]);
        json_end(json, '{');
    }
    json_end(json, '[');
    json_begin(json, "mcids", '[');
    for (unsigned mcid = 0; mcid < qos->config.n_mcids; mcid++) {
        const QosCounter *lines = &qos->occupancy[mcid], *bytes = &qos->traffic[mcid];
        if (!lines->event && !bytes->event)
            continue;
        json_begin(json, NULL, '{');
        json_number(json, "mcid", mcid);
        json_text(json, "capacity_event", capacity_events[lines->event]);
        json_number(json, "capacity", lines->value);
        json_text(json, "bus_event", bus_events[bytes->event]);
        json_number(json, "bus", bytes->value);
        json_end(json, '{');
    }
    json_end(json, '[');
    json_end(json, '{');
}

void monitor_qos(Monitor *monitor, const char *arguments, GString *out)
{
    const Qos *qos = monitor->machine->qos;
    if (!qos) {
        g_string_append(out, "there are no quality-of-service controllers: start with -timing "
                             "rocket6 -M virt,cbqri=on, for example\n");
        return;
    }
    if (arguments && !g_ascii_strcasecmp(arguments, "json")) {
        put_json(&(Json){ .out = out }, qos);
        g_string_append_c(out, '\n');
        return;
    }
    for (unsigned rcid = 0; rcid < qos->config.n_rcids; rcid++)
        if (is_used(qos, rcid))
            put_rcid(qos, rcid, out);
    for (unsigned mcid = 0; mcid < qos->config.n_mcids; mcid++)
        put_mcid(qos, mcid, out);
}
