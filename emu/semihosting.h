/* SPDX-License-Identifier: MIT */
/*
 * semihosting.h - calls that a program makes to the host by way of EBREAK: files, console, time, the end of the run.
 *
 * A call is `slli x0, x0, 0x1f; ebreak; srai x0, x0, 7`, all uncompressed and in one page, with the operation in a0 and
 * its parameter in a1; a0 gets the result. Sources: RISC-V Semihosting Specification 1.0; Semihosting for AArch32 and
 * AArch64, version 2.0, for the calls.
 */
#ifndef EMU_SEMIHOSTING_H
#define EMU_SEMIHOSTING_H

#include "emu/machine.h"

typedef struct {
    bool enabled, userspace; /* userspace: U-mode may call too */
    const char *root;        /* the folder that guests may use; NULL: the current one */
    const char *command;     /* what SYS_GET_CMDLINE says */
    HostChar *chr;           /* the console; NULL: standard input, output and error */
    bool no_input;           /* standard input is the serial port's */
    uint64_t heap, heap_end; /* for SYS_HEAPINFO; physical */
    /* Called before standard output is written, so that what the machine said before comes before. */
    void (*flush)(void *opaque);
    void *flush_opaque;
} SemihostConfig;

typedef struct Semihost Semihost;

/* Makes the harts of `machine` ask. What `config` points to must outlive it. Fails as semihost_files_new does. */
Semihost *semihost_new(Machine *machine, const SemihostConfig *config, GError **error);
void semihost_free(Semihost *semihost); /* before machine_free; NULL is fine */

#endif
