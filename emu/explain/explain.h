/* SPDX-License-Identifier: MIT */
/*
 * explain.h - why something happened: the last fault, any trap that is remembered, or that nothing happens any more; and
 * when the facts say so, what is probably wrong.
 *
 * Facts come from cpu/past.h, from the registers and tables as they are, and from fence.missing events. What is wrong
 * follows from general rules, a table in rules.c; a fault that its handler settles is explained, and nobody is
 * blamed for it. Looking changes nothing.
 *
 * explain.c         choosing what to explain, and telling it    rules.c   from facts to mistakes
 * fences.c  translations used for want of a fence       print.c   text and JSON
 * words.c   names, and rules of the manual
 */
#ifndef EMU_EXPLAIN_EXPLAIN_H
#define EMU_EXPLAIN_EXPLAIN_H

#include "cpu/past.h"
#include "emu/json.h"
#include "emu/machine.h"

typedef struct Explain Explain;

/* Keeps what explanations need from now on; machine->explain. With `fences` also every use of a translation that its
 * tables no longer give, which costs time. Once is enough. */
void explain_keep(Machine *machine, bool fences);
void explain_free(Explain *explain);

/* A translation that was used although its tables say something else. */
typedef struct {
    unsigned hart, times;
    uint64_t va, spa, retired;
    MmuSpace space;
    unsigned stage; /* as the event has it: S, VS, G */
    Access access;
    bool by_guest; /* a guest wrote the tables last */
    WalkEnd now;   /* what a walk finds */
    uint64_t now_spa;
    WalkStep leaf; /* of the stage that changed, as it was found then */
    bool has_leaf;
    uint64_t
        root_before; /* hgatp of the same VMID that gave the translation; 0: it was the tables that changed */
} FenceNote;

enum { EXPLAIN_FENCES = 16 };
struct Explain {
    Machine *machine;
    FenceNote notes[EXPLAIN_FENCES]; /* the last ones, by number */
    unsigned count;
    GByteArray *tree; /* the machine's device tree, when it was needed */
};

/* What the notes of fences are; n counts from the last one. NULL: there are no more. */
const FenceNote *explain_fence(const Machine *machine, unsigned n);
/* Is the translation remembered still, and wrong? */
bool explain_fence_is_missing(const Machine *machine, const FenceNote *note);

/* How many translations the hart remembers, of the spaces that are set up, that their tables no longer give; `*va` is one.
 * Unused they do no harm. */
unsigned explain_stale(Hart *hart, uint64_t *va);

/* A mistake: the entry of a page table or the register that it is in, the bit, the rule of the manual, what is wrong with
 * it and what to do. */
typedef struct {
    bool has_entry;
    const char *stage; /* "S", "VS", "G" */
    unsigned level;
    uint64_t at, pte;
    const char *bit, *rule;
    GString *what, *fix;
} Mistake;

/* What is explained, and what is known about it. */
typedef struct {
    Machine *machine;
    Hart *hart;
    const PastTrap *trap;   /* NULL: none */
    const FaultWalk *walk;  /* that ended in it, or NULL */
    const FenceNote *fence; /* NULL: none */
    bool waits;             /* it is about a hart that waits */
    bool over;              /* nobody will do any more about it: the run has ended */
} Case;

/* Has nobody settled this trap: its handler gave up, or returns to where it comes again at once? */
bool explain_is_open(const Case *it);
bool explain_is_loop(const Case *it);

/* The mistakes that the facts of a case prove; appended to `mistakes`, of Mistake. */
void explain_judge(const Case *it, GPtrArray *mistakes);

/* An explanation. */
typedef struct {
    Case about;
    GString *text;       /* a paragraph */
    GPtrArray *mistakes; /* of Mistake; empty: nobody is to blame */
} Explanation;

/* Of trap `id` of the hart. NULL: it is not remembered. */
Explanation *explain_trap(Machine *machine, unsigned hart, uint64_t id);
/* Of what matters most now: a mistake on any hart, or the last trap of `hart`, or that it waits. `over`: the run has
 * ended. */
Explanation *explain_now(Machine *machine, unsigned hart, bool over);
void explanation_free(Explanation *explanation);

/* Lines of text, or one JSON object and the end of its line. */
void explanation_print(const Explanation *explanation, GString *out);
void explanation_json(const Explanation *explanation, Json *json);

/* The paragraph of a case. */
void explain_tell(const Case *it, GString *out);

#endif
