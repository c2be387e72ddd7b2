/* SPDX-License-Identifier: MIT */
/* access.c - see access.h. */
#include "lib/access.h"

bool access_decode(const Vcpu *vcpu, Access *access)
{
    uint32_t code = (uint32_t)vcpu->htinst, high;
    if (code) {
        /* Bit 0 set: the instruction, transformed; bit 1 clear: it was a compressed one. */
        bool known = (code & 1) && access_of(code | 2, access);
        access->length = code & 2 ? 4 : 2;
        return known;
    }
    if (!vcpu_fetch(vcpu->pc, 2, &code))
        return false;
    if ((code & 3) != 3)
        return access_of(code, access);
    return vcpu_fetch(vcpu->pc + 2, 2, &high) && access_of(high << 16 | code, access);
}

void access_finish(Vcpu *vcpu, const Access *access, uint64_t value)
{
    if (!access->write && access->reg)
        vcpu->x[access->reg] = access_extend(access, value);
    vcpu->pc += access->length;
}
