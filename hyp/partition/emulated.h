/* SPDX-License-Identifier: MIT */
/*
 * emulated.h - interrupt controllers that a guest only seems to have.
 *
 *   device --wire--> the machine's controller (wires.c) --HS-mode--> what is pending (emulated.c) --VSEIP--> the guest
 *                                                                       ^ what it reads and writes: vplic.c, vaplic.c
 *
 * Three entries of HS-mode for an interrupt: it comes; the guest claims it; the guest is done. In between the machine's
 * controller keeps quiet about that source, so there is no fourth.
 */
#ifndef HYP_PARTITION_EMULATED_H
#define HYP_PARTITION_EMULATED_H

#include "lib/bits.h"
#include "partition.h"

enum { WORDS = VM_SOURCES / 64 };

/* What interrupts one hart of the guest: sources whose urgency is above the threshold. */
typedef struct {
    uint64_t enabled[WORDS];
    uint32_t threshold;
    bool off;      /* all of them */
    bool delivers; /* what vaplic.c was told of it */
    bool raised;   /* it has been told, and has not looked since */
} Context;

/* Of one guest; under vm->irq_lock. The words are bits by source. */
typedef struct Emulated {
    uint64_t pending[WORDS];
    uint64_t serving[WORDS]; /* the guest has claimed it, and is not done */
    uint16_t urgency[VM_SOURCES];
    Context contexts[HART_MAX];
    /* vaplic.c: who has claimed it; registers as they were written */
    uint8_t server[VM_SOURCES];
    uint64_t wanted[WORDS];
    uint32_t domain, target[VM_SOURCES];
    uint8_t mode[VM_SOURCES];
} Emulated;

/* wires.c: the machine's controller, which has wires. */
typedef struct {
    const char *compatible;
    /* Finds it for a hart in that node. */
    bool (*open)(const Fdt *host, FdtNode node, VmHart *hart);
    /* Made ready for this hart, which runs this. */
    void (*ready)(const VmHart *hart, const uint64_t *sources);
    /* The source interrupts that hart from now on; mode 0: no more. */
    void (*route)(const VmHart *hart, unsigned source, unsigned mode);
    /* What interrupts this hart, 0 if nothing does; it is quiet until `done`. */
    unsigned (*claim)(const VmHart *hart);
    void (*done)(const VmHart *hart, unsigned source, bool enabled);
} Wires;

/* Finds a controller of that kind for all harts of the guest; NULL: the machine has none. */
const Wires *wires_find(Vm *vm, const Fdt *host, const char *compatible);

/* The same for all kinds: rows of IrqWay. */
bool emulated_make(Vm *vm, const Wires *wires);
void emulated_tree(const Vm *vm, TreeWriter *tree, const Fdt *host, const char *count);
void emulated_forget(Vm *vm);
void emulated_reset(VmHart *hart);
void emulated_raise(Vm *vm, unsigned source);
void emulated_external(VmHart *hart);
void emulated_look(VmHart *hart);

/* For the registers, under vm->irq_lock. `hart` is the guest's number of one. */
void emulated_enable(Vm *vm, unsigned hart, unsigned source, unsigned mode);
/* What is pending of 64 sources. A PLIC's gateway forwards nothing more of a source that is being served. */
uint64_t emulated_pending(const Vm *vm, unsigned word);
/* The most urgent of what is pending and enabled there, of those whose urgency is above that; 0: none. */
unsigned emulated_best(const Vm *vm, unsigned hart, uint32_t above);
unsigned emulated_claim(Vm *vm, unsigned hart, uint32_t above);
void emulated_done(Vm *vm, unsigned hart, unsigned source);
/* Something changed: whoever has an interrupt now is told. */
void emulated_update(Vm *vm);

static inline bool bit_of(const uint64_t *words, unsigned n)
{
    return n < VM_SOURCES && (words[n / 64] >> n % 64 & 1);
}

#endif
