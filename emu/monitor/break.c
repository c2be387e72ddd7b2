/* SPDX-License-Identifier: MIT */
/* break.c - breakpoints on events; see break.h. */
#include "emu/monitor/break.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/gdb/gdb.h"
#include "emu/monitor/expr.h"
#include "emu/trace/query.h"
#include "emu/trace/ring.h"

typedef enum { ACTION_STOP, ACTION_MARK, ACTION_DUMP, ACTIONS } Action;
static const char *const action_names[ACTIONS] = { "stop", "mark", "dump" };

typedef struct {
    unsigned number;
    char *text;        /* as it was typed, without the action */
    TraceQuery *query; /* NULL: on an address */
    uint64_t address;
    Action action;
    uint64_t hits;
    bool once; /* it goes when the machine stops, or somebody else lets it go on */
} EventBreak;

struct MonitorBreaks {
    MonitorHub *hub;
    GPtrArray *list; /* of EventBreak */
    unsigned last_number;
    bool marking;  /* the mark of a breakpoint is no event for them */
    GString *said; /* lines about what stopped the machine since monitor_breaks_act */
    unsigned hart; /* that stopped */
    bool stop, dump;
    int at_point; /* hart that stands at an address, to be left; -1: none */
};

enum { MOST_BREAKS = 100, MOST_SAID = 4096 };

/* Names for queries: what is behind the name is ANDed to the user's condition. */
static const struct {
    const char *name, *events, *condition;
} aliases[] = {
    { "vmexit", "trap", "exit != none" }, { "vmentry", "hyp.span", NULL },
    { "exception", "trap", "irq == 0" },  { "irq", "irq.deliver", NULL },
    { "inject", "irq.inject", NULL },     { "walk-fault", "walk.end", "result != ok" },
    { "guest-fault", "fault.g", NULL },   { "missing-fence", "fence.missing", NULL },
    { "fence", "tlb.flush", NULL },       { "xret", "trap.ret", NULL },
};

static void free_break(void *opaque)
{
    EventBreak *b = opaque;
    trace_query_free(b->query);
    g_free(b->text);
    g_free(b);
}

static EventBreak *break_at(const MonitorBreaks *breaks, guint index)
{
    return g_ptr_array_index(breaks->list, index);
}

/* Events. */

static void append_record(const TraceRecord *record, GString *out)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    trace_print(&trace_events[record->id], record, file);
    fclose(file);
    g_string_append(out, text);
    free(text);
}

static void hit(MonitorBreaks *breaks, EventBreak *b, const TraceRecord *record)
{
    Machine *m = breaks->hub->machine;
    unsigned index = record->hart == TRACE_NO_HART ? (unsigned)m->current : record->hart;
    Hart *hart = &m->harts[index];
    if (m->travelling) {
        m->noticed |= b->action == ACTION_STOP;
        m->harts[m->current].attention |= b->action == ACTION_STOP ? ATTENTION_LOOK : 0;
        return;
    }
    b->hits++;
    if (b->action == ACTION_MARK) {
        breaks->marking = true;
        TRACE(&m->trace, break_hit, index, b->number, record->seq, hart->pc);
        breaks->marking = false;
        return;
    }
    if (breaks->said->len < MOST_SAID) {
        b->once ? g_string_append_printf(breaks->said, "%s: ", b->text)
                : g_string_append_printf(breaks->said, "break %u (%s): ", b->number, b->text);
        append_record(record, breaks->said);
    }
    breaks->hart = index;
    breaks->stop |= b->action == ACTION_STOP;
    breaks->dump |= b->action == ACTION_DUMP;
    m->noticed = true;
    m->harts[m->current].attention |= ATTENTION_LOOK;
}

static void put(void *opaque, const TraceRecord *record)
{
    MonitorBreaks *breaks = opaque;
    for (guint i = 0; i < breaks->list->len && !breaks->marking; i++) {
        EventBreak *b = break_at(breaks, i);
        if (b->query && trace_query_matches(b->query, record))
            hit(breaks, b, record);
    }
}

/* Addresses. */

static bool reached(void *opaque, unsigned index)
{
    MonitorBreaks *breaks = opaque;
    Machine *m = breaks->hub->machine;
    bool any = false;
    for (guint i = 0; i < breaks->list->len; i++) {
        EventBreak *b = break_at(breaks, i);
        if (b->query || b->address != m->harts[index].pc)
            continue;
        b->hits++;
        any = true;
        g_string_append_printf(breaks->said, "break %u (%s): hart %u is there\n", b->number,
                               b->text, index);
    }
    breaks->stop |= any;
    m->noticed |= any;
    breaks->hart = index;
    breaks->at_point = any ? (int)index : breaks->at_point;
    return any;
}

void monitor_breaks_leave(MonitorBreaks *breaks)
{
    if (breaks->at_point >= 0)
        breaks->hub->machine->harts[breaks->at_point].step_over = true;
    breaks->at_point = -1;
}

/* Tells trace and debugger what is wanted of them. */
static void publish(MonitorBreaks *breaks)
{
    Machine *m = breaks->hub->machine;
    GdbHub *gdb = breaks->hub->host.gdb;
    g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    TraceSet events = 0;
    for (guint i = 0; i < breaks->list->len; i++) {
        const EventBreak *b = break_at(breaks, i);
        events |= b->query ? trace_query_events(b->query) : 0;
        if (!b->query)
            g_array_append_val(addresses, b->address);
    }
    m->trace.sinks[TRACE_TO_BREAK].put = put;
    m->trace.sinks[TRACE_TO_BREAK].opaque = breaks;
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        m->trace.on[i] = (uint16_t)((m->trace.on[i] & ~(1u << TRACE_TO_BREAK)) |
                                    (unsigned)(events >> i & 1) << TRACE_TO_BREAK);
    machine_trace_changed(m);
    if (gdb)
        gdb_set_points(gdb, (const uint64_t *)(const void *)addresses->data, addresses->len,
                       reached, breaks);
}

void monitor_breaks_act(MonitorBreaks *breaks)
{
    Machine *m = breaks->hub->machine;
    g_autofree char *said = g_strdup(breaks->said->str);
    bool stop = breaks->stop, dump = breaks->dump;
    breaks->stop = breaks->dump = false;
    g_string_truncate(breaks->said, 0);
    if (!stop && !dump)
        return;
    if (stop)
        monitor_breaks_forget_exit(breaks);
    m->paused |= stop;
    m->step_end = stop ? UINT64_MAX : m->step_end;
    if (stop)
        monitor_hub_choose(breaks->hub, breaks->hart);
    monitor_hub_say(breaks->hub, said);
    if (dump && !breaks->hub->no_files) {
        g_autofree char *written = trace_ring_dump_said(m, m->ring_file);
        g_autofree char *text = g_strconcat(written, "\n", NULL);
        monitor_hub_say(breaks->hub, text);
    }
    if (stop && breaks->hub->host.gdb)
        gdb_tell_event(breaks->hub->host.gdb, breaks->hart, said);
}

/* Commands. */

/* "where COND" behind the events, with the alias's own condition before it. */
static char *query_text(const char *events, const char *own, const char *rest)
{
    if (!own)
        return g_strdup_printf("%s %s", events, rest);
    bool has_more = g_str_has_prefix(rest, "where ");
    return g_strdup_printf("%s where %s%s%s", events, own, has_more ? " and " : " ",
                           has_more ? rest + strlen("where ") : rest);
}

/* `csr NAME` is an event with a name's number as its condition. */
static char *csr_query(const Monitor *monitor, const char *rest, GString *out)
{
    g_auto(GStrv) words = g_strsplit(rest, " ", 2);
    unsigned number = words[0] ? monitor_find_csr(monitor, words[0], out) : CSR_COUNT;
    if (number == CSR_COUNT)
        return NULL;
    g_autofree char *own = g_strdup_printf("csr == %u", number);
    return query_text("csr", own, words[1] ? words[1] : "");
}

static TraceQuery *make_query(const Monitor *monitor, const char *text, GString *out)
{
    g_auto(GStrv) words = g_strsplit(text, " ", 2);
    const char *rest = words[0] && words[1] ? words[1] : "";
    bool is_csr = !strcmp(words[0], "csr") && *rest && !g_str_has_prefix(rest, "where");
    g_autofree char *query = is_csr ? csr_query(monitor, rest, out) : g_strdup(text);
    g_autoptr(GError) error = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(aliases) && query; i++) {
        if (strcmp(words[0], aliases[i].name) != 0)
            continue;
        g_free(query);
        query = query_text(aliases[i].events, aliases[i].condition, rest);
    }
    if (!query)
        return NULL;
    TraceQuery *made =
        trace_query_new(query, trace_events, TRACE_COUNT, monitor->machine->partitions, &error);
    if (made && trace_query_groups(made)) {
        trace_query_free(made);
        g_string_append(out, "a breakpoint groups nothing; leave 'group by' out\n");
        return NULL;
    }
    if (!made)
        g_string_append_printf(out, "%s\n", error->message);
    return made;
}

/* Cuts "do ACTION" off the end. False: the action is none. */
static bool take_action(char *text, Action *action)
{
    char *at = g_strrstr(text, " do ");
    *action = ACTION_STOP;
    if (!at)
        return !g_str_has_suffix(text, " do");
    *at = 0;
    for (*action = 0; *action < ACTIONS; (*action)++)
        if (!strcmp(at + strlen(" do "), action_names[*action]))
            return true;
    return false;
}

static bool fill_break(const Monitor *monitor, EventBreak *b, GString *out)
{
    const char *address = b->text + strlen("addr ");
    if (!take_action(b->text, &b->action)) {
        g_string_append(out, "behind 'do': stop, mark or dump\n");
        return false;
    }
    if (!g_str_has_prefix(b->text, "addr "))
        return (b->query = make_query(monitor, b->text, out)) != NULL;
    if (b->action != ACTION_STOP || !monitor_host(monitor)->gdb) {
        g_string_append(out, "at an address the machine can only stop\n");
        return false;
    }
    return monitor_expr_only(monitor, address, &b->address, out);
}

static MonitorBreaks *breaks_of(const Monitor *monitor, GString *out)
{
    MonitorHub *hub = monitor->machine->monitors;
    if (hub)
        return hub->breaks;
    g_string_append(out, "this machine has no place for breakpoints\n");
    return NULL;
}

void monitor_break(Monitor *monitor, const char *arguments, GString *out)
{
    MonitorBreaks *breaks = breaks_of(monitor, out);
    if (!breaks)
        return;
    if (!*arguments || !strcmp(arguments, "addr") || breaks->list->len == MOST_BREAKS) {
        breaks->list->len == MOST_BREAKS
            ? (void)g_string_append(out, "there are 100 already; delete one\n")
            : monitor_say_usage(monitor, out);
        return;
    }
    EventBreak *b = g_new0(EventBreak, 1);
    b->text = g_strdup(arguments);
    if (!fill_break(monitor, b, out)) {
        free_break(b);
        return;
    }
    b->number = ++breaks->last_number;
    g_ptr_array_add(breaks->list, b);
    publish(breaks);
    g_string_append_printf(out, "break %u: %s do %s\n", b->number, b->text,
                           action_names[b->action]);
}

void monitor_breaks_forget_exit(MonitorBreaks *breaks)
{
    bool any = false;
    for (guint i = breaks->list->len; i-- > 0;) {
        if (!break_at(breaks, i)->once)
            continue;
        g_ptr_array_remove_index(breaks->list, i);
        any = true;
    }
    if (any)
        publish(breaks);
}

bool monitor_breaks_at_exit(Monitor *monitor, GString *out)
{
    MonitorBreaks *breaks = breaks_of(monitor, out);
    if (!breaks)
        return false;
    EventBreak *b = g_new0(EventBreak, 1);
    b->text = g_strdup("exit");
    b->once = true;
    b->query = make_query(monitor, "vmexit", out);
    g_ptr_array_add(breaks->list, b);
    publish(breaks);
    return true;
}

void monitor_delete(Monitor *monitor, const char *arguments, GString *out)
{
    MonitorBreaks *breaks = breaks_of(monitor, out);
    guint64 number;
    bool all = !strcmp(arguments, "all"), found = false;
    if (!breaks)
        return;
    if (!all && !g_ascii_string_to_unsigned(arguments, 10, 1, G_MAXUINT, &number, NULL)) {
        monitor_say_usage(monitor, out);
        return;
    }
    for (guint i = breaks->list->len; i-- > 0;)
        if (!break_at(breaks, i)->once && (all || break_at(breaks, i)->number == number)) {
            g_ptr_array_remove_index(breaks->list, i);
            found = true;
        }
    if (!found && !all)
        g_string_append_printf(out, "there is no break %s; info break lists them\n", arguments);
    publish(breaks);
}

void monitor_info_break(Monitor *monitor, const char *arguments, GString *out)
{
    const MonitorBreaks *breaks = breaks_of(monitor, out);
    (void)arguments;
    for (guint i = 0; breaks && i < breaks->list->len; i++) {
        const EventBreak *b = break_at(breaks, i);
        if (b->once)
            g_string_append(out, "once a guest's exit do stop\n");
        else
            g_string_append_printf(out, "%-3u %s do %s, %" PRIu64 " hit%s\n", b->number, b->text,
                                   action_names[b->action], b->hits, b->hits == 1 ? "" : "s");
    }
    if (breaks && !breaks->list->len)
        g_string_append(out, "no breakpoints\n");
}

void monitor_break_words(const Machine *machine, const char *begin, GPtrArray *words)
{
    static const char *const others[] = { "addr", "where", "and", "do", "stop", "mark", "dump" };
    (void)machine;
    for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++)
        monitor_offer_word(words, aliases[i].name, begin);
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        monitor_offer_word(words, trace_events[i].name, begin);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        monitor_offer_word(words, others[i], begin);
}

MonitorBreaks *monitor_breaks_new(MonitorHub *hub)
{
    MonitorBreaks *breaks = g_new0(MonitorBreaks, 1);
    *breaks = (MonitorBreaks){ .hub = hub, .at_point = -1 };
    breaks->list = g_ptr_array_new_with_free_func(free_break);
    breaks->said = g_string_new(NULL);
    return breaks;
}

void monitor_breaks_free(MonitorBreaks *breaks)
{
    Machine *m = breaks->hub->machine;
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        m->trace.on[i] &= (uint16_t) ~(1u << TRACE_TO_BREAK);
    if (breaks->hub->host.gdb)
        gdb_set_points(breaks->hub->host.gdb, NULL, 0, NULL, NULL);
    g_ptr_array_free(breaks->list, TRUE);
    g_string_free(breaks->said, TRUE);
    g_free(breaks);
}
