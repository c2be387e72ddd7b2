/* SPDX-License-Identifier: MIT */
/* measure.h - facts of runs: counted in recordings, read in reports. */
#ifndef EMU_LAB_MEASURE_H
#define EMU_LAB_MEASURE_H

#include "emu/lab/lab.h"

/* The files that a run leaves in a folder. */
typedef struct {
    char *trace, *timing, *verdict, *errors;
    char *shown; /* the recording, for people: as `trace` if it stays */
} RunFiles;

RunFiles *run_files_new(const char *folder, bool stays, const LabRun *run);
void run_files_remove(const RunFiles *files);
void run_files_free(RunFiles *files);

/* What is wanted of a run. */
typedef struct {
    char *events; /* for -trace; NULL: none */
    bool timing, verdict;
} RunNeeds;

/* Reads the rules of a run, for a catalogue of events; NULL, without an error: it has none. */
Rules *measure_rules(const LabRun *run, const TraceEvent *events, unsigned n,
                     const Partitions *parts, GError **error);
/* What the facts and rules of run `number` need. False: one of them is wrong. */
bool measure_needs(const Lab *lab, unsigned number, const Partitions *parts, RunNeeds *needs,
                   GError **error);
/* Is the fact one that can be measured? Fails with EXIT_CONFIG. */
bool measure_check(const LabFact *fact, const Partitions *parts, GError **error);

/* Measures the facts of run `number` into values[], one for each of the lab's facts, and adds the outcomes of its rules. */
bool measure_run(const Lab *lab, unsigned number, const RunFiles *files, Quantity *values,
                 Outcomes *outcomes, GError **error);

#endif
