/* SPDX-License-Identifier: MIT */
/* causes.c - see causes.h. norm:H_cause */
#include "lib/causes.h"

#include "lib/csr.h"

static const char *const exceptions[CAUSE_COUNT] = {
    [CAUSE_FETCH_MISALIGNED] = "instruction address misaligned",
    [CAUSE_FETCH_ACCESS] = "instruction access fault",
    [CAUSE_ILLEGAL] = "illegal instruction",
    [CAUSE_BREAKPOINT] = "breakpoint",
    [CAUSE_LOAD_MISALIGNED] = "load address misaligned",
    [CAUSE_LOAD_ACCESS] = "load access fault",
    [CAUSE_STORE_MISALIGNED] = "store address misaligned",
    [CAUSE_STORE_ACCESS] = "store access fault",
    [CAUSE_ECALL_U] = "environment call from U-mode",
    [CAUSE_ECALL_S] = "environment call from S-mode",
    [CAUSE_ECALL_VS] = "environment call from VS-mode",
    [CAUSE_FETCH_PAGE] = "instruction page fault",
    [CAUSE_LOAD_PAGE] = "load page fault",
    [CAUSE_STORE_PAGE] = "store page fault",
    [CAUSE_FETCH_GUEST_PAGE] = "instruction guest-page fault",
    [CAUSE_LOAD_GUEST_PAGE] = "load guest-page fault",
    [CAUSE_VIRTUAL_INSTRUCTION] = "virtual instruction",
    [CAUSE_STORE_GUEST_PAGE] = "store guest-page fault",
};

static const char *const interrupts[CAUSE_COUNT] = {
    [IRQ_SOFT] = "supervisor software interrupt",     [IRQ_TIMER] = "supervisor timer interrupt",
    [IRQ_EXTERNAL] = "supervisor external interrupt", [12] = "supervisor guest external interrupt",
    [IRQ_OVERFLOW] = "counter overflow interrupt",
};

const char *cause_name(uint64_t scause)
{
    uint64_t code = scause & ~SCAUSE_IRQ;
    const char *name = code >= CAUSE_COUNT     ? 0
                       : (scause & SCAUSE_IRQ) ? interrupts[code]
                                               : exceptions[code];
    return name ? name : "?";
}
