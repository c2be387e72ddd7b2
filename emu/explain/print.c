/* SPDX-License-Identifier: MIT */
/* print.c - explanations as text and as JSON; see explain.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/explain/explain.h"
#include "emu/explain/words.h"
#include "emu/monitor/monitor.h"

enum { WIDTH = 100 };

/* Breaks lines between words. */
static void append_filled(GString *out, const char *text)
{
    size_t column = 0;
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word; word++) {
        size_t length = strlen(*word);
        bool breaks = column && column + 1 + length > WIDTH;
        g_string_append_printf(out, "%s%s", !column ? "" : breaks ? "\n" : " ", *word);
        column = breaks || !column ? length : column + 1 + length;
    }
    g_string_append_c(out, '\n');
}

static void append_mistake(const Mistake *mistake, GString *out)
{
    g_autofree char *what =
        g_strdup_printf("Probably wrong: %s (%s)", mistake->what->str, mistake->rule);
    g_autofree char *fix = g_strdup_printf("Fix: %s", mistake->fix->str);
    append_filled(out, what);
    append_filled(out, fix);
}

void explanation_print(const Explanation *e, GString *out)
{
    append_filled(out, e->text->str);
    if (!e->mistakes->len && (e->about.trap || e->about.waits))
        g_string_append(out, "No mistake follows from that.\n");
    for (unsigned i = 0; i < e->mistakes->len; i++)
        append_mistake(g_ptr_array_index(e->mistakes, i), out);
}

static void write_trap(const Case *it, Json *json)
{
    static const char *const levels[] = { "none", "VS", "HS", "M" };
    const PastTrap *trap = it->trap;
    json_begin(json, "trap", '{');
    json_number(json, "id", trap->id);
    json_text(json, "name", words_of_cause(trap->trap.cause));
    json_flag(json, "interrupt", trap->trap.cause & CAUSE_INTERRUPT);
    json_number(json, "cause", trap->trap.cause & ~CAUSE_INTERRUPT);
    json_text(json, "from", hart_mode_name(it->hart, trap->mode));
    json_text(json, "to", levels[trap->level]);
    json_hex(json, "epc", trap->epc);
    json_hex(json, "tval", trap->trap.tval);
    json_hex(json, "tval2", trap->trap.tval2);
    json_hex(json, "tinst", trap->trap.tinst);
    json_number(json, "times", trap->times);
    json_flag(json, "returned", trap->returned);
    json_hex(json, "back_pc", trap->returned ? trap->back_pc : 0);
    json_end(json, '{');
}

static void write_entry(const char *stage, const WalkStep *entry, Json *json)
{
    json_text(json, "stage", stage);
    json_number(json, "level", entry->level);
    json_hex(json, "spa", entry->at.v);
    json_hex(json, "pte", entry->pte);
}

static void write_fault(const FaultWalk *walk, Json *json)
{
    const WalkEnd *end = &walk->end;
    const Verdict verdict = words_of_fault(end);
    json_begin(json, "fault", '{');
    json_text(json, "access", words_of_access(end->access));
    json_flag(json, "guest", walk->guest);
    json_hex(json, "gpa", end->gpa.v);
    json_flag(json, "implicit", end->implicit);
    json_flag(json, "has_entry", end->has_entry);
    write_entry(words_of_stage(end->in_g, walk->guest), &end->entry, json);
    json_text(json, "bit", verdict.bit);
    json_text(json, "rule", verdict.rule);
    json_end(json, '{');
}

static void write_fence(const FenceNote *note, Json *json)
{
    json_begin(json, "fence", '{');
    json_hex(json, "va", note->va);
    json_text(json, "access", words_of_access(note->access));
    json_hex(json, "used_spa", note->spa);
    json_hex(json, "now_spa", note->now_spa);
    write_entry(words_of_stage(note->leaf.stage, note->space.guest), &note->leaf, json);
    json_end(json, '{');
}

static void write_mistake(const Case *it, const Mistake *mistake, Json *json)
{
    g_autofree char *symbol = monitor_symbol(it->machine, mistake->at);
    const bool is_named = mistake->has_entry && *symbol;
    json_begin(json, NULL, '{');
    json_text(json, "stage", mistake->has_entry ? mistake->stage : NULL);
    json_number(json, "level", mistake->level);
    json_hex(json, "spa", mistake->at);
    json_text(json, "symbol", is_named ? g_strstrip(g_strdelimit(symbol, "<>", ' ')) : NULL);
    json_hex(json, "pte", mistake->pte);
    json_text(json, "bit", mistake->bit);
    json_text(json, "rule", mistake->rule);
    json_text(json, "what", mistake->what->str);
    json_text(json, "fix", mistake->fix->str);
    json_end(json, '{');
}

void explanation_json(const Explanation *e, Json *json)
{
    const Case *it = &e->about;
    json_begin(json, NULL, '{');
    json_number(json, "version", 1);
    json_number(json, "hart", it->hart->id);
    json_text(json, "about",
              it->fence   ? "fence"
              : it->waits ? "wait"
              : it->trap  ? "trap"
                          : "nothing");
    if (it->trap)
        write_trap(it, json);
    if (it->walk)
        write_fault(it->walk, json);
    if (it->fence)
        write_fence(it->fence, json);
    json_text(json, "text", e->text->str);
    json_begin(json, "mistakes", '[');
    for (unsigned i = 0; i < e->mistakes->len; i++)
        write_mistake(it, g_ptr_array_index(e->mistakes, i), json);
    json_end(json, '[');
    json_end(json, '{');
    g_string_append_c(json->out, '\n');
}
