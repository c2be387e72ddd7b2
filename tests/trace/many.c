/* SPDX-License-Identifier: MIT */
/* many.c - more traps than a small ring holds; then the program fails. */
#include "../guest/lib/guest.h"

enum { TRAPS = 3000, CODE = 7 };

static bool on_exception(unsigned hart, TrapFrame *frame)
{
    (void)hart;
    frame->epc += 4;
    return frame->cause == ECALL_M;
}

int main(unsigned hart)
{
    (void)hart;
    guest_exception = on_exception;
    for (register unsigned long i = 0; i < TRAPS; i++)
        __asm__ volatile("mv a0, %0\n.option norvc\necall" ::"r"(i) : "a0");
    return CODE;
}
