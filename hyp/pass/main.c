/* SPDX-License-Identifier: MIT */
/* main.c - everything passed through: two stages, guest interrupt files, the guest's own timer; see README.md, then
 * monitor/monitor.h. What stands in hyp/h/main.c too is the same monitor. */
#include "monitor/monitor.h"
#include "pass/pass.h"

/* clang-format off */
const Setting setting = {
    .name = "pass",
    .two_stages = true,
    .delegated = PAGE_FAULTS,
    .hstatus = (uint64_t)GUEST_FILE << HSTATUS_VGEIN,
    .enabled = SIE_SOFT,
    .exceptions = {
        [CAUSE_ECALL_VS] = on_ecall,
        [CAUSE_FETCH_GUEST_PAGE] = on_guest_page,
        [CAUSE_LOAD_GUEST_PAGE] = on_guest_page,
        [CAUSE_VIRTUAL_INSTRUCTION] = on_virtual_instruction,
        [CAUSE_STORE_GUEST_PAGE] = on_guest_page,
    },
    .interrupts = {
        [IRQ_SOFT] = on_soft,
    },
    .map_irqchip = files_map,
    .read = target_read,
    .write = target_write,
    .begin = files_begin,
};
/* clang-format on */
