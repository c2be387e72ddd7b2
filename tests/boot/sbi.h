/* SPDX-License-Identifier: MIT */
/* sbi.h - what the S-mode programs of this folder start with: entry, calls of the firmware, its console. */
#ifndef TESTS_BOOT_SBI_H
#define TESTS_BOOT_SBI_H

#include <stdint.h>

enum { SBI_SRST = 0x53525354, SBI_PUTCHAR = 1 };

typedef struct {
    long error;
    unsigned long value;
} SbiReturn;

static inline SbiReturn sbi4(unsigned long extension, unsigned long function, unsigned long w,
                             unsigned long x, unsigned long y, unsigned long z)
{
    register unsigned long a0 asm("a0") = w, a1 asm("a1") = x, a2 asm("a2") = y, a3 asm("a3") = z;
    register unsigned long a6 asm("a6") = function, a7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
    return (SbiReturn){ (long)a0, a1 };
}

static inline SbiReturn sbi(unsigned long extension, unsigned long function, unsigned long x,
                            unsigned long y, unsigned long z)
{
    return sbi4(extension, function, x, y, z, 0);
}

static inline void print(const char *text)
{
    while (*text)
        sbi(SBI_PUTCHAR, 0, (unsigned char)*text++, 0, 0);
}

static inline void print_number(const char *name, unsigned long value)
{
    char digits[20], *at = digits + sizeof digits;
    print(name);
    *--at = 0;
    do
        *--at = (char)('0' + value % 10);
    while (value /= 10);
    print(at);
    print("\n");
}

/* The firmware switches the machine off. */
static inline void switch_off(void)
{
    for (;;)
        sbi(SBI_SRST, 0, 0, 0, 0);
}

asm(".section .text.start\n .globl _start\n _start: la sp, stack_top\n j main\n .bss\n .balign 16\n .space 4096\n stack_top:\n .text\n");

#endif
