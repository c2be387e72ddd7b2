/* SPDX-License-Identifier: MIT */
/*
 * cp.h - what CP does for the users of virtual machines: terminals, console functions, spooling, paging.
 *
 *   users/console.c   terminals, the attention key, lines     users/spool.c    reader, punch, printer; their registers are in
 *   users/command.c   console functions                       users/paging.c   storage that is not all there   unit_record.h
 */
#ifndef HYP_CP67_CP_H
#define HYP_CP67_CP_H

#include "cp67/unit_record.h"
#include "cp67/vm.h"
#include "lib/sbi.h"

/* ---- console.c ---- */
enum { ATTENTION = 27 }; /* the key: Esc */

/* A typewriter. The first one, the board's serial port, is the operator's, and the real printer. */
typedef struct Terminal Terminal;

/* Finds the terminals, and gives each machine one. */
void console_make(void);
/* The terminal of a machine; NULL: it is disconnected. */
Terminal *terminal_of(const Vm *vm);
/* Whose it is; NULL: nobody's. */
Vm *terminal_vm(const Terminal *terminal);
/* It is of this machine from now on, or of none (NULL). */
void terminal_connect(Terminal *terminal, Vm *vm);
/* Its lines are for its machine from now on, no longer for CP; the machine goes on. */
void terminal_begin(Terminal *terminal);
unsigned terminal_number(const Terminal *terminal);
/* From now on print() types there, NULL: at the operator's. Returns whether it has little to type: only then it gets messages,
 * so that they cannot stop its machine. */
bool answer_at(Terminal *terminal);
/* Stops the machine if the terminal where it is heard has too much to type, until it has not. */
void console_hold(Vm *vm);
/* Begins a line, if one is being typed. */
void answer_fresh(void);
/* The operator's terminal has room for a line, and is at the beginning of one. */
bool printer_is_free(void);
/* Waits until all that was said is typed, but not for ever: before the end of the run. */
void console_drain(void);
/* How many ticks console_poll may be put off; for ever, if interrupts say when. */
uint64_t console_patience(void);
/* CP is interrupted by this source, too. */
void console_listen(unsigned source);

/* ---- command.c ---- */
/* Does a console function for a machine, or for nobody (NULL), and answers at `terminal`; `by_program`: not typed, but asked
 * for by DIAGNOSE. Returns CP_DONE, CP_UNKNOWN, or the command's code. */
uint64_t command_do(Vm *vm, Terminal *terminal, const char *line, bool by_program);
/* sbi.c: the call DIAGNOSE_COMMAND. The machine may wait for a page then, or begin anew. */
SbiResult call_cp(Vm *vm, uint64_t function, const uint64_t *a);

/* ---- spool.c ---- */
/* devices.c: registers of the unit-record devices. */
bool unit_access(Vm *vm, uint64_t offset, const Access *access, uint64_t *value);
/* The file that is open there has its end, and goes where it shall go. Returns its records, 0: there was none. */
unsigned spool_close(Vm *vm, unsigned unit);
/* Throws away what waits there; returns how many files. */
unsigned spool_purge(Vm *vm, unsigned unit);
/* Files that wait. */
unsigned spool_waiting(const Vm *vm, unsigned unit);
/* What is punched goes to the reader of this machine; NULL: to the real punch. */
void spool_transfer(Vm *vm, Vm *to);
/* Files of the reader follow each other without an end between; of the others, CLOSE has no effect. */
void spool_continue(Vm *vm, unsigned unit, bool on);
/* A line for the real printer, if there is one and it is free. */
void spool_poll(void);
/* Is there something to print? */
bool spool_prints(void);
void spool_make(void);

/* ---- paging.c ---- */
/* Is storage paged? The command line and the device say so. */
void paging_make(void);
/* Where that byte of its storage is, an offset; NULL: on the drum, and the machine waits for it (PAGE_WAIT). */
char *page_at(Vm *vm, uint64_t offset);
/* The same for CP, which waits; NULL only if the drum fails. */
char *page_now(Vm *vm, uint64_t offset);
/* Its storage has been loaded, or is no longer needed: what was paged is forgotten. */
void paging_forget(const Vm *vm);
/* The drum may have ended something. */
void paging_poll(void);

#endif
