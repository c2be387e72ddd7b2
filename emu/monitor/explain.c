/* SPDX-License-Identifier: MIT */
/* explain.c - commands that draw walks and explain faults; see monitor.h. */
#include <string.h>

#include "cpu/worlds.h"
#include "emu/explain/explain.h"
#include "emu/explain/walk_grid.h"
#include "emu/monitor/expr.h"
#include "emu/monitor/monitor.h"

/* What a command was asked, word by word. */
typedef struct {
    Monitor *monitor;
    char **words; /* that are left */
    GString *out; /* where to say what is wrong with them */
    bool as_json;
} Words;

/* `json` may be the last word. */
static Words begin_words(Monitor *monitor, char **words, GString *out)
{
    Words w = { monitor, words, out, false };
    unsigned count = g_strv_length(words);
    if (!count || g_ascii_strcasecmp(words[count - 1], "json"))
        return w;
    w.as_json = true;
    g_clear_pointer(&words[count - 1], g_free);
    return w;
}

static bool take_word(Words *w, const char *word)
{
    bool is_there = *w->words && !g_ascii_strcasecmp(*w->words, word);
    w->words += is_there;
    return is_there;
}

/* Takes the number that must follow. */
static bool take_number(Words *w, const char *what, uint64_t most, uint64_t *value)
{
    guint64 number = 0;
    if (*w->words && g_ascii_string_to_unsigned(*w->words, 10, 0, most, &number, NULL)) {
        *value = number;
        w->words++;
        return true;
    }
    g_string_append_printf(w->out, "%s: %s is wanted\n", w->monitor->command->name, what);
    return false;
}

static bool must_be_over(Words *w)
{
    if (!*w->words)
        return true;
    g_autofree char *shown = g_strescape(*w->words, NULL);
    g_string_append_printf(w->out, "%s: what is '%s'? ", w->monitor->command->name, shown);
    monitor_say_usage(w->monitor, w->out);
    return false;
}

/* walk */

/* Whose walk it is: of the loads and stores of a hart. */
static void as_hart(const Machine *m, unsigned number, WalkQuestion *q, Mmu **mmu)
{
    *mmu = &m->harts[number].mmu;
    q->space = mmu_data_space(*mmu);
    q->user = (*mmu)->data_priv == PRIV_U;
}

/* The guest of that VMID: one that is set up on a hart, or that left one, if notes were taken. */
static bool as_guest(const Words *w, uint16_t vmid, WalkQuestion *q, Mmu **mmu)
{
    const Machine *m = w->monitor->machine;
    for (unsigned i = 0; i < m->n_harts; i++) {
        Hart *hart = &m->harts[(w->monitor->hart + i) % m->n_harts];
        const World *world = worlds_find(hart, (WorldId){ true, vmid });
        bool set_up = hart->mmu.hgatp >> 60 && bits(hart->mmu.hgatp, 57, 44) == vmid;
        if (!set_up && !world)
            continue;
        *mmu = &hart->mmu;
        q->space = (MmuSpace){ .guest = true,
                               .atp = set_up ? hart->mmu.vsatp : world->vsatp,
                               .hgatp = set_up ? hart->mmu.hgatp : world->hgatp };
        q->user = set_up && hart->mmu.v && hart->mmu.data_priv == PRIV_U;
        return true;
    }
    g_string_append_printf(w->out, "walk: no hart has VMID %u in hgatp now\n", vmid);
    return false;
}

/* `hart N` or `vmid N` behind `as` */
static bool take_whose(Words *w, WalkQuestion *q, Mmu **mmu)
{
    const Machine *m = w->monitor->machine;
    uint64_t number;
    if (take_word(w, "hart")) {
        if (!take_number(w, "the number of a hart", m->n_harts - 1, &number))
            return false;
        as_hart(m, (unsigned)number, q, mmu);
        return true;
    }
    if (take_word(w, "vmid"))
        return take_number(w, "a VMID", MMU_VMIDS - 1, &number) &&
               as_guest(w, (uint16_t)number, q, mmu);
    if (take_word(w, "iommu"))
        g_string_append(w->out, "walk: the machine has no IOMMU yet; as hart N, or as vmid N\n");
    else
        g_string_append(w->out, "walk: as whom? as hart N, or as vmid N\n");
    return false;
}

/* One more word of how, or as whom. False: it is none of these, or wrong, which was said. */
static bool take_how(Words *w, WalkQuestion *q, Mmu **mmu)
{
    static const char *const accesses[] = { "r", "w", "x" };
    for (unsigned i = 0; i < G_N_ELEMENTS(accesses); i++)
        if (take_word(w, accesses[i])) {
            q->access = (Access)i;
            return true;
        }
    if (take_word(w, "as"))
        return take_whose(w, q, mmu);
    if (take_word(w, "priv")) {
        q->user = take_word(w, "u");
        return q->user || take_word(w, "s") || must_be_over(w);
    }
    return must_be_over(w);
}

void monitor_walk(Monitor *monitor, const char *arguments, GString *out)
{
    WalkQuestion q = { .access = ACCESS_READ };
    Mmu *mmu;
    if (!*arguments) {
        monitor_say_usage(monitor, out);
        return;
    }
    if (!monitor_expr(monitor, &arguments, &q.va.v, out))
        return;
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    Words w = begin_words(monitor, words, out);
    as_hart(monitor->machine, monitor->hart, &q, &mmu);
    while (*w.words)
        if (!take_how(&w, &q, &mmu))
            return;
    if (w.as_json) {
        walk_grid_json(mmu, &q, &(Json){ .out = out });
        return;
    }
    g_string_append_printf(out, "hart %u: ", mmu->hart);
    walk_grid_draw(mmu, &q, out);
}

/* explain */

static void print(const Explanation *found, bool as_json, GString *out)
{
    if (as_json)
        explanation_json(found, &(Json){ .out = out });
    else
        explanation_print(found, out);
}

void monitor_explain(Monitor *monitor, const char *arguments, GString *out)
{
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    Words w = begin_words(monitor, words, out);
    uint64_t id = 0;
    if (take_word(&w, "trap") && !take_number(&w, "the number of a trap", INT64_MAX, &id))
        return;
    if (!must_be_over(&w))
        return;
    Explanation *found = id ? explain_trap(monitor->machine, monitor->hart, id)
                            : explain_now(monitor->machine, monitor->hart, false);
    if (!found)
        g_string_append_printf(out,
                               "explain: trap %" G_GUINT64_FORMAT " of hart %u is not remembered\n",
                               id, monitor->hart);
    else
        print(found, w.as_json, out);
    explanation_free(found);
}
