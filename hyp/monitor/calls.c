/* SPDX-License-Identifier: MIT */
/* calls.c - the guest's SBI: most of it is the firmware's, seen through us. */
#include <stddef.h>

#include "monitor/monitor.h"

typedef SbiResult CallFn(uint64_t function, const uint64_t *a);

static const SbiResult not_supported = { SBI_ERR_NOT_SUPPORTED, 0 };
static const SbiResult invalid_param = { SBI_ERR_INVALID_PARAM, 0 };

static CallFn call_base, call_time, call_ipi, call_rfence, call_hsm, call_srst, call_dbcn;

static const struct {
    uint64_t extension;
    CallFn *handle;
    const char *name;
} calls[] = {
    { SBI_BASE, call_base, "base" }, { SBI_TIME, call_time, "time" },
    { SBI_IPI, call_ipi, "ipi" },    { SBI_RFENCE, call_rfence, "rfence" },
    { SBI_HSM, call_hsm, "hsm" },    { SBI_SRST, call_srst, "srst" },
    { SBI_DBCN, call_dbcn, "dbcn" }, { 0, NULL, "other" },
};
_Static_assert(sizeof(calls) / sizeof(calls[0]) == CALLS, "a counter for each");

static unsigned find_call(uint64_t extension)
{
    unsigned i = 0;
    while (calls[i].handle && calls[i].extension != extension)
        i++;
    return i;
}

static SbiResult call_base(uint64_t function, const uint64_t *a)
{
    if (function == SBI_PROBE && !calls[find_call(a[0])].handle)
        return (SbiResult){ SBI_OK, 0 };
    return sbi_call(SBI_BASE, function, a[0], 0, 0);
}

/* A guest with stimecmp sets its own; nobody needs to be told when it is due. */
static SbiResult call_time(uint64_t function, const uint64_t *a)
{
    if (function != SBI_SET_TIMER)
        return not_supported;
    if (guest.timer == TIMER_VSTIMECMP) {
        csr_write(vstimecmp, a[0]);
        return (SbiResult){ SBI_OK, 0 };
    }
    csr_clear(hvip, HVIP_TIMER);
    if (guest.timer == TIMER_SSTC_HS)
        csr_write(stimecmp, a[0]);
    else
        sbi_set_timer(a[0]);
    csr_set(sie, SIE_TIMER);
    return (SbiResult){ SBI_OK, 0 };
}

/* The interrupt comes to HS-mode of the other hart, which makes the guest's of it. */
static SbiResult call_ipi(uint64_t function, const uint64_t *a)
{
    return function == SBI_SEND_IPI ? sbi_call(SBI_IPI, function, a[0], a[1], 0) : not_supported;
}

/* Is hart `id` one of those that a call names: bit i of `mask` is hart base + i; all, if `base` is -1? */
static bool is_named(uint64_t id, uint64_t mask, uint64_t base)
{
    return base == ~0ul || (id - base < 64 && (mask >> (id - base) & 1));
}

/* The guest's address spaces and pages are not those that the hart knows: it forgets all of them. */
static SbiResult forget(uint64_t mask, uint64_t base, const Fence *fence)
{
    for (unsigned i = 0; i < guest.count; i++) {
        if (is_named(guest.harts[i].id, mask, base))
            setting.forget(&guest.harts[i], fence);
    }
    return sbi_call5(SBI_RFENCE, SBI_HFENCE_VVMA, mask, base, 0, ~0ul, 0);
}

/* The guest's sfence.vma elsewhere is hfence.vvma from here. */
static SbiResult call_rfence(uint64_t function, const uint64_t *a)
{
    static const uint64_t ours[] = { SBI_FENCE_I, SBI_HFENCE_VVMA, SBI_HFENCE_VVMA_ASID };
    Fence fence = { a[2], a[3], function == SBI_SFENCE_VMA_ASID, a[4] };
    if (function > SBI_SFENCE_VMA_ASID)
        return not_supported;
    if (setting.forget && function != SBI_FENCE_I)
        return forget(a[0], a[1], &fence);
    return sbi_call5(SBI_RFENCE, ours[function], a[0], a[1], a[2], a[3], a[4]);
}

static SbiResult start_hart(uint64_t id, uint64_t pc, uint64_t argument)
{
    for (unsigned i = 0; i < guest.count; i++) {
        GuestHart *hart = &guest.harts[i];
        if (hart->id != id)
            continue;
        SbiResult status = sbi_call(SBI_HSM, SBI_HART_STATUS, id, 0, 0);
        if (status.error || status.value != SBI_HART_STOPPED)
            return (SbiResult){ status.error ? status.error : SBI_ERR_ALREADY_AVAILABLE, 0 };
        hart->start_pc = pc;
        hart->start_argument = argument;
        return (SbiResult){ hart_start(id, hart_run, hart), 0 };
    }
    return invalid_param;
}

static SbiResult call_hsm(uint64_t function, const uint64_t *a)
{
    switch (function) {
    case SBI_HART_START: return start_hart(a[0], a[1], a[2]);
    case SBI_HART_STOP: hart_stop();
    case SBI_HART_STATUS: return sbi_call(SBI_HSM, function, a[0], 0, 0);
    default: return not_supported;
    }
}

static SbiResult call_srst(uint64_t function, const uint64_t *a)
{
    if (function != SBI_SYSTEM_RESET || a[0] != SBI_SHUTDOWN)
        return not_supported;
    finish(a[1] == SBI_NO_REASON);
}

/* What the guest calls an address is one, but it must be of its memory. */
static SbiResult call_dbcn(uint64_t function, const uint64_t *a)
{
    bool inside = !a[2] && a[1] >= guest.ram.base && a[0] <= guest.ram.size &&
                  a[1] - guest.ram.base <= guest.ram.size - a[0];
    if (function > SBI_CONSOLE_BYTE)
        return not_supported;
    if (function != SBI_CONSOLE_BYTE && !inside)
        return invalid_param;
    return sbi_call(SBI_DBCN, function, a[0], a[1], a[2]);
}

SbiResult call_handle(GuestHart *hart)
{
    const uint64_t *x = hart->vcpu.x;
    unsigned i = find_call(x[17]);
    hart->calls[i]++;
    return calls[i].handle ? calls[i].handle(x[16], x + 10) : not_supported;
}

void call_print(void)
{
    for (unsigned i = 0; i < CALLS; i++) {
        uint64_t n = 0;
        for (unsigned j = 0; j < guest.count; j++)
            n += guest.harts[j].calls[i];
        report_line(n, calls[i].name, 1);
    }
}
