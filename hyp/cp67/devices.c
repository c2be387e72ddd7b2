/* SPDX-License-Identifier: MIT */
/* devices.c - registers that are not there: CP does what they would do; see vm.h. */
#include "cp67/cp.h"

/* Does the access at `offset`: `value` is stored, or gets what is loaded. False: there is no such register. */
typedef bool DeviceFn(Vm *vm, uint64_t offset, const Access *access, uint64_t *value);

/* The machine's typewriter, a 16550. It never waits for a character to be gone. */
enum { RBR = 0, IIR = 2, LCR = 3, LSR = 5, UART_REGS = 8 };
enum { NO_INTERRUPT = 1, DATA_READY = 0x01, EMPTY = 0x60, DLAB = 0x80 };

static DeviceFn uart_access;
static bool uart_access(Vm *vm, uint64_t offset, const Access *access, uint64_t *value)
{
    bool data = offset == RBR && !(vm->uart[LCR] & DLAB);
    if (access->size != 1 || offset >= UART_REGS)
        return false;
    if (access->write && data)
        console_put(vm, (char)*value);
    else if (access->write)
        vm->uart[offset] = (uint8_t)*value;
    else if (data)
        *value = vm->typed == vm->taken ? 0 : (uint8_t)console_get(vm);
    else if (offset == LSR)
        *value = EMPTY | (vm->typed == vm->taken ? 0 : DATA_READY);
    else
        *value = offset == IIR ? NO_INTERRUPT : vm->uart[offset];
    return true;
}

static const struct {
    FdtRange at;
    DeviceFn *access;
} devices[] = {
    { { TYPEWRITER, 0x100 }, uart_access },
    { { UNIT_BASE, UNITS *UNIT_PAGE }, unit_access },
};

bool device_access(Vm *vm, uint64_t gpa, const Access *access, uint64_t *value)
{
    for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        uint64_t offset = gpa - devices[i].at.base;
        if (offset < devices[i].at.size)
            return devices[i].access(vm, offset, access, value);
    }
    return false;
}
