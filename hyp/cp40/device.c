/* SPDX-License-Identifier: MIT */
/*
 * device.c - a machine's own devices. There is nothing at their addresses, which lie beyond its memory: each access traps, and is done
 * here in its stead. A 360 had channels and SIO for this [S17]; the idea is the same, an operation that CP sees and completes.
 */
#include "cp40.h"

#include "lib/string.h"

/* Where they are, as on the board. */
enum {
    FINISHER = 0x100000,
    TIMER_COMPARE = 0x2004000,
    TIMER_NOW = 0x200bff8,
    UART = 0x10000000,
    UART_LSR = UART + 5
};
enum { LSR_READY = 1, LSR_EMPTY = 0x60 };
enum { LOAD = 0x03, STORE = 0x23 };

/* The instruction at pc, which was fetched just now and is in core: two bytes at a time, for it may lie in two pages. */
static uint32_t instruction(const Vm *vm)
{
    uint16_t parcel[2] = { 0 };
    for (unsigned i = 0; i < 2; i++) {
        uint64_t at = vm->user.pc + 2 * i;
        if (at < CORE_SIZE && vm->page[at / PAGE_SIZE].where == RESIDENT)
            memcpy(&parcel[i], page_in_core(vm, (unsigned)(at / PAGE_SIZE)) + at % PAGE_SIZE, 2);
    }
    return parcel[0] | (uint32_t)parcel[1] << 16;
}

/* The timer has registers of eight bytes, the serial port of one. */
static bool fits(uint64_t address, unsigned size)
{
    bool timer = address == TIMER_COMPARE || address == TIMER_NOW;
    return address == FINISHER || size == (timer ? 8 : 1);
}

static bool device_load(Vm *vm, uint64_t address, uint64_t *value)
{
    switch (address) {
    case TIMER_COMPARE: *value = vm->timer; return true;
    case TIMER_NOW: *value = machine_time(); return true;
    case UART_LSR: *value = LSR_EMPTY | (vm->input_count ? LSR_READY : 0); return true;
    case UART:
        *value = vm->input_count ? (uint8_t)vm->input[vm->input_first] : 0;
        if (vm->input_count) {
            vm->input_first = (vm->input_first + 1) % INPUT;
            vm->input_count--;
        }
        return true;
    default: return false;
    }
}

static bool device_store(Vm *vm, uint64_t address, uint64_t value)
{
    switch (address) {
    case TIMER_COMPARE: vm->timer = value; return true;
    case UART: console_typed(vm, (char)value); return true;
    case FINISHER: vm_stop(vm, NULL); return true;
    default: return false;
    }
}

/* A load's value as its funct3 says: sizes 1, 2, 4 and 8, sign-extended but for 4 and more. */
static uint64_t extend(uint64_t value, unsigned funct3)
{
    unsigned unused = 64 - (8u << (funct3 & 3));
    return funct3 & 4 ? value << unused >> unused
                      : (uint64_t)((int64_t)(value << unused) >> unused);
}

void device_access(Vm *vm)
{
    const uint32_t insn = instruction(vm), opcode = insn & 0x7f, funct3 = insn >> 12 & 7;
    const bool store = vm->user.cause == CAUSE_STORE_PAGE;
    uint64_t value = vm->user.x[insn >> 20 & 31];
    bool done = fits(vm->user.tval, 1u << (funct3 & 3)) &&
                (store ? opcode == STORE && device_store(vm, vm->user.tval, value)
                       : opcode == LOAD && funct3 != 7 && device_load(vm, vm->user.tval, &value));
    if (!done) {
        reflect(vm, store ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS, vm->user.tval);
        return;
    }
    if (!store && insn >> 7 & 31)
        vm->user.x[insn >> 7 & 31] = extend(value, funct3);
    vm->user.pc += 4;
    vm->simulated++;
    say_sim(vm->number, SIM_MMIO, 0, store);
}
