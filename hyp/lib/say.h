/* SPDX-License-Identifier: MIT */
/*
 * say.h - what a program says of itself to whoever traces it: marks (docs/adr/0015-marks.md) that have names there.
 *
 * Each is one `slti x0` of a kind of its own with the fields in its value. emu/base/said.def has the same table for the trace.
 */
#ifndef HYP_LIB_SAY_H
#define HYP_LIB_SAY_H

#include "lib/csr.h"

/* Why a job or a virtual machine gets the hart or loses it. */
typedef enum {
    WHY_NONE,
    WHY_QUANTUM,
    WHY_OUTPUT_FULL,
    WHY_INPUT_EMPTY,
    WHY_HALT,
    WHY_TYC,
    WHY_PREEMPT,
    WHY_PAGE,
    WHY_WAIT,
    WHY_DONE,
    WHY_CONSOLE,
    WHY_FAULT,
    WHY_START,
    WHY_WAKE,
} Why;

typedef enum { SWAP_IN, SWAP_OUT, SWAP_BOTH } SwapDir;
typedef enum {
    BREAK_TYPE_OUT,
    BREAK_TYPE_IN,
    BREAK_HALT,
    BREAK_OTHER,
    BREAK_TTY_IN,
    BREAK_TTY_OUT
} BreakWhat;
typedef enum { TYPE_TO_USER, TYPE_TO_TYC, TYPE_TO_TYPEWRITER } TypeTo;
typedef enum { SIM_CSR, SIM_SRET, SIM_SFENCE, SIM_WFI, SIM_SBI, SIM_MMIO, SIM_OTHER } SimWhat;
typedef enum { FLUSH_ALL, FLUSH_VA, FLUSH_ASID } FlushWhat;
typedef enum { UNIT_READER, UNIT_PUNCH, UNIT_PRINTER } UnitDevice;

#define SAY_AT(value, bit) ((uint64_t)(value) << (bit))

/* Time-sharing. */
#define say_start(job, queue, why) mark(64, SAY_AT(job, 0) | SAY_AT(queue, 8) | SAY_AT(why, 16))
#define say_stop(job, queue, why)  mark(65, SAY_AT(job, 0) | SAY_AT(queue, 8) | SAY_AT(why, 16))
#define say_ready(job, queue, why) mark(66, SAY_AT(job, 0) | SAY_AT(queue, 8) | SAY_AT(why, 16))
#define say_done(job, queue, why)  mark(67, SAY_AT(job, 0) | SAY_AT(queue, 8) | SAY_AT(why, 16))
#define say_swap(job, dir, words, field) \
    mark(68, SAY_AT(job, 0) | SAY_AT(dir, 8) | SAY_AT(words, 16) | SAY_AT(field, 32))
#define say_break(channel, job, what) \
    mark(69, SAY_AT(channel, 0) | SAY_AT(job, 8) | SAY_AT(what, 16))
#define say_type(port, character, to) \
    mark(70, SAY_AT(port, 0) | SAY_AT((uint8_t)(character), 8) | SAY_AT(to, 16))
#define say_queue(job, level, words) mark(71, SAY_AT(job, 0) | SAY_AT(level, 8) | SAY_AT(words, 16))
#define say_preempt(job, by)         mark(72, SAY_AT(job, 0) | SAY_AT(by, 8))

/* Paging. */
#define say_page_in(vm, vpage, frame) mark(80, SAY_AT(vm, 0) | SAY_AT(vpage, 8) | SAY_AT(frame, 24))
#define say_page_out(vm, vpage, frame) \
    mark(81, SAY_AT(vm, 0) | SAY_AT(vpage, 8) | SAY_AT(frame, 24))

/* Virtual machines. */
#define say_sim(vm, what, csr, write) \
    mark(96, SAY_AT(vm, 0) | SAY_AT(what, 8) | SAY_AT(csr, 16) | SAY_AT(write, 32))
#define say_reflect(vm, cause)    mark(97, SAY_AT(vm, 0) | SAY_AT(cause, 8))
#define say_shadow_fill(va, root) mark(98, ((uint64_t)(va) >> 12) | SAY_AT(root, 52))
#define say_shadow_flush(what, vm, entries) \
    mark(99, SAY_AT(what, 0) | SAY_AT(vm, 8) | SAY_AT(entries, 16))
#define say_dispatch(from, to, why) mark(100, SAY_AT(from, 0) | SAY_AT(to, 8) | SAY_AT(why, 16))
#define say_spool_open(vm, device, records) \
    mark(101, SAY_AT(vm, 0) | SAY_AT(device, 8) | SAY_AT(records, 16))
#define say_spool_close(vm, device, records) \
    mark(102, SAY_AT(vm, 0) | SAY_AT(device, 8) | SAY_AT(records, 16))
#define say_command(vm, command) mark(103, SAY_AT(vm, 0) | SAY_AT(command, 8))

#endif
