/* SPDX-License-Identifier: MIT */
/* check.c - was anything judged, and was it what was asked for? See verdict.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/base/nearest.h"
#include "emu/verdict/base.h"

char *edge_text(const VerdictEdge *edge)
{
    if (!edge->given)
        return NULL;
    if (edge->is_mark && edge->has_value)
        return g_strdup_printf("mark:%" PRIu64 ":0x%" PRIx64, edge->id, edge->value);
    return g_strdup_printf(edge->is_mark ? "mark:%" PRIu64 : "%" PRIu64,
                           edge->is_mark ? edge->id : edge->ns);
}

/* `found` of n names: is `name` one of them? */
static bool is_named(const char *name, const char **names, GError **error)
{
    for (const char **other = names; *other; other++)
        if (!strcmp(*other, name))
            return true;
    const char *near = nearest_word(name, names);
    g_autofree char *list = g_strjoinv(", ", (char **)names);
    if (near)
        return fail(error, EXIT_CONFIG,
                    "-verdict: no partition is called '%s'; did you mean partition=%s? There are "
                    "%s",
                    name, near, list);
    return fail(error, EXIT_CONFIG, "-verdict: no partition is called '%s'; %s%s", name,
                *list ? "leave partition= out, or name one of " : "no guest ran, so leave it out",
                list);
}

bool verdict_names(const VerdictConfig *config, const Partitions *parts, GError **error)
{
    const char *names[PARTITIONS_MAX + 1] = { NULL };
    unsigned n = 0;
    for (unsigned i = 1; parts && i < partitions_count(parts); i++)
        if (partitions_get(parts, i)->declared)
            names[n++] = partitions_get(parts, i)->name;
    /* Others are called by their VMID, once they run. */
    bool may_come = !n || (config->partition && g_str_has_prefix(config->partition, "vmid"));
    return !config->partition || may_come || is_named(config->partition, names, error);
}

static bool seen_names(const Verdict *v, GError **error)
{
    const char *names[PARTITIONS_MAX + 1] = { NULL };
    unsigned n = 0;
    for (unsigned i = 1; i < partitions_count(v->parts); i++)
        if (v->counts[i].seen)
            names[n++] = partitions_get(v->parts, i)->name;
    return !v->config->partition || is_named(v->config->partition, names, error);
}

static bool ran(const PartCounts *c)
{
    uint64_t ns = 0;
    for (unsigned i = 0; i < SPENTS; i++)
        ns += c->ns[i];
    return ns;
}

static void flag(PartCounts *c, const char *name)
{
    g_ptr_array_add(c->flags, (gpointer)(uintptr_t)name);
}

bool verdict_conclude(Verdict *v, GError **error)
{
    if (!seen_names(v, error) || !verdict_judge(v, error))
        return false;
    const char *path = v->config->base;
    g_autoptr(JsonValue) base = path ? base_read(path, window_clock(v), NULL) : NULL;
    for (unsigned i = 1; i < partitions_count(v->parts); i++) {
        PartCounts *c = &v->counts[i];
        if (v->cut)
            flag(c, "recording_cut");
        if (base && ran(c) && !base_has(base, partitions_get(v->parts, i)->name))
            flag(c, "not_in_base");
    }
    return true;
}

/* What did not come, for people. */
static bool no_edge(const Verdict *v, const char *name, const VerdictEdge *edge, GError **error)
{
    g_autofree char *text = edge_text(edge);
    return fail(error, EXIT_EXPECT,
                "-verdict: the window never %s: %s=%s did not come until the run ended, at %" PRIu64
                " ns; check %s=, or leave it out, which is where the run %s",
                edge == &v->config->from ? "began" : "ended, so what is counted is too much", name,
                text, v->newest, name, edge == &v->config->from ? "begins" : "ends");
}

bool verdict_says(const Verdict *v, GError **error)
{
    const VerdictConfig *config = v->config;
    unsigned judged = 0, compared = 0;
    for (unsigned i = 1; i < partitions_count(v->parts); i++) {
        judged += part_is_shown(v, i) && ran(&v->counts[i]);
        compared += part_is_shown(v, i) && v->counts[i].has_ratio;
    }
    if (!v->open)
        return no_edge(v, "from", &config->from, error);
    if (!judged)
        return fail(error, EXIT_EXPECT,
                    "-verdict: %s%s ran in the window, so there is nothing to judge; run a "
                    "hypervisor with guests, or move the window with from= and to=",
                    config->partition ? "nothing of partition " : "no guest",
                    config->partition ? config->partition : "");
    if (config->to.given && !v->closed)
        return no_edge(v, "to", &config->to, error);
    return !config->base || compared ||
           fail(error, EXIT_EXPECT,
                "-verdict: nothing could be compared with base '%s', for no partition has "
                "interrupts of one kind both here and there; give the verdict of the same machine "
                "and window, neighbours idle",
                config->base);
}
