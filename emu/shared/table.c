/* SPDX-License-Identifier: MIT */
/* table.c - see table.h. */
#include "emu/shared/table.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    char *key;
    bool is_text, is_of_who;
    unsigned decimals;
} Column;

struct Table {
    char *name, *title;
    GArray *columns;  /* of Column */
    GPtrArray *cells; /* of strings, row after row */
};

static void free_column(void *column)
{
    g_free(((Column *)column)->key);
}

static void free_table(void *data)
{
    Table *table = data;
    g_free(table->name);
    g_free(table->title);
    g_array_free(table->columns, TRUE);
    g_ptr_array_unref(table->cells);
    g_free(table);
}

Tables *tables_new(void)
{
    return g_ptr_array_new_with_free_func(free_table);
}

Table *table_add(Tables *tables, const char *name, const char *title)
{
    Table *table = g_new0(Table, 1);
    table->name = g_strdup(name);
    table->title = g_strdup(title);
    table->columns = g_array_new(FALSE, FALSE, sizeof(Column));
    g_array_set_clear_func(table->columns, free_column);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(tables, table);
    return table;
}

static Column *column_at(const Table *table, unsigned n)
{
    return &g_array_index(table->columns, Column, n % table->columns->len);
}

static void add_column(Table *table, Column column)
{
    g_assert(!table->cells->len);
    g_array_append_val(table->columns, column);
}

void table_text_column(Table *table, const char *key)
{
    add_column(table, (Column){ g_strdup(key), .is_text = true });
}

void table_column(Table *table, const char *key, unsigned decimals)
{
    add_column(table, (Column){ g_strdup(key), .decimals = decimals });
}

void table_column_of(Table *table, const char *who)
{
    add_column(table, (Column){ g_strdup(who), .is_of_who = true });
}

void table_row(Table *table)
{
    g_assert(table->cells->len % table->columns->len == 0);
}

void table_text(Table *table, const char *text)
{
    g_assert(column_at(table, table->cells->len)->is_text);
    g_ptr_array_add(table->cells, g_strdup(text));
}

void table_number(Table *table, uint64_t value)
{
    g_assert(!column_at(table, table->cells->len)->is_text);
    g_ptr_array_add(table->cells, g_strdup_printf("%" PRIu64, value));
}

void table_ratio(Table *table, uint64_t part, uint64_t whole, double scale)
{
    const Column *column = column_at(table, table->cells->len);
    g_assert(!column->is_text);
    double value = whole ? (double)part / (double)whole * scale : 0;
    g_ptr_array_add(table->cells, g_strdup_printf("%.*f", (int)column->decimals, value));
}

/* Text. */

static char *heading(const Column *column)
{
    return g_strdelimit(g_strdup(column->key), "_", ' ');
}

static int width_of(const Table *table, unsigned column)
{
    g_autofree char *head = heading(column_at(table, column));
    glong width = g_utf8_strlen(head, -1);
    for (unsigned i = column; i < table->cells->len; i += table->columns->len)
        width = MAX(width, g_utf8_strlen(g_ptr_array_index(table->cells, i), -1));
    return (int)width;
}

static void print_cell(const Table *table, unsigned column, const char *text, GString *out)
{
    int pad = width_of(table, column) - (int)g_utf8_strlen(text, -1);
    bool is_text = column_at(table, column)->is_text;
    g_string_append(out, "  ");
    g_string_append_printf(out, "%*s%s%*s", is_text ? 0 : pad, "", text, is_text ? pad : 0, "");
}

static void end_line(GString *out)
{
    while (out->len && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

static void print_table(const Table *table, GString *out)
{
    unsigned columns = table->columns->len;
    g_string_append_printf(out, "%s\n", table->title);
    for (unsigned i = 0; i < columns; i++) {
        g_autofree char *head = heading(column_at(table, i));
        print_cell(table, i, head, out);
    }
    end_line(out);
    for (unsigned i = 0; i < table->cells->len; i++) {
        print_cell(table, i % columns, g_ptr_array_index(table->cells, i), out);
        if (i % columns == columns - 1)
            end_line(out);
    }
}

void tables_print(const Tables *tables, GString *out)
{
    for (unsigned i = 0; i < tables->len; i++) {
        if (i)
            g_string_append_c(out, '\n');
        print_table(g_ptr_array_index(tables, i), out);
    }
}

/* JSON. */

static void json_cell(Json *json, const Column *column, const char *text)
{
    if (column->is_text)
        json_text(json, column->key, text);
    else
        json_literal(json, column->key, text);
}

/* Opens or closes the object of columns that are of somebody. */
static void json_nest(Json *json, bool was, bool is)
{
    if (was && !is)
        json_end(json, '{');
    if (is && !was)
        json_begin(json, "by", '{');
}

static void json_row(const Table *table, Json *json, unsigned first)
{
    bool nested = false;
    json_begin(json, NULL, '{');
    for (unsigned i = first; i < first + table->columns->len; i++) {
        const Column *column = column_at(table, i);
        json_nest(json, nested, column->is_of_who);
        nested = column->is_of_who;
        json_cell(json, column, g_ptr_array_index(table->cells, i));
    }
    json_nest(json, nested, false);
    json_end(json, '{');
}

static void json_table(const Table *table, Json *json)
{
    json_begin(json, NULL, '{');
    json_text(json, "name", table->name);
    json_begin(json, "rows", '[');
    for (unsigned i = 0; i < table->cells->len; i += table->columns->len)
        json_row(table, json, i);
    json_end(json, '[');
    json_end(json, '{');
}

void tables_json(const Tables *tables, Json *json, const char *key)
{
    json_begin(json, key, '[');
    for (unsigned i = 0; i < tables->len; i++)
        json_table(g_ptr_array_index(tables, i), json);
    json_end(json, '[');
}

void tables_json_alone(const Tables *tables, const char *key, GString *out)
{
    Json json = { .out = out };
    json_begin(&json, NULL, '{');
    tables_json(tables, &json, key);
    json_end(&json, '{');
    g_string_append_c(out, '\n');
}
