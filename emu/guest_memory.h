/* SPDX-License-Identifier: MIT */
/*
 * guest_memory.h - memory as a program on a hart sees it, for those who look from outside: debugger, semihosting.
 *
 * Addresses are virtual, in the present context of the hart, or of a space that is given, or physical. RAM and ROM only:
 * reading a device's registers would change it. Looking fills no TLB; writing goes through the bus, so that decoded
 * instructions and reservations hear of it.
 */
#ifndef EMU_GUEST_MEMORY_H
#define EMU_GUEST_MEMORY_H

#include "emu/machine.h"

typedef struct {
    Machine *machine;
    unsigned hart;
    bool physical; /* addresses are physical */
    bool code;     /* addresses are of instructions: mstatus.MPRV does not apply */
    /* Not NULL: addresses are of this space, and no permission is asked for. */
    const MmuSpace *space;
} GuestView;

/* Reads as far as there is memory; returns how many of `size` bytes that were. */
size_t guest_memory_read(const GuestView *view, uint64_t address, void *data, size_t size);
/* Writes all or nothing; false: some byte is not RAM. Nobody's reservation survives: the writer is no hart. */
bool guest_memory_write(const GuestView *view, uint64_t address, const void *data, size_t size);
/* Appends a sentence that says where `address` leads, or what ends its translation. */
void guest_memory_explain(const GuestView *view, uint64_t address, GString *out);

#endif
