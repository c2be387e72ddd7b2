/* SPDX-License-Identifier: MIT */
/* explain.c - commands that draw walks and explain faults; see monitor.h. */
#include <string.h>

#include "emu/explain/explain.h"
#include "emu/monitor/expr.h"
#include "emu/monitor/monitor.h"
#include "emu/sight/walk.h"

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

/* What a walk is to be of. */
typedef struct {
    WalkQuestion question;
    unsigned hart; /* whose registers count */
    int step;      /* that is to be shown field by field; -1: none */
} WalkOrder;

/* `hart N` or `vmid N` behind `as` */
static bool take_whose(Words *w, WalkOrder *order)
{
    const Machine *m = w->monitor->machine;
    uint64_t number;
    if (take_word(w, "hart")) {
        if (!take_number(w, "the number of a hart", m->n_harts - 1, &number))
            return false;
        order->hart = (unsigned)number;
        walk_ask_as_hart(m, order->hart, &order->question);
        return true;
    }
    if (take_word(w, "vmid")) {
        if (!take_number(w, "a VMID", MMU_VMIDS - 1, &number))
            return false;
        order->hart = w->monitor->hart;
        if (walk_ask_as_guest(m, (unsigned)number, &order->question, &order->hart))
            return true;
        g_string_append_printf(
            w->out, "walk: no hart has VMID %" G_GUINT64_FORMAT " in hgatp now\n", number);
        return false;
    }
    if (take_word(w, "iommu"))
        g_string_append(w->out, "walk: the machine has no IOMMU yet; as hart N, or as vmid N\n");
    else
        g_string_append(w->out, "walk: as whom? as hart N, or as vmid N\n");
    return false;
}

/* One more word of how, or as whom. False: it is none of these, or wrong, which was said. */
static bool take_how(Words *w, WalkOrder *order)
{
    static const char *const accesses[] = { "r", "w", "x" };
    WalkQuestion *q = &order->question;
    uint64_t number;
    for (unsigned i = 0; i < G_N_ELEMENTS(accesses); i++)
        if (take_word(w, accesses[i])) {
            q->access = (Access)i;
            return true;
        }
    if (take_word(w, "as"))
        return take_whose(w, order);
    if (take_word(w, "priv")) {
        walk_ask_as_user(w->monitor->machine, order->hart, q, take_word(w, "u"));
        return q->user || take_word(w, "s") || must_be_over(w);
    }
    if (take_word(w, "step")) {
        if (!take_number(w, "the number of a step", WALK_MAX_STEPS, &number))
            return false;
        order->step = (int)number;
        return true;
    }
    return must_be_over(w);
}

static void print_walk(const WalkSight *sight, int step, bool as_json, GString *out)
{
    Json json = { .out = out };
    if (step >= (int)sight->grid.n_steps) {
        g_string_append_printf(out, "walk: there is no step %d; the walk has %u, from 0 on\n", step,
                               sight->grid.n_steps);
    } else if (as_json) {
        json_begin(&json, NULL, '{');
        if (step < 0)
            walk_sight_json(sight, &json);
        else
            walk_step_json(sight, (unsigned)step, &json);
        json_end(&json, '{');
        g_string_append_c(out, '\n');
    } else if (step < 0) {
        walk_sight_print(sight, out);
    } else {
        walk_step_print(sight, (unsigned)step, out);
    }
}

/* Of an address, or, if none is given, what walk_sight_follow chooses. */
void monitor_walk(Monitor *monitor, const char *arguments, GString *out)
{
    WalkOrder order = { .hart = monitor->hart, .step = -1 };
    const char *all = arguments;
    bool follows = !*arguments || !g_ascii_strncasecmp(arguments, "step ", 5) ||
                   !g_ascii_strcasecmp(arguments, "json");
    if (!follows && !monitor_expr(monitor, &arguments, &order.question.va.v, out))
        return;
    g_auto(GStrv) words = g_strsplit(follows ? all : arguments, " ", -1);
    Words w = begin_words(monitor, words, out);
    walk_ask_as_hart(monitor->machine, order.hart, &order.question);
    while (*w.words)
        if (!take_how(&w, &order))
            return;
    WalkSight *sight = follows ? walk_sight_follow(monitor->machine, order.hart)
                               : walk_sight_new(monitor->machine, order.hart, &order.question);
    print_walk(sight, order.step, w.as_json, out);
    walk_sight_free(sight);
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
