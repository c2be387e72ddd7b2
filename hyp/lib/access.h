/* SPDX-License-Identifier: MIT */
/*
 * access.h - what load or store a guest was about to do: for devices that its hypervisor emulates.
 */
#ifndef HYP_LIB_ACCESS_H
#define HYP_LIB_ACCESS_H

#include "lib/vcpu.h"

typedef struct {
    bool write, sign_extend;
    uint8_t size;   /* bytes */
    uint8_t reg;    /* the register that is stored or loaded */
    uint8_t length; /* bytes of the instruction */
} Access;

/* Of an instruction of 2 or 4 bytes, in the low bits of `code`; false if it is no plain load or store. */
bool access_of(uint32_t code, Access *access);

/* What a load of that kind leaves in its register when it has read `value`. */
uint64_t access_extend(const Access *access, uint64_t value);

/* Reads the instruction from htinst, or where the guest has it; false if it is no plain load or
 * store, or cannot be read. */
bool access_decode(const Vcpu *vcpu, Access *access);

/* Lets the guest go on behind the instruction; `value` is what a load gets. A store's value is in
 * vcpu->x[access->reg]. */
void access_finish(Vcpu *vcpu, const Access *access, uint64_t value);

#endif
