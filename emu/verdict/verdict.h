/* SPDX-License-Identifier: MIT */
/*
 * verdict.h - does the hypervisor have to intervene while the guest runs? Counted per partition from events of a trace, as
 * they happen or from a recording, between two edges; then a grade, with its reason. What is counted, and how it is
 * judged, is in docs/howto/judge-a-hypervisor.md and ADR 0031.
 *
 *   window.c  which events count          count.c    exits, traps, time, who has the hart
 *   irq.c     interrupts, by stage        grade.c    A, B, C
 *   report.c, json.c, picture.c           live.c, recording.c: where events come from
 *   check.c   was anything judged?
 */
#ifndef EMU_VERDICT_VERDICT_H
#define EMU_VERDICT_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "emu/base/partitions.h"
#include "emu/base/trace.h"

/* Where the window begins or ends. */
typedef struct {
    bool given; /* else where the run does */
    bool is_mark, has_value;
    uint64_t ns;        /* of the machine's time, if it is no mark */
    uint64_t id, value; /* of a mark */
} VerdictEdge;

typedef struct {
    VerdictEdge from, to;
    bool go_on; /* the run does not end where the window does */
    bool has_bound;
    uint64_t bound;        /* ns that a stay of the host may be long, said before the run */
    const char *base;      /* verdict of a run with idle neighbours, JSON; NULL: none */
    const char *partition; /* only that one; NULL: all */
} VerdictConfig;

typedef struct Verdict Verdict;

/* The events that it must be shown, and those that it counts if they are there: bit n of event n. */
TraceSet verdict_events(void);
TraceSet verdict_extra_events(void);

/* `parts`: as they are declared; it is copied. `shown`: which events will be. `config` must outlive the verdict. */
Verdict *verdict_new(const VerdictConfig *config, const Partitions *parts, TraceSet shown);
void verdict_free(Verdict *verdict);

/* Shows it the next event. */
void verdict_event(Verdict *verdict, const TraceRecord *record);
/* Is the window over? */
bool verdict_is_over(const Verdict *verdict);
bool verdict_is_open(const Verdict *verdict);

/* All events were shown. */
void verdict_end(Verdict *verdict);
/* And there would have been more: the recording does not go to the end. */
void verdict_is_cut(Verdict *verdict);
/* Forgets what was counted: the window begins now, at this time of the machine. */
void verdict_restart(Verdict *verdict, uint64_t time);
/* What a hart has come to, and the machine's time, though no event says so. */
void verdict_see_clock(Verdict *verdict, unsigned hart, uint64_t time, uint64_t own, uint64_t insns,
                       bool timed);
/* The run begins at that time, if no event has come yet. */
void verdict_begin(Verdict *verdict, uint64_t time);
/* Where a hart is, if no event has told of it yet: in mode `mode`, perhaps waiting, with its own clock and its retired
 * instructions. */
void verdict_see_hart(Verdict *verdict, unsigned hart, unsigned mode, bool idle, unsigned vmid,
                      uint64_t own, uint64_t insns);

/* Before the run: may partition= name one of `parts`? Only of declared ones it is known. Fails with EXIT_CONFIG. */
bool verdict_names(const VerdictConfig *config, const Partitions *parts, GError **error);
/* Grades what was counted so far. Fails if the base cannot be read, or partition= names none. */
bool verdict_judge(Verdict *verdict, GError **error);
/* The same, and looks whether names are those that were seen: flags partitions that the base does not have. */
bool verdict_conclude(Verdict *verdict, GError **error);
/* Once concluded: was there what was asked for - the window, a guest in it, something to compare with the base? Fails with
 * EXIT_EXPECT. */
bool verdict_says(const Verdict *verdict, GError **error);

/* What came out, once judged: text for people, JSON with an end of line, SVG. */
void verdict_text(const Verdict *verdict, GString *out);
void verdict_json(const Verdict *verdict, GString *out);
void verdict_picture(const Verdict *verdict, GString *out);
/* The one of these that `path` asks for by how it ends. */
void verdict_write_as(const Verdict *verdict, const char *path, GString *out);

#endif
