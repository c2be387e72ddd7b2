/* SPDX-License-Identifier: MIT */
/* test_verdict_setup.h - events of a run that never was, for tests of verdicts: hart 0 and time are kept by the Story. */
#ifndef TEST_VERDICT_SETUP_H
#define TEST_VERDICT_SETUP_H

#include <string.h>

#include "emu/verdict/inside.h"

/* Causes as the event trap numbers its names: interrupts from 64 on. */
enum {
    ECALL_U = 8,
    ECALL_HS,
    ECALL_VS,
    LOAD_GUEST_PAGE = 21,
    VIRTUAL,
    STORE_GUEST_PAGE,
    S_SOFTWARE = 65,
    S_TIMER = 69,
    M_TIMER = 71,
    S_EXTERNAL = 73
};
/* Words of `exit`. */
enum {
    NO_EXIT,
    BY_ECALL,
    BY_CSR,
    BY_WFI,
    BY_HFENCE,
    BY_VINST,
    BY_MMIO,
    BY_MISSING,
    BY_PERM,
    BY_IRQ
};

typedef struct {
    Verdict *verdict;
    unsigned hart, mode, vmid;
    uint64_t own, insns, ahead; /* the machine's time is `ahead` of the hart's clock */
} Story;

static inline void tell(Story *s, TraceId id, const uint64_t *values, unsigned n)
{
    TraceRecord r = { .id = id,
                      .hart = (uint8_t)s->hart,
                      .mode = (uint8_t)s->mode,
                      .vmid = (uint16_t)s->vmid,
                      .own = s->own,
                      .time = s->own + s->ahead,
                      .insns = s->insns };
    memcpy(r.values, values, n * sizeof *values);
    verdict_event(s->verdict, &r);
}

#define TELL(story, id, ...)                               \
    tell((story), TRACE_##id, (uint64_t[]){ __VA_ARGS__ }, \
         sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

/* The hart works for so many instructions. */
static inline void work(Story *s, uint64_t insns)
{
    s->own += insns;
    s->insns += insns;
}

/* A trap, and one unit of time. `word` is the call's extension, or stval. */
static inline void trap(Story *s, unsigned cause, unsigned to, unsigned exit, uint64_t word)
{
    bool is_call = cause == ECALL_VS || cause == ECALL_HS;
    TELL(s, trap, 0, 0, cause & 63, cause >> 6, cause, to, 0, 0, is_call ? 0 : word, 0, 0, 0, 0,
         exit, is_call ? word : 0, 0);
    s->mode = to;
    s->own++;
}

static inline void back(Story *s, unsigned to)
{
    TELL(s, trap_ret, 0, 0, to);
    s->mode = to;
}

/* Power-on, then a guest runs. */
static inline void begin(Story *s, Verdict *verdict, unsigned vmid)
{
    *s = (Story){ .verdict = verdict, .mode = IN_M, .vmid = vmid };
    TELL(s, reset, 0);
    work(s, 100);
    back(s, IN_HS);
    work(s, 1000);
    back(s, IN_VS);
}

/* Of who is not there: nothing. */
static inline const PartCounts *counts_of(const Verdict *v, const char *name)
{
    for (unsigned i = 1; i < partitions_count(v->parts); i++)
        if (!strcmp(partitions_get(v->parts, i)->name, name))
            return &v->counts[i];
    return &v->counts[PARTITIONS_MAX - 1];
}

#endif
