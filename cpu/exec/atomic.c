/* SPDX-License-Identifier: MIT */
/*
 * atomic.c - LR/SC and AMOs.
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
    const uint8_t *host = mmu_atomic(&hart->mmu, (Gva){ address }, size, ACCESS_READ, &spa);
    if (!host)
        return hart_raise_fault(hart);
    hart->x[in->rd] = read_host(host, size);
    hart->mmu.reservation = granule(spa);
    report_access(hart, address, size, false, 0);
    return EXEC_NEXT;
}

/* norm:sc_reservation_invalidate: whatever its outcome, an SC ends the reservation. */
static ExecResult store_conditional(Hart *hart, const Insn *in, unsigned size)
{
    Spa spa;
    uint64_t address = hart->x[in->rs1];
    const uint8_t *host = mmu_atomic(&hart->mmu, (Gva){ address }, size, ACCESS_WRITE, &spa);
    if (!host)
        return hart_raise_fault(hart);
    bool success = hart->mmu.reservation == granule(spa);
    hart->mmu.reservation = RESERVATION_NONE;
    if (success) {
        mmu_atomic_store(&hart->mmu, spa, size, hart->x[in->rs2]);
        report_access(hart, address, size, true, hart->x[in->rs2]);
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
    return entry->write_tag == tag ? (uint8_t *)(address + entry->addend) : NULL;
}

#define AMO(name, type, result, value)                                                            \
    EXEC(name)                                                                                    \
    {                                                                                             \
        Spa spa;                                                                                  \
        type old, operand = (type)hart->x[in->rs2];                                               \
        uint64_t address = hart->x[in->rs1];                                                      \
        uint8_t *fast = fast_atomic(hart, address, sizeof(type)), *host = fast;                   \
        if (!fast &&                                                                              \
            !(host = mmu_atomic(&hart->mmu, (Gva){ address }, sizeof(type), ACCESS_WRITE, &spa))) \
            return hart_raise_fault(hart);                                                        \
        memcpy(&old, host, sizeof old);                                                           \
        type new = (type)(value);                                                                 \
        if (fast)                                                                                 \
            memcpy(host, &new, sizeof new);                                                       \
        else                                                                                      \
            mmu_atomic_store(&hart->mmu, spa, sizeof(type), (uint64_t) new);                      \
        report_access(hart, address, sizeof(type), true, (uint64_t) new);                         \
        hart->x[in->rd] = (uint64_t)(result)old;                                                  \
        return EXEC_NEXT;                                                                         \
    }

AMO(amoswap_w, uint32_t, int32_t, operand)
AMO(amoadd_w, uint32_t, int32_t, old + operand)
AMO(amoxor_w, uint32_t, int32_t, old ^ operand)
AMO(amoand_w, uint32_t, int32_t, old &operand)
AMO(amoor_w, uint32_t, int32_t, old | operand)
AMO(amomin_w, int32_t, int32_t, MIN(old, operand))
AMO(amomax_w, int32_t, int32_t, MAX(old, operand))
AMO(amominu_w, uint32_t, int32_t, MIN(old, operand))
AMO(amomaxu_w, uint32_t, int32_t, MAX(old, operand))
AMO(amoswap_d, uint64_t, int64_t, operand)
AMO(amoadd_d, uint64_t, int64_t, old + operand)
AMO(amoxor_d, uint64_t, int64_t, old ^ operand)
AMO(amoand_d, uint64_t, int64_t, old &operand)
AMO(amoor_d, uint64_t, int64_t, old | operand)
AMO(amomin_d, int64_t, int64_t, MIN(old, operand))
AMO(amomax_d, int64_t, int64_t, MAX(old, operand))
AMO(amominu_d, uint64_t, int64_t, MIN(old, operand))
AMO(amomaxu_d, uint64_t, int64_t, MAX(old, operand))
