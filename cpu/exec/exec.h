/* SPDX-License-Identifier: MIT */
/*
 * exec.h - the vocabulary of the files that say what instructions do.
 *
 * integer.def says it for the instructions that run most, in sentences like ALU(add, RS1 + RS2); it is expanded twice:
 * here into one function an instruction, and in interp.c into the labels of the fast loop. Everything else is a
 * function written with EXEC. This file defines the function form.
 */
#ifndef CPU_EXEC_EXEC_H
#define CPU_EXEC_EXEC_H

#include "cpu/commit.h"
#include "cpu/hart.h"

#define INSN_NO_EXPANDED
#define INSN(id, ...) ExecFn exec_##id;
#include "cpu/isa/all.def"
#undef INSN
#undef INSN_NO_EXPANDED

#define EXEC(name) ExecResult exec_##name(Hart *hart, const Insn *in)

/* The function of an instruction that only makes rd a value. */
#define TO_RD(name, value)                   \
    EXEC(name)                               \
    {                                        \
        hart->x[in->rd] = (uint64_t)(value); \
        return EXEC_NEXT;                    \
    }

/* Tells the commit record, if there is one, of the access the instruction made; `value` is what a store wrote. */
static inline void report_access(Hart *hart, uint64_t address, unsigned size, Accessed how,
                                 uint64_t value)
{
    if (UNLIKELY(hart->commit))
        commit_access(hart, address, size, how, value);
}

/* Does a debug trigger fire before the access? Then the fault is set. */
static inline bool trigger_stops(Hart *hart, uint64_t address, unsigned size, Access access)
{
    uint32_t kind = access == ACCESS_READ ? TRIGGER_LOADS : TRIGGER_STORES;
    return UNLIKELY(hart->triggers.kinds & kind) &&
           trigger_fires_on_access(hart, address, size, access);
}

/* Is there a watchpoint of the debugger's at what is about to be accessed? Then the instruction is put off: what it raises
 * now is not taken. `how`: ACCESSED_*. */
static inline bool watch_stops(Hart *hart, uint64_t address, unsigned size, Accessed how)
{
    return UNLIKELY(hart->breakpoints) && breakpoints_stop_access(hart, address, size, how);
}

/* Loads and stores of functions: through the slow path, and reported. */
static inline bool exec_load(Hart *hart, uint64_t address, unsigned size, uint64_t *value)
{
    if (trigger_stops(hart, address, size, ACCESS_READ) ||
        watch_stops(hart, address, size, ACCESSED_READ) ||
        !mmu_load(&hart->mmu, (Gva){ address }, size, value))
        return false;
    report_access(hart, address, size, ACCESSED_READ, 0);
    return true;
}

static inline bool exec_store(Hart *hart, uint64_t address, unsigned size, uint64_t value)
{
    if (trigger_stops(hart, address, size, ACCESS_WRITE) ||
        watch_stops(hart, address, size, ACCESSED_WRITE) ||
        !mmu_store(&hart->mmu, (Gva){ address }, size, value))
        return false;
    report_access(hart, address, size, ACCESSED_WRITE, value);
    return true;
}

#endif
