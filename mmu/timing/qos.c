/* SPDX-License-Identifier: MIT */
/* qos.c - limits and counters of the modelled cache, and the life of those of the bus; see qos.h. */
#include "mmu/timing/qos.h"

#include <string.h>

#include "emu/base/bits.h"

static unsigned n_accounts(const Qos *qos)
{
    return qos->config.n_rcids * QOS_TYPES;
}

Qos *qos_new(const QosConfig *config, Trace *trace)
{
    Qos *qos = g_new0(Qos, 1);
    unsigned rcids = config->n_rcids, accounts = rcids * QOS_TYPES;
    g_assert(rcids && rcids <= QOS_MAX_IDS && !(rcids & (rcids - 1)));
    g_assert(config->n_mcids && config->n_mcids <= QOS_MAX_IDS);
    g_assert(!(config->n_mcids & (config->n_mcids - 1)));
    g_assert(config->ways && config->ways <= QOS_MAX_WAYS);
    g_assert(config->device.rcid < rcids && config->device.mcid < config->n_mcids);
    qos->config = *config;
    qos->all_ways = MASK(config->ways - 1, 0);
    qos->trace = trace;
    qos->capacity = g_new0(QosCapacity, accounts);
    qos->bandwidth = g_new0(QosBandwidth, accounts);
    qos->lines = g_new0(uint64_t, accounts);
    qos->occupancy = g_new0(QosCounter, config->n_mcids);
    qos->traffic = g_new0(QosCounter, config->n_mcids);
    qos->used = g_new0(uint32_t, QOS_WINDOWS * accounts);
    qos->allowance = g_new0(uint32_t, QOS_WINDOWS * rcids);
    qos->held = g_new0(uint8_t, QOS_WINDOWS * rcids);
    qos->throttled = g_new0(uint64_t, rcids);
    qos_reset(qos);
    return qos;
}

void qos_free(Qos *qos)
{
    if (!qos)
        return;
    g_free(qos->capacity);
    g_free(qos->bandwidth);
    g_free(qos->lines);
    g_free(qos->occupancy);
    g_free(qos->traffic);
    g_free(qos->used);
    g_free(qos->allowance);
    g_free(qos->held);
    g_free(qos->throttled);
    g_free(qos);
}

/*
 * "Capacity-controller QoS Register Interface", "Bandwidth-controller QoS Register Interface": RCID 0 has all there is,
 * code from the same allocation as data. What others have is left open: all ways, and of the bus what nobody else wants,
 * so that nothing stands still before somebody sets limits.
 */
void qos_reset(Qos *qos)
{
    for (unsigned account = 0; account < n_accounts(qos); account++) {
        bool is_code = account % QOS_TYPES == QOS_CODE, is_first = account < QOS_TYPES;
        qos->capacity[account] = (QosCapacity){ .ways = qos->all_ways };
        qos->bandwidth[account] =
            (QosBandwidth){ .reserved = is_first && !is_code ? QOS_RESERVABLE : 0,
                            .weight = is_code    ? 0
                                      : is_first ? 255
                                                 : 1,
                            .shares = is_code };
    }
    memset(qos->occupancy, 0, qos->config.n_mcids * sizeof *qos->occupancy);
    memset(qos->traffic, 0, qos->config.n_mcids * sizeof *qos->traffic);
}

static bool counts(const QosCounter *counter, QosTag tag)
{
    return !counter->by_type || counter->type == tag.type;
}

void qos_line_in(Qos *qos, QosTag tag)
{
    QosCounter *counter = &qos->occupancy[tag.mcid];
    qos->lines[qos_account(tag.rcid, tag.type)]++;
    if (counter->event == QOS_COUNT_LINES && counts(counter, tag))
        counter->value++;
}

/* "Capacity Usage Monitoring Counter Value": what was there before the counter was set cannot take it below zero. */
void qos_line_out(Qos *qos, QosTag tag)
{
    QosCounter *counter = &qos->occupancy[tag.mcid];
    uint64_t *lines = &qos->lines[qos_account(tag.rcid, tag.type)];
    *lines -= *lines != 0;
    if (counter->event == QOS_COUNT_LINES && counts(counter, tag))
        counter->value -= counter->value != 0;
}

/* Whatever a damaged snapshot says, there are ways to allocate in, and what is an index stays one. */
static void make_legal(Qos *qos)
{
    for (unsigned account = 0; account < n_accounts(qos); account++) {
        QosCapacity *capacity = &qos->capacity[account];
        QosBandwidth *bandwidth = &qos->bandwidth[account];
        capacity->ways &= qos->all_ways;
        if (!capacity->ways)
            capacity->ways = qos->all_ways;
        bandwidth->reserved = MIN(bandwidth->reserved, QOS_RESERVABLE);
        bandwidth->shared %= QOS_TYPES;
    }
    for (unsigned mcid = 0; mcid < qos->config.n_mcids; mcid++) {
        qos->occupancy[mcid].event %= QOS_CAPACITY_EVENTS;
        qos->traffic[mcid].event %= QOS_BUS_EVENTS;
    }
}

void qos_visit(Qos *qos, StateVisitor *visitor)
{
    unsigned accounts = n_accounts(qos), rcids = qos->config.n_rcids;
    unsigned mcids = qos->config.n_mcids;
    visitor->blob(visitor, "qos.capacity", qos->capacity, accounts * sizeof *qos->capacity);
    visitor->blob(visitor, "qos.bandwidth", qos->bandwidth, accounts * sizeof *qos->bandwidth);
    visitor->blob(visitor, "qos.lines", qos->lines, accounts * sizeof *qos->lines);
    visitor->blob(visitor, "qos.occupancy", qos->occupancy, mcids * sizeof *qos->occupancy);
    visitor->blob(visitor, "qos.traffic", qos->traffic, mcids * sizeof *qos->traffic);
    visitor->blob(visitor, "qos.number", qos->number, sizeof qos->number);
    visitor->blob(visitor, "qos.used", qos->used, QOS_WINDOWS * accounts * sizeof *qos->used);
    visitor->blob(visitor, "qos.allowance", qos->allowance,
                  QOS_WINDOWS * rcids * sizeof *qos->allowance);
    visitor->blob(visitor, "qos.held", qos->held, QOS_WINDOWS * (size_t)rcids);
    visitor->blob(visitor, "qos.throttled", qos->throttled, rcids * sizeof *qos->throttled);
    if (visitor->loads)
        make_legal(qos);
}
