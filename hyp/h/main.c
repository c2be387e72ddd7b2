/* SPDX-License-Identifier: MIT */
/* main.c - two stages of translation, interrupts by software; see README.md, then monitor/monitor.h. */
#include "monitor/monitor.h"

/* clang-format off */
const Setting setting = {
    .name = "h",
    .two_stages = true,
    .delegated = PAGE_FAULTS,
    .enabled = SIE_SOFT | SIE_EXTERNAL,
    .exceptions = {
        [CAUSE_ECALL_VS] = on_ecall,
        [CAUSE_FETCH_GUEST_PAGE] = on_guest_page,
        [CAUSE_LOAD_GUEST_PAGE] = on_guest_page,
        [CAUSE_VIRTUAL_INSTRUCTION] = on_virtual_instruction,
        [CAUSE_STORE_GUEST_PAGE] = on_guest_page,
    },
    .interrupts = {
        [IRQ_SOFT] = on_soft,
        [IRQ_TIMER] = on_timer,
        [IRQ_EXTERNAL] = on_external,
    },
    .map_irqchip = claims_map,
    .read = claims_read,
    .write = claims_write,
};
/* clang-format on */
