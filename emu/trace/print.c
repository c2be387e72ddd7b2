/* SPDX-License-Identifier: MIT */
/* print.c - bulkhead trace print and query: events as text, or counted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emu/base/error.h"
#include "emu/symbols.h"
#include "emu/trace/query.h"
#include "emu/trace/verbs.h"

static int by_count(const void *a, const void *b, void *counts)
{
    uint64_t x = *(const uint64_t *)g_hash_table_lookup(counts, *(char *const *)a);
    uint64_t y = *(const uint64_t *)g_hash_table_lookup(counts, *(char *const *)b);
    return x != y ? (x < y ? 1 : -1) : strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_groups(GHashTable *counts)
{
    unsigned n;
    g_autofree void **keys = g_hash_table_get_keys_as_array(counts, &n);
    g_qsort_with_data(keys, (int)n, sizeof *keys, by_count, counts);
    for (unsigned i = 0; i < n; i++)
        printf("%12" PRIu64 "  %s\n", *(const uint64_t *)g_hash_table_lookup(counts, keys[i]),
               (const char *)keys[i]);
}

static void count_group(GHashTable *counts, char *key)
{
    uint64_t *count = g_hash_table_lookup(counts, key ? key : "none");
    if (!count)
        g_hash_table_insert(counts, g_strdup(key ? key : "none"), count = g_new0(uint64_t, 1));
    ++*count;
    g_free(key);
}

static const char *find_name(const void *symbols, uint64_t address, uint64_t *offset)
{
    return symbols_name(symbols, address, offset);
}

static void print_line(const TraceEvent *event, const TraceRecord *record, const Symbols *symbols)
{
    if (symbols)
        trace_print_named(event, record, &(TraceNames){ find_name, symbols }, stdout);
    else
        trace_print(event, record, stdout);
}

/* Lines, or with "group by" how many there are of each value. */
static bool show(TraceReader *reader, const TraceQuery *query, const Symbols *symbols,
                 GError **error)
{
    unsigned n;
    TraceRecord record;
    TraceWanted wanted;
    GError *problem = NULL;
    const TraceEvent *events = trace_reader_events(reader, &n);
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    trace_query_wanted(query, &wanted);
    trace_reader_want(reader, &wanted);
    while (trace_reader_next(reader, &record, &problem)) {
        if (!trace_query_matches(query, &record))
            continue;
        if (trace_query_groups(query))
            count_group(counts, trace_query_group(query, &record));
        else
            print_line(&events[record.id], &record, symbols);
    }
    print_groups(counts);
    if (problem)
        g_propagate_error(error, problem);
    return !problem;
}

static bool print_query(const char *path, const char *text, const Symbols *symbols, GError **error)
{
    unsigned n;
    TraceReader *reader = trace_reader_open(path, error);
    if (!reader)
        return false;
    const TraceEvent *events = trace_reader_events(reader, &n);
    TraceQuery *query = trace_query_new(text, events, n, trace_reader_partitions(reader), error);
    bool ok = query && show(reader, query, symbols, error);
    trace_query_free(query);
    trace_reader_free(reader);
    return ok;
}

/* Takes "--symbols ELF[,ELF...]" off the front of *argv, if it is there. */
static bool take_symbols(char ***argv, Symbols **symbols, GError **error)
{
    *symbols = NULL;
    if (!(*argv)[0] || strcmp((*argv)[0], "--symbols") != 0)
        return true;
    if (!(*argv)[1])
        return fail(error, EXIT_USAGE, "--symbols wants ELF files; write --symbols kernel.elf");
    g_auto(GStrv) paths = g_strsplit((*argv)[1], ",", -1);
    *argv += 2;
    *symbols = symbols_new();
    for (char **path = paths; *path; path++)
        if (!symbols_add(*symbols, *path, error))
            return false;
    return true;
}

/* [--symbols ELFs] FILE [QUERY] */
static bool print_words(char **argv, unsigned words, const char *usage, GError **error)
{
    Symbols *symbols;
    bool ok = take_symbols(&argv, &symbols, error);
    if (ok && g_strv_length(argv) != words)
        ok = fail(error, EXIT_USAGE, "trace takes %u words there, not %u; write bulkhead trace %s",
                  words, g_strv_length(argv), usage);
    ok = ok && print_query(argv[0], words == 2 ? argv[1] : "all", symbols, error);
    if (symbols)
        symbols_free(symbols);
    return ok;
}

bool trace_verb_print(char **argv, int *code, GError **error)
{
    (void)code;
    return print_words(argv, 1, "print [--symbols ELF[,ELF...]] FILE.bht", error);
}

bool trace_verb_query(char **argv, int *code, GError **error)
{
    (void)code;
    return print_words(argv, 2, "query [--symbols ELF[,ELF...]] FILE.bht QUERY", error);
}
