/* SPDX-License-Identifier: MIT */
/*
 * files_aplic.c - the APLIC that a guest sees: the machine's, with the guest's own sources only. A source's registers are
 * the machine's; what names harts is translated. Doorbells have no wire, and are kept here.
 *
 * It differs from a real one: domaincfg.IE is always 1, since the domain is everybody's; in_clrip of a doorbell reads 0.
 *
 * RISC-V Advanced Interrupt Architecture, "Memory-mapped control region for an interrupt domain".
 */
#include <stddef.h>

#include "files.h"
#include "lib/aplic.h"
#include "lib/csr.h"
#include "lib/mmio.h"

enum { DOMAIN = (int)DOMAIN_READ | DOMAIN_IE | DOMAIN_DM };

static uint64_t base;

void files_open(uint64_t at)
{
    base = at;
    write32(base + DOMAINCFG, DOMAIN);
}

static Doorbell *doorbell(Vm *vm, unsigned source)
{
    for (unsigned i = 0; i < VM_DOORBELLS; i++)
        if (source && vm->doorbell[i].source == source)
            return &vm->doorbell[i];
    return NULL;
}

void files_forget(Vm *vm)
{
    for (unsigned source = 1; source < VM_SOURCES; source++)
        if (source_in(vm->sources, source)) {
            write32(base + CLRIE + NUMBER, source);
            write32(base + SOURCECFG + 4 * source, 0);
        }
    for (unsigned i = 0; i < VM_DOORBELLS; i++)
        vm->doorbell[i] = (Doorbell){ .source = vm->doorbell[i].source };
}

static void send(const Vm *vm, uint32_t target)
{
    if (target >> HART_AT < vm->n_harts)
        files_send(&vm->harts[target >> HART_AT], target & IDENTITY);
}

/* A source that is inactive is neither pending nor enabled, "Source configurations"; of others, what is pending and enabled
 * goes out, and is pending no more. Under vm->irq_lock. */
static void ring(Vm *vm, Doorbell *bell)
{
    bool sends = bell->mode && bell->pending && bell->enabled;
    bell->pending = bell->mode && bell->pending && !sends;
    bell->enabled = bell->mode && bell->enabled;
    if (sends)
        send(vm, bell->target);
}

void files_raise(Vm *vm, unsigned source)
{
    lock(&vm->irq_lock);
    Doorbell *bell = doorbell(vm, source);
    if (bell) {
        bell->pending = true;
        ring(vm, bell);
    }
    unlock(&vm->irq_lock);
}

/* The machine's number of the guest's hart, and the guest's file there. */
static uint32_t target_out(const Vm *vm, uint32_t target)
{
    uint32_t number = target >> HART_AT;
    const VmHart *hart = &vm->harts[number < vm->n_harts ? number : 0];
    return hart->place << HART_AT | 1u << FILE_AT | (target & IDENTITY);
}

static uint32_t target_in(const Vm *vm, uint32_t target)
{
    for (unsigned i = 0; i < vm->n_harts; i++)
        if (vm->harts[i].place == target >> HART_AT)
            return i << HART_AT | (target & IDENTITY);
    return 0;
}

/* sourcecfg or target of one source. A source is not delegated further. */
static void access_source(Vm *vm, uint64_t group, unsigned source, bool write, uint32_t *value)
{
    Doorbell *bell = doorbell(vm, source);
    uint64_t at = base + group + 4 * source;
    uint32_t *kept = bell ? group == TARGET ? &bell->target : &bell->mode : NULL;
    uint32_t set = group == TARGET ? *value : *value & MODES;
    bool own = source_in(vm->sources, source);
    if (write && kept) {
        *kept = set;
        ring(vm, bell);
    } else if (write && own)
        write32(at, group == TARGET ? target_out(vm, set) : set);
    else if (!write && kept)
        *value = *kept;
    else if (!write)
        *value = !own ? 0 : group == TARGET ? target_in(vm, read32(at)) : read32(at);
}

static void change_doorbell(Vm *vm, Doorbell *bell, uint64_t group)
{
    bell->pending = group == SETIP || (bell->pending && group != CLRIP);
    bell->enabled = group == SETIE || (bell->enabled && group != CLRIE);
    ring(vm, bell);
}

/* Sets or clears the pending or the enable bit of a source of the guest. */
static void change(Vm *vm, uint64_t group, unsigned source)
{
    Doorbell *bell = doorbell(vm, source);
    if (bell)
        change_doorbell(vm, bell, group);
    else if (source_in(vm->sources, source))
        write32(base + group + NUMBER, source);
}

/* Those bits of 32 sources. */
static uint32_t read_bits(Vm *vm, uint64_t group, unsigned word)
{
    uint32_t own = (uint32_t)(vm->sources[word / 2] >> word % 2 * 32),
             bits = own ? read32(base + group + 4 * word) & own : 0;
    for (unsigned i = 0; i < VM_DOORBELLS; i++) {
        const Doorbell *bell = &vm->doorbell[i];
        bool is_set = group == SETIP ? bell->pending : group == SETIE && bell->enabled;
        if (bell->source && bell->source / 32 == word && is_set)
            bits |= 1u << bell->source % 32;
    }
    return bits;
}

static void access_bits(Vm *vm, uint64_t offset, bool write, uint32_t *value)
{
    uint64_t group = offset & ~0xfful, at = offset & 0xff;
    if (at == NUMBER && write)
        change(vm, group, *value);
    for (unsigned i = 0; at < 0x80 && write && i < 32; i++)
        if (*value >> i & 1)
            change(vm, group, (unsigned)at * 8 + i);
    if (!write)
        *value = at < 0x80 ? read_bits(vm, group, (unsigned)at / 4) : 0;
}

bool files_aplic(VmHart *hart, uint64_t offset, const Access *access, uint64_t *value)
{
    Vm *vm = hart->vm;
    uint32_t word = (uint32_t)*value;
    if (access->size != 4)
        return false;
    lock(&vm->irq_lock);
    if (offset > SOURCECFG && offset < SOURCECFG + 4 * VM_SOURCES)
        access_source(vm, SOURCECFG, (unsigned)offset / 4, access->write, &word);
    else if (offset > TARGET && offset < TARGET + 4 * VM_SOURCES)
        access_source(vm, TARGET, (unsigned)(offset - TARGET) / 4, access->write, &word);
    else if (offset >= SETIP && offset < CLRIE + 0x100)
        access_bits(vm, offset, access->write, &word);
    else if (offset == SETIPNUM_LE && access->write)
        change(vm, SETIP, word);
    else if (offset == TARGET && access->write)
        send(vm, word);
    else
        word = offset == DOMAINCFG ? DOMAIN : 0;
    unlock(&vm->irq_lock);
    *value = word;
    return true;
}
