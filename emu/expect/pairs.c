/* SPDX-License-Identifier: MIT */
/* pairs.c - from events A to events B; see pairs.h. */
#include "emu/expect/pairs.h"

enum { MOST_KEYS = 1 << 16 };

/* A's of one key. */
typedef struct {
    uint64_t key, first, last, n;
    double since; /* ns after `first` that they came, added up */
} PairsWaiting;

Pairs *pairs_new(void)
{
    Pairs *pairs = g_new0(Pairs, 1);
    pairs->waiting = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    return pairs;
}

void pairs_free(Pairs *pairs)
{
    if (!pairs)
        return;
    g_hash_table_unref(pairs->waiting);
    g_free(pairs);
}

/* What is in pairs from the first A to `time`, if all that wait become pairs. */
static double inside_at(const Pairs *p, uint64_t time)
{
    return p->complete + (double)p->n_open * (double)(time - p->first) - p->open_since;
}

static void look_at_share(Pairs *p, uint64_t time)
{
    if (!p->begun)
        p->first = time;
    p->begun = true;
    p->last = time;
    p->inside = inside_at(p, time);
}

void pairs_start(Pairs *p, uint64_t key, uint64_t time)
{
    PairsWaiting *w = g_hash_table_lookup(p->waiting, &key);
    p->starts++;
    look_at_share(p, time);
    if (!w && g_hash_table_size(p->waiting) == MOST_KEYS) {
        p->overflow = true;
        return;
    }
    if (!w) {
        w = g_new0(PairsWaiting, 1);
        w->key = key;
        w->first = time;
        g_hash_table_insert(p->waiting, &w->key, w);
        p->n_open++;
        p->open_since += (double)(time - p->first);
    }
    w->n++;
    w->last = time;
    w->since += (double)(time - w->first);
}

bool pairs_end(Pairs *p, uint64_t key, uint64_t time)
{
    const PairsWaiting *w = g_hash_table_lookup(p->waiting, &key);
    p->ends++;
    if (!w)
        return false;
    const double longest = (double)(time - w->first), shortest = (double)(time - w->last);
    const bool extreme = !p->count || longest > p->most || shortest < p->least;
    p->least = p->count ? MIN(p->least, shortest) : shortest;
    p->most = MAX(p->most, longest);
    p->sum += (double)w->n * longest - w->since;
    p->count += w->n;
    p->n_open--;
    p->open_since -= (double)(w->first - p->first);
    p->complete += longest;
    g_hash_table_remove(p->waiting, &key);
    return extreme;
}

void pairs_break(Pairs *p, uint64_t time)
{
    GHashTableIter iter;
    gpointer data;
    g_hash_table_iter_init(&iter, p->waiting);
    while (g_hash_table_iter_next(&iter, NULL, &data)) { /* they have become no pairs */
        const PairsWaiting *w = data;
        p->inside -= (double)(p->last - w->first);
        p->waited = MAX(p->waited, (double)(time - w->first));
    }
    g_hash_table_remove_all(p->waiting);
    if (p->begun) {
        p->length += (double)(p->last - p->first);
        p->covered += p->inside;
    }
    p->begun = false;
    p->n_open = 0;
    p->open_since = p->complete = p->inside = 0;
}

bool pairs_share(const Pairs *p, double *share)
{
    *share = p->length > 0 ? p->covered / p->length : 0;
    return p->length > 0;
}
