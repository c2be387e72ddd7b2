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

/* Reads the instruction from htinst, or where the guest has it; false if it is no plain load or
 * store, or cannot be read. */
bool access_decode(const Vcpu *vcpu, Access *access);

/* Lets the guest go on behind the instruction; `value` is what a load gets. A store's value is in
 * vcpu->x[access->reg]. */
void access_finish(Vcpu *vcpu, const Access *access, uint64_t value);

#endif
