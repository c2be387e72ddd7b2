/* SPDX-License-Identifier: MIT */
/*
 * query.h - which events somebody wants to see.
 *
 *   query      = events [ "where" condition { ( "and" | "&&" ) condition } ] [ "group" "by" column ]
 *   events     = "all" | name { "," name }           a name may end in ".*"
 *   condition  = column ( "==" | "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
 *              | column "in" value ".." [ "+" ] value          the end is not in the range; "+": a length
 *   value      = number, with K, M or G, or a word of the column
 *
 * Columns are those of every event (seq t ic h m p vmid ev) and the fields. An event without a field of a condition does
 * not match it.
 */
#ifndef EMU_TRACE_QUERY_H
#define EMU_TRACE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "emu/base/trace.h"
#include "emu/trace/file.h"

typedef struct TraceQuery TraceQuery;

/* Parses `text` for a catalogue of n events. Of `parts`, which may be NULL, the declared ones can be named: p == linux, victim_p == linux. Both
 * must outlive the query. */
TraceQuery *trace_query_new(const char *text, const TraceEvent *events, unsigned n,
                            const Partitions *parts, GError **error);
/* The same without "group by", and with "where" and "and" where people want to write them: "trap exit=mmio p=1". */
TraceQuery *trace_query_new_pattern(const char *text, const TraceEvent *events, unsigned n,
                                    const Partitions *parts, GError **error);
void trace_query_free(TraceQuery *query);

/* Bit n: it may match event n. */
TraceSet trace_query_events(const TraceQuery *query);
/* What can be told of blocks of a recording without reading them. */
void trace_query_wanted(const TraceQuery *query, TraceWanted *wanted);
bool trace_query_matches(const TraceQuery *query, const TraceRecord *record);

/* Is there a "group by"? */
bool trace_query_groups(const TraceQuery *query);
/* The value of its column as text, to be freed; NULL: the event has no such column. */
char *trace_query_group(const TraceQuery *query, const TraceRecord *record);

#endif
