/* SPDX-License-Identifier: MIT */
/* csr_print.c - control and status registers as text and JSON; see csr.h. */
#include <inttypes.h>
#include <string.h>

#include "cpu/csr_fields.h"
#include "emu/base/bits.h"
#include "emu/sight/csr.h"

static void part_free(gpointer data)
{
    CsrPart *part = data;
    g_free(part->text);
    g_free(part);
}

GPtrArray *csr_entry_parts(const CsrEntry *entry)
{
    GPtrArray *parts = g_ptr_array_new_with_free_func(part_free);
    const CsrLayout *layout = entry->select ? NULL : csr_layout(entry->number);
    for (unsigned i = 0; layout && i < layout->n_fields; i++) {
        const CsrField *field = &layout->fields[i];
        const uint64_t value = bits(entry->value, field->high, field->low);
        const CsrValue *known = csr_find_value(field->values, value);
        CsrPart *part = g_new0(CsrPart, 1);
        *part = (CsrPart){ .name = field->name,
                           .says = field->meaning,
                           .means = known ? known->meaning : NULL,
                           .high = field->high,
                           .low = field->low,
                           .text = csr_field_text(field, entry->value),
                           .changed = entry->changed &&
                                      bits(entry->before, field->high, field->low) != value };
        g_ptr_array_add(parts, part);
    }
    return parts;
}

const char *csr_entry_title(const CsrEntry *entry)
{
    static const struct {
        const char *name, *title;
    } titles[] = {
        { ".iprio", "priorities of eight interrupts, a byte each" },
        { ".eidelivery", "does the file deliver interrupts?" },
        { ".eithreshold", "identities below it are heard; 0: all" },
        { ".eip", "identities that are pending" },
        { ".eie", "identities that are enabled" },
    };
    for (unsigned i = 0; entry->select && i < G_N_ELEMENTS(titles); i++)
        if (strstr(entry->name, titles[i].name))
            return titles[i].title;
    return csr_title(entry->number);
}

static bool has(const char *text, const char *part)
{
    g_autofree char *folded = g_ascii_strdown(text, -1), *wanted = g_ascii_strdown(part, -1);
    return strstr(folded, wanted) != NULL;
}

bool csr_entry_matches(const CsrEntry *entry, const char *text)
{
    const CsrLayout *layout = entry->select ? NULL : csr_layout(entry->number);
    if (!*text || has(entry->name, text) || has(csr_entry_title(entry), text))
        return true;
    for (unsigned i = 0; layout && i < layout->n_fields; i++)
        if (!g_ascii_strcasecmp(layout->fields[i].name, text))
            return true;
    return false;
}

static bool is_wanted(const CsrEntry *entry, int group, bool changed)
{
    return (group < 0 || entry->group == (CsrGroup)group) && (!changed || entry->changed);
}

/* Fields that differ, as they were. */
static void append_change(const CsrEntry *entry, GString *out)
{
    g_autoptr(GPtrArray) parts = csr_entry_parts(entry);
    g_string_append_printf(out, ", was 0x%016" PRIx64, entry->before);
    for (guint i = 0; i < parts->len; i++) {
        const CsrPart *part = g_ptr_array_index(parts, i);
        if (part->changed)
            g_string_append_printf(out, "; %s %s", part->name, part->text);
    }
}

void csr_sight_print_some(const CsrSight *sight, int group, bool changed, GString *out)
{
    int before = -1;
    unsigned count = 0;
    for (guint i = 0; i < sight->entries->len; i++) {
        const CsrEntry *entry = &g_array_index(sight->entries, CsrEntry, i);
        if (!is_wanted(entry, group, changed))
            continue;
        if ((int)entry->group != before)
            g_string_append_printf(out, "hart %u: %s (%s)\n", sight->hart,
                                   csr_groups[entry->group].title, csr_groups[entry->group].name);
        before = (int)entry->group;
        g_string_append_printf(out, "%c %-18s 0x%016" PRIx64 "  %s", entry->changed ? '*' : ' ',
                               entry->name, entry->value, csr_entry_title(entry));
        if (entry->changed)
            append_change(entry, out);
        g_string_append_c(out, '\n');
        count++;
    }
    if (!count)
        g_string_append(out, !changed          ? "the hart has none of these\n"
                             : sight->compares ? "nothing changed since the machine went on\n"
                                               : "what changes is noted from now on\n");
}

void csr_entry_json(const CsrEntry *entry, Json *json)
{
    g_autoptr(GPtrArray) parts = csr_entry_parts(entry);
    json_begin(json, NULL, '{');
    json_text(json, "name", entry->name);
    json_hex(json, "number", entry->number);
    if (entry->select)
        json_hex(json, "select", entry->select);
    json_text(json, "group", csr_groups[entry->group].name);
    json_text(json, "title", csr_entry_title(entry));
    json_hex(json, "value", entry->value);
    if (entry->changed)
        json_hex(json, "was", entry->before);
    json_begin(json, "fields", '[');
    for (guint i = 0; i < parts->len; i++) {
        const CsrPart *part = g_ptr_array_index(parts, i);
        json_begin(json, NULL, '{');
        json_text(json, "name", part->name);
        json_number(json, "high", part->high);
        json_number(json, "low", part->low);
        json_text(json, "value", part->text);
        json_flag(json, "changed", part->changed);
        json_end(json, '{');
    }
    json_end(json, '[');
    json_end(json, '{');
}

void csr_sight_json_some(const CsrSight *sight, int group, bool changed, Json *json)
{
    json_number(json, "hart", sight->hart);
    json_text(json, "mode", sight->mode);
    json_flag(json, "compares", sight->compares);
    json_begin(json, "registers", '[');
    for (guint i = 0; i < sight->entries->len; i++) {
        const CsrEntry *entry = &g_array_index(sight->entries, CsrEntry, i);
        if (is_wanted(entry, group, changed))
            csr_entry_json(entry, json);
    }
    json_end(json, '[');
}

void csr_sight_print(const void *sight, GString *out)
{
    csr_sight_print_some(sight, -1, false, out);
}

void csr_sight_json(const void *sight, Json *json)
{
    csr_sight_json_some(sight, -1, false, json);
}
