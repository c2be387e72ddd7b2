/* SPDX-License-Identifier: MIT */
/* stats.c - what a hart did, by mode and by guest; see stats.h. */
#include "cpu/stats.h"

#include <inttypes.h>

static const char *const exception_names[STATS_CAUSES] = {
    [CAUSE_FETCH_MISALIGNED] = "instruction address misaligned",
    [CAUSE_FETCH_ACCESS] = "instruction access fault",
    [CAUSE_ILLEGAL] = "illegal instruction",
    [CAUSE_BREAKPOINT] = "breakpoint",
    [CAUSE_LOAD_MISALIGNED] = "load address misaligned",
    [CAUSE_LOAD_ACCESS] = "load access fault",
    [CAUSE_STORE_MISALIGNED] = "store address misaligned",
    [CAUSE_STORE_ACCESS] = "store access fault",
    [CAUSE_ECALL_U] = "environment call from VU-mode",
    [CAUSE_ECALL_VS] = "environment call from VS-mode",
    [CAUSE_FETCH_PAGE] = "instruction page fault",
    [CAUSE_LOAD_PAGE] = "load page fault",
    [CAUSE_STORE_PAGE] = "store page fault",
    [CAUSE_DOUBLE_TRAP] = "double trap",
    [CAUSE_FETCH_GUEST_PAGE] = "instruction guest-page fault",
    [CAUSE_LOAD_GUEST_PAGE] = "load guest-page fault",
    [CAUSE_VIRTUAL] = "virtual instruction",
    [CAUSE_STORE_GUEST_PAGE] = "store guest-page fault",
};

static const char *const interrupt_names[STATS_CAUSES] = {
    [IRQ_SSI] = "supervisor software interrupt",
    [IRQ_VSSI] = "virtual supervisor software interrupt",
    [IRQ_MSI] = "machine software interrupt",
    [IRQ_STI] = "supervisor timer interrupt",
    [IRQ_VSTI] = "virtual supervisor timer interrupt",
    [IRQ_MTI] = "machine timer interrupt",
    [IRQ_SEI] = "supervisor external interrupt",
    [IRQ_VSEI] = "virtual supervisor external interrupt",
    [IRQ_MEI] = "machine external interrupt",
    [IRQ_SGEI] = "supervisor guest external interrupt",
    [IRQ_LCOFI] = "count overflow interrupt",
};

void stats_start(Hart *hart)
{
    hart->stats = g_new0(Stats, 1);
    hart->stats->counted = hart_retired(hart);
    hart->stats->since = hart_own_time(hart);
    mmu_count_use(&hart->mmu);
}

void stats_free(Hart *hart)
{
    g_clear_pointer(&hart->stats, g_free);
}

static GuestStats *guest_now(Hart *hart)
{
    uint64_t vmid = bits(hart->csr.hgatp, 57, 44);
    hart->stats->seen[vmid / 64] |= BIT(vmid % 64);
    return &hart->stats->guests[vmid];
}

void stats_leave_mode(Hart *hart)
{
    uint64_t retired = hart_retired(hart), count = retired - hart->stats->counted;
    hart->stats->counted = retired;
    hart->stats->instructions[hart_mode(hart)] += count;
    if (hart_is_guest(hart))
        guest_now(hart)->instructions[hart->mmu.priv] += count;
}

/* Does hardware, not the hypervisor, make the guest's interrupt `number` pending? */
static bool is_direct(const Hart *hart, unsigned number)
{
    if (number == IRQ_SEI || number == IRQ_STI || number == IRQ_SSI)
        return !(hart->csr.hvip >> (number + 1) & 1) && !(hart->csr.hvictl & HVICTL_VTI);
    return hart_hideleg(hart) >> (number & 63) & 1;
}

void stats_trap(Hart *hart, const Trap *trap, Level level)
{
    bool interrupt = trap->cause & CAUSE_INTERRUPT;
    unsigned number = (unsigned)(trap->cause & (STATS_CAUSES - 1));
    if (!hart_is_guest(hart))
        return;
    GuestStats *guest = guest_now(hart);
    if (level != LEVEL_VS)
        guest->exits[interrupt][number]++;
    else if (!interrupt)
        guest->own_traps++;
    else if (is_direct(hart, number))
        guest->direct++;
    else
        guest->injected++;
}

static void print_use(const MmuUse *use, FILE *out)
{
    fprintf(out,
            "    page table reads: first stage %" PRIu64 ", G stage %" PRIu64
            "; translations filled %" PRIu64 ", killed by fences %" PRIu64 "\n",
            use->reads[0], use->reads[1], use->fills, use->kills);
}

static void print_exits(const uint64_t exits[STATS_CAUSES], const char *const names[STATS_CAUSES],
                        const char *kind, FILE *out)
{
    for (unsigned i = 0; i < STATS_CAUSES; i++)
        if (exits[i] && names[i])
            fprintf(out, "    %12" PRIu64 "  %s\n", exits[i], names[i]);
        else if (exits[i])
            fprintf(out, "    %12" PRIu64 "  %s %u\n", exits[i], kind, i);
}

static uint64_t count_exits(const GuestStats *guest)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < STATS_CAUSES; i++)
        count += guest->exits[0][i] + guest->exits[1][i];
    return count;
}

static void print_guest(const GuestStats *guest, unsigned vmid, const MmuUse *use, FILE *out)
{
    uint64_t exits = count_exits(guest);
    if (!exits && !guest->instructions[0] && !guest->instructions[1] && !use->fills)
        return;
    fprintf(out, "  VMID %u\n", vmid);
    fprintf(out, "    instructions: VS %" PRIu64 ", VU %" PRIu64 "\n", guest->instructions[PRIV_S],
            guest->instructions[PRIV_U]);
    print_use(use, out);
    fprintf(out,
            "    taken by the guest: %" PRIu64 " exceptions, %" PRIu64
            " interrupts of hardware, %" PRIu64 " injected\n",
            guest->own_traps, guest->direct, guest->injected);
    fprintf(out, "    exits: %" PRIu64 "\n", exits);
    print_exits(guest->exits[0], exception_names, "exception", out);
    print_exits(guest->exits[1], interrupt_names, "interrupt", out);
}

void stats_print(Hart *hart, FILE *out)
{
    const Stats *stats = hart->stats;
    const uint64_t *count = stats->instructions;
    stats_leave_mode(hart);
    fprintf(out, "hart %u\n", hart->id);
    fprintf(out,
            "    instructions: M %" PRIu64 ", S %" PRIu64 ", U %" PRIu64 ", VS %" PRIu64
            ", VU %" PRIu64 "\n",
            count[PRIV_M], count[PRIV_S], count[PRIV_U], count[MODE_VS], count[MODE_VU]);
    print_use(mmu_use(&hart->mmu, false, 0), out);
    for (unsigned vmid = 0; hart->has_h && vmid < STATS_GUESTS; vmid++)
        print_guest(&stats->guests[vmid], vmid, mmu_use(&hart->mmu, true, vmid), out);
}
