/* SPDX-License-Identifier: MIT */
/*
 * translation.c - info mem: what is mapped; info tlb: what is remembered; see monitor.h.
 *
 * Mappings are found by asking the walker about one address after the other; what it read last says how much there is
 * before the next. So both stages, and whatever the manual says about them, are the walker's.
 */
#include <inttypes.h>
#include <string.h>

#include "emu/monitor/monitor.h"
#include "mmu/pte.h"

enum { MOST_WALKS = 1 << 19, MOST_LINES = 1 << 14, ATP_MODE_BARE = 0 };

static uint64_t span_of(unsigned shift)
{
    return shift >= 64 ? 0 : 1ull << shift;
}

/* Bits of the addresses of a mode of satp, vsatp or hgatp, 0: Bare. Those of hgatp have two more. */
static unsigned bits_of(uint64_t atp)
{
    switch (atp >> 60) {
    case 8: return 39;
    case 9: return 48;
    case 10: return 57;
    default: return 0;
    }
}

static const char *mode_of_atp(uint64_t atp)
{
    unsigned bits = bits_of(atp);
    return bits == 39 ? "Sv39" : bits == 48 ? "Sv48" : bits == 57 ? "Sv57" : "Bare";
}

/* Mappings that follow each other, with the same permissions. */
typedef struct {
    uint64_t va, gpa, spa, size;
    uint8_t flags, g_flags; /* low bits of the leaves */
} Run;

typedef struct {
    GString *out;
    const MmuSpace *space;
    Run run; /* size 0: none yet */
    unsigned lines;
} Listing;

/* "rwxugad" of a PTE, as QEMU has it. */
static void append_flags(GString *out, uint8_t flags)
{
    static const char letters[] = "rwxugad";
    for (unsigned i = 0; letters[i]; i++)
        g_string_append_c(out, flags >> (i + 1) & 1 ? letters[i] : '-');
}

static void print_run(Listing *list)
{
    const Run *run = &list->run;
    bool guest = list->space->guest;
    if (!run->size)
        return;
    g_string_append_printf(list->out, "%016" PRIx64 " ", run->va);
    if (guest)
        g_string_append_printf(list->out, "%016" PRIx64 " ", run->gpa);
    g_string_append_printf(list->out, "%016" PRIx64 " %016" PRIx64 " ", run->spa, run->size);
    append_flags(list->out, run->flags);
    if (guest) {
        g_string_append_c(list->out, ' ');
        append_flags(list->out, run->g_flags);
    }
    g_string_append_c(list->out, '\n');
    list->lines++;
}

/* Flags of the leaf that the walk came to in a stage; 0: the stage is Bare. */
static uint8_t leaf_flags(const WalkResult *result, unsigned stage)
{
    for (unsigned i = result->n_steps; i-- > 0;)
        if (result->steps[i].stage == stage && !result->steps[i].implicit)
            return (uint8_t)result->steps[i].pte;
    return 0;
}

static void add_page(Listing *list, uint64_t va, uint64_t size, const WalkResult *result)
{
    Run *run = &list->run;
    Run next = { va,   result->gpa.v,         result->spa.v,
                 size, leaf_flags(result, 0), leaf_flags(result, 1) };
    bool same = run->size && run->va + run->size == va && run->gpa + run->size == next.gpa &&
                run->spa + run->size == next.spa && run->flags == next.flags &&
                run->g_flags == next.g_flags;
    if (same) {
        run->size += size;
        return;
    }
    print_run(list);
    *run = next;
}

/* How much the last PTE of a stage that was read is for; 0: none was. `implicit`: on the way to a PTE. */
static uint64_t last_span(const WalkResult *result, unsigned stage, bool implicit)
{
    for (unsigned i = result->n_steps; i-- > 0;)
        if (result->steps[i].stage == stage && result->steps[i].implicit == implicit)
            return span_of(PAGE_SHIFT + 9u * result->steps[i].level);
    return 0;
}

/* How much around an address that does not translate is sure not to: all of what the last PTE is for. 0: everything. */
static uint64_t hole(const WalkResult *result, const MmuSpace *space)
{
    bool g_failed = result->status == WALK_GUEST_PAGE_FAULT && !result->implicit;
    uint64_t s = last_span(result, 0, false), g = last_span(result, 1, false);
    bool s_is_bare = !bits_of(space->atp) || space->is_physical;
    if (!g_failed && !(s_is_bare && g))
        return s_is_bare ? 0 : s;
    return s_is_bare || !s ? g : !g ? s : MIN(s, g);
}

static uint64_t page_size(const WalkResult *result, const MmuSpace *space)
{
    unsigned shift = MIN(result->s_shift, space->guest ? result->g_shift : 63);
    return span_of(MIN(shift, 62));
}

/* From `va` up to the last address of this half. Returns how many walks are left. */
static unsigned list_half(Mmu *mmu, Listing *list, uint64_t va, uint64_t last, unsigned walks)
{
    WalkResult result;
    for (uint64_t size;; va = (va & ~(size - 1)) + size) {
        if (!walks-- || list->lines >= MOST_LINES)
            return 0;
        bool ok = mmu_peek_space(mmu, list->space, (Gva){ va }, &result);
        size = ok ? page_size(&result, list->space) : hole(&result, list->space);
        if (ok)
            add_page(list, va, size, &result);
        if (!size || last - (va & ~(size - 1)) < size)
            return walks;
    }
}

static void list_mappings(Mmu *mmu, const MmuSpace *space, GString *out)
{
    Listing list = { .out = out, .space = space };
    unsigned bits = bits_of(space->atp);
    uint64_t half = bits ? span_of(bits - 1) : span_of(bits_of(space->hgatp) + 2);
    g_string_append_printf(out, "vaddr            %spaddr            size             attr   %s\n",
                           space->guest ? "gpaddr           " : "", space->guest ? " gattr" : "");
    g_string_append_printf(out, "---------------- %s---------------- ---------------- -------%s\n",
                           space->guest ? "---------------- " : "", space->guest ? " -------" : "");
    unsigned walks = list_half(mmu, &list, 0, half - 1, MOST_WALKS);
    if (walks && bits)
        walks = list_half(mmu, &list, -half, UINT64_MAX, walks);
    print_run(&list);
    if (!walks)
        g_string_append_printf(
            out, "(there is more: looked at %u addresses; x and gva2gpa ask for one)\n",
            MOST_WALKS);
}

static void say_space(const Monitor *monitor, const MmuSpace *space, GString *out)
{
    const Cat *cat = monitor->machine->harts[monitor->hart].mmu.cat;
    g_string_append_printf(out, "hart %u: ", monitor->hart);
    if (!space->guest && cat_is_on(cat))
        g_string_append_printf(
            out,
            "U-mode: associative memory, virtual machine %u (info cat); S-mode: ", cat_vm(cat));
    if (space->guest)
        g_string_append_printf(out, "guest, VMID %u: vsatp %s, ASID %u; hgatp %s%s\n",
                               (unsigned)bits(space->hgatp, 57, 44), mode_of_atp(space->atp),
                               (unsigned)bits(space->atp, 59, 44), mode_of_atp(space->hgatp),
                               bits_of(space->hgatp) ? "x4" : "");
    else
        g_string_append_printf(out, "satp %s, ASID %u\n", mode_of_atp(space->atp),
                               (unsigned)bits(space->atp, 59, 44));
}

void monitor_info_mem(Monitor *monitor, const char *arguments, GString *out)
{
    Mmu *mmu = &monitor->machine->harts[monitor->hart].mmu;
    bool guest = mmu->v || !strcmp(arguments, "-g");
    MmuSpace space = { .guest = guest,
                       .atp = guest ? mmu->vsatp : mmu->satp,
                       .hgatp = guest ? mmu->hgatp : 0 };
    if (*arguments && strcmp(arguments, "-g") != 0) {
        monitor_say_usage(monitor, out);
        return;
    }
    say_space(monitor, &space, out);
    if (bits_of(space.atp) || bits_of(space.hgatp))
        list_mappings(mmu, &space, out);
    else
        g_string_append_printf(out, "No translation or protection%s\n",
                               cat_is_on(mmu->cat) ? " but that of U-mode" : "");
}

/* What the store remembers. */

static void append_size(GString *out, unsigned shift)
{
    static const char units[] = "KMGT";
    if (shift >= 60)
        g_string_append_printf(out, "%6s", "all");
    else
        g_string_append_printf(out, "%5u%c", 1u << (shift - 10) % 10, units[(shift - 10) / 10]);
}

static void append_entry(const StoreEntry *entry, bool guest, GString *out)
{
    g_string_append_printf(out, "  %016" PRIx64 " ", entry->va);
    if (guest)
        g_string_append_printf(out, "%016" PRIx64 " ", entry->gpa);
    g_string_append_printf(out, "%016" PRIx64 " ", entry->spa);
    append_size(out, entry->s_shift);
    g_string_append_c(out, ' ');
    append_flags(out, entry->perms);
    if (guest) {
        g_string_append_c(out, ' ');
        append_size(out, entry->g_shift);
        g_string_append_c(out, ' ');
        append_flags(out, entry->g_perms);
    }
    g_string_append_c(out, '\n');
}

static int by_address(const void *a, const void *b)
{
    const StoreEntry *x = *(const StoreEntry *const *)a, *y = *(const StoreEntry *const *)b;
    return x->va < y->va ? -1 : x->va > y->va;
}

static void list_space(const Store *store, const StoreSpace *space, GString *out)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new();
    bool guest = space->tag.regime;
    if (!space->n_entries)
        return;
    for (unsigned i = space->first; i && entries->len < STORE_ENTRIES;
         i = store->entries[i - 1].space_next)
        g_ptr_array_add(entries, (gpointer)&store->entries[i - 1]);
    g_ptr_array_sort(entries, by_address);
    g_string_append_printf(out, "%s %s, ASID %u", guest ? "guest:" : "satp",
                           mode_of_atp((uint64_t)space->tag.mode << 60), space->tag.asid);
    if (guest)
        g_string_append_printf(out, ", hgatp %s%s, VMID %u",
                               mode_of_atp((uint64_t)space->tag.g_mode << 60),
                               space->tag.g_mode ? "x4" : "", space->tag.vmid);
    g_string_append_printf(out, ": %u translations\n", entries->len);
    for (guint i = 0; i < entries->len; i++)
        append_entry(g_ptr_array_index(entries, i), guest, out);
}

void monitor_info_tlb(Monitor *monitor, const char *arguments, GString *out)
{
    const Mmu *mmu = &monitor->machine->harts[monitor->hart].mmu;
    const Store *store = mmu->store;
    if (cat_is_on(mmu->cat))
        g_string_append(
            out,
            "U-mode: associative memory, of which nothing needs to be remembered (info cat)\n");
    size_t before = out->len;
    (void)arguments;
    for (unsigned i = 0; i < store->n_spaces; i++)
        list_space(store, &store->spaces[i], out);
    if (out->len == before)
        g_string_append(out, "no translation is remembered\n");
}
