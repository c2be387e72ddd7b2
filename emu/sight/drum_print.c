/* SPDX-License-Identifier: MIT */
/* drum_print.c - the drums as text and JSON; see drum.h. */
#include <inttypes.h>

#include "emu/sight/drum.h"

char *drum_time_text(uint64_t ns)
{
    if (ns < 1000000)
        return g_strdup_printf("%" PRIu64 ".%03" PRIu64 " us", ns / 1000, ns % 1000);
    return g_strdup_printf("%" PRIu64 ".%03" PRIu64 " ms", ns / 1000000, ns / 1000 % 1000);
}

/* The swapping drum. */

char *drum_kind_text(const DrumLook *look)
{
    g_autofree char *turn = drum_time_text(look->revolution);
    return g_strdup_printf("drum: %u fields of %u words, %s a revolution; harts %s, a whole field "
                           "begins %s",
                           look->config.fields, look->config.words, turn,
                           look->config.halt ? "are halted meanwhile" : "go on meanwhile",
                           look->config.any_start ? "anywhere" : "at its address");
}

char *drum_place_text(const DrumLook *look)
{
    return g_strdup_printf("word %u is below the heads, %u %% of a revolution", look->word,
                           look->word * 100 / look->config.words);
}

/* "core 0x80002000 -> field 3, field 5 -> core": what goes where. */
static char *ways_text(const DrumLook *look)
{
    GString *out = g_string_new(NULL);
    if (look->write_field)
        g_string_append_printf(out, "core 0x%" PRIx64 " -> field %u", look->core,
                               look->write_field);
    if (look->read_field)
        g_string_append_printf(out, "%sfield %u -> core 0x%" PRIx64, out->len ? ", " : "",
                               look->read_field, look->core);
    return g_string_free(out->len ? out : g_string_append(out, "nothing"), FALSE);
}

char *drum_work_text(const DrumSight *sight)
{
    const DrumLook *look = &sight->drum;
    g_autofree char *ways = ways_text(look);
    if (!look->count)
        return g_strdup("nothing was transferred yet");
    if (look->phase == DRUM_IDLE)
        return g_strdup_printf("idle; the last transfer was %s: %u words", ways, look->count);
    if (look->phase == DRUM_WAITS) {
        g_autofree char *left = drum_time_text(look->begins_at - MIN(look->begins_at, sight->now));
        return g_strdup_printf("waits for word %u, %s more: %s", look->first, left, ways);
    }
    g_autofree char *left = drum_time_text(look->ends_at - MIN(look->ends_at, sight->now));
    return g_strdup_printf("transfers from word %u on, %u of %u have passed, %s more: %s%s",
                           look->first, look->passed, look->count, left, ways,
                           look->halted ? "; harts are halted" : "");
}

/* One way of a field: when and where, "-": never. */
static char *way_text(uint64_t times, uint64_t at, uint64_t core)
{
    g_autofree char *when = drum_time_text(at);
    return times ? g_strdup_printf("%5" PRIu64 "  %12s  0x%09" PRIx64, times, when, core)
                 : g_strdup("    -                         ");
}

static void print_drum(const DrumSight *sight, GString *out)
{
    const DrumLook *look = &sight->drum;
    g_autofree char *kind = drum_kind_text(look), *place = drum_place_text(look);
    g_autofree char *work = drum_work_text(sight);
    unsigned never = 0;
    g_string_append_printf(out, "%s\n  %s\n  %s\n", kind, place, work);
    g_string_append(
        out, "  field  written          last  from core      read          last  into core\n");
    for (unsigned i = 0; i < look->config.fields; i++) {
        const DrumField *field = &look->fields[i];
        g_autofree char *write = way_text(field->writes, field->written_at, field->written_core);
        g_autofree char *read = way_text(field->reads, field->read_at, field->read_core);
        if (field->writes || field->reads)
            g_string_append_printf(out, "  %5u    %s  %s\n", i + 1, write, read);
        else
            never++;
    }
    if (never)
        g_string_append_printf(out, "  %u fields were never used\n", never);
}

/* The paging drum. */

char *paging_kind_text(const PagingLook *look)
{
    g_autofree char *turn = drum_time_text(look->revolution),
                    *page = drum_time_text(look->transfer);
    return g_strdup_printf("paging drum: %u pages in %d slots, %s a revolution, %s a page; %s",
                           look->config.pages, PAGING_DRUM_SLOTS, turn, page,
                           look->ordered ? "the next slot is served first" : "first in, first out");
}

char *paging_place_text(const PagingLook *look)
{
    return g_strdup_printf("%u %% of a revolution; %" PRIu64 " pages were read, %" PRIu64
                           " written; %" PRIu64 " of the drum have something on them",
                           (unsigned)(look->angle * 100 / look->revolution), look->reads,
                           look->writes, look->used);
}

static const PagingLookRequest *current_of(const PagingLook *look)
{
    for (unsigned i = 0; i < look->n; i++)
        if (look->requests[i].current)
            return &look->requests[i];
    return NULL;
}

char *paging_work_text(const DrumSight *sight)
{
    const PagingLook *look = &sight->paging;
    const PagingLookRequest *it = current_of(look);
    if (!it)
        return g_strdup_printf("idle; %u requests wait", look->n);
    bool waits = look->phase == PAGING_DRUM_WAITS;
    uint64_t end = waits ? look->begins_at : look->ends_at;
    g_autofree char *left = drum_time_text(end - MIN(end, sight->now));
    return g_strdup_printf("%s page %u in slot %u, %s more; %u requests",
                           waits       ? "waits for"
                           : it->write ? "writes"
                                       : "reads",
                           it->page, it->slot, left, look->n);
}

static void print_paging(const DrumSight *sight, GString *out)
{
    const PagingLook *look = &sight->paging;
    g_autofree char *kind = paging_kind_text(look), *place = paging_place_text(look);
    g_autofree char *work = paging_work_text(sight);
    g_string_append_printf(out, "%s\n  %s\n  %s\n", kind, place, work);
    if (look->n)
        g_string_append(out, "   page  slot  op     core               waits\n");
    for (unsigned i = 0; i < look->n; i++) {
        const PagingLookRequest *it = &look->requests[i];
        g_autofree char *waits = drum_time_text(sight->now - MIN(it->came, sight->now));
        g_string_append_printf(out, " %c%5u  %4u  %-5s  0x%-12" PRIx64 "  %12s\n",
                               it->current ? '*' : ' ', it->page, it->slot,
                               it->write ? "write" : "read", it->core, waits);
    }
}

void drum_sight_print(const void *opaque, GString *out)
{
    const DrumSight *sight = opaque;
    if (sight->has_drum)
        print_drum(sight, out);
    if (sight->has_paging)
        print_paging(sight, out);
    if (!sight->has_drum && !sight->has_paging)
        g_string_append(out, "this machine has no drum; start it with -device drum or "
                             "-device paging-drum\n");
}

/* JSON. */

static void field_json(const DrumField *field, unsigned number, Json *json)
{
    json_begin(json, NULL, '{');
    json_number(json, "field", number);
    json_number(json, "writes", field->writes);
    json_number(json, "written_ns", field->written_at);
    json_hex(json, "written_core", field->written_core);
    json_number(json, "reads", field->reads);
    json_number(json, "read_ns", field->read_at);
    json_hex(json, "read_core", field->read_core);
    json_end(json, '{');
}

static void drum_json(const DrumLook *look, Json *json)
{
    static const char *const phases[] = { "idle", "waits", "transfers" };
    json_begin(json, "drum", '{');
    json_number(json, "fields", look->config.fields);
    json_number(json, "words", look->config.words);
    json_number(json, "revolution_ns", look->revolution);
    json_flag(json, "halts", look->config.halt);
    json_flag(json, "starts_anywhere", look->config.any_start);
    json_number(json, "word", look->word);
    json_flag(json, "halted", look->halted);
    json_text(json, "phase", phases[look->phase]);
    json_number(json, "write_field", look->write_field);
    json_number(json, "read_field", look->read_field);
    json_number(json, "first", look->first);
    json_number(json, "count", look->count);
    json_number(json, "passed", look->passed);
    json_hex(json, "core", look->core);
    json_number(json, "begins_ns", look->begins_at);
    json_number(json, "ends_ns", look->ends_at);
    json_begin(json, "used", '[');
    for (unsigned i = 0; i < look->config.fields; i++)
        if (look->fields[i].writes || look->fields[i].reads)
            field_json(&look->fields[i], i + 1, json);
    json_end(json, '[');
    json_end(json, '{');
}

static void paging_json(const PagingLook *look, Json *json)
{
    json_begin(json, "paging_drum", '{');
    json_number(json, "pages", look->config.pages);
    json_number(json, "revolution_ns", look->revolution);
    json_number(json, "transfer_ns", look->transfer);
    json_number(json, "angle_ns", look->angle);
    json_flag(json, "ordered", look->ordered);
    json_number(json, "reads", look->reads);
    json_number(json, "writes", look->writes);
    json_number(json, "used", look->used);
    json_begin(json, "requests", '[');
    for (unsigned i = 0; i < look->n; i++) {
        const PagingLookRequest *it = &look->requests[i];
        json_begin(json, NULL, '{');
        json_number(json, "page", it->page);
        json_number(json, "slot", it->slot);
        json_text(json, "op", it->write ? "write" : "read");
        json_hex(json, "core", it->core);
        json_number(json, "came_ns", it->came);
        json_flag(json, "current", it->current);
        json_end(json, '{');
    }
    json_end(json, '[');
    json_end(json, '{');
}

void drum_sight_json(const void *opaque, Json *json)
{
    const DrumSight *sight = opaque;
    json_number(json, "now_ns", sight->now);
    if (sight->has_drum)
        drum_json(&sight->drum, json);
    if (sight->has_paging)
        paging_json(&sight->paging, json);
}
