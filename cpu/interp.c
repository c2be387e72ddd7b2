/* SPDX-License-Identifier: MIT */
/*
 * interp.c - the interpreter: run a hart for a slice.
 *
 * Two loops with one meaning. run_fast keeps the slot pointer and the units left in host registers and has the integer
 * instructions of integer.def as labels that jump to each other (threaded dispatch); everything else, and every miss
 * of the fast memory path, goes through the instruction's function. run_watched calls the function of every instruction
 * and reports it; it exists so that tracing and breakpoints cost nothing when off.
 *
 * The program counter lives in the slot pointer while code stays in one page. `sync` writes it and the units left back
 * to the hart before anything that can look at them.
 */
#include <string.h>

#include "cpu/code.h"
#include "cpu/exec/arith.h"
#include "cpu/exec/exec.h"
#include "cpu/hart.h"
#include "cpu/stall.h"

/* Where execution is: a page's slots and the virtual address of its first byte. */
typedef struct {
    CodePage *page;
    uint64_t va;
} Place;

/* Timed mode: what fetching took has passed when the instruction runs. */
static inline void settle_fetch(Hart *hart)
{
    int64_t left = hart->left;
    stall_settle(hart);
    hart->fetch_stall = (uint32_t)(left - hart->left);
    hart->fetch_stalls += hart->fetch_stall;
}

static bool fetch_parcel(Hart *hart, uint64_t pc, uint16_t *parcel)
{
    if (!mmu_fetch_parcel(&hart->mmu, (Gva){ pc }, parcel))
        return false;
    if (UNLIKELY(hart->mmu.timing != NULL))
        timed_fetch(&hart->mmu, (Gva){ pc }, hart->mmu.parcel);
    return true;
}

/* Fetches and executes the one instruction at pc when it cannot come from a decoded page: it may cross the page's end,
 * or only a part of its page may be executed. */
static ExecResult execute_crossing(Hart *hart, Insn *in, uint32_t *raw)
{
    uint16_t low, high = 0;
    if (!fetch_parcel(hart, hart->pc, &low))
        return hart_raise_fault(hart);
    if (insn_length(low) == 4 && !fetch_parcel(hart, hart->pc + 2, &high))
        return hart_raise_fault(hart);
    settle_fetch(hart);
    *raw = (uint32_t)high << 16 | low;
    if (!insn_decode(in, *raw, hart->isa))
        return hart_raise(hart, CAUSE_ILLEGAL, *raw);
    return insn_table[in->op].exec(hart, in);
}

static unsigned insn_bytes(const Insn *in)
{
    return 2u * (insn_table[in->op].is_wide ? in->rs1 : in->step);
}

/* find_place when the bank does not know the page. */
static __attribute__((noinline)) bool find_new_place(Hart *hart, Place *place)
{
    uint64_t tag = hart->pc & ~(uint64_t)PAGE_OFFSET;
    Spa spa;
    const uint8_t *host;
    bool whole;
    *place = (Place){ .va = tag };
    if (!mmu_fetch_page(&hart->mmu, (Gva){ hart->pc }, &spa, &host, &whole)) {
        hart_raise_fault(hart);
        return false;
    }
    if (!whole)
        return true;
    place->page = code_page(hart->code, spa, host);
    /* Only now: the translation may have changed the bank. */
    bank_use_fetch(hart->mmu.fetch, tag);
    *bank_fetch_entry(hart->mmu.fetch, tag) =
        (FetchEntry){ .tag = tag, .spa = spa.v, .page = place->page };
    return true;
}

/* Finds the decoded page of hart->pc. False: a trap was raised. A page of NULL: the instruction must be fetched by
 * itself. */
static inline bool find_place(Hart *hart, Place *place)
{
    uint64_t tag = hart->pc & ~(uint64_t)PAGE_OFFSET;
    const FetchEntry *entry = bank_fetch_entry(hart->mmu.fetch, tag);
    CodePage *page = entry->page;
    hart->mmu.refetch = false;
    if (UNLIKELY(entry->tag != tag || page->spa != entry->spa))
        return find_new_place(hart, place);
    *place = (Place){ .page = page, .va = tag };
    return true;
}

/* After an instruction that went through its function: moves pc on, or takes the trap. */
static void settle(Hart *hart, ExecResult result, const Insn *in)
{
    if (result == EXEC_NEXT)
        hart->pc += insn_bytes(in);
    else if (result == EXEC_TRAP)
        hart_take_trap(hart);
}

/* Timed mode: the instruction `in` is over. */
static inline void settle_instruction(Hart *hart, const Insn *in)
{
    if (LIKELY(!hart->mmu.timing))
        return;
    hart->mmu.timing->stall += hart->more_cycles[in->op];
    stall_settle(hart);
}

/* One instruction by itself, at pc. */
static void step_crossing(Hart *hart)
{
    Insn in = { 0 };
    uint32_t raw;
    ExecResult result = execute_crossing(hart, &in, &raw);
    settle(hart, result, &in);
    hart->left--;
    settle_instruction(hart, &in);
}

/* Functional mode: an instruction is a unit. */
#define LOOP_NAME run_fast
#define LOOP_LOCALS
#define LOOP_OUTSIDE()
#define LOOP_ENTER()
#define LOOP_BEGIN()              \
    do {                          \
        if (UNLIKELY(--left < 0)) \
            goto out_of_units;    \
    } while (0)
#define LOOP_DECODED()
#define LOOP_ACCESS(entry, address, size, access)
#define LOOP_SUSPEND() (hart->left = left + 1)
#define LOOP_RESUME()  (left = --hart->left)
#define LOOP_END()     (hart->left = 0)
#define LOOP_TAIL()
#include "cpu/loop.def"

/* Timed mode: an instruction is a unit and what its kind takes more; what it waits for comes on top. `line` is the line of
 * the page that instructions come from now. */
#define LOOP_NAME run_timed
#define LOOP_LOCALS                                       \
    const uint8_t *const more_cycles = hart->more_cycles; \
    const unsigned shift = hart->mmu.timing->line_shift;  \
    uint64_t line = 0;                                    \
    unsigned more = 0; /* of the present instruction */
#define LINE           (OFFSET >> shift)
#define LOOP_OUTSIDE() (more = 0)
#define LOOP_ENTER()   (line = hart->mmu.fetched - (va >> shift))
#define COUNT_MORE()                   \
    do {                               \
        more = more_cycles[in->op];    \
        left -= more;                  \
        if (UNLIKELY(more))            \
            hart->stall_units += more; \
    } while (0)
#define LOOP_BEGIN()                \
    do {                            \
        if (UNLIKELY(left <= 0))    \
            goto out_of_units;      \
        if (UNLIKELY(LINE != line)) \
            goto fetch;             \
        left--;                     \
        COUNT_MORE();               \
    } while (0)
#define LOOP_DECODED() COUNT_MORE()
#define LOOP_ACCESS(entry, address, size, access)                          \
    do {                                                                   \
        Spa spa = { entry->spa | (address & PAGE_OFFSET) };                \
        if (UNLIKELY(!timed_is_quick(&hart->mmu, address, spa, access))) { \
            hart->pc = PC;                                                 \
            LOOP_SUSPEND();                                                \
            timed_data(&hart->mmu, (Gva){ address }, spa, size, access);   \
            LOOP_RESUME();                                                 \
        }                                                                  \
    } while (0)
#define LOOP_SUSPEND()                \
    do {                              \
        hart->left = left + 1 + more; \
        hart->stall_units -= more;    \
    } while (0)
#define LOOP_RESUME()              \
    do {                           \
        hart->left -= 1 + more;    \
        hart->stall_units += more; \
        more = 0;                  \
        stall_settle(hart);        \
        left = hart->left;         \
    } while (0)
#define LOOP_END() (hart->left = left)
/* The next instruction lies in another line. Those that may not be whole in this page are fetched by themselves. */
#define LOOP_TAIL()                                                              \
    fetch:                                                                       \
    if (in->op != INSN_crossing && in->op != INSN_page_end) {                    \
        hart->pc = PC;                                                           \
        hart->left = left;                                                       \
        timed_fetch(&hart->mmu, (Gva){ PC }, (Spa){ place.page->spa + OFFSET }); \
        settle_fetch(hart);                                                      \
        left = hart->left;                                                       \
        line = LINE;                                                             \
    }                                                                            \
    left--;                                                                      \
    COUNT_MORE();                                                                \
    goto *labels[in->op];
#include "cpu/loop.def"
#undef LINE
#undef COUNT_MORE

/* Executes the instruction at pc from its decoded page. */
static ExecResult execute_slot(Hart *hart, CodePage *page, Insn *in, uint32_t *raw)
{
    unsigned offset = (unsigned)(hart->pc & PAGE_OFFSET);
    if (page->slots[offset / 2].op == INSN_NONE)
        code_decode(hart->code, page, offset);
    *in = page->slots[offset / 2];
    if (in->op == INSN_crossing)
        return execute_crossing(hart, in, raw);
    if (UNLIKELY(hart->mmu.timing != NULL)) {
        timed_fetch(&hart->mmu, (Gva){ hart->pc }, (Spa){ page->spa + offset });
        settle_fetch(hart);
    }
    if (in->op == INSN_illegal)
        return hart_raise_illegal(hart);
    memcpy(raw, page->host + offset, insn_bytes(in));
    return insn_table[in->op].exec(hart, in);
}

static void begin_commit(Hart *hart)
{
    hart->csr_written = 0;
    if (hart->commit)
        hart->commit->is_load = hart->commit->is_store = false;
}

/* The instruction is put off; what fetching it took has not passed yet. */
static void put_fetch_back(Hart *hart)
{
    if (!hart->mmu.timing)
        return;
    hart->left += hart->fetch_stall;
    hart->stall_units -= hart->fetch_stall;
    hart->fetch_stalls -= hart->fetch_stall;
    hart->mmu.timing->stall += hart->fetch_stall;
}

/* One instruction through its function, reported when it retires. */
static void step_watched(Hart *hart)
{
    Insn in = { 0 };
    uint32_t raw = 0;
    uint64_t pc = hart->pc;
    unsigned priv = hart->mmu.priv;
    /* Events count from the instruction after the one that asks for them, as they do in the fast loop. */
    bool counts = hart->watch & WATCH_EVENTS;
    Place place;
    ExecResult result = EXEC_TRAP;
    begin_commit(hart);
    hart->fetch_stall = 0;
    if (hart->watch & WATCH_TRIGGERS && trigger_fires_before(hart))
        result = EXEC_TRAP;
    else if (find_place(hart, &place))
        result = place.page ? execute_slot(hart, place.page, &in, &raw)
                            : execute_crossing(hart, &in, &raw);
    if (UNLIKELY(hart->watch_hit.kind)) {
        hart->attention |= ATTENTION_STOP; /* nothing has happened yet */
        put_fetch_back(hart);
        return;
    }
    settle(hart, result, &in);
    if (hart->commit && hart->commit->mix)
        mix_count(hart->commit->mix, &in, raw, result == EXEC_TRAP);
    if (result != EXEC_TRAP && hart->commit)
        commit_record(hart->commit, hart, &in, pc, priv, raw);
    if (result != EXEC_TRAP && counts && hart->watch & WATCH_EVENTS)
        counters_retire(hart, insn_table[in.op].class, result == EXEC_JUMP);
    if (result != EXEC_TRAP && hart->watch & WATCH_TRIGGERS)
        trigger_retired(hart, priv);
    hart->left--;
    settle_instruction(hart, &in);
    if (hart->watch & WATCH_OVERFLOW)
        counters_find_overflow(hart);
}

static bool at_breakpoint(Hart *hart)
{
    bool over = hart->step_over;
    hart->step_over = false;
    return hart->breakpoints && !over && breakpoints_at(hart->breakpoints, hart, hart->pc);
}

/* The loop that looks at every instruction: for the commit log, the trace hash, breakpoints, event counters and
 * debug triggers. */
static void run_watched(Hart *hart)
{
    while (hart->left > 0 && !hart->attention) {
        if (at_breakpoint(hart)) {
            hart->attention |= ATTENTION_STOP;
            return;
        }
        step_watched(hart);
        hart->watch_over = false;
    }
}

void hart_run(Hart *hart)
{
    do {
        hart_watch(hart, WATCH_OVERFLOW, hart->counters.armed && counters_may_overflow(hart));
        hart->attention &= ~(uint32_t)ATTENTION_LOOP;
        if (hart->commit || hart->breakpoints || hart->watch)
            run_watched(hart);
        else if (UNLIKELY(hart->mmu.timing != NULL))
            run_timed(hart);
        else
            run_fast(hart);
    } while (hart->attention == ATTENTION_LOOP && hart->left > 0);
    hart->attention &= ~(uint32_t)ATTENTION_LOOP;
}
