/* SPDX-License-Identifier: MIT */
/* views.c - see views.h. */
#include "emu/shared/views_inside.h"

#include <string.h>

// clang-format off
const View views[] = {
    { "part",   "partitions: time, instructions, misses, and what they waited for",              view_part },
    { "llc",    "the shared cache: whose lines are where, who drove out whose",                  view_llc },
    { "colors", "colours of pages: whose lines have which, and who used what is not its own",    view_colors },
    { "bus",    "the memory bus: how busy it is, who waited for whom, how long misses took",     view_bus },
    { 0 },
};
// clang-format on

const View *view_find(const char *name)
{
    for (const View *view = views; view->name; view++) {
        if (!strcmp(view->name, name))
            return view;
    }
    return NULL;
}

/* What views have in common. */

uint64_t view_all_cycles(const Groups *g)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < g->n; i++)
        sum += groups_use(g, i).cycles;
    return sum;
}

void view_add_counts(const Groups *g, Table *table, const CountId *ids, unsigned n, unsigned i)
{
    for (unsigned id = 0; id < n; id++)
        table_number(table, groups_count(g, i, ids[id]));
}

static Table *counts_table(Tables *tables, const char *name, const char *title, const CountId *ids,
                           unsigned n)
{
    Table *table = table_add(tables, name, title);
    table_text_column(table, "who");
    for (unsigned id = 0; id < n; id++)
        table_column(table, count_names[ids[id]], 0);
    return table;
}

void view_counts(const Groups *g, Tables *tables, const char *name, const char *title,
                 const CountId *ids, unsigned n)
{
    Table *table = counts_table(tables, name, title, ids, n);
    for (unsigned i = 0; i < g->n; i++) {
        table_row(table);
        table_text(table, g->names[i]);
        view_add_counts(g, table, ids, n, i);
    }
}

void view_matrix(const Groups *g, Tables *tables, const char *name, const char *title,
                 OwnerMatrix matrix)
{
    Table *table = table_add(tables, name, title);
    table_text_column(table, "victim");
    for (unsigned by = 0; by < g->n; by++)
        table_column_of(table, g->names[by]);
    table_column(table, "by_others_in_all", 0);
    for (unsigned i = 0; i < g->n; i++) {
        table_row(table);
        table_text(table, g->names[i]);
        for (unsigned by = 0; by < g->n; by++)
            table_number(table, groups_matrix(g, matrix, i, by));
        table_number(table, groups_by_others(g, matrix, i));
    }
}

/* Writing. */

static void write_json(const Groups *g, const View *only, GString *out)
{
    Json json = { .out = out };
    json_begin(&json, NULL, '{');
    json_text(&json, "by", g->by_hart ? "hart" : "partition");
    for (const View *view = views; view->name; view++) {
        if (only && view != only)
            continue;
        g_autoptr(GPtrArray) tables = tables_new();
        view->make(g, tables);
        tables_json(tables, &json, view->name);
    }
    json_end(&json, '{');
    g_string_append_c(out, '\n');
}

static void write_text(const Groups *g, const View *only, GString *out)
{
    bool first = true;
    for (const View *view = views; view->name; view++) {
        if (only && view != only)
            continue;
        g_autoptr(GPtrArray) tables = tables_new();
        view->make(g, tables);
        g_string_append(out, first ? "" : "\n");
        tables_print(tables, out);
        first = false;
    }
}

Tables *view_tables(const Timing *timing, const View *view, bool by_hart)
{
    g_autofree Groups *g = groups_new(timing, by_hart);
    Tables *tables = tables_new();
    view->make(g, tables);
    return tables;
}

void view_write(const Timing *timing, const View *view, bool by_hart, bool as_json, GString *out)
{
    g_autofree Groups *g = groups_new(timing, by_hart);
    if (as_json)
        write_json(g, view, out);
    else
        write_text(g, view, out);
}
