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

/* Where execution is: a page's slots and the virtual address of its first byte. */
typedef struct {
    CodePage *page;
    uint64_t va;
} Place;

/* Fetches and executes the one instruction at pc when it cannot come from a decoded page: it may cross the page's end,
 * or only a part of its page may be executed. */
static ExecResult execute_crossing(Hart *hart, Insn *in, uint32_t *raw)
{
    uint16_t low, high = 0;
    if (!mmu_fetch_parcel(&hart->mmu, (Gva){ hart->pc }, &low))
        return hart_raise_fault(hart);
    if (insn_length(low) == 4 && !mmu_fetch_parcel(&hart->mmu, (Gva){ hart->pc + 2 }, &high))
        return hart_raise_fault(hart);
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

/* One instruction by itself, at pc. */
static void step_crossing(Hart *hart)
{
    Insn in;
    uint32_t raw;
    ExecResult result = execute_crossing(hart, &in, &raw);
    settle(hart, result, &in);
    hart->left--;
}

/* Every instruction starts as a call of its function; the labels below override that. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static void run_fast(Hart *hart)
{
    static const void *const labels[INSN_OP_COUNT] = {
        [0 ... INSN_mark] = &&call,
        [INSN_NONE] = &&decode,
        [INSN_illegal] = &&illegal,
        [INSN_crossing] = &&crossing,
        [INSN_page_end] = &&page_end,
        [INSN_jal] = &&do_jal,
        [INSN_jalr] = &&do_jalr,
#define ALU(name, value)    [INSN_##name] = &&do_##name,
#define WIDE(name, value)   [INSN_##name] = &&do_##name,
#define LOAD(name, type)    [INSN_##name] = &&do_##name,
#define STORE(name, type)   [INSN_##name] = &&do_##name,
#define BRANCH(name, taken) [INSN_##name] = &&do_##name,
#include "cpu/exec/integer.def"
#undef ALU
#undef WIDE
#undef LOAD
#undef STORE
#undef BRANCH
    };
    uint64_t *const x = hart->x;
    const uint64_t ialign = hart->ialign_mask;
    const Insn *in, *slots; /* now, and of the page */
    uint64_t va;            /* of the page */
    Place place;
    const TlbEntry *tlb;
    int64_t left = hart->left;
    uint64_t target;

#define RS1      x[in->rs1]
#define RS2      x[in->rs2]
#define IMM      ((uint64_t)(int64_t)in->imm)
#define SHAMT    (in->imm)
#define WIDE_IMM ((uint64_t)(int64_t)in->wide)
#define OFFSET   ((uint64_t)((const char *)in - (const char *)slots) / (sizeof(Insn) / 2))
#define PC       (va + OFFSET)
/* The next instruction: units are counted before it runs. */
#define DISPATCH()                \
    do {                          \
        if (UNLIKELY(--left < 0)) \
            goto out_of_units;    \
        goto *labels[in->op];     \
    } while (0)
#define NEXT(step)  \
    do {            \
        in += step; \
        DISPATCH(); \
    } while (0)

enter:
    if (left <= 0 || hart->attention)
        return;
    if (!find_place(hart, &place)) {
        hart_take_trap(hart);
        hart->left = --left;
        goto enter;
    }
    if (!place.page) {
        step_crossing(hart);
        left = hart->left;
        goto enter;
    }
    if (UNLIKELY(hart->attention)) /* the translation was somebody's breakpoint */
        return;
    slots = place.page->slots;
    va = place.va;
    tlb = hart->mmu.data->tlb;
    in = &slots[(hart->pc & PAGE_OFFSET) / 2];
    DISPATCH();

#define ALU(name, value)                       \
    do_##name : x[in->rd] = (uint64_t)(value); \
    NEXT(in->step);
#define WIDE(name, value)                      \
    do_##name : x[in->rd] = (uint64_t)(value); \
    NEXT(in->rs1);
#define BRANCH(name, taken)                  \
    do_##name : if (taken) goto take_branch; \
    NEXT(in->step);
#define LOAD(name, type)                                                          \
    do_##name:                                                                    \
    {                                                                             \
        uint64_t address = RS1 + IMM;                                             \
        const TlbEntry *entry = &tlb[address >> PAGE_SHIFT & (BANK_TLB - 1)];     \
        if (UNLIKELY((address & (~(uint64_t)PAGE_OFFSET | (sizeof(type) - 1))) != \
                     entry->read_tag))                                            \
            goto call;                                                            \
        x[in->rd] = (uint64_t) * (const type *)(address + entry->addend);         \
        NEXT(in->step);                                                           \
    }
#define STORE(name, type)                                                         \
    do_##name:                                                                    \
    {                                                                             \
        uint64_t address = RS1 + IMM;                                             \
        const TlbEntry *entry = &tlb[address >> PAGE_SHIFT & (BANK_TLB - 1)];     \
        if (UNLIKELY((address & (~(uint64_t)PAGE_OFFSET | (sizeof(type) - 1))) != \
                     entry->write_tag))                                           \
            goto call;                                                            \
        *(type *)(address + entry->addend) = (type)RS2;                           \
        NEXT(in->step);                                                           \
    }
#include "cpu/exec/integer.def"
#undef ALU
#undef WIDE
#undef LOAD
#undef STORE
#undef BRANCH

take_branch:
    target = PC + IMM;
    goto jump;

do_jal:
    target = PC + WIDE_IMM;
    if (UNLIKELY(target & ialign))
        goto call;
    x[in->rd] = PC + 4;
    goto jump;

do_jalr:
    target = (RS1 + IMM) & ~1ull;
    if (UNLIKELY(target & ialign))
        goto call;
    x[in->rd] = PC + 2u * in->step;

jump:
    if (UNLIKELY(target & ialign))
        goto call;
    if (LIKELY(target - va < PAGE_SIZE)) {
        in = (const Insn *)((const char *)place.page->slots +
                            (target - place.va) * (sizeof(Insn) / 2));
        DISPATCH();
    }
    hart->pc = target;
    hart->left = left;
    goto enter;

decode:
    code_decode(hart->code, place.page, (unsigned)OFFSET);
    goto *labels[in->op];

call : {
    hart->pc = PC;
    hart->left = left + 1; /* this instruction is not over */
    /* A copy: a store may clear the very slot it was decoded into. */
    Insn insn = *in;
    ExecResult result = insn_table[insn.op].exec(hart, &insn);
    left = --hart->left;
    if (LIKELY(result == EXEC_NEXT)) {
        tlb = hart->mmu.data->tlb;
        if (UNLIKELY(hart->attention | hart->mmu.refetch)) {
            hart->pc += insn_bytes(&insn);
            goto enter;
        }
        NEXT(insn.step);
    }
    if (result == EXEC_TRAP) {
        hart->left = left + 1;
        hart_take_trap(hart);
        hart->left = left;
    }
    goto enter;
}

illegal:
    hart->pc = PC;
    hart_raise_illegal(hart);
    hart->left = left + 1;
    hart_take_trap(hart);
    hart->left = left;
    goto enter;

crossing:
    hart->pc = PC;
    hart->left = left + 1;
    step_crossing(hart);
    left = hart->left;
    goto enter;

page_end:
    left++; /* nothing ran */
    hart->pc = PC;
    hart->left = left;
    goto enter;

out_of_units:
    hart->pc = PC;
    hart->left = 0;
}
#pragma GCC diagnostic pop

/* Executes the instruction at pc from its decoded page. */
static ExecResult execute_slot(Hart *hart, CodePage *page, Insn *in, uint32_t *raw)
{
    unsigned offset = (unsigned)(hart->pc & PAGE_OFFSET);
    if (page->slots[offset / 2].op == INSN_NONE)
        code_decode(hart->code, page, offset);
    *in = page->slots[offset / 2];
    if (in->op == INSN_crossing)
        return execute_crossing(hart, in, raw);
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
    if (hart->watch & WATCH_TRIGGERS && trigger_fires_before(hart))
        result = EXEC_TRAP;
    else if (find_place(hart, &place))
        result = place.page ? execute_slot(hart, place.page, &in, &raw)
                            : execute_crossing(hart, &in, &raw);
    if (UNLIKELY(hart->watch_hit.kind)) {
        hart->attention |= ATTENTION_STOP; /* nothing has happened yet */
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
        else
            run_fast(hart);
    } while (hart->attention == ATTENTION_LOOP && hart->left > 0);
    hart->attention &= ~(uint32_t)ATTENTION_LOOP;
}
