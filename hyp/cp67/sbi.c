/* SPDX-License-Identifier: MIT */
/*
 * sbi.c - a virtual machine has no firmware: CP answers its calls. CP-67 had none of these but DIAGNOSE, by which CMS asked CP for
 * what a real machine could not do. See vm.h.
 */
#include "lib/sbi.h"

#include "cp67/cp.h"

enum { VERSION_2 = 2 << 24, CP67 = 67, AT_ONCE = 256 };

static const SbiResult ok = { SBI_OK, 0 };
static const SbiResult not_supported = { SBI_ERR_NOT_SUPPORTED, 0 };
static const SbiResult invalid_param = { SBI_ERR_INVALID_PARAM, 0 };

static SbiResult call_base(uint64_t function, uint64_t extension)
{
    static const uint64_t known[] = { SBI_BASE, SBI_TIME, SBI_IPI,  SBI_RFENCE,
                                      SBI_HSM,  SBI_SRST, SBI_DBCN, SBI_CP };
    SbiResult result = { SBI_OK, 0 };
    for (unsigned i = 0; function == SBI_PROBE && i < sizeof(known) / sizeof(known[0]); i++)
        result.value |= known[i] == extension;
    if (function <= SBI_IMPL_ID)
        result.value = function == SBI_IMPL_ID ? CP67 : VERSION_2;
    return function <= SBI_MACHINE ? result : not_supported;
}

/* Interrupts and fences for processors base + i, bit i of mask; all, if base is -1. There is only one. */
static SbiResult call_harts(Vm *vm, uint64_t extension, uint64_t function, const uint64_t *a)
{
    bool all = a[1] == ~0ul, ipi = extension == SBI_IPI;
    if (function > (ipi ? SBI_SEND_IPI : SBI_SFENCE_VMA_ASID))
        return not_supported;
    if (!all && a[0] && (a[0] != 1 || a[1] != HART))
        return invalid_param;
    if (!all && !a[0])
        return ok;
    if (ipi) {
        vm->csr.sip |= SIE_SOFT;
    } else {
        shadow_flush(vm);
        fence_i();
    }
    return ok;
}

static SbiResult call_hsm(Vm *vm, uint64_t function, uint64_t hart)
{
    switch (function) {
    case SBI_HART_STOP: vm_log_off(vm, true); return ok;
    case SBI_HART_START:
        return hart == HART ? (SbiResult){ SBI_ERR_ALREADY_AVAILABLE, 0 } : invalid_param;
    case SBI_HART_STATUS:
        return hart == HART ? (SbiResult){ SBI_OK, SBI_HART_STARTED } : invalid_param;
    default: return not_supported;
    }
}

/* As much as is there and not too much at once: the caller asks again for the rest. */
static SbiResult transfer(Vm *vm, uint64_t size, uint64_t gpa, bool read)
{
    uint64_t n = 0;
    size = size < AT_ONCE ? size : AT_ONCE;
    uint64_t last = gpa + size - 1; /* to have it in core may cost the first byte its frame */
    if (size && !(storage_at(vm, gpa) && storage_at(vm, last) && storage_at(vm, gpa)))
        return invalid_param;
    for (int c = 0; n < size && c >= 0; n += c >= 0) {
        char *at = storage_at(vm, gpa + n);
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
    if (function == SBI_CONSOLE_BYTE)
        console_put(vm, (char)a[0]);
    else if (function > SBI_CONSOLE_BYTE)
        return not_supported;
    else
        return a[2] ? invalid_param : transfer(vm, a[0], a[1], function == SBI_CONSOLE_READ);
    return ok;
}

static SbiResult call(Vm *vm, uint64_t extension, uint64_t function, const uint64_t *a)
{
    switch (extension) {
    case SBI_BASE: return call_base(function, a[0]);
    case SBI_HSM: return call_hsm(vm, function, a[0]);
    case SBI_DBCN: return call_dbcn(vm, function, a);
    case SBI_CP: return call_cp(vm, function, a);
    case SBI_TIME: /* the virtual interval timer */
        if (function == SBI_SET_TIMER)
            vm->timer_at = a[0];
        cp.reconsider = true;
        return function == SBI_SET_TIMER ? ok : not_supported;
    case SBI_IPI:
    case SBI_RFENCE: return call_harts(vm, extension, function, a);
    case SBI_SRST:
        if (function != SBI_SYSTEM_RESET)
            return not_supported;
        if (a[0] > SBI_WARM_REBOOT || a[1] > SBI_SYSTEM_FAILURE)
            return invalid_param;
        if (a[0] == SBI_SHUTDOWN)
            vm_log_off(vm, a[1] == SBI_NO_REASON);
        else
            vm_ipl(vm);
        return ok;
    default: return not_supported;
    }
}

void on_call(Vm *vm)
{
    uint64_t *x = vm->user.x, pc = vm->user.pc, a[3] = { x[10], x[11], x[12] };
    say_sim(vm->number, SIM_SBI, 0, 0);
    vm->counts.calls++;
    SbiResult result = call(vm, x[17], x[16], a);
    if (vm->state == PAGE_WAIT || vm->user.pc != pc)
        return; /* it calls again when the page has come; or it has begun anew */
    x[10] = (uint64_t)result.error;
    x[11] = result.value;
    vm->user.pc += 4;
}
