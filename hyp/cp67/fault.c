/* SPDX-License-Identifier: MIT */
/*
 * fault.c - a page fault: the machine's own, which it gets; of the shadow only, which is filled; of a device's registers, which
 * CP imitates; or of storage that there is not: an addressing exception, here an access fault. See vm.h.
 */
#include <stddef.h>

#include "cp67/vm.h"

static uint64_t *table_entry(void *vm, uint64_t gpa)
{
    return gpa % sizeof(uint64_t) ? NULL : storage_at(vm, gpa);
}

static Walk walk(Vm *vm, uint64_t va, unsigned kind)
{
    WalkMemory memory = { table_entry, vm, cp.svade };
    Intent intent = { .kind = kind, .user = !vm->csr.supervisor, .status = vm->csr.sstatus };
    return guest_walk(&memory, vm->csr.satp, va, &intent);
}

static bool fetch_half(Vm *vm, uint64_t va, uint32_t *code)
{
    Walk at = walk(vm, va, FETCH);
    const uint16_t *half = at.result == WALK_DONE ? storage_at(vm, at.gpa) : NULL;
    *code = half ? *half : 0;
    return half;
}

/* Halves of it may be on different pages. */
bool vm_fetch(Vm *vm, uint32_t *code)
{
    uint32_t high = 0;
    if (!fetch_half(vm, vm->user.pc, code))
        return false;
    if ((*code & 3) == 3 && !fetch_half(vm, vm->user.pc + 2, &high))
        return false;
    *code |= high << 16;
    return true;
}

static void access_fault(Vm *vm)
{
    static const uint8_t access[] = { [CAUSE_FETCH_PAGE] = CAUSE_FETCH_ACCESS,
                                      [CAUSE_LOAD_PAGE] = CAUSE_LOAD_ACCESS,
                                      [CAUSE_STORE_PAGE] = CAUSE_STORE_ACCESS };
    reflect(vm, access[vm->user.cause], vm->user.tval);
}

/* A device's register, if there is one and it is accessed by a plain load or store. */
static bool imitate(Vm *vm, uint64_t gpa)
{
    uint32_t code;
    Access access;
    if (vm->user.cause == CAUSE_FETCH_PAGE || !vm_fetch(vm, &code) || !access_of(code, &access))
        return false;
    uint64_t value = vm->user.x[access.reg];
    if (!device_access(vm, gpa, &access, &value))
        return false;
    say_sim(vm->number, SIM_MMIO, 0, access.write);
    vm->counts.devices++;
    if (!access.write && access.reg)
        vm->user.x[access.reg] = access_extend(&access, value);
    vm->user.pc += access.length;
    return true;
}

void on_page_fault(Vm *vm)
{
    unsigned kind =
        vm->user.cause == CAUSE_FETCH_PAGE ? FETCH : vm->user.cause == CAUSE_LOAD_PAGE ? LOAD : STORE;
    uint64_t va = vm->user.tval;
    Walk at = walk(vm, va, kind);
    const char *host = at.result == WALK_DONE ? storage_at(vm, at.gpa) : NULL;
    bool done = !host && at.result == WALK_DONE && imitate(vm, at.gpa);
    if (done || vm->state == PAGE_WAIT)
        return; /* it tries again when the page has come */
    if (at.result == WALK_PAGE_FAULT)
        reflect(vm, vm->user.cause, va);
    else if (host)
        shadow_fill(vm, va, &at, host);
    else
        access_fault(vm);
}
