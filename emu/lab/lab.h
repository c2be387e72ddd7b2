/* SPDX-License-Identifier: MIT */
/*
 * lab.h - exercises that grade themselves: a folder with a text, machines, questions, and where the answers come from.
 *
 *   lab.cfg ── read.c, check.c ──┐                              ┌── answers.c ── the student's file
 *                                ├─ child.c: every machine runs ─┤
 *                                └─ measure.c: facts of the runs ┴── grade.c: outcomes, in one of four formats
 *
 * Nothing that a guest prints counts: facts are events, counters and reports of the machine. A lab runs as a process of its
 * own, of this same program, so that what is graded is what a student sees.
 */
#ifndef EMU_LAB_LAB_H
#define EMU_LAB_LAB_H

#include "emu/expect/expect.h"
#include "emu/lab/quantity.h"
#include "emu/machinefile/machinefile.h"
#include "emu/machinefile/table.h"

typedef struct {
    MF_GROUP;
    const char *name, *machine, *options, *show, *verdict, *expect;
    MfNames change;
    uint64_t max_insns, timeout; /* s */
} LabRun;

typedef struct {
    MF_GROUP;
    const char *name, *run, *count, *stat, *gap, *share, *from, *to, *timing, *verdict;
} LabFact;

typedef struct {
    MF_GROUP;
    const char *is, *hint;
} LabWrong;

typedef struct {
    MF_GROUP;
    const char *name, *text, *unit, *answer, *tolerance, *hint;
    uint64_t points;
    MF_LIST(LabWrong) wrong;
} LabQuestion;

typedef struct {
    MF_GROUP;
    const char *title;
    uint64_t minutes;
    MF_LIST(LabRun) runs;
    MF_LIST(LabFact) facts;
    MF_LIST(LabQuestion) questions;
    char *path, *folder; /* of lab.cfg */
    char *number;        /* "10", what people call it */
    config_t config;     /* `at` of all groups points into it */
    GPtrArray *memory;   /* what belongs to the lab */
    Findings *findings;
} Lab;

extern const MfSetting lab_settings[];

/* Reads the lab in `folder`; what is wrong with it is in its findings. NULL: there is none to be read (EXIT_FILE). */
Lab *lab_read(const char *folder, GError **error);
/* The same for a text that `path` is only the name of. */
Lab *lab_parse(const char *path, const char *text, size_t size);
void lab_free(Lab *lab);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lab, lab_free)

/* Adds to the findings what cannot work. Only of labs that were read without errors. Machine files and rules are read, too,
 * if `with_files`. */
void lab_check(Lab *lab, bool with_files);
/* Reads and checks, and prints what is wrong to stderr. NULL: it cannot be read, or has errors (EXIT_CONFIG). */
Lab *lab_open(const char *folder, GError **error);

/* The run that a fact is of. */
unsigned lab_run_of(const Lab *lab, const LabFact *fact);

/* The folder of all labs, to be freed: where $BULKHEAD_LABS says, of the tree that the program was built in, or here. NULL:
 * nowhere. */
char *lab_home(void);
/* The folders of all labs, in their order, up to a NULL; to be freed. */
char **lab_folders(void);
/* The folder of lab `word`, which is its number (01 is 1), its folder's name, or a path; to be freed. NULL: there is none (EXIT_USAGE,
 * with the nearest). */
char *lab_find(const char *word, GError **error);

#endif
