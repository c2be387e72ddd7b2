/* SPDX-License-Identifier: MIT */
/* walk.c - a translation, step by step, with what its entries lead to; see walk.h. */
#include "emu/sight/walk.h"

#include <inttypes.h>
#include <string.h>

#include "cpu/past.h"
#include "cpu/worlds.h"
#include "emu/explain/place.h"
#include "emu/explain/words.h"
#include "emu/machinefile/machinefile.h"
#include "emu/monitor/expr.h"
#include "mmu/pte.h"

/* Whose. */

void walk_ask_as_hart(const Machine *m, unsigned hart, WalkQuestion *q)
{
    const Mmu *mmu = &m->harts[hart].mmu;
    q->space = mmu_data_space(mmu);
    q->user = mmu->data_priv == PRIV_U;
}

void walk_ask_as_user(const Machine *m, unsigned hart, WalkQuestion *q, bool user)
{
    const Cat *cat = m->harts[hart].mmu.cat;
    q->user = user;
    if (!user || q->space.guest || !cat_is_on(cat))
        return;
    q->space.is_physical = false;
    q->space.has_cat = true;
    q->space.cat_vm = (uint8_t)cat_vm(cat);
}

bool walk_ask_as_guest(const Machine *m, unsigned vmid, WalkQuestion *q, unsigned *number)
{
    for (unsigned i = 0; i < m->n_harts; i++) {
        Hart *hart = &m->harts[(*number + i) % m->n_harts];
        const World *world = worlds_find(hart, (WorldId){ true, (uint16_t)vmid });
        bool set_up = hart->mmu.hgatp >> 60 && bits(hart->mmu.hgatp, 57, 44) == vmid;
        if (!set_up && !world)
            continue;
        *number = hart->id;
        q->space = (MmuSpace){ .guest = true,
                               .atp = set_up ? hart->mmu.vsatp : world->vsatp,
                               .hgatp = set_up ? hart->mmu.hgatp : world->hgatp };
        q->user = set_up && hart->mmu.v && hart->mmu.data_priv == PRIV_U;
        return true;
    }
    return false;
}

/* As instructions of the hart are fetched, for which MPRV means nothing. */
static void ask_as_fetch(const Machine *m, unsigned hart, WalkQuestion *q)
{
    const Mmu *mmu = &m->harts[hart].mmu;
    q->space = mmu_fetch_space(mmu);
    q->access = ACCESS_FETCH;
    q->user = mmu->priv == PRIV_U;
}

/* Where entries lead. */

/* The row that a step stands in. */
static const WalkRow *row_of(const WalkGrid *grid, unsigned step)
{
    for (unsigned i = 0; i < grid->n_rows; i++) {
        const WalkRow *row = &grid->rows[i];
        if (row->entry == (int)step)
            return row;
        for (unsigned level = 0; level < WALK_GRID_LEVELS; level++)
            if (row->g[level] == (int)step)
                return row;
    }
    return NULL;
}

/* What the G stage was asked for in a row: where an entry of the VS stage is, or what is accessed. */
static bool row_target(const WalkGrid *grid, const WalkRow *row, uint64_t *gpa, uint64_t *spa,
                       bool *has_spa)
{
    const bool ok = grid->result.status == WALK_OK;
    *has_spa = true;
    if (row && row->entry != WALK_NO_STEP) {
        *gpa = grid->result.steps[row->entry].gpa.v;
        *spa = grid->result.steps[row->entry].at.v;
        return true;
    }
    *gpa = grid->result.gpa.v;
    *spa = grid->result.spa.v;
    *has_spa = ok;
    return ok || grid->end.in_g;
}

static uint64_t size_of_leaf(const WalkStep *step)
{
    enum { NAPOT_SHIFT = 16 };
    return BIT(step->pte & PTE_N ? NAPOT_SHIFT : PAGE_SHIFT + 9u * step->level);
}

static void lead_from_g(const WalkGrid *grid, unsigned number, WalkPage *page)
{
    const WalkStep *step = &grid->result.steps[number];
    page->spa = pte_address(step->pte);
    page->has_spa = true;
    if (!page->is_leaf)
        return;
    page->of_guest = row_target(grid, row_of(grid, number), &page->gpa, &page->spa, &page->has_spa);
}

/* The next entry of the first stage is in the table that this one leads to. */
static void lead_from_first(const WalkGrid *grid, unsigned number, WalkPage *page)
{
    const WalkResult *r = &grid->result;
    const bool guest = grid->question.space.guest;
    page->of_guest = guest;
    page->gpa = pte_address(r->steps[number].pte);
    page->spa = page->gpa;
    page->has_spa = !guest;
    if (page->is_leaf) {
        page->has_spa = r->status == WALK_OK;
        page->gpa = r->status == WALK_OK || grid->end.in_g ? r->gpa.v : page->gpa;
        page->spa = r->spa.v;
        return;
    }
    for (unsigned i = number + 1; i < grid->n_steps; i++)
        if (!r->steps[i].stage) {
            page->spa = r->steps[i].at.v;
            page->has_spa = true;
            return;
        }
}

static bool machine_profile(const Machine *m, TimingProfile *profile)
{
    if (m->config.timed.on) {
        *profile = m->config.timed.model.profile;
        return true;
    }
    return m->machine_file && mf_profile(m->machine_file, profile);
}

/* Whose the page is, and of which colour. Tables of the G stage are the hypervisor's. */
static void name_page(const Machine *m, unsigned hart, const WalkGrid *grid, WalkPage *page)
{
    TimingProfile profile;
    const unsigned vmid = (unsigned)bits(grid->question.space.hgatp, 57, 44);
    unsigned number = page->of_guest ? partitions_declared(m->partitions, vmid, hart) : 0;
    const Partition *part =
        page->of_guest && !number ? NULL : partitions_get(m->partitions, number);
    if (part)
        g_strlcpy(page->owner, part->name, sizeof page->owner);
    else
        g_snprintf(page->owner, sizeof page->owner, "vmid%u", vmid);
    page->color = -1;
    if (page->has_spa && machine_profile(m, &profile)) {
        page->color = (int)timing_color(&profile, page->spa);
        page->violates = part && part->has_colors &&
                         !color_set_has(&part->colors, (unsigned)page->color) &&
                         !partitions_is_shared(m->partitions, (Spa){ page->spa });
    }
    if (page->of_guest)
        page->file = explain_place_in_file(m, vmid, hart, page->gpa);
}

static void find_page(const Machine *m, WalkSight *sight, unsigned number)
{
    const WalkGrid *grid = &sight->grid;
    const WalkStep *step = &grid->result.steps[number];
    WalkPage *page = &sight->pages[number];
    *page = (WalkPage){ .color = -1,
                        .leads_on = step->pte & PTE_V && !walk_grid_fails_at(grid, number),
                        .is_leaf = (step->pte & (PTE_R | PTE_X)) != 0 };
    if (!page->leads_on)
        return;
    page->size = page->is_leaf ? size_of_leaf(step) : PAGE_SIZE;
    if (step->stage)
        lead_from_g(grid, number, page);
    else
        lead_from_first(grid, number, page);
    page->gpa &= ~(uint64_t)PAGE_OFFSET;
    page->spa &= ~(uint64_t)PAGE_OFFSET;
    name_page(m, sight->hart, grid, page);
}

/* Making one. */

WalkSight *walk_sight_new(Machine *m, unsigned hart, const WalkQuestion *question)
{
    WalkSight *sight = g_new0(WalkSight, 1);
    sight->hart = hart;
    walk_grid_look(&m->harts[hart].mmu, question, &sight->grid);
    for (unsigned i = 0; i < sight->grid.n_steps; i++)
        find_page(m, sight, i);
    return sight;
}

static WalkSight *refuse(unsigned hart, char *why)
{
    WalkSight *sight = g_new0(WalkSight, 1);
    sight->hart = hart;
    sight->refused = g_strchomp(why);
    return sight;
}

void walk_sight_free(void *opaque)
{
    WalkSight *sight = opaque;
    for (unsigned i = 0; i < G_N_ELEMENTS(sight->pages); i++)
        g_free(sight->pages[i].file);
    g_free(sight->why);
    g_free(sight->refused);
    g_free(sight);
}

WalkSight *walk_sight_follow(Machine *m, unsigned number)
{
    Hart *hart = &m->harts[number];
    const PastTrap *trap;
    WalkQuestion q = { .va = { hart->pc } };
    for (unsigned n = 0; hart->past && (trap = past_last(hart->past, n)); n++) {
        const FaultWalk *walk = past_walk(hart, trap);
        if (!walk)
            continue;
        q = (WalkQuestion){ .space = { .guest = walk->guest,
                                       .has_cat = walk->end.s_mode == ATP_CAT,
                                       .cat_vm = walk->cat_vm,
                                       .atp = walk->atp,
                                       .hgatp = walk->hgatp },
                            .va = { trap->trap.tval },
                            .access = (Access)walk->end.access,
                            .user = walk->end.user };
        WalkSight *sight = walk_sight_new(m, number, &q);
        sight->why = g_strdup_printf("last fault: %s, trap %" PRIu64,
                                     words_of_cause(trap->trap.cause), trap->id);
        return sight;
    }
    ask_as_fetch(m, number, &q);
    WalkSight *sight = walk_sight_new(m, number, &q);
    sight->why = g_strdup("pc");
    return sight;
}

/* The address that is wanted. */
static bool read_address(Machine *m, const SightWants *wants, unsigned hart, Gva *va, GString *says)
{
    const Monitor monitor = { .machine = m, .hart = hart };
    *va = (Gva){ wants->va };
    return !wants->expression[0] || monitor_expr_only(&monitor, wants->expression, &va->v, says);
}

void *walk_sight_make(Machine *m, const SightWants *wants)
{
    unsigned hart = MIN(wants->walk_hart, m->n_harts - 1);
    g_autoptr(GString) says = g_string_new(NULL);
    WalkQuestion q = { .access = wants->access == 'w'   ? ACCESS_WRITE
                                 : wants->access == 'x' ? ACCESS_FETCH
                                                        : ACCESS_READ };
    if (wants->follow)
        return walk_sight_follow(m, hart);
    if (!read_address(m, wants, hart, &q.va, says))
        return refuse(hart, g_strdup(says->str));
    walk_ask_as_hart(m, hart, &q);
    if (wants->vmid >= 0 && !walk_ask_as_guest(m, (unsigned)wants->vmid, &q, &hart))
        return refuse(hart, g_strdup_printf("no hart has VMID %d in hgatp now", wants->vmid));
    if (wants->privilege)
        walk_ask_as_user(m, hart, &q, wants->privilege == 'U');
    return walk_sight_new(m, hart, &q);
}

void walk_sight_print(const void *opaque, GString *out)
{
    const WalkSight *sight = opaque;
    if (sight->refused) {
        g_string_append_printf(out, "walk: %s\n", sight->refused);
        return;
    }
    g_string_append_printf(out, "hart %u: ", sight->hart);
    if (sight->why)
        g_string_append_printf(out, "%s: ", sight->why);
    walk_grid_print(&sight->grid, out);
}

void walk_sight_json(const void *opaque, Json *json)
{
    const WalkSight *sight = opaque;
    if (sight->refused)
        json_text(json, "refused", sight->refused);
    else
        walk_grid_json(&sight->grid, json);
}
