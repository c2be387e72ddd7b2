/* SPDX-License-Identifier: MIT */
/* walk_grid.c - a walk, drawn; see walk_grid.h. */
#include "emu/explain/walk_grid.h"

#include <inttypes.h>
#include <string.h>

#include "emu/explain/words.h"
#include "mmu/pte.h"

static WalkRow *add_row(WalkGrid *d)
{
    if (d->n_rows == WALK_GRID_ROWS)
        return &d->rows[WALK_GRID_ROWS - 1];
    WalkRow *row = &d->rows[d->n_rows++];
    for (unsigned i = 0; i < WALK_GRID_LEVELS; i++)
        row->g[i] = WALK_NO_STEP;
    row->entry = WALK_NO_STEP;
    row->label[0] = 0;
    return row;
}

typedef enum { OF_ENTRY, OF_UPDATE, OF_ACCESS } RowKind;

static WalkRow *begin_row(WalkGrid *d, RowKind kind, unsigned level)
{
    const char *stage = words_of_stage(false, d->question.space.guest);
    WalkRow *row = add_row(d);
    if (kind == OF_ACCESS)
        g_strlcpy(row->label, "access", sizeof row->label);
    else if (kind == OF_UPDATE)
        g_snprintf(row->label, sizeof row->label, "%s A/D", stage);
    else
        g_snprintf(row->label, sizeof row->label, "%s %u", stage, level);
    return row;
}

/* Which row a step stands in. What comes behind the leaf of the first stage is for its A and D, or for the access. */
static void make_rows(WalkGrid *d)
{
    const unsigned mode = d->request.s.mode;
    unsigned level =
        walk_grid_is_table(mode) ? atp_levels(mode) - 1 : 0; /* of the entry that comes next */
    RowKind kind = OF_ENTRY;
    WalkRow *row = NULL;
    bool leaf = !mode;
    for (unsigned i = 0; i < d->n_steps; i++) {
        const WalkStep *step = &d->result.steps[i];
        RowKind of = !step->stage      ? OF_ENTRY
                     : !step->implicit ? OF_ACCESS
                     : leaf            ? OF_UPDATE
                                       : OF_ENTRY;
        if (!row || of != kind || row->entry != WALK_NO_STEP)
            row = begin_row(d, of, level);
        kind = of;
        if (step->stage) {
            row->g[step->level] = (int)i;
            continue;
        }
        row->entry = (int)i;
        leaf = step->pte & (PTE_R | PTE_X);
        level -= level > 0;
    }
}

void walk_grid_look(Mmu *mmu, const WalkQuestion *question, WalkGrid *d)
{
    memset(d, 0, sizeof *d);
    d->question = *question;
    d->question.space.has_cat &= question->user;
    mmu_probe(mmu, &d->question.space, question->va, question->access, question->user, &d->request,
              &d->result);
    if (d->question.space.has_cat)
        d->frame = (unsigned)((d->result.spa.v - mmu->cat->base) >> PAGE_SHIFT);
    d->request.cat = NULL; /* may be printed when it is no more */
    walk_describe_end(&d->request, &d->result, &d->end);
    d->n_steps = d->result.n_steps + (d->result.why == WHY_ACCESS);
    const StoreEntry *remembered = mmu_remembered(mmu, &d->question.space, question->va);
    d->is_remembered = remembered != NULL;
    if (remembered)
        d->remembered = *remembered;
    make_rows(d);
}

bool walk_grid_is_table(unsigned mode)
{
    return mode != ATP_BARE && mode != ATP_CAT;
}

bool walk_grid_fails_at(const WalkGrid *d, unsigned step)
{
    return d->result.status != WALK_OK && d->end.has_entry && step + 1 == d->n_steps;
}

static void append_cell(const WalkGrid *d, int step, GString *out)
{
    char flags[WORDS_FLAGS];
    if (step == WALK_NO_STEP) {
        g_string_append_printf(out, "%-25s", "");
        return;
    }
    const WalkStep *s = &d->result.steps[step];
    g_string_append_printf(out, "%c %-12" PRIx64 " %s  ",
                           walk_grid_fails_at(d, (unsigned)step) ? '!' : '+', s->at.v,
                           words_of_flags(s->pte, flags));
}

static void append_row(const WalkGrid *d, const WalkRow *row, GString *out)
{
    unsigned levels = d->request.g.mode ? atp_levels(d->request.g.mode) : 0;
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "%-8s", row->label);
    while (levels--)
        append_cell(d, row->g[levels], line);
    append_cell(d, row->entry, line);
    if (row->entry != WALK_NO_STEP && d->request.g.mode)
        g_string_append_printf(line, "gpa %" PRIx64, d->result.steps[row->entry].gpa.v);
    g_string_append_printf(out, "%s\n", g_strchomp(line->str));
}

static void append_heading(const WalkGrid *d, GString *out)
{
    unsigned levels = d->request.g.mode ? atp_levels(d->request.g.mode) : 0;
    g_autoptr(GString) line = g_string_new("        ");
    if (!d->n_rows)
        return;
    while (levels--) {
        g_autofree char *name = g_strdup_printf("  G %u", levels);
        g_string_append_printf(line, "%-25s", name);
    }
    if (walk_grid_is_table(d->request.s.mode))
        g_string_append(line, "  entry");
    g_string_append_printf(out, "%s\n", g_strchomp(line->str));
}

void walk_grid_print_question(const WalkGrid *d, GString *out)
{
    const MmuSpace *space = &d->question.space;
    const WalkRequest *q = &d->request;
    const char *stage = words_of_stage(false, space->guest);
    g_string_append_printf(out, "%s of 0x%" PRIx64 " by %s%s: ", words_of_access(q->access),
                           q->va.v,
                           space->guest         ? "V"
                           : space->is_physical ? "M"
                                                : "",
                           space->is_physical ? ""
                           : q->user          ? "U-mode"
                           : space->guest     ? "S-mode"
                                              : "HS-mode");
    if (space->is_physical)
        g_string_append(out, "no first stage");
    else if (space->has_cat)
        g_string_append_printf(out, "associative memory, virtual machine %u", space->cat_vm);
    else
        g_string_append_printf(out, "%s stage %s, root 0x%" PRIx64 ", ASID %" PRIu64, stage,
                               words_of_mode(q->s.mode, false), q->s.root,
                               bits(space->atp, 59, 44));
    if (space->guest)
        g_string_append_printf(out, "; G stage %s, root 0x%" PRIx64 ", VMID %" PRIu64,
                               words_of_mode(q->g.mode, true), q->g.root,
                               bits(space->hgatp, 57, 44));
    g_string_append(out, "\n");
}

static void append_perms(uint8_t perms, uint8_t g_perms, GString *out)
{
    static const struct {
        uint8_t bit;
        char name;
    } names[] = { { PTE_R, 'R' }, { PTE_W, 'W' }, { PTE_X, 'X' } };
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        g_string_append_c(out, perms & g_perms & names[i].bit ? names[i].name : '-');
    g_string_append(out, perms & PTE_U ? "U" : "-");
}

static uint64_t size_of(unsigned s_shift, unsigned g_shift)
{
    unsigned shift = MIN(s_shift, g_shift);
    return shift < 63 ? BIT(shift) : 0;
}

static void append_success(const WalkGrid *d, GString *out)
{
    const WalkResult *r = &d->result;
    if (d->request.g.mode)
        g_string_append_printf(out, "gpa 0x%" PRIx64 ", ", r->gpa.v);
    g_string_append_printf(out, "spa 0x%" PRIx64, r->spa.v);
    if (d->question.space.has_cat)
        g_string_append_printf(out, ", by cat%u", d->frame);
    if (r->n_steps) {
        g_string_append_printf(out, ", page of 0x%" PRIx64 ", ", size_of(r->s_shift, r->g_shift));
        append_perms(r->perms, r->g_perms, out);
    }
    g_string_append_printf(out, ", %u entries\n", r->n_steps);
}

static void append_failure(const WalkGrid *d, GString *out)
{
    const WalkEnd *end = &d->end;
    const Verdict verdict = words_of_fault(end);
    static const char *const faults[] = { [WALK_PAGE_FAULT] = "page fault",
                                          [WALK_GUEST_PAGE_FAULT] = "guest-page fault",
                                          [WALK_ACCESS_FAULT] = "access fault" };
    g_string_append_printf(out, "%s %s", words_of_access(end->access), faults[end->status]);
    if (end->in_g)
        g_string_append_printf(out, " of gpa 0x%" PRIx64 "%s", end->gpa.v,
                               end->implicit ? ", where an entry of the VS stage is" : "");
    if (end->has_entry)
        g_string_append_printf(out, ": %s stage, level %u, entry 0x%" PRIx64 " at 0x%" PRIx64,
                               words_of_stage(end->entry.stage, d->question.space.guest),
                               end->entry.level, end->entry.pte, end->entry.at.v);
    g_string_append_printf(out, ": %s: %s (%s)\n", verdict.bit, verdict.says, verdict.rule);
}

/* What the store gives for this access, beside what the tables say. */
typedef enum { SAME, OTHER_ACCESSES, DIFFERS } Remembered;

static Remembered compare(const WalkGrid *d)
{
    const StoreEntry *e = &d->remembered;
    const WalkResult *r = &d->result;
    if (r->status == WALK_OK)
        return r->spa.v == e->spa + (d->question.va.v - e->va) ? SAME : DIFFERS;
    return walk_allows(&d->request, e->s_shift == 63, e->perms, e->g_perms) ? DIFFERS
                                                                            : OTHER_ACCESSES;
}

static void append_remembered(const WalkGrid *d, GString *out)
{
    static const char *const says[] = { ", as the tables say", ", but not for this access",
                                        ": not what the tables say; a fence is missing" };
    const StoreEntry *e = &d->remembered;
    if (!walk_grid_is_table(d->request.s.mode) && !d->request.g.mode)
        return;
    if (!d->is_remembered) {
        g_string_append(out, "nothing is remembered of it\n");
        return;
    }
    g_string_append_printf(out, "remembered: spa 0x%" PRIx64 ", page of 0x%" PRIx64 ", ",
                           e->spa + (d->question.va.v - e->va), size_of(e->s_shift, e->g_shift));
    append_perms(e->perms, e->g_perms, out);
    g_string_append_printf(out, "%s\n", says[compare(d)]);
}

void walk_grid_print_end(const WalkGrid *d, GString *out)
{
    if (d->result.status == WALK_OK)
        append_success(d, out);
    else
        append_failure(d, out);
    append_remembered(d, out);
}

void walk_grid_print(const WalkGrid *d, GString *out)
{
    walk_grid_print_question(d, out);
    append_heading(d, out);
    for (unsigned i = 0; i < d->n_rows; i++)
        append_row(d, &d->rows[i], out);
    walk_grid_print_end(d, out);
}

/* JSON. */

static void write_stage(Json *json, const char *key, const WalkStage *stage, bool is_g)
{
    json_begin(json, key, '{');
    json_text(json, "mode", words_of_mode(stage->mode, is_g));
    json_hex(json, "root", stage->root);
    json_end(json, '{');
}

static void write_step(const WalkGrid *d, unsigned i, Json *json)
{
    const WalkStep *step = &d->result.steps[i];
    char flags[WORDS_FLAGS];
    json_begin(json, NULL, '{');
    json_text(json, "stage", words_of_stage(step->stage, d->question.space.guest));
    json_number(json, "level", step->level);
    json_text(json, "under", step->implicit ? "vs_pte" : "access");
    json_hex(json, "gpa", step->gpa.v);
    json_hex(json, "spa", step->at.v);
    json_hex(json, "pte", step->pte);
    json_text(json, "flags", words_of_flags(step->pte, flags));
    json_flag(json, "ok", !walk_grid_fails_at(d, i));
    json_end(json, '{');
}

static void write_result(const WalkGrid *d, Json *json)
{
    static const char *const results[] = { "ok", "pf", "gpf", "af" };
    const WalkResult *r = &d->result;
    const bool ok = r->status == WALK_OK;
    const Verdict verdict = ok ? (Verdict){ 0 } : words_of_fault(&d->end);
    g_autoptr(GString) perms = g_string_new(NULL);
    append_perms(r->perms, r->g_perms, perms);
    json_text(json, "result", results[r->status]);
    json_hex(json, "gpa", r->gpa.v);
    json_hex(json, "spa", ok ? r->spa.v : 0);
    json_hex(json, "page", ok ? size_of(r->s_shift, r->g_shift) : 0);
    json_text(json, "perm", ok ? perms->str : NULL);
    json_flag(json, "implicit", r->implicit);
    json_text(json, "bit", verdict.bit);
    json_text(json, "rule", verdict.rule);
}

static void write_remembered(const WalkGrid *d, Json *json)
{
    const StoreEntry *e = &d->remembered;
    if (!d->is_remembered) {
        json_text(json, "remembered", NULL);
        return;
    }
    json_begin(json, "remembered", '{');
    json_hex(json, "spa", e->spa + (d->question.va.v - e->va));
    json_hex(json, "page", size_of(e->s_shift, e->g_shift));
    json_flag(json, "differs", compare(d) == DIFFERS);
    json_end(json, '{');
}

void walk_grid_json(const WalkGrid *d, Json *json)
{
    const WalkQuestion *q = &d->question;
    const MmuSpace *space = &q->space;
    json_hex(json, "va", q->va.v);
    json_text(json, "access", words_of_access(q->access));
    json_text(json, "priv", q->user ? "U" : space->is_physical ? "M" : "S");
    json_flag(json, "guest", space->guest);
    json_number(json, "asid", bits(space->atp, 59, 44));
    json_number(json, "vmid", space->guest ? bits(space->hgatp, 57, 44) : 0);
    write_stage(json, "first", &d->request.s, false);
    write_stage(json, "g", &d->request.g, true);
    json_begin(json, "steps", '[');
    for (unsigned i = 0; i < d->n_steps; i++)
        write_step(d, i, json);
    json_end(json, '[');
    write_result(d, json);
    write_remembered(d, json);
}
