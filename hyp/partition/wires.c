/* SPDX-License-Identifier: MIT */
/*
 * wires.c - the machine's interrupt controller, for guests that see an emulated one: a PLIC, an APLIC, or an APLIC that
 * sends messages to our own IMSIC file. Registers of other partitions' sources and harts are never touched.
 *
 * RISC-V PLIC Specification 1.0.0; RISC-V Advanced Interrupt Architecture, "Advanced Platform-Level Interrupt Controller",
 * "Incoming MSI Controller".
 */
#include <stddef.h>

#include "emulated.h"
#include "lib/aplic.h"
#include "lib/csr.h"
#include "lib/mmio.h"
#include "lib/string.h"

static uintptr_t base; /* of its registers */

static bool open_wires(const Fdt *host, FdtNode node, VmHart *hart)
{
    FdtRange reg = { 0, 0 };
    int place = irq_place(host, node, hart->id);
    hart->place = (unsigned)place;
    bool found = place >= 0 && fdt_reg(host, node, 0, &reg);
    base = found ? reg.base : base;
    return found;
}

enum { PRIORITY = 0, ENABLE = 0x2000, THRESHOLD = 0x200000, CLAIM = 0x200004 };
enum { ENABLE_STRIDE = 0x80, CONTEXT_STRIDE = 0x1000 };

static void plic_ready(const VmHart *hart, const uint64_t *sources)
{
    (void)sources;
    write32(base + THRESHOLD + CONTEXT_STRIDE * hart->place, 0);
}

static void plic_route(const VmHart *hart, unsigned source, unsigned mode)
{
    uintptr_t word = base + ENABLE + ENABLE_STRIDE * hart->place + source / 32 * 4;
    uint32_t bit = 1u << source % 32;
    write32(base + PRIORITY + 4 * source, 1);
    write32(word, mode ? read32(word) | bit : read32(word) & ~bit);
}

static unsigned plic_claim(const VmHart *hart)
{
    return read32(base + CLAIM + CONTEXT_STRIDE * hart->place);
}

/* The completion of a source that is not enabled would be ignored. */
static void plic_done(const VmHart *hart, unsigned source, bool enabled)
{
    if (!enabled)
        plic_route(hart, source, LEVEL_HIGH);
    write32(base + CLAIM + CONTEXT_STRIDE * hart->place, source);
    if (!enabled)
        plic_route(hart, source, 0);
}

static void set_source(unsigned source, unsigned mode, uint32_t target)
{
    if (mode) {
        write32(base + SOURCECFG + 4 * source, mode);
        write32(base + TARGET + 4 * source, target);
    }
    write32(base + (mode ? SETIE : CLRIE) + NUMBER, source);
}

static void aplic_ready(const VmHart *hart, const uint64_t *sources)
{
    (void)sources;
    write32(base + DOMAINCFG, DOMAIN_IE);
    write32(base + IDC + IDC_STRIDE * hart->place + ITHRESHOLD, 0);
    write32(base + IDC + IDC_STRIDE * hart->place + IDELIVERY, 1);
}

static void aplic_route(const VmHart *hart, unsigned source, unsigned mode)
{
    set_source(source, mode, hart->place << HART_AT | 1);
}

/* A level stays pending, so it is turned off meanwhile; an edge that comes meanwhile is kept. */
static unsigned aplic_claim(const VmHart *hart)
{
    unsigned source = read32(base + IDC + IDC_STRIDE * hart->place + CLAIMI) >> 16;
    if (source)
        write32(base + CLRIE + NUMBER, source);
    return source;
}

static void aplic_done(const VmHart *hart, unsigned source, bool enabled)
{
    (void)hart;
    if (enabled)
        write32(base + SETIE + NUMBER, source);
}

static uint32_t identities; /* the highest of a file */

/* The APLIC whose messages go to the file that interrupts the hart's S-mode, and ours is HS-mode. */
static bool imsic_open(const Fdt *host, FdtNode node, VmHart *hart)
{
    FdtRange reg;
    uint32_t parent = fdt_cell(host, node, "msi-parent", 0, 0);
    FdtNode files = parent ? fdt_find_phandle(host, parent) : NULL;
    if (!files || !open_wires(host, files, hart) || !fdt_reg(host, node, 0, &reg))
        return false;
    base = reg.base;
    identities = fdt_cell(host, files, "riscv,num-ids", 0, 63);
    return true;
}

/* A message's identity is the number of its source. */
static void imsic_ready(const VmHart *hart, const uint64_t *sources)
{
    (void)hart;
    write32(base + DOMAINCFG, DOMAIN_IE | DOMAIN_DM);
    csr_write(siselect, EITHRESHOLD);
    csr_write(sireg, 0);
    csr_write(siselect, EIDELIVERY);
    csr_write(sireg, 1);
    for (unsigned i = 0; i < WORDS && 64 * i <= identities; i++) {
        csr_write(siselect, EIE0 + 2 * i);
        csr_write(sireg, sources[i]);
    }
}

static void imsic_route(const VmHart *hart, unsigned source, unsigned mode)
{
    set_source(source, mode, hart->place << HART_AT | source);
}

static unsigned imsic_claim(const VmHart *hart)
{
    (void)hart;
    return (unsigned)(csr_swap(stopei, 0) >> 16);
}

/* A level that is still high is sent once more: "Special consideration for level-sensitive interrupt sources". An edge is
 * not: it would come again. */
static void imsic_done(const VmHart *hart, unsigned source, bool enabled)
{
    (void)hart;
    (void)enabled;
    if (read32(base + SOURCECFG + 4 * source) >= LEVEL_HIGH)
        write32(base + SETIPNUM_LE, source);
}

static const Wires known[] = {
    { "riscv,plic0", open_wires, plic_ready, plic_route, plic_claim, plic_done },
    { "riscv,aplic", imsic_open, imsic_ready, imsic_route, imsic_claim, imsic_done },
    { "riscv,aplic", open_wires, aplic_ready, aplic_route, aplic_claim, aplic_done },
};

static bool open_all(Vm *vm, const Fdt *host, FdtNode node, const Wires *wires)
{
    for (unsigned i = 0; i < vm->n_harts; i++)
        if (!wires->open(host, node, &vm->harts[i]))
            return false;
    return true;
}

const Wires *wires_find(Vm *vm, const Fdt *host, const char *compatible)
{
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        FdtNode node = NULL;
        while (!strcmp(known[i].compatible, compatible) &&
               (node = fdt_find_compatible(host, node, compatible)))
            if (open_all(vm, host, node, &known[i])) {
                vm->controller = node;
                return &known[i];
            }
    }
    return NULL;
}
