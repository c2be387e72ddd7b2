/* SPDX-License-Identifier: MIT */
/* shadow.c - shadows of the guest's address spaces, and what is kept in them; see vtx1.h. */
#include <stddef.h>

#include "lib/print.h"
#include "lib/string.h"
#include "vtx1/vtx1.h"

static Shadow shadows[HART_MAX];
static uint64_t tables[HART_MAX][TABLES][ENTRIES]
    __attribute__((aligned(PAGE_SIZE), section(".bss.stacks"))); /* zeroed when given out */

Shadow *shadow_of(const GuestHart *hart)
{
    return &shadows[hart - guest.harts];
}

/* All spaces, and their tables are free. Only the hart itself may: what it remembers of a table must go before that
 * becomes another one. */
static void forget_all(Shadow *shadow)
{
    shadow->n_spaces = shadow->tables.used = 0;
    hfence_vvma();
}

/* The place of the space of now; if there is none, of an empty one. */
static unsigned find_space(Shadow *shadow)
{
    unsigned i = 0;
    while (i < shadow->n_spaces && shadow->spaces[i].satp != shadow->satp)
        i++;
    if (i < shadow->n_spaces)
        return i;
    if (i == SPACES || shadow->tables.used == TABLES) {
        forget_all(shadow);
        i = 0;
    }
    shadow->spaces[i] = (Space){ shadow->satp, shadow_table(&shadow->tables) };
    shadow->n_spaces = i + 1;
    return i;
}

/* The hart's own identifiers of spaces are their places, if it has any. */
static void enter_space(Shadow *shadow)
{
    unsigned i = find_space(shadow);
    uint64_t asid = shadow->asids ? i + 1 : 0;
    shadow->root = shadow->spaces[i].root;
    csr_write(vsatp, ATP_SV39 << ATP_MODE | asid << SATP_ASID | (uintptr_t)shadow->root >> 12);
    if (!shadow->asids)
        hfence_vvma();
}

void shadow_switch(Shadow *shadow, uint64_t satp)
{
    lock(&shadow->lock);
    shadow->satp = satp;
    enter_space(shadow);
    unlock(&shadow->lock);
}

void shadow_empty(Shadow *shadow)
{
    lock(&shadow->lock);
    forget_all(shadow);
    enter_space(shadow);
    unlock(&shadow->lock);
}

static uint64_t *find_entry(Shadow *shadow, uint64_t gva, const Piece *piece)
{
    return shadow_entry(&shadow->tables, shadow->root, gva, piece->size, piece->whole);
}

void shadow_fill(Shadow *shadow, uint64_t gva, const Piece *piece)
{
    uint64_t *entry = find_entry(shadow, gva, piece);
    if (!entry) {
        forget_all(shadow);
        enter_space(shadow);
        entry = find_entry(shadow, gva, piece);
    }
    *entry = pte_make(piece->address, piece->flags | PTE_V | PTE_A | PTE_D);
    hfence_vvma_page(gva);
    shadow->counts.fills++;
}

void shadow_drop(Shadow *shadow, const Fence *fence)
{
    bool everything = !fence->size || fence->size > ENTRIES * PAGE_SIZE;
    uint64_t first = fence->start & -PAGE_SIZE, size = fence->start - first + fence->size;
    for (unsigned i = 0; i < shadow->n_spaces; i++) {
        Space *space = &shadow->spaces[i];
        if (fence->one_space && ((space->satp >> SATP_ASID ^ fence->asid) & SATP_ASIDS))
            continue;
        if (everything)
            memset(space->root, 0, PAGE_SIZE);
        for (uint64_t at = 0; at < size && !everything; at += PAGE_SIZE)
            shadow_clear(space->root, first + at);
    }
}

/* On the hart that asks. That one has its harts fence by the firmware, after us. */
void shadow_forget(GuestHart *hart, const Fence *fence)
{
    Shadow *shadow = shadow_of(hart);
    lock(&shadow->lock);
    shadow_drop(shadow, fence);
    unlock(&shadow->lock);
}

/* What the guest's tables may have in them is Sv39 and nothing else. */
void shadow_tree(void)
{
    FdtNode cpu = NULL;
    uint64_t id;
    while ((cpu = fdt_next_cpu(&guest.fdt, cpu, &id))) {
        char *type = fdt_prop(&guest.fdt, cpu, "mmu-type", NULL);
        if (type && !memcmp(type, "riscv,sv", 8))
            memcpy(type, "riscv,sv39", 10);
        fdt_isa_remove(&guest.fdt, cpu, "svnapot");
        fdt_isa_remove(&guest.fdt, cpu, "svpbmt");
        fdt_isa_remove(&guest.fdt, cpu, "svrsw60t59b");
    }
}

void shadow_begin(GuestHart *hart)
{
    Shadow *shadow = shadow_of(hart);
    csr_write(vsatp, ATP_SV39 << ATP_MODE | SATP_ASIDS << SATP_ASID);
    if (csr_read(vsatp) >> ATP_MODE != ATP_SV39)
        panic("vtx1: no Sv39 on hart %lu", hart->id);
    shadow->asids = (csr_read(vsatp) >> SATP_ASID & SATP_ASIDS) >= SPACES;
    shadow->tables = (ShadowTables){ tables[hart - guest.harts], TABLES, 0 };
    shadow->satp = 0;
    shadow_empty(shadow);
}

/* Sums of all harts. */
void shadow_report(bool irq, unsigned code)
{
    ShadowCounts sum = { 0 };
    for (unsigned i = 0; i < guest.count; i++) {
        const ShadowCounts *counts = &shadows[i].counts;
        sum.fills += counts->fills;
        sum.faults += counts->faults;
        sum.devices += counts->devices;
        sum.spaces += counts->spaces;
        sum.reads += counts->reads;
        sum.fences += counts->fences;
    }
    if (!irq && code == CAUSE_STORE_PAGE) {
        report_line(sum.fills, "shadow filled", 1);
        report_line(sum.faults, "the guest's own", 1);
        report_line(sum.devices, "registers", 1);
    }
    if (!irq && code == CAUSE_VIRTUAL_INSTRUCTION) {
        report_line(sum.spaces, "satp written", 1);
        report_line(sum.reads, "satp read", 1);
        report_line(sum.fences, "sfence.vma", 1);
    }
}
