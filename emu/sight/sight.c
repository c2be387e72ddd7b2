/* SPDX-License-Identifier: MIT */
/* sight.c - what people may see of the machine's inside: making it, and handing it to another thread; see sight.h. */
#include "emu/sight/sight.h"

#include "emu/explain/explain.h"
#include "emu/sight/sights.h"

const SightType sight_types[SIGHT_COUNT] = {
    [SIGHT_HARTS] = { "harts", "partitions and harts: who runs where, and how much", harts_make,
                      harts_print, harts_json, harts_free },
    [SIGHT_CACHE] = { "cache", "whose lines the shared cache has, and who drove out whose",
                      cache_sight_make, cache_sight_print, cache_sight_json, cache_sight_free },
    [SIGHT_MEMORY] = { "memory", "physical memory by owner and colour", memory_sight_make,
                       memory_sight_print, memory_sight_json, memory_sight_free },
    [SIGHT_TIMELINE] = { "timeline", "modes and partitions of each hart over time", timeline_make,
                         timeline_print, timeline_json, timeline_free },
    [SIGHT_WALK] = { "walk", "one translation, step by step", walk_sight_make, walk_sight_print,
                     walk_sight_json, walk_sight_free },
    [SIGHT_CSR] = { "csr", "registers of a hart, field by field", csr_sight_make, csr_sight_print,
                    csr_sight_json, csr_sight_free },
    [SIGHT_IRQ] = { "irq", "interrupts from their sources to harts", irq_sight_make,
                    irq_sight_print, irq_sight_json, irq_sight_free },
    [SIGHT_DRUM] = { "drum", "drums: where they stand, and what they transfer", drum_sight_make,
                     drum_sight_print, drum_sight_json, drum_sight_free },
};

Sights *sights_make(Machine *m, const SightWants *wants)
{
    Sights *it = g_new0(Sights, 1);
    it->references = 1;
    it->now_ns = clock_now(&m->clock);
    it->executed = machine_executed(m);
    it->n_harts = m->n_harts;
    it->paused = m->paused;
    it->timed = m->timed;
    it->over = m->stop != STOP_NONE;
    it->paced = m->config.live_input;
    it->wants = *wants;
    for (unsigned i = 0; i < SIGHT_COUNT; i++)
        if (wants->which >> i & 1 && sight_types[i].make)
            it->sights[i] = sight_types[i].make(m, wants);
    return it;
}

Sights *sights_ref(Sights *it)
{
    g_atomic_int_inc(&it->references);
    return it;
}

void sights_unref(Sights *it)
{
    if (!it || !g_atomic_int_dec_and_test(&it->references))
        return;
    for (unsigned i = 0; i < SIGHT_COUNT; i++)
        if (it->sights[i])
            sight_types[i].free(it->sights[i]);
    g_free(it);
}

struct SightPublisher {
    Machine *machine;
    GMutex lock;
    Sights *newest; /* under `lock` */
    gint asked;     /* a message is on its way */
};

SightPublisher *publisher_new(Machine *machine)
{
    SightPublisher *publisher = g_new0(SightPublisher, 1);
    publisher->machine = machine;
    explain_keep(machine, false); /* what harts took last is part of what is looked at */
    g_mutex_init(&publisher->lock);
    return publisher;
}

void publisher_free(SightPublisher *publisher)
{
    while (g_atomic_int_get(&publisher->asked) && inbox_apply_one(&publisher->machine->inbox))
        continue;
    sights_unref(publisher->newest);
    g_mutex_clear(&publisher->lock);
    g_free(publisher);
}

void publisher_publish(SightPublisher *publisher, const SightWants *wants)
{
    Sights *now = sights_make(publisher->machine, wants);
    g_mutex_lock(&publisher->lock);
    Sights *before = publisher->newest;
    publisher->newest = now;
    g_mutex_unlock(&publisher->lock);
    sights_unref(before);
}

static void on_message(void *opaque, void *data)
{
    SightPublisher *publisher = opaque;
    SightWants *wants = data;
    wants->in_parts = true;
    publisher_publish(publisher, wants);
    g_free(data);
    g_atomic_int_set(&publisher->asked, 0);
}

void publisher_ask(SightPublisher *publisher, const SightWants *wants)
{
    if (g_atomic_int_compare_and_exchange(&publisher->asked, 0, 1))
        inbox_post(&publisher->machine->inbox, on_message, publisher,
                   g_memdup2(wants, sizeof *wants));
}

Sights *publisher_take(SightPublisher *publisher)
{
    g_mutex_lock(&publisher->lock);
    Sights *newest = publisher->newest;
    publisher->newest = NULL;
    g_mutex_unlock(&publisher->lock);
    return newest;
}
