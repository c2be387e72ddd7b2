/* SPDX-License-Identifier: MIT */
/* fault.c - a page fault: of the shadow, of the guest's own table, or of registers that are not mapped; see vtx1.h. */
#include <stddef.h>

#include "vtx1/vtx1.h"

static Intent intent_of(const Vcpu *vcpu)
{
    bool fetch = vcpu->scause == CAUSE_FETCH_PAGE, load = vcpu->scause == CAUSE_LOAD_PAGE;
    Intent intent = { .user = !(vcpu->sstatus & SSTATUS_SPP), .status = csr_read(vsstatus) };
    intent.kind = fetch ? FETCH : load ? LOAD : STORE;
    return intent;
}

/* The fault is the guest's. Without access to its table it is an access fault of the same kind. */
static void reflect(GuestHart *hart, const Walk *walk)
{
    static const uint64_t access[] = { [CAUSE_FETCH_PAGE] = CAUSE_FETCH_ACCESS,
                                       [CAUSE_LOAD_PAGE] = CAUSE_LOAD_ACCESS,
                                       [CAUSE_STORE_PAGE] = CAUSE_STORE_ACCESS };
    Vcpu *vcpu = &hart->vcpu;
    uint64_t cause = walk->result == WALK_PAGE_FAULT ? vcpu->scause : access[vcpu->scause];
    shadow_of(hart)->counts.faults++;
    vcpu_inject(vcpu, cause, vcpu->stval);
}

/* What a leaf of guest.map must permit besides: that of registers permits no fetch. One that the guest may only execute,
 * and load from by MXR, cannot be had of these. */
static uint64_t needed(const Intent *intent, uint64_t flags)
{
    switch (intent->kind) {
    case FETCH: return PTE_X;
    case LOAD: return flags & PTE_R ? PTE_R : PTE_X;
    default: return PTE_W;
    }
}

/* A page of the smaller of the two sizes, and what both permit. */
static void fill(Shadow *shadow, uint64_t gva, const Walk *walk, uint64_t leaf, uint64_t size)
{
    uint64_t smaller = walk->size < size ? walk->size : size;
    uint64_t address = (leaf >> 10 << 12) + (walk->gpa & (size - 1));
    Piece piece = { address & -smaller, smaller, walk->flags & leaf, walk->size };
    shadow_fill(shadow, gva, &piece);
}

static uint64_t *entry_at(void *opaque, uint64_t gpa)
{
    (void)opaque;
    return gpa - guest.ram.base < guest.ram.size ? (uint64_t *)gpa : NULL;
}

/* Under the lock: a sibling that takes the entry away has changed the guest's table before. */
static Walk walk_and_fill(Shadow *shadow, uint64_t gva, const Intent *intent, bool *filled)
{
    uint64_t size = 0;
    WalkMemory memory = { entry_at, NULL, guest.svade };
    lock(&shadow->lock);
    Walk walk = guest_walk(&memory, shadow->satp, gva, intent);
    bool on_map =
        walk.result == WALK_DONE && walk.gpa < 256 * GIGA_PAGE; /* what a shadow reaches */
    const uint64_t *leaf = on_map ? paging_leaf(guest.map, SV39X4, walk.gpa, &size) : NULL;
    *filled = leaf && *leaf & needed(intent, walk.flags);
    if (*filled)
        fill(shadow, gva, &walk, *leaf, size);
    unlock(&shadow->lock);
    return walk;
}

static bool code_is_there(const Vcpu *vcpu)
{
    uint32_t code;
    return vcpu_fetch(vcpu->pc, 2, &code) &&
           ((code & 3) != 3 || vcpu_fetch(vcpu->pc + 2, 2, &code));
}

void on_page_fault(GuestHart *hart)
{
    Shadow *shadow = shadow_of(hart);
    Intent intent = intent_of(&hart->vcpu);
    bool filled;
    Walk walk = walk_and_fill(shadow, hart->vcpu.stval, &intent, &filled);
    if (filled)
        return;
    if (walk.result != WALK_DONE) {
        reflect(hart, &walk);
        return;
    }
    if (intent.kind != FETCH && !code_is_there(&hart->vcpu))
        return; /* a sibling's fence took the code: the guest fetches it, and comes again */
    shadow->counts.devices++;
    device_access(hart, walk.gpa);
}
