/* SPDX-License-Identifier: MIT */
/* qos.c - limits and counters of the modelled cache, and the life of those of the bus; see qos.h. */
#include "mmu/timing/qos.h"

#include <string.h>

#include "emu/base/bits.h"

static bool is_count(unsigned n)
{
    return n <= QOS_MAX_IDS && is_power_of_two(n);
}

Qos *qos_new(const QosConfig *config, Trace *trace)
{
    Qos *qos = g_new0(Qos, 1);
    g_assert(is_count(config->n_rcids) && is_count(config->n_mcids));
    g_assert(config->ways && config->ways <= QOS_MAX_WAYS);
    g_assert(config->device.rcid < config->n_rcids && config->device.mcid < config->n_mcids);
    qos->config = *config;
    qos->all_ways = MASK(config->ways - 1, 0);
    qos->trace = trace;
    qos_reset_cache(qos);
    qos_reset_bus(qos);
    return qos;
}

void qos_free(Qos *qos)
{
    g_free(qos);
}

/*
 * "Capacity-controller QoS Register Interface", "Bandwidth-controller QoS Register Interface": RCID 0 has all there is,
 * code from the same allocation as data. What others have is left open: all ways, and of the bus what nobody else wants,
 * so that nothing stands still before somebody sets limits.
 */
void qos_reset_cache(Qos *qos)
{
    for (unsigned account = 0; account < QOS_ACCOUNTS; account++)
        qos->capacity[account] = (QosCapacity){ .ways = qos->all_ways };
    memset(qos->occupancy, 0, sizeof qos->occupancy);
}

void qos_reset_bus(Qos *qos)
{
    for (unsigned account = 0; account < QOS_ACCOUNTS; account++) {
        bool is_code = account % QOS_TYPES == QOS_CODE;
        qos->bandwidth[account] = (QosBandwidth){ .weight = !is_code, .shares = is_code };
    }
    qos->bandwidth[0] = (QosBandwidth){ .reserved = QOS_RESERVABLE, .weight = 255 };
    memset(qos->traffic, 0, sizeof qos->traffic);
}

static bool counts(const QosCounter *counter, QosTag tag)
{
    return counter->event == QOS_COUNT_LINES && (!counter->by_type || counter->type == tag.type);
}

void qos_line_in(Qos *qos, QosTag tag)
{
    QosCounter *counter = &qos->occupancy[tag.mcid];
    qos->lines[qos_account(tag.rcid, tag.type)]++;
    counter->value += counts(counter, tag);
}

/* "Capacity Usage Monitoring Counter Value": what was there before the counter was set cannot take it below zero. */
void qos_line_out(Qos *qos, QosTag tag)
{
    QosCounter *counter = &qos->occupancy[tag.mcid];
    uint64_t *lines = &qos->lines[qos_account(tag.rcid, tag.type)];
    *lines -= *lines != 0;
    counter->value -= counts(counter, tag) && counter->value;
}

enum { RES_LLC = 2, ACTION_NONE = 0 };

uint64_t qos_excess(Qos *qos, QosTag tag, unsigned partition)
{
    unsigned account = qos_account(tag.rcid, tag.type);
    uint64_t units = qos->capacity[account].units, lines = qos->lines[account];
    uint64_t *word = &qos->full[account / 64], bit = BIT(account % 64);
    bool is_full = units && lines >= units, was_full = *word & bit;
    *word = is_full ? *word | bit : *word & ~bit;
    if (is_full && !was_full && qos->trace)
        TRACE(qos->trace, budget_exhaust, partition, RES_LLC, lines, units, 0, ACTION_NONE);
    else if (was_full && !is_full && qos->trace)
        TRACE(qos->trace, budget_refill, partition, RES_LLC, lines, units, 0, ACTION_NONE);
    return is_full ? lines - units + 1 : 0;
}

/* Whatever a damaged snapshot says, there are ways to allocate in, and what is an index stays one. */
static void make_legal(void *object)
{
    Qos *qos = object;
    for (unsigned account = 0; account < QOS_ACCOUNTS; account++) {
        QosCapacity *capacity = &qos->capacity[account];
        QosBandwidth *bandwidth = &qos->bandwidth[account];
        capacity->ways &= qos->all_ways;
        if (!capacity->ways)
            capacity->ways = qos->all_ways;
        bandwidth->reserved = MIN(bandwidth->reserved, QOS_RESERVABLE);
        bandwidth->shared %= QOS_TYPES;
    }
    for (unsigned mcid = 0; mcid < QOS_MAX_IDS; mcid++) {
        qos->occupancy[mcid].event %= QOS_CAPACITY_EVENTS;
        qos->traffic[mcid].event %= QOS_BUS_EVENTS;
    }
}

static const StateField qos_fields[] = {
    STATE_WORDS(Qos, capacity), STATE_WORDS(Qos, bandwidth), STATE_WORDS(Qos, occupancy),
    STATE_WORDS(Qos, traffic),  STATE_WORDS(Qos, windows),   STATE_WORDS(Qos, throttled),
    STATE_ARRAY(Qos, lines),    STATE_ARRAY(Qos, full),      STATE_END,
};
static const StateDesc qos_state = { "qos", 1, qos_fields, make_legal };

_Static_assert(sizeof(QosWindow) % 8 == 0, "windows are saved as words");

void qos_visit(Qos *qos, StateVisitor *visitor)
{
    state_visit(visitor, "qos", &qos_state, qos);
}
