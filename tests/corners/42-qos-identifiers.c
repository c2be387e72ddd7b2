/* SPDX-License-Identifier: MIT */
/*
 * 42 qos-identifiers - srmcfg is the hypervisor's, if machine mode lets it; a guest never has it.
 *
 * norm:Ssqosid_srmcfg_access_illegal_instruction, norm:Ssqosid_srmcfg_access_virtual_instruction,
 * norm:Ssqosid_srmcfg_register_size, norm:Ssqosid_smstateen_srmcfg_requires_mstateen0
 *
 * isa: ssqosid
 */
#include "lib/corner.h"

const char corner_name[] = "42 qos-identifiers";

#define SRMCFG BIT(55)

void corner(void)
{
    const Row rows[] = {
        ROW("csrr a0, 0x181", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrw 0x181, x0", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrrsi a0, 0x181, 1", OK, OK, ILLEGAL, VIRTUAL, VIRTUAL),
        ROW("csrr a0, 0x281", ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL,
            ILLEGAL), /* there is no VS register */
    };
    const Row closed[] = {
        ROW("csrr a0, 0x181", OK, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
        ROW("csrw 0x181, x0", OK, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL),
    };
    __asm__ volatile("csrw 0x181, %0" ::"r"(-1ul));
    uint64_t held;
    __asm__ volatile("csrr %0, 0x181" : "=r"(held));
    check("srmcfg: RCID, MCID and nothing else", 0x0fff0fff, held);
    __asm__ volatile("csrw 0x181, x0");
    check("mstateen0.SRMCFG", SRMCFG, CSR_READ(mstateen0) & SRMCFG);
    check("hstateen0 has no such bit", 0, CSR_READ(hstateen0) & SRMCFG);
    CHECK_ROWS("", rows);
    CSR_CLEAR(mstateen0, SRMCFG);
    CHECK_ROWS("closed", closed);
    CSR_SET(mstateen0, SRMCFG);
}
