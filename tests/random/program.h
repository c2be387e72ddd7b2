/* SPDX-License-Identifier: MIT */
/*
 * program.h - a random program while it is being made: its memory image, its labels, and what was decided about it.
 *
 * The image is 2 MiB at the first byte of RAM. Everything a supervisor must reach is mapped at its own address in every
 * address space, so code and handlers mean the same with and without translation.
 */
#ifndef TESTS_RANDOM_PROGRAM_H
#define TESTS_RANDOM_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "cpu/isa/insn.h"
#include "cpu/isa/isa.h"
#include "mmu/mmu.h"

/* Physical addresses. The first 2 MiB are the image; below them nothing is at the same place in virtual memory. */
#define RAM_BASE UINT64_C(0x80000000)
#define TABLES   UINT64_C(0x80008000) /* page tables */
#define EPISODES UINT64_C(0x80100000) /* episodes: literals, setup code, body */
#define DATA     UINT64_C(0x80200000) /* what loads and stores reach */
#define LOG_M \
    UINT64_C(0x80400000) /* records of the machine-mode handler, and of the ends of episodes */
#define LOG_S UINT64_C(0x80600000)
#define LOG_V UINT64_C(0x80800000)  /* those of the guest's handler */
#define HOLE  UINT64_C(0x1c0000000) /* nothing on any of the machines, and mapped nowhere */
enum {
    IMAGE_SIZE = 2 << 20,
    DATA_PAGES = 16,
    SAFE_PAGES = 4, /* the last of the data: no PMP region is there, */
    PAGE = 4096,
    MAX_EPISODES = 64,
    MAX_ITEMS = 96,  /* of an episode */
    TRAP_BUDGET = 48 /* traps after which an episode is given up */
};

/* A pseudo-random sequence (SplitMix64): every part of a program has its own. */
typedef struct {
    uint64_t state;
} Rng;

static inline uint64_t rng_next(Rng *rng)
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

static inline unsigned rng_below(Rng *rng, unsigned n)
{
    return (unsigned)((rng_next(rng) >> 32) * n >> 32);
}

/* True in `n` of `of` cases. */
static inline bool rng_chance(Rng *rng, unsigned n, unsigned of)
{
    return rng_below(rng, of) < n;
}

static inline Rng rng_split(Rng *rng)
{
    return (Rng){ rng_next(rng) };
}

/* Operands of an instruction, as insn_operands gives them. */
typedef struct {
    int64_t v[SLOT_COUNT];
} Ops;

/* ".RD = 1, .IMM = 3" as operands. */
#define OP_RD    [SLOT_RD]
#define OP_RS1   [SLOT_RS1]
#define OP_RS2   [SLOT_RS2]
#define OP_IMM   [SLOT_IMM]
#define OP_CSR   [SLOT_CSR]
#define OPS(...) ((Ops){ .v = { __VA_ARGS__ } })

/* What stays to be filled in when the place of a label is known. */
typedef struct {
    uint32_t at;
    const InsnDef *def;
    Ops ops;
    char *label;
    int part; /* 0: distance; 1, 2: the two halves of la */
} Fixup;

/*
 * What an address space offers for loads and stores. There are three kinds: of the HS and U modes, physical addresses
 * behind it; G stages, from guest physical to physical addresses; and of guests, from their virtual to guest physical
 * addresses, which the G stage `under` them translates further. A guest without a first stage sees what its G stage
 * offers.
 */
enum { WINDOW_PAGES = 64, NAPOT_PAGES = 16 };
typedef struct Space {
    unsigned mode;    /* of satp, vsatp, hgatp: 0 bare, 8, 9, 10 */
    uint64_t atp;     /* what to write there */
    uint64_t window;  /* address of the first of WINDOW_PAGES small pages */
    uint64_t super;   /* of a large page over DATA */
    uint64_t code[2]; /* what is added to the offset of code in the image: for S, for U */
    uint64_t leaves;  /* physical address of the leaf table of the window */
    bool napot;       /* the last sixteen pages of the window are one */
    bool no_global;   /* entries never have G: a fence of an ASID covers them */
    bool accessed;    /* entries with a reserved N have A and D */
    uint8_t good[2][WINDOW_PAGES]; /* pages that S, U can read and write */
    unsigned n_good[2];
    const struct Space *under; /* of a guest: its G stage */
    bool is_g;
    uint64_t moved; /* of a guest: what is added to the addresses of page tables that are made */
    uint64_t
        tables; /* of a G stage: where guests' page tables can be seen a second time, with what it */
    uint64_t table_leaves; /* permits there; physical address of the leaf table for that */
} Space;

/* Is there any translation? */
static inline bool space_translates(const Space *space)
{
    return space->mode || (space->under && space->under->mode);
}

enum { MAX_SPACES = 4, MAX_STAGES = 3, MAX_GUESTS = 6 };

/* What else can be left out, by name. */
enum { OMIT_INTERRUPTS, OMIT_BLOCKS, OMIT_BITS, OMIT_ATOMICS, OMIT_NAPOT, OMIT_COUNT };

/* A piece of a body that is left out as a whole when a program is made smaller. */
typedef struct {
    uint32_t at, size;
    unsigned episode;
} Item;

typedef struct {
    const Isa *isa;
    bool omit[INSN_COUNT]; /* rows a reference has wrong */
    bool omit_kind[OMIT_COUNT];
    uint8_t *image, *data;
    uint32_t at; /* offset in the image where code is written */
    GHashTable *labels;
    GArray *fixups; /* Fixup */
    GArray *items;  /* Item */
    uint32_t tables_end;
    Space spaces[MAX_SPACES];
    unsigned n_spaces;
    Space stages[MAX_STAGES], guests[MAX_GUESTS]; /* the first of each without translation */
    unsigned n_stages, n_guests;
    uint32_t setups[MAX_EPISODES]; /* offsets of their setup code */
    unsigned n_episodes;
} Program;

/* asm.c: instructions and labels. */

/* The row's word with these operands, whatever does not fit cut off. */
uint32_t asm_word(const InsnDef *def, const Ops *ops);
/* The same; false if the row cannot hold the operands, or the word belongs to another row. */
bool asm_encode(const InsnDef *def, const Ops *ops, uint32_t *raw);
/* Writes an instruction, which must be possible. */
void asm_emit(Program *program, InsnId id, Ops ops);
void asm_raw(Program *program, uint32_t raw);
/* Loads a constant, in up to eight instructions; uses no other register. */
void asm_constant(Program *program, unsigned rd, uint64_t value);
/* Assembles lines of text: "label:", instructions as insn_disassemble prints them, and "la". */
void asm_text(Program *program, const char *text);
void asm_label(Program *program, const char *name, uint64_t offset);
uint64_t asm_find(Program *program, const char *name);
/* Fills in what waits for labels. */
void asm_finish(Program *program);

/* values.c: numbers worth computing with. */
uint64_t value_integer(Rng *rng);
uint64_t value_edge(Rng *rng); /* where divisions overflow and signs change */
uint64_t value_float(Rng *rng);

/* tables.c: address spaces; guests.c: those of virtual machines. */
void tables_make(Program *program, Rng *rng);
void guests_make(Program *program, Rng *rng);
/* A random entry for the window of a space; *good: U or S can read and write. */
uint64_t tables_random_leaf(Rng *rng, const Space *space, bool user, bool *good);
/* One for the page tables of guests, as a G stage sees them. */
uint64_t guests_random_table_leaf(Rng *rng, uint64_t pa);
/* A random page of the window whose entry may be replaced. */
unsigned tables_random_page(const Space *space, Rng *rng);

/* runtime.c: handlers, the change from one episode to the next, and the end. */
void runtime_make(Program *program);

/* episode.c: one of the parts a program consists of. */
void episode_make(Program *program, Rng *rng);

/* elf.c: the image as a program for any loader. */
bool elf_write(const Program *program, const char *path, GError **error);

#endif
