/* SPDX-License-Identifier: MIT */
/*
 * atomic.c - LR/SC, AMOs and compare-and-swap.
 *
 * Harts take turns on one host thread, so an AMO is a load and a store. A reservation is a 64-byte granule of physical
 * memory; the stores of others that break it are watched for by the machine (ADR 0005). aq and rl need nothing here:
 * every access is already in program order for everyone.
 */
#include <string.h>

#include "cpu/exec/exec.h"

static uint64_t granule(Spa spa)
{
    return spa.v >> RESERVATION_SHIFT << RESERVATION_SHIFT;
}

/* Memory for an atomic access, or NULL with the fault set. What writes needs to read, too. */
static uint8_t *atomic_at(Hart *hart, uint64_t address, unsigned size, Access access, Accessed how,
                          bool may_misalign, Spa *spa)
{
    if (trigger_stops(hart, address, size, access) || watch_stops(hart, address, size, how))
        return NULL;
    return mmu_atomic(&hart->mmu, (Gva){ address }, size, access, may_misalign, spa);
}

static uint64_t read_host(const uint8_t *host, unsigned size)
{
    uint64_t value = 0;
    memcpy(&value, host, size);
    return size == 4 ? (uint64_t)(int32_t)value : value;
}

static ExecResult load_reserved(Hart *hart, const Insn *in, unsigned size)
{
    Spa spa;
    uint64_t address = hart->x[in->rs1];
    const uint8_t *host = atomic_at(hart, address, size, ACCESS_READ, ACCESSED_READ, false, &spa);
    if (!host)
        return hart_raise_fault(hart);
    hart->x[in->rd] = read_host(host, size);
    hart->mmu.reservation = granule(spa);
    report_access(hart, address, size, ACCESSED_READ, 0);
    return EXEC_NEXT;
}

/* norm:sc_reservation_invalidate: whatever its outcome, an SC ends the reservation. */
static ExecResult store_conditional(Hart *hart, const Insn *in, unsigned size)
{
    Spa spa;
    uint64_t address = hart->x[in->rs1];
    const uint8_t *host = atomic_at(hart, address, size, ACCESS_WRITE, ACCESSED_WRITE, false, &spa);
    if (!host)
        return hart_raise_fault(hart);
    bool success = hart->mmu.reservation == granule(spa);
    hart->mmu.reservation = RESERVATION_NONE;
    if (success) {
        mmu_atomic_store(&hart->mmu, spa, size, hart->x[in->rs2]);
        report_access(hart, address, size, ACCESSED_WRITE, hart->x[in->rs2]);
    }
    hart->x[in->rd] = !success;
    return EXEC_NEXT;
}

EXEC(lr_w)
{
    return load_reserved(hart, in, 4);
}

EXEC(lr_d)
{
    return load_reserved(hart, in, 8);
}

EXEC(sc_w)
{
    return store_conditional(hart, in, 4);
}

EXEC(sc_d)
{
    return store_conditional(hart, in, 8);
}

/* The page is in the bank's fast paths for both reading and writing: nobody needs to hear. */
static inline uint8_t *fast_atomic(const Hart *hart, uint64_t address, unsigned size)
{
    const TlbEntry *entry = bank_entry(hart->mmu.data, address);
    uint64_t tag = address & (~(uint64_t)PAGE_OFFSET | (size - 1));
    if (UNLIKELY(hart->triggers.kinds || hart->breakpoints || hart->mmu.timing))
        return NULL;
    return entry->write_tag == tag ? (uint8_t *)(address + entry->addend) : NULL;
}

/* norm:zama16b_atomic_ops */
static uint8_t *slow_atomic(Hart *hart, uint64_t address, unsigned size, Spa *spa)
{
    if (trigger_stops(hart, address, size, ACCESS_READ))
        return NULL;
    return atomic_at(hart, address, size, ACCESS_WRITE, ACCESSED_BOTH, hart->isa->has[EXT_Zama16b],
                     spa);
}

/* The AMO `name`: `value` in terms of `old` and `operand`, both of C type `type`; `old` goes to rd with its sign. */
#define AMO(name, type, value)                                                     \
    EXEC(name)                                                                     \
    {                                                                              \
        Spa spa;                                                                   \
        type old, operand = (type)hart->x[in->rs2];                                \
        uint64_t address = hart->x[in->rs1];                                       \
        uint8_t *fast = fast_atomic(hart, address, sizeof(type)), *host = fast;    \
        if (!fast && !(host = slow_atomic(hart, address, sizeof(type), &spa)))     \
            return hart_raise_fault(hart);                                         \
        memcpy(&old, host, sizeof old);                                            \
        type new = (type)(value);                                                  \
        if (fast)                                                                  \
            memcpy(host, &new, sizeof new);                                        \
        else                                                                       \
            mmu_atomic_store(&hart->mmu, spa, sizeof(type), (uint64_t) new);       \
        report_access(hart, address, sizeof(type), ACCESSED_BOTH, (uint64_t) new); \
        hart->x[in->rd] = (uint64_t)sign_extend((uint64_t)old, 8 * sizeof(type));  \
        return EXEC_NEXT;                                                          \
    }

#define AMOS(suffix, bits)                                   \
    AMO(amoswap_##suffix, uint##bits##_t, operand)           \
    AMO(amoadd_##suffix, uint##bits##_t, old + operand)      \
    AMO(amoxor_##suffix, uint##bits##_t, old ^ operand)      \
    AMO(amoand_##suffix, uint##bits##_t, old &operand)       \
    AMO(amoor_##suffix, uint##bits##_t, old | operand)       \
    AMO(amomin_##suffix, int##bits##_t, MIN(old, operand))   \
    AMO(amomax_##suffix, int##bits##_t, MAX(old, operand))   \
    AMO(amominu_##suffix, uint##bits##_t, MIN(old, operand)) \
    AMO(amomaxu_##suffix, uint##bits##_t, MAX(old, operand))

AMOS(b, 8)
AMOS(h, 16)
AMOS(w, 32)
AMOS(d, 64)

/* Zacas. Permission to write is needed even if nothing will be written: norm:Zacas_amocas_w_permission. */

/* A register that is source and destination; what is written to x0 does not read back. */
static uint64_t read_rd(const Hart *hart, const Insn *in)
{
    return in->rd == REG_SINK ? 0 : hart->x[in->rd];
}

static ExecResult compare_and_swap(Hart *hart, const Insn *in, unsigned size)
{
    Spa spa;
    uint64_t address = hart->x[in->rs1], old = 0, expected = read_rd(hart, in);
    const uint8_t *host = slow_atomic(hart, address, size, &spa);
    if (!host)
        return hart_raise_fault(hart);
    memcpy(&old, host, size);
    bool equal = !memcmp(&old, &expected, size);
    if (equal)
        mmu_atomic_store(&hart->mmu, spa, size, hart->x[in->rs2]);
    report_access(hart, address, size, equal ? ACCESSED_BOTH : ACCESSED_READ, hart->x[in->rs2]);
    hart->x[in->rd] = (uint64_t)sign_extend(old, 8 * size);
    return EXEC_NEXT;
}

EXEC(amocas_b)
{
    return compare_and_swap(hart, in, 1);
}

EXEC(amocas_h)
{
    return compare_and_swap(hart, in, 2);
}

EXEC(amocas_w)
{
    return compare_and_swap(hart, in, 4);
}

EXEC(amocas_d)
{
    return compare_and_swap(hart, in, 8);
}

/* Register pairs; the one of x0 is zero in both halves. norm:Zacas_rv64_amocas-q_op */
EXEC(amocas_q)
{
    Spa spa;
    bool discards = in->rd == REG_SINK;
    uint64_t address = hart->x[in->rs1], old[2];
    uint64_t expected[2] = { read_rd(hart, in), discards ? 0 : hart->x[in->rd + 1] };
    uint64_t wanted[2] = { hart->x[in->rs2], in->rs2 ? hart->x[in->rs2 + 1] : 0 };
    const uint8_t *host = slow_atomic(hart, address, sizeof old, &spa);
    if (!host)
        return hart_raise_fault(hart);
    memcpy(old, host, sizeof old);
    bool equal = !memcmp(old, expected, sizeof old);
    for (unsigned i = 0; i < 2 && equal; i++)
        mmu_atomic_store(&hart->mmu, (Spa){ spa.v + 8 * i }, 8, wanted[i]);
    if (hart->commit)
        hart->commit->value_high = equal ? wanted[1] : 0;
    report_access(hart, address, sizeof old, equal ? ACCESSED_BOTH : ACCESSED_READ, wanted[0]);
    hart->x[in->rd] = old[0];
    if (!discards)
        hart->x[in->rd + 1] = old[1];
    return EXEC_NEXT;
}
