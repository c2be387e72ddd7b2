/* SPDX-License-Identifier: MIT */
/* items_aia.c - the items about advanced interrupts, without interrupt files. */
#include "cpu/csr.h"
#include "cpu/hart.h"
#include "episode.h"

/* Priorities of interrupts are behind these numbers; the odd ones are not there. Only read: an implementation may
 * have all of them zero. AIA, "Configuring priorities of major interrupts at machine level" */
void item_priorities(Episode *episode)
{
    // clang-format off
    static const struct { unsigned select, window; } windows[] = {
        { CSR_siselect, CSR_sireg }, { CSR_vsiselect, CSR_vsireg }, { CSR_miselect, CSR_mireg },
    };
    // clang-format on
    Program *program = episode->program;
    Rng *rng = &episode->rng;
    unsigned value = rows_temporary(episode), result = rows_temporary(episode);
    bool guest = episode->guest, is_m = episode->mode == PRIV_M;
    unsigned which = rng_below(rng, is_m ? 3 : guest ? 1 : 2);
    if (!program->isa->has[EXT_Ssaia] || episode->mode == PRIV_U ||
        (which == 1 && !program->isa->has[EXT_H]))
        return;
    asm_constant(program, value, 0x30 + rng_below(rng, 16));
    items_put_csr(episode, INSN_csrrw, 0, windows[which].select, value);
    items_put_csr(episode, INSN_csrrs, result, windows[which].window, 0);
}

/* Not with the number of an exception: Spike takes one for the other. After the external interrupt by default only
 * without a priority: Spike does not look at that; nor does it know that with VTI the external interrupt's number means
 * that no other is there. AIA, "Virtual interrupts for VS level" */
uint64_t items_random_injection(Rng *rng)
{
    uint64_t identity = rng_chance(rng, 1, 6)   ? IRQ_SEI
                        : rng_chance(rng, 1, 6) ? 14
                                                : 24 + rng_below(rng, 24);
    uint64_t control = HVICTL_VTI | identity << 16 | (rng_next(rng) & 0x3ff);
    if (control & HVICTL_DPR || rng_chance(rng, 1, 3))
        control &= ~0xffull;
    bool none = identity == IRQ_SEI || rng_chance(rng, 1, 6);
    return none ? control & ~(uint64_t)HVICTL_VTI : control;
}

/* An interrupt that the hypervisor makes up. */
void item_inject(Episode *episode)
{
    Program *program = episode->program;
    unsigned value = rows_temporary(episode);
    uint64_t control = items_random_injection(&episode->rng);
    if (!program->isa->has[EXT_Ssaia] || !program->isa->has[EXT_H] || episode->guest ||
        episode->mode == PRIV_U)
        return;
    asm_constant(program, value, control);
    items_put_csr(episode, INSN_csrrw, 0, CSR_hvictl, value);
}
