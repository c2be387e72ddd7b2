/* SPDX-License-Identifier: MIT */
/*
 * memory_scan.h - a look at all of memory, in steps of bounded work: first what the machine file and the loader say, then the
 * G stage of each guest, then page by page what came of it.
 */
#ifndef EMU_SIGHT_MEMORY_SCAN_H
#define EMU_SIGHT_MEMORY_SCAN_H

#include "emu/sight/memory.h"
#include "emu/sight/memory_map.h"

enum {
    SCAN_SPACES = 64,
    SCAN_OPEN = 64, /* runs that may still become longer */
    SCAN_IMAGES = 255,
};

/* What a guest shares, by its own addresses. */
typedef struct {
    uint64_t begin, size;
    unsigned owner; /* of shared memory */
} ScanShare;

/* A guest that is set up on a hart. */
typedef struct {
    Mmu *mmu;
    uint64_t hgatp, end;
    unsigned owner;
    GArray *shares;  /* of ScanShare */
    uint64_t looked; /* work that it took so far */
} ScanSpace;

typedef struct {
    MemoryRun run;
    PageUse use;   /* all of what it is of */
    uint64_t next; /* page behind its last one */
} OpenRun;

typedef struct {
    Machine *machine;
    MemorySight *sight; /* that is made */
    MemoryMap map;
    ScanSpace spaces[SCAN_SPACES];
    unsigned n_spaces;
    /* How far it is. */
    unsigned space; /* n_spaces: all of them are done */
    uint64_t gpa;
    uint64_t page;
    OpenRun open[SCAN_OPEN];
    unsigned n_open;
    GArray *runs; /* of MemoryRun */
} MemoryScan;

MemoryScan *memory_scan_new(Machine *machine, const SightWants *wants);
/* Goes on; `work` is how much of it, in units of about what it takes to look at one word. True: all is done. */
bool memory_scan_step(MemoryScan *scan, int64_t work);
/* Ends it. The sight, which is whole if all is done. */
MemorySight *memory_scan_end(MemoryScan *scan);

/* memory_basis.c: what is known before any guest is looked at. */
void memory_scan_basis(MemoryScan *scan);
/* memory_spaces.c: who is set up on which hart; and what that maps. Both return the work that is left; below 0 it goes on
 * next time. */
void memory_scan_find(MemoryScan *scan);
int64_t memory_scan_spaces(MemoryScan *scan, int64_t work);
/* memory_sweep.c */
int64_t memory_scan_sweep(MemoryScan *scan, int64_t work);
void memory_sweep_end(MemoryScan *scan);

/* A new owner, or the one for all others. */
unsigned memory_add_owner(MemoryScan *scan, MemoryKind kind, unsigned number, const char *name);

#endif
