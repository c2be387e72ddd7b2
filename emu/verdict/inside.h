/* SPDX-License-Identifier: MIT */
/* inside.h - what a verdict counts; for emu/verdict/ only. */
#ifndef EMU_VERDICT_INSIDE_H
#define EMU_VERDICT_INSIDE_H

#include "emu/verdict/histogram.h"
#include "emu/verdict/verdict.h"

/* Guests choose what they call, so rows are limited: of extensions with a name by function, of others by number. */
enum { NAMED_FUNCTIONS = 16, STRANGE_CALLS = 32 };
enum { VERDICT_HARTS = 32, CAUSES = 128, EXIT_KINDS = 16, GUEST_FILES = 64 };

/* Numbers of TRACE_PRIVILEGES. */
enum { IN_U, IN_HS, IN_M = 3, IN_VU, IN_VS };

typedef enum { SPENT_VU, SPENT_VS, SPENT_U, SPENT_HS, SPENT_M, SPENT_IDLE, SPENTS } Spent;
extern const char *const spent_names[SPENTS];

/* Instructions that a guest may not execute: cause 22. */
typedef enum {
    VINST_SATP,
    VINST_SFENCE,
    VINST_WFI,
    VINST_HFENCE,
    VINST_CSR,
    VINST_SRET,
    VINST_OTHER,
    VINSTS
} Vinst;
extern const char *const vinst_names[VINSTS];

typedef enum { KIND_EXTERNAL, KIND_TIMER, KIND_SOFTWARE, KINDS } Kind;
extern const char *const kind_names[KINDS];

/* The way of an interrupt into a guest's handler, and through it. */
typedef enum {
    STAGE_ASSERT,  /* its device wants it */
    STAGE_PENDING, /* an input of the hart rises, a file has it, or a time has come */
    STAGE_HOST,    /* hypervisor or firmware is entered because of it */
    STAGE_INJECT,  /* and makes one pending for the guest */
    STAGE_HANDLER, /* the first instruction of the guest's handler is over */
    STAGE_CLAIM,
    STAGE_DONE,
    STAGES
} Stage;
extern const char *const stage_names[STAGES];

typedef struct {
    uint64_t extension, function, n;
    bool strange; /* none that SBI names: of these there are STRANGE_CALLS rows */
    bool others;  /* all strange ones that have no row of their own */
} CallCount;

typedef struct {
    Histogram total;          /* from the first stage that is known to the handler */
    Histogram stages[STAGES]; /* from the one before it that is known to this one */
    uint64_t direct, emulated, masked_ns;
    uint64_t unknown; /* taken, and since when they were pending no event told */
} IrqCounts;

/* What the model of the shared machine says; in timed mode only. */
typedef struct {
    bool known;
    uint64_t llc_accesses, llc_misses, misses_by_others, stall_own, stall_others, throttles,
        throttle_cycles;
    unsigned n_evictors; /* how many lines of this partition who drove out */
    char evictors[PARTITIONS_MAX][48];
    uint64_t evicted_by[PARTITIONS_MAX];
} SharedCounts;

typedef struct {
    bool seen; /* it ran, or is declared */
    uint32_t harts;
    uint64_t exits, exit_cause[CAUSES], exit_kind[EXIT_KINDS], vinst[VINSTS];
    GArray *calls, *host_calls; /* of CallCount: its own, and those that the host makes for it */
    uint64_t mtraps, mtrap_cause[CAUSES];
    uint64_t guest_traps, guest_cause[CAUSES];
    uint64_t ns[SPENTS], insns[SPENTS];
    Histogram stays;       /* that are over */
    uint64_t open_stay_ns; /* the longest that was not when the window ended */
    uint64_t
        parked_ns; /* so long it was stopped then, its host waiting or all of the window long, though it wanted to run */
    IrqCounts irq[KINDS];
    uint64_t steal_ns;
    bool shares; /* another guest ran on a hart of its */
    uint64_t fences, host_fences;
    SharedCounts shared;
    /* grade.c */
    char grade;          /* A, B or C; 0: none can be given */
    const char *suffix;  /* "+", "", "-"; NULL: none can be given */
    uint64_t ratio_1000; /* of worst latencies, with and without load */
    bool has_ratio;
    char *reason;
    GPtrArray *flags; /* of const char */
} PartCounts;

/* One interrupt on its way. */
typedef struct {
    bool live, counts; /* counts: it began within the window */
    bool at_guest;     /* pending for the guest, since */
    uint64_t since, masked, masked_insns;
    uint64_t lead;  /* ns from its assertion to when it was pending */
    uint64_t time;  /* when that was, of the machine */
    unsigned known; /* bit n: Stage n */
    uint64_t at[STAGES];
} Chain;

typedef struct {
    bool known, idle;
    uint8_t mode;
    uint64_t since, insns; /* up to where time is accounted for */
    uint64_t from, to;     /* the window, by this hart's clock */
    int part;              /* who has the hart; -1: nobody yet */
    /* The host's stay that lasts. */
    bool outside, stay_counts;
    bool is_cut;    /* it was counted where the window ends */
    bool runnable;  /* it has not asked to wait, or something is pending for it */
    bool asked_off; /* for the end of its partition */
    int left_by;
    uint64_t left_at, stay_idle;
    uint64_t away_since[PARTITIONS_MAX]; /* another guest has the hart; 0: not */
    bool away_runnable[PARTITIONS_MAX];
    uint8_t away_vgein[PARTITIONS_MAX];
    unsigned vgein, left_vgein;
    Chain by_host[KINDS], direct[KINDS], handled[KINDS];
    bool entering; /* a handler, of that kind: its first instruction is to be told of */
    Kind entered;
    Chain files[GUEST_FILES];
} VerdictHart;

struct Verdict {
    const VerdictConfig *config;
    Partitions *parts;
    TraceSet shown;
    uint64_t declared_devices[PARTITIONS_MAX];
    bool open, closed;
    uint64_t opened_at, closed_at, last_time; /* the machine's time */
    uint64_t lost;
    unsigned n_harts;
    bool timed, ended;
    bool some_end;   /* some hart asked for the end of its partition, once */
    bool cut;        /* its recording does not go to the end */
    uint64_t newest; /* the machine's time, within the window or not */
    VerdictHart harts[VERDICT_HARTS];
    PartCounts counts[PARTITIONS_MAX];
    uint64_t last_rise, line_rise[1024]; /* inputs of the interrupt controller: when, plus 1 */
};

static inline bool is_counting(const Verdict *v)
{
    return v->open && !v->closed;
}

static inline bool is_guest_mode(unsigned mode)
{
    return mode == IN_VU || mode == IN_VS;
}

/* count.c */
/* Who runs with this VMID as a guest on `hart`. */
int count_guest(Verdict *v, unsigned vmid, unsigned hart);
/* The hart has come to these numbers. */
void count_spend(Verdict *v, unsigned hart, uint64_t own, uint64_t insns, bool wakes);
void count_trap(Verdict *v, const TraceRecord *r);
void count_return(Verdict *v, const TraceRecord *r);
void count_fence(Verdict *v, const TraceRecord *r);
void count_throttle(Verdict *v, const TraceRecord *r);
void count_end(Verdict *v);
/* Stays that last: their lengths so far. */
void count_open_stays(Verdict *v);
/* Something is pending for the guest of interrupt file `file` of a hart. */
void count_pending(Verdict *v, unsigned hart, unsigned file, uint64_t own);
/* The longest stay, over or not. */
uint64_t longest_stay(const PartCounts *c);

/* irq.c */
void irq_event(Verdict *v, const TraceRecord *r);
void irq_exit(Verdict *v, const TraceRecord *r);
void irq_entered(Verdict *v, unsigned hart);
/* Time passed on the hart while its guest ran, or waited by itself. */
void irq_masked(VerdictHart *h, uint64_t from, uint64_t to, uint64_t insns);

/* window.c */
uint64_t window_ns(const Verdict *v);
/* What times are counted in: cycles or instructions. */
const char *window_clock(const Verdict *v);

/* check.c */
/* As it is written behind from= and to=; to be freed. NULL: it was not given. */
char *edge_text(const VerdictEdge *edge);

/* report.c */
/* A time with three digits or more. */
const char *time_text(uint64_t ns, char room[32]);

/* grade.c */
bool part_is_shown(const Verdict *v, unsigned part);
const char *call_name(uint64_t extension, char room[24]);
bool call_has_name(uint64_t extension);
/* The word of the event trap for a cause; interrupts from 64 on. */
char *cause_name(unsigned cause);

#endif
