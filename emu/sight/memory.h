/* SPDX-License-Identifier: MIT */
/*
 * memory.h - physical memory by owner and colour: the sight behind the monitor's `memory` and the window's panel.
 *
 * A page belongs to a guest that its G stage gives it to; until then to the partition that the machine file gives it to by
 * its address; else to the host, if it has been written or an image was put there; else to nobody. Guests are those that
 * are set up on a hart (hgatp); partitions of the machine file are known by their names. A page that two guests have is
 * shared if the file says so. Looking changes nothing.
 *
 * memory_map.h   whose each page is          memory_spaces.c  what the G stage gives to whom
 * memory_scan.h  all of it, bit by bit       memory_sweep.c   runs, cells and sums of that
 */
#ifndef EMU_SIGHT_MEMORY_H
#define EMU_SIGHT_MEMORY_H

#include "emu/shared/table.h"
#include "emu/sight/sight.h"

enum {
    MEMORY_OWNERS = 96, /* the last one is for all that found no room */
    MEMORY_PARTS = 3,
    MEMORY_CELLS = 1024,
    MEMORY_RUNS = 512,
    MEMORY_EXACT = 4096, /* pages: a part of so many, at most, has runs without others between */
};

typedef enum { MEMORY_UNUSED, MEMORY_HOST, MEMORY_GUEST, MEMORY_SHARED } MemoryKind;

/* The first is nobody, the second the host; then partitions as the file declares them, other guests, shared memory. */
typedef struct {
    MemoryKind kind;
    unsigned
        number; /* of a guest: a declared partition's, or 64 + VMID, or, without declarations, its VMID */
    unsigned line; /* where the machine file declares it; 0: nowhere */
    char name[48];
    bool has_colors;
    ColorSet colors; /* that it may have */
    /* Pages: all; of them, those that were written; those of colours it may not have; those that another guest has, too. */
    uint64_t pages, touched, outside, twice;
} MemoryOwner;

/* Of pages that are alike. */
enum {
    MEMORY_DECLARED = 1, /* by the machine file alone: no guest has them yet */
    MEMORY_TWICE = 2,    /* `other` has them, too, and nobody said that they are shared */
    MEMORY_FIRMWARE = 4, /* the firmware is there, and a guest can reach it */
    MEMORY_OUTSIDE = 8,  /* of a colour that its owner may not have */
    MEMORY_WRONG = MEMORY_TWICE | MEMORY_FIRMWARE | MEMORY_OUTSIDE,
};

/* Pages that are alike. There may be others between them, `gap` in a row at most: then they are not all of
 * [begin, end). */
typedef struct {
    uint64_t begin, end; /* addresses */
    uint64_t pages, touched;
    uint8_t owner, other; /* indices of owners; other: 0, nobody */
    uint8_t image;        /* index of images */
    uint8_t flags;
    ColorSet colors; /* that they have */
} MemoryRun;

/* Some pages that follow each other, by owner. */
typedef struct {
    uint8_t n; /* parts; the rest of the pages is nobody's */
    uint8_t flags;
    bool more; /* there are other owners, too */
    struct {
        uint8_t owner;
        bool has; /* a guest: more than declared */
        uint32_t pages;
    } parts[MEMORY_PARTS];
} MemoryCell;

typedef struct {
    gint references;
    uint64_t ram, ram_size;
    unsigned colors;   /* of the shared cache; 0: nobody said so */
    uint64_t at, size; /* what cells and runs are of */
    uint64_t cell;     /* bytes of a cell, a power of two; the last one may be smaller */
    unsigned n_owners, n_cells, n_runs, gap;
    uint64_t more_runs; /* that found no room */
    MemoryOwner owners[MEMORY_OWNERS];
    MemoryCell *cells;
    MemoryRun *runs;                   /* by address */
    char **images;                     /* what was put into memory; the first one is "" */
    char *file;                        /* name of the machine file; NULL: there is none */
    bool cut;                          /* tables of a guest are so that not all was looked at */
    uint64_t outside, twice, firmware; /* pages of guests: wrong */
} MemorySight;

/* Of now, and all of it; to be freed by memory_sight_free. */
MemorySight *memory_sight_new(Machine *machine, const SightWants *wants);
void memory_sight_free(void *sight);

/* What is said of a run: "mapped", "firmware 'fw.bin'", ...; and of whom it is. To be freed. */
char *memory_run_what(const MemorySight *sight, const MemoryRun *run);
char *memory_run_who(const MemorySight *sight, const MemoryRun *run);
/* Colours of a run, or those that an owner may have, "0-3,8": "" if there are none to tell apart. To be freed. */
char *memory_run_colors(const MemorySight *sight, const MemoryRun *run);
char *memory_owner_colors(const MemorySight *sight, const MemoryOwner *owner);
/* "128M", "12K": of whole KiB. To be freed. */
char *memory_size_text(uint64_t size);
/* The lines before the tables, without ends of line. To be freed. */
char *memory_heading(const MemorySight *sight);
/* The same of what is wrong; NULL: nothing is. */
char *memory_wrong(const MemorySight *sight);

/* Functions of the SightType. */
void *memory_sight_make(Machine *machine, const SightWants *wants);
void memory_sight_print(const void *sight, GString *out);
void memory_sight_json(const void *sight, Json *json);

/* What is kept from look to look when they are made in parts; the machine's own. NULL is fine. */
struct MemoryLook;
void memory_look_free(struct MemoryLook *look);

#endif
