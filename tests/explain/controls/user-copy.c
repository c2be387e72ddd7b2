/* SPDX-License-Identifier: MIT */
/* The guest's kernel copies from its process, with SUM. The address may be wrong: then it goes on elsewhere. */
#include "../lib/world.h"

static GUEST uint64_t guest(uint64_t address);
uint64_t copy(uint64_t from);
__asm__(".pushsection .guest.text, \"ax\"\n"
        ".option push\n.option norvc\n"
        "copy: li t0, 0x40000\ncsrs sstatus, t0\n"
        "copy_load: ld a0, 0(a0)\n"
        "csrc sstatus, t0\nret\n"
        "copy_failed: li t0, 0x40000\ncsrc sstatus, t0\nli a0, -14\nret\n"
        ".option pop\n.popsection");
extern char copy_load[], copy_failed[];

static GUEST uint64_t guest(uint64_t address)
{
    return copy(address) == 0x101 && copy(address + 4096) == (uint64_t)-14 ? 0 : 4;
}

GUEST void vs_trap(uint64_t *frame, uint64_t cause, uint64_t tval)
{
    (void)tval;
    if (cause != CAUSE_LOAD_PAGE || frame[FRAME_PC] != (uintptr_t)copy_load)
        call(CALL_END, 3);
    frame[FRAME_PC] = (uintptr_t)copy_failed;
}

void hypervisor(void)
{
    VS_LEAF(1) = vs_leaf(1, U_RWX);
    VS_LEAF(2) = 0;
    run_guest(guest, GVA(1), NULL);
}
