/* SPDX-License-Identifier: MIT */
/* memory.c - physical memory by owner and colour, in words; see memory.h. */
#include "emu/sight/memory.h"

#include <inttypes.h>
#include <string.h>

char *memory_size_text(uint64_t size)
{
    static const char units[] = "KMGT";
    unsigned unit = 0;
    size >>= 10;
    for (; units[unit + 1] && size && size % 1024 == 0; unit++)
        size /= 1024;
    return g_strdup_printf("%" PRIu64 "%c", size, units[unit]);
}

char *memory_run_who(const MemorySight *sight, const MemoryRun *run)
{
    return run->other ? g_strdup_printf("%s, %s", sight->owners[run->owner].name,
                                        sight->owners[run->other].name)
                      : g_strdup(sight->owners[run->owner].name);
}

static const char *plain_what(const MemorySight *sight, const MemoryRun *run)
{
    switch (sight->owners[run->owner].kind) {
    case MEMORY_HOST: return run->image ? sight->images[run->image] : "written";
    case MEMORY_SHARED: return run->flags & MEMORY_DECLARED ? "to be shared" : "shared";
    default: return run->flags & MEMORY_DECLARED ? "declared, not mapped" : "mapped";
    }
}

char *memory_run_what(const MemorySight *sight, const MemoryRun *run)
{
    g_autoptr(GString) out = g_string_new(plain_what(sight, run));
    if (run->flags & MEMORY_FIRMWARE)
        g_string_append_printf(out, "; ! over %s", sight->images[run->image]);
    if (run->flags & MEMORY_TWICE)
        g_string_append(out, "; ! by both");
    if (run->flags & MEMORY_OUTSIDE)
        g_string_append(out, "; ! not its colours");
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *memory_run_colors(const MemorySight *sight, const MemoryRun *run)
{
    return color_set_text(&run->colors, sight->colors);
}

char *memory_owner_colors(const MemorySight *sight, const MemoryOwner *owner)
{
    if (!sight->colors || owner->kind == MEMORY_UNUSED || owner->kind == MEMORY_SHARED)
        return g_strdup("");
    return owner->has_colors ? color_set_text(&owner->colors, sight->colors) : g_strdup("any");
}

char *memory_heading(const MemorySight *sight)
{
    g_autofree char *size = memory_size_text(sight->ram_size);
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(out, "RAM 0x%" PRIx64 "..0x%" PRIx64 ", %s", sight->ram,
                           sight->ram + sight->ram_size - 1, size);
    if (sight->colors)
        g_string_append_printf(out, ", %u colours", sight->colors);
    if (sight->file)
        g_string_append_printf(out, "; lines of %s", sight->file);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void add_wrong(GString *out, uint64_t pages, const char *what)
{
    if (pages)
        g_string_append_printf(out, "%s%" PRIu64 " %s", out->len ? ", " : "! ", pages, what);
}

char *memory_wrong(const MemorySight *sight)
{
    g_autoptr(GString) out = g_string_new(NULL);
    add_wrong(out, sight->outside, "pages of colours that their guest may not have");
    add_wrong(out, sight->twice, "pages of two guests that are not said to share them");
    add_wrong(out, sight->firmware, "pages of the firmware in reach of a guest");
    if (sight->cut)
        g_string_append_printf(out, "%stables of a guest map more than there is",
                               out->len ? ", " : "! ");
    return out->len ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

/* Tables. */

static void add_owners(const MemorySight *sight, Tables *tables)
{
    Table *table = table_add(tables, "owners",
                             "Pages of 4 KiB; of them written, of colours not the owner's, and of "
                             "another guest, too");
    table_text_column(table, "who");
    table_column(table, "line", 0);
    table_text_column(table, "may_have");
    table_column(table, "pages", 0);
    table_column(table, "written", 0);
    table_column(table, "outside", 0);
    table_column(table, "twice", 0);
    for (unsigned i = 0; i < sight->n_owners; i++) {
        const MemoryOwner *owner = &sight->owners[i];
        g_autofree char *colors = memory_owner_colors(sight, owner);
        table_row(table);
        table_text(table, owner->name);
        table_number(table, owner->line);
        table_text(table, colors);
        table_number(table, owner->pages);
        table_number(table, owner->touched);
        table_number(table, owner->outside);
        table_number(table, owner->twice);
    }
}

static void add_run(const MemorySight *sight, const MemoryRun *run, Table *table)
{
    g_autofree char *from = g_strdup_printf("0x%" PRIx64, run->begin);
    g_autofree char *to = g_strdup_printf("0x%" PRIx64, run->end - 1);
    g_autofree char *who = memory_run_who(sight, run), *what = memory_run_what(sight, run);
    g_autofree char *colors = memory_run_colors(sight, run);
    table_row(table);
    table_text(table, from);
    table_text(table, to);
    table_number(table, run->pages);
    table_number(table, run->touched);
    table_text(table, colors);
    table_text(table, who);
    table_text(table, what);
}

static void add_runs(const MemorySight *sight, Tables *tables)
{
    g_autofree char *title = g_strdup_printf(
        sight->gap ? "Where they are, at most %u others between two" : "Where they are",
        sight->gap - 1);
    Table *table = table_add(tables, "runs", title);
    table_text_column(table, "from");
    table_text_column(table, "to");
    table_column(table, "pages", 0);
    table_column(table, "written", 0);
    table_text_column(table, "colors");
    table_text_column(table, "who");
    table_text_column(table, "what");
    for (unsigned i = 0; i < sight->n_runs; i++)
        add_run(sight, &sight->runs[i], table);
}

static Tables *make_tables(const MemorySight *sight)
{
    Tables *tables = tables_new();
    add_owners(sight, tables);
    add_runs(sight, tables);
    return tables;
}

void memory_sight_print(const void *opaque, GString *out)
{
    const MemorySight *sight = opaque;
    g_autoptr(GPtrArray) tables = make_tables(sight);
    g_autofree char *heading = memory_heading(sight), *wrong = memory_wrong(sight);
    g_string_append_printf(out, "%s\n%s%s", heading, wrong ? wrong : "", wrong ? "\n" : "");
    tables_print(tables, out);
    if (sight->more_runs)
        g_string_append_printf(out,
                               "(%" PRIu64 " more; memory ADDR SIZE shows a part, and of 16M or "
                               "less each run by itself)\n",
                               sight->more_runs);
}

void memory_sight_json(const void *opaque, Json *json)
{
    const MemorySight *sight = opaque;
    g_autoptr(GPtrArray) tables = make_tables(sight);
    json_hex(json, "ram", sight->ram);
    json_number(json, "ram_size", sight->ram_size);
    json_number(json, "colors", sight->colors);
    json_text(json, "file", sight->file);
    json_hex(json, "at", sight->at);
    json_number(json, "size", sight->size);
    json_number(json, "outside", sight->outside);
    json_number(json, "twice", sight->twice);
    json_number(json, "firmware", sight->firmware);
    json_flag(json, "cut", sight->cut);
    json_number(json, "more_runs", sight->more_runs);
    tables_json(tables, json, "memory");
}
