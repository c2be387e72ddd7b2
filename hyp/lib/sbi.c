/* SPDX-License-Identifier: MIT */
/* sbi.c - the call itself; see sbi.h. */
#include "lib/sbi.h"

SbiResult sbi_call5(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2,
                    uint64_t a3, uint64_t a4)
{
    register uint64_t r0 __asm__("a0") = a0;
    register uint64_t r1 __asm__("a1") = a1;
    register uint64_t r2 __asm__("a2") = a2;
    register uint64_t r3 __asm__("a3") = a3;
    register uint64_t r4 __asm__("a4") = a4;
    register uint64_t r6 __asm__("a6") = function;
    register uint64_t r7 __asm__("a7") = extension;

    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r2), "r"(r3), "r"(r4), "r"(r6), "r"(r7)
                     : "memory");
    return (SbiResult){ (long)r0, r1 };
}
