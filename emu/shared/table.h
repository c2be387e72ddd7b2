/* SPDX-License-Identifier: MIT */
/*
 * table.h - tables for people and for programs: built once, written as text or as JSON, so both say the same.
 *
 * A row is filled from left to right, each cell by the function of its column's kind.
 */
#ifndef EMU_SHARED_TABLE_H
#define EMU_SHARED_TABLE_H

#include <stdint.h>

#include "emu/json.h"

typedef struct Table Table;
/* Of tables, which it owns; to be freed with g_ptr_array_unref. */
typedef GPtrArray Tables;

Tables *tables_new(void);
/* Adds a table. `name` is for programs, `title` for people. */
Table *table_add(Tables *tables, const char *name, const char *title);

/* Columns, before any row. `key` is for programs and, with underscores as spaces, the heading. A number is written with
 * `decimals` digits behind the point. */
void table_text_column(Table *table, const char *key);
void table_column(Table *table, const char *key, unsigned decimals);
/* A number that is of somebody. Names may be anything, so for programs these are apart, in an object "by" of each row; they
 * stand together. */
void table_column_of(Table *table, const char *who);

/* Begins a row, then its cells. */
void table_row(Table *table);
void table_text(Table *table, const char *text);
void table_number(Table *table, uint64_t value);
/* `part` times `scale` divided by `whole`; 0 if that is 0. */
void table_ratio(Table *table, uint64_t part, uint64_t whole, double scale);

/* Lines, with an empty one between tables; or {"name":..., "rows":[{...}]} of each as elements of an array. */
void tables_print(const Tables *tables, GString *out);
void tables_json(const Tables *tables, Json *json, const char *key);
/* A line with an object that has only that. */
void tables_json_alone(const Tables *tables, const char *key, GString *out);

#endif
