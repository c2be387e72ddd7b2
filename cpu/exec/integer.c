/* SPDX-License-Identifier: MIT */
/* integer.c - integer.def as functions: for tracing, for crossing instructions, and for the slow path of the fast
 * loop. */
#include "cpu/exec/arith.h"
#include "cpu/exec/exec.h"

#define RS1      hart->x[in->rs1]
#define RS2      hart->x[in->rs2]
#define IMM      ((uint64_t)(int64_t)in->imm)
#define SHAMT    (in->imm)
#define WIDE_IMM ((uint64_t)(int64_t)in->wide)
#define PC       hart->pc

#define ALU(name, value)                     \
    EXEC(name)                               \
    {                                        \
        hart->x[in->rd] = (uint64_t)(value); \
        return EXEC_NEXT;                    \
    }
#define WIDE(name, value) ALU(name, value)
#define LOAD(name, type)                                       \
    EXEC(name)                                                 \
    {                                                          \
        uint64_t value;                                        \
        if (!exec_load(hart, RS1 + IMM, sizeof(type), &value)) \
            return hart_raise_fault(hart);                     \
        hart->x[in->rd] = (uint64_t)(type)value;               \
        return EXEC_NEXT;                                      \
    }
#define STORE(name, type)                                          \
    EXEC(name)                                                     \
    {                                                              \
        if (!exec_store(hart, RS1 + IMM, sizeof(type), (type)RS2)) \
            return hart_raise_fault(hart);                         \
        return EXEC_NEXT;                                          \
    }
#define BRANCH(name, taken)                              \
    EXEC(name)                                           \
    {                                                    \
        return taken ? jump(hart, PC + IMM) : EXEC_NEXT; \
    }

/* A target that is not aligned faults at the jump, not at the target. */
static ExecResult jump(Hart *hart, uint64_t target)
{
    if (target & hart->ialign_mask)
        return hart_raise_at(hart, CAUSE_FETCH_MISALIGNED, target);
    hart->pc = target;
    return EXEC_JUMP;
}

#include "cpu/exec/integer.def"

EXEC(jal)
{
    uint64_t link = PC + 4;
    ExecResult result = jump(hart, PC + WIDE_IMM);
    if (result == EXEC_JUMP)
        hart->x[in->rd] = link;
    return result;
}

EXEC(jalr)
{
    uint64_t link = PC + 2u * in->step;
    ExecResult result = jump(hart, (RS1 + IMM) & ~1ull);
    if (result == EXEC_JUMP)
        hart->x[in->rd] = link;
    return result;
}
