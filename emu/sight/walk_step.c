/* SPDX-License-Identifier: MIT */
/* walk_step.c - an entry of a page table that a walk read, field by field, and where it leads; see walk.h. */
#include <inttypes.h>
#include <string.h>

#include "emu/explain/words.h"
#include "emu/sight/walk.h"
#include "mmu/pte.h"

static void field_free(gpointer data)
{
    WalkField *field = data;
    g_free(field->value);
    g_free(field);
}

static WalkField *add(GPtrArray *fields, const char *name, char *value, const char *says)
{
    WalkField *field = g_new0(WalkField, 1);
    g_strlcpy(field->name, name, sizeof field->name);
    field->value = value;
    field->says = says ? says : "";
    g_ptr_array_add(fields, field);
    return field;
}

/* What a bit says, clear and set. Source: privileged manual, Addressing and Memory Protection */
static const struct {
    char name;
    const char *clear, *set;
} flags[] = {
    { 'D', "not written since D was cleared", "written" },
    { 'A', "not accessed since A was cleared", "accessed" },
    { 'G', "of this ASID", "in all address spaces" },
    { 'U', "not for user mode", "for user mode" },
    { 'X', "no executing", "may be executed" },
    { 'W', "no storing", "may be stored to" },
    { 'R', "no loading", "may be loaded from" },
    { 'V', "maps nothing", "valid" },
};

static const char *const memory_types[] = { "memory type: as the PMA say",
                                            "memory type NC: not cached, idempotent",
                                            "memory type IO: not cached, ordered", "reserved" };

/* In the G stage all accesses are a user's, and G is ignored. norm:H_vm_gpapriv, norm:H_vm_gpa_g */
static const char *says_of_flag(const WalkStep *step, unsigned i)
{
    const bool set = step->pte >> (7 - i) & 1;
    const bool is_pointer = step->pte & PTE_V && !(step->pte & (PTE_R | PTE_W | PTE_X));
    if (is_pointer && strchr("XWR", flags[i].name))
        return flags[i].name == 'R' ? "R, W, X clear: leads to the next table" : "";
    if (step->stage && flags[i].name == 'U')
        return set ? "as every leaf of the G stage" : "a leaf of the G stage needs it";
    if (step->stage && flags[i].name == 'G')
        return "ignored in the G stage";
    return set ? flags[i].set : flags[i].clear;
}

static bool names_bit(const char *bits, char name)
{
    for (; *bits; bits++)
        if (*bits == name && !g_ascii_isalpha(bits[1]))
            return true;
    return false;
}

static void add_flags(const WalkStep *step, const char *wrong, GPtrArray *fields)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(flags); i++) {
        const char name[] = { flags[i].name, 0 };
        WalkField *field = add(fields, name, g_strdup(step->pte >> (7 - i) & 1 ? "1" : "0"),
                               says_of_flag(step, i));
        field->is_wrong = names_bit(wrong, flags[i].name);
    }
}

static void add_place(const WalkSight *sight, const WalkStep *step, GPtrArray *fields)
{
    add(fields, "at", g_strdup_printf("0x%" PRIx64, step->at.v), "where it is");
    if (!step->stage && sight->grid.request.g.mode)
        add(fields, "gpa", g_strdup_printf("0x%" PRIx64, step->gpa.v), "the same to the guest");
}

static void add_numbers(const WalkStep *step, const char *wrong, GPtrArray *fields)
{
    const uint64_t pte = step->pte;
    const unsigned pbmt = (unsigned)bits(pte, 62, 61);
    WalkField *n = add(fields, "N", g_strdup(pte & PTE_N ? "1" : "0"),
                       pte & PTE_N ? "a page of 64 KiB (Svnapot)" : "");
    n->is_wrong = names_bit(wrong, 'N');
    WalkField *type = add(fields, "PBMT", g_strdup_printf("%u", pbmt), memory_types[pbmt]);
    type->is_wrong = strstr(wrong, "PBMT") != NULL;
    if (pte & PTE_RESERVED)
        add(fields, "60:54", g_strdup_printf("0x%" PRIx64, bits(pte, 60, 54)), "reserved")
            ->is_wrong = !strcmp(wrong, "reserved");
    add(fields, "PPN", g_strdup_printf("0x%" PRIx64, bits(pte, 53, 10)), "physical page number")
        ->is_wrong = !strcmp(wrong, "PPN");
    add(fields, "RSW", g_strdup_printf("%u", (unsigned)bits(pte, 9, 8)), "software's");
}

static void add_page(const WalkPage *page, GPtrArray *fields)
{
    if (!page->leads_on)
        return;
    add(fields, "is", g_strdup(page->is_leaf ? "leaf" : "pointer"),
        page->is_leaf ? "the page is mapped here" : "to the next table");
    if (page->is_leaf)
        add(fields, "size", g_strdup_printf("0x%" PRIx64, page->size), "bytes that it maps");
    if (page->of_guest)
        add(fields, "to gpa", g_strdup_printf("0x%" PRIx64, page->gpa), "page, to the guest");
    if (page->has_spa)
        add(fields, "to spa", g_strdup_printf("0x%" PRIx64, page->spa), "physical page");
    add(fields, "owner", g_strdup(page->owner), "whose page");
    if (page->color >= 0)
        add(fields, "color", g_strdup_printf("%d", page->color),
            page->violates ? "none of its owner's" : "of the page")
            ->is_wrong = page->violates;
    if (page->file)
        add(fields, "file", g_strdup(page->file), NULL);
}

GPtrArray *walk_step_fields(const WalkSight *sight, unsigned number)
{
    const WalkGrid *grid = &sight->grid;
    const WalkStep *step = &grid->result.steps[number];
    const bool fails = walk_grid_fails_at(grid, number);
    const Verdict verdict = fails ? words_of_fault(&grid->end) : (Verdict){ "", "", "" };
    GPtrArray *fields = g_ptr_array_new_with_free_func(field_free);
    add_place(sight, step, fields);
    if (fails) {
        add(fields, "fails", g_strdup(verdict.bit), verdict.says)->is_wrong = true;
        add(fields, "rule", g_strdup(verdict.rule), NULL)->is_wrong = true;
    }
    if (fails && grid->result.why == WHY_ACCESS)
        return fields;
    add(fields, "pte", g_strdup_printf("0x%" PRIx64, step->pte), "its value");
    add_page(&sight->pages[number], fields);
    add_numbers(step, verdict.bit, fields);
    add_flags(step, verdict.bit, fields);
    return fields;
}

/* "VS stage, level 2, on the way to ..." */
static void append_title(const WalkSight *sight, unsigned number, GString *out)
{
    const WalkStep *step = &sight->grid.result.steps[number];
    g_string_append_printf(out, "step %u of %u: %s stage, level %u", number, sight->grid.n_steps,
                           words_of_stage(step->stage, sight->grid.question.space.guest),
                           step->level);
    if (step->stage)
        g_string_append(out, step->implicit ? ", of where an entry of the VS stage is"
                                            : ", of what is accessed");
    g_string_append_c(out, '\n');
}

void walk_step_print(const WalkSight *sight, unsigned number, GString *out)
{
    g_autoptr(GPtrArray) fields = walk_step_fields(sight, number);
    append_title(sight, number, out);
    for (guint i = 0; i < fields->len; i++) {
        const WalkField *field = g_ptr_array_index(fields, i);
        g_autofree char *line = g_strdup_printf("%c %-7s%-18s %s", field->is_wrong ? '!' : ' ',
                                                field->name, field->value, field->says);
        g_string_append_printf(out, "%s\n", g_strchomp(line));
    }
}

void walk_step_json(const WalkSight *sight, unsigned number, Json *json)
{
    g_autoptr(GPtrArray) fields = walk_step_fields(sight, number);
    json_number(json, "step", number);
    json_begin(json, "fields", '[');
    for (guint i = 0; i < fields->len; i++) {
        const WalkField *field = g_ptr_array_index(fields, i);
        json_begin(json, NULL, '{');
        json_text(json, "name", field->name);
        json_text(json, "value", field->value);
        json_text(json, "says", field->says);
        json_flag(json, "wrong", field->is_wrong);
        json_end(json, '{');
    }
    json_end(json, '[');
}
