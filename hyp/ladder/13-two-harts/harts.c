/* SPDX-License-Identifier: MIT */
/* harts.c - calls by which a hart of the guest reaches another one. */
#include "harts.h"

#include "lib/csr.h"

static const SbiResult not_supported = { SBI_ERR_NOT_SUPPORTED, 0 };

GuestHart guest_harts[HART_MAX];

/* The interrupt goes to HS-mode of the other hart, which makes the guest's of it: on_soft. */
SbiResult call_ipi(uint64_t function, const uint64_t *a)
{
    return function == SBI_SEND_IPI ? sbi_call(SBI_IPI, function, a[0], a[1], 0) : not_supported;
}

/* Nobody else sends these. norm:hip_vssip_vssie_op */
void on_soft(Vcpu *vcpu)
{
    (void)vcpu;
    csr_clear(sip, SIE_SOFT);
    csr_set(hvip, HVIP_SOFT);
}

/* The guest's sfence.vma on another hart is hfence.vvma here: of its VMID alone. norm:hfence-vvma_limits */
SbiResult call_rfence(uint64_t function, const uint64_t *a)
{
    static const uint64_t ours[] = { SBI_FENCE_I, SBI_HFENCE_VVMA, SBI_HFENCE_VVMA_ASID };
    if (function > SBI_SFENCE_VMA_ASID)
        return not_supported;
    return sbi_call5(SBI_RFENCE, ours[function], a[0], a[1], a[2], a[3], a[4]);
}

/* A hart begins in hart_run, and goes on to where the guest wants it. Whether it may begin, the firmware knows. */
SbiResult call_hsm(uint64_t function, const uint64_t *a)
{
    if (function == SBI_HART_STOP)
        hart_stop();
    if (function == SBI_HART_STATUS)
        return sbi_call(SBI_HSM, function, a[0], 0, 0);
    if (function != SBI_HART_START)
        return not_supported;
    if (a[0] >= HART_MAX)
        return (SbiResult){ SBI_ERR_INVALID_PARAM, 0 };
    GuestHart *hart = &guest_harts[a[0]];
    hart->start_pc = a[1];
    hart->start_argument = a[2];
    return (SbiResult){ hart_start(a[0], hart_run, hart), 0 };
}
