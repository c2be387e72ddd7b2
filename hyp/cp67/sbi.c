/* SPDX-License-Identifier: MIT */
/*
 * sbi.c - a virtual machine has no firmware: CP answers its calls. CP-67 had none of these but DIAGNOSE, by which CMS asked CP for
 * what a real machine could not do. See vm.h.
 */
#include "lib/sbi.h"
#include "cp67/vm.h"

enum { VERSION_2 = 2 << 24, CP67 = 67, AT_ONCE = 256 };

typedef SbiResult CallFn(Vm *vm, uint64_t function, const uint64_t *a);

static const SbiResult ok = { SBI_OK, 0 };
static const SbiResult not_supported = { SBI_ERR_NOT_SUPPORTED, 0 };
static const SbiResult invalid_param = { SBI_ERR_INVALID_PARAM, 0 };

static CallFn call_base, call_time, call_ipi, call_rfence, call_hsm, call_srst, call_dbcn;

static const struct {
    uint64_t extension;
    CallFn *handle;
} calls[] = {
    { SBI_BASE, call_base },     { SBI_TIME, call_time }, { SBI_IPI, call_ipi },
    { SBI_RFENCE, call_rfence }, { SBI_HSM, call_hsm },   { SBI_SRST, call_srst },
    { SBI_DBCN, call_dbcn },
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

static CallFn *find_call(uint64_t extension)
{
    for (unsigned i = 0; i < CALLS; i++) {
        if (calls[i].extension == extension)
            return calls[i].handle;
    }
    return NULL;
}

static SbiResult call_base(Vm *vm, uint64_t function, const uint64_t *a)
{
    (void)vm;
    switch (function) {
    case SBI_SPEC_VERSION: return (SbiResult){ SBI_OK, VERSION_2 };
    case SBI_IMPL_ID: return (SbiResult){ SBI_OK, CP67 };
    case SBI_PROBE: return (SbiResult){ SBI_OK, find_call(a[0]) != NULL };
    default: return function <= SBI_MACHINE ? ok : not_supported;
    }
}

/* The virtual interval timer. */
static SbiResult call_time(Vm *vm, uint64_t function, const uint64_t *a)
{
    if (function != SBI_SET_TIMER)
        return not_supported;
    vm->timer_at = a[0];
    cp.reconsider = true;
    return ok;
}

/* Is the only processor meant? */
static bool is_meant(uint64_t mask, uint64_t base)
{
    uint64_t bit = HART - base;
    return base == ~0ul || (bit < 64 && mask >> bit & 1);
}

static SbiResult call_ipi(Vm *vm, uint64_t function, const uint64_t *a)
{
    if (function != SBI_SEND_IPI)
        return not_supported;
    if (is_meant(a[0], a[1]))
        vm->csr.sip |= SIE_SOFT;
    return ok;
}

static SbiResult call_rfence(Vm *vm, uint64_t function, const uint64_t *a)
{
    if (function > SBI_SFENCE_VMA_ASID)
        return not_supported;
    if (function != SBI_FENCE_I && is_meant(a[0], a[1]))
        shadow_flush(vm);
    fence_i();
    return ok;
}

static SbiResult call_hsm(Vm *vm, uint64_t function, const uint64_t *a)
{
    bool own = a[0] == HART;
    switch (function) {
    case SBI_HART_STOP: vm_log_off(vm, true); return ok;
    case SBI_HART_START: return own ? (SbiResult){ SBI_ERR_ALREADY_AVAILABLE, 0 } : invalid_param;
    case SBI_HART_STATUS: return own ? (SbiResult){ SBI_OK, SBI_HART_STARTED } : invalid_param;
    default: return not_supported;
    }
}

static SbiResult call_srst(Vm *vm, uint64_t function, const uint64_t *a)
{
    if (function != SBI_SYSTEM_RESET || a[0] > SBI_WARM_REBOOT)
        return not_supported;
    if (a[0] == SBI_SHUTDOWN)
        vm_log_off(vm, a[1] == SBI_NO_REASON);
    else
        vm_ipl(vm);
    return ok;
}

/* As much as is there and not too much at once: the caller asks again for the rest. */
static SbiResult transfer(Vm *vm, uint64_t size, uint64_t gpa, bool read)
{
    uint64_t n = 0;
    size = size < AT_ONCE ? size : AT_ONCE;
    for (int c = 0; n < size && c >= 0; n += c >= 0) {
        char *at = storage_at(vm, gpa + n);
        if (!at)
            return n ? (SbiResult){ SBI_OK, n } : invalid_param;
        c = read ? console_get(vm) : (unsigned char)*at;
        if (read && c >= 0)
            *at = (char)c;
        else if (!read)
            console_put(vm, (char)c);
    }
    console_flush(vm);
    return (SbiResult){ SBI_OK, n };
}

static SbiResult call_dbcn(Vm *vm, uint64_t function, const uint64_t *a)
{
    switch (function) {
    case SBI_CONSOLE_BYTE: console_put(vm, (char)a[0]); return ok;
    case SBI_CONSOLE_WRITE:
    case SBI_CONSOLE_READ:
        return a[2] ? invalid_param : transfer(vm, a[0], a[1], function == SBI_CONSOLE_READ);
    default: return not_supported;
    }
}

void on_call(Vm *vm)
{
    uint64_t *x = vm->user.x, a[3] = { x[10], x[11], x[12] }, pc = vm->user.pc;
    CallFn *handle = find_call(x[17]);
    say_sim(vm->number, SIM_SBI, 0, 0);
    vm->counts.calls++;
    SbiResult result = handle ? handle(vm, x[16], a) : not_supported;
    if (vm->state == PAGE_WAIT || vm->user.pc != pc)
        return; /* it calls again when the page has come; or it has begun anew */
    x[10] = (uint64_t)result.error;
    x[11] = result.value;
    vm->user.pc += 4;
}
