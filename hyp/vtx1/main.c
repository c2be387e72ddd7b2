/* SPDX-License-Identifier: MIT */
/* main.c - the hardware switches modes and nothing else: page tables by software; see README.md, then
 * monitor/monitor.h. What stands in hyp/h/main.c too is the same monitor. */
#include "monitor/monitor.h"
#include "vtx1/vtx1.h"

/* clang-format off */
const Setting setting = {
    .name = "vtx1",
    .two_stages = false,
    .delegated = 0, /* page faults come to us */
    .hstatus = HSTATUS_VTVM,
    .enabled = SIE_SOFT | SIE_EXTERNAL,
    .exceptions = {
        [CAUSE_ECALL_VS] = on_ecall,
        [CAUSE_FETCH_PAGE] = on_page_fault,
        [CAUSE_LOAD_PAGE] = on_page_fault,
        [CAUSE_STORE_PAGE] = on_page_fault,
        [CAUSE_VIRTUAL_INSTRUCTION] = on_privileged,
    },
    .interrupts = {
        [IRQ_SOFT] = on_soft,
        [IRQ_TIMER] = on_timer,
        [IRQ_EXTERNAL] = on_external,
    },
    .map_irqchip = claims_map,
    .read = claims_read,
    .write = claims_write,
    .tree = shadow_tree,
    .begin = shadow_begin,
    .forget = shadow_forget,
    .report = shadow_report,
};
/* clang-format on */
