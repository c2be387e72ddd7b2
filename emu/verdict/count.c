/* SPDX-License-Identifier: MIT */
/*
 * count.c - exits, traps and time, each charged to who has the hart; see verdict.h.
 *
 * A guest has its hart from its first instruction until another guest's: what the host does in between is done on its
 * behalf.
 */
#include "emu/base/bits.h"
#include "emu/verdict/inside.h"

const char *const spent_names[SPENTS] = { "VU", "VS", "U", "HS", "M", "idle" };
const char *const vinst_names[VINSTS] = {
    "satp", "sfence", "wfi", "hfence", "csr", "sret", "other"
};

/* Fields of the event trap, and words of its field exit. */
enum {
    TRAP_CAUSE = 2,
    TRAP_NAME = 4,
    TRAP_TO,
    TRAP_TVAL = 8,
    TRAP_EXIT = 13,
    TRAP_EXT,
    TRAP_FID,
    RET_TO = 2
};
enum { EXIT_WFI = 3 };
enum { CAUSE_ECALL_HS = 9, CAUSE_ECALL_VS, CAUSE_VIRTUAL = 22 };
enum { SBI_SHUTDOWN = 8, SBI_HSM = 0x48534d, SBI_SRST = 0x53525354, SBI_SUSP = 0x53555350 };
enum { HART_STOP = 1, HART_SUSPEND = 3 };

int count_guest(Verdict *v, unsigned vmid, unsigned hart)
{
    unsigned part = partitions_find(v->parts, true, vmid, hart);
    v->counts[part].seen = true;
    v->counts[part].harts |= UINT32_C(1) << hart;
    return (int)part;
}

static PartCounts *who_has(Verdict *v, const VerdictHart *h)
{
    return h->part < 0 ? NULL : &v->counts[h->part];
}

static Spent spent_in(const VerdictHart *h)
{
    static const uint8_t spent[8] = { [IN_U] = SPENT_U,
                                      [IN_HS] = SPENT_HS,
                                      [IN_M] = SPENT_M,
                                      [IN_VU] = SPENT_VU,
                                      [IN_VS] = SPENT_VS };
    return h->idle ? SPENT_IDLE : spent[h->mode & 7];
}

/* Is a hart of the partition out because its end was asked for there? Then its others are stopped for that. */
static bool is_ending(const Verdict *v, int part)
{
    for (unsigned i = 0; v->some_end && i < v->n_harts; i++)
        if (v->harts[i].outside && v->harts[i].asked_off && v->harts[i].left_by == part)
            return true;
    return false;
}

/* A stay that lasts until `until`, at least. What the guest asked to wait is not of it; who asked for its end does not wait to
 * come back. */
static void add_open_stay(Verdict *v, const VerdictHart *h, uint64_t until)
{
    PartCounts *counts = &v->counts[MAX(h->left_by, 0)];
    uint64_t begin = MAX(h->left_at, h->from), idle = h->stay_idle;
    if (!h->outside || until <= begin || is_ending(v, h->left_by))
        return;
    if (h->idle && !h->runnable && until > h->since)
        idle += until - MAX(h->since, begin);
    counts->open_stay_ns = MAX(counts->open_stay_ns, until - begin - MIN(until - begin, idle));
    if (h->runnable && (h->idle || h->left_at <= h->from))
        counts->parked_ns = MAX(counts->parked_ns, until - begin);
}

/* Of a stretch that an edge of the window cuts, instructions count in proportion. `wakes`: it ends a wait, so from what was
 * pending last up to there nothing was masked. */
void count_spend(Verdict *v, unsigned hart, uint64_t own, uint64_t insns, bool wakes)
{
    VerdictHart *h = &v->harts[hart];
    PartCounts *counts = who_has(v, h);
    uint64_t begin = MAX(h->since, h->from), end = MIN(own, h->to);
    if (v->closed && !h->is_cut) {
        add_open_stay(v, h, end);
        h->is_cut = true;
    }
    if (own > h->since && end > begin && counts) {
        uint64_t whole = own - h->since, part = end - begin, retired = insns - h->insns;
        counts->ns[spent_in(h)] += part;
        counts->insns[spent_in(h)] +=
            part == whole ? retired : (uint64_t)((unsigned __int128)retired * part / whole);
    }
    if (h->idle && h->outside && !h->runnable && own > begin)
        h->stay_idle += own - begin;
    if (own > h->since && is_guest_mode(h->mode) && !(h->idle && wakes))
        irq_masked(h, h->since, own, insns - h->insns);
    h->since = MAX(h->since, own);
    h->insns = insns;
}

/* The row of a call that has none yet: one of its own, or that of all others. */
static void add_call(GArray *calls, const TraceRecord *r, unsigned n_strange)
{
    CallCount call = { r->values[TRAP_EXT], r->values[TRAP_FID], 1, false, false };
    call.strange = !call_has_name(call.extension) || call.function >= NAMED_FUNCTIONS;
    if (call.strange && n_strange >= STRANGE_CALLS) {
        for (unsigned i = 0; i < calls->len; i++)
            if (g_array_index(calls, CallCount, i).others) {
                g_array_index(calls, CallCount, i).n++;
                return;
            }
        call = (CallCount){ UINT64_MAX, UINT64_MAX, 1, false, true };
    }
    g_array_append_val(calls, call);
}

static void count_call(GArray *calls, const TraceRecord *r)
{
    unsigned n_strange = 0;
    for (unsigned i = 0; i < calls->len; i++) {
        CallCount *call = &g_array_index(calls, CallCount, i);
        n_strange += call->strange;
        if (!call->others && call->extension == r->values[TRAP_EXT] &&
            call->function == r->values[TRAP_FID]) {
            call->n++;
            return;
        }
    }
    add_call(calls, r, n_strange);
}

/* Encodings: "RISC-V Privileged Instruction Set Listings". stval has the instruction. */
static Vinst vinst_of(uint64_t raw)
{
    enum { WFI = 0x10500073, WRS_NTO = 0x00d00073, WRS_STO = 0x01d00073, SRET = 0x10200073 };
    enum { SATP = 0x180 };
    if ((raw & 0x7f) != 0x73)
        return VINST_OTHER;
    if (raw >> 12 & 3)
        return raw >> 20 == SATP ? VINST_SATP : VINST_CSR;
    if (raw == WFI || raw == WRS_NTO || raw == WRS_STO)
        return VINST_WFI;
    if (raw == SRET)
        return VINST_SRET;
    switch (raw >> 12 & 7 ? 0 : raw >> 25) {
    case 0x09:
    case 0x0b:
    case 0x0c: return VINST_SFENCE;
    case 0x11:
    case 0x13:
    case 0x31:
    case 0x33: return VINST_HFENCE;
    default: return VINST_OTHER;
    }
}

static void count_exit(PartCounts *counts, const TraceRecord *r)
{
    counts->exits++;
    counts->exit_cause[r->values[TRAP_NAME] % CAUSES]++;
    counts->exit_kind[r->values[TRAP_EXIT] % EXIT_KINDS]++;
    if (r->values[TRAP_NAME] == CAUSE_VIRTUAL)
        counts->vinst[vinst_of(r->values[TRAP_TVAL])]++;
    if (r->values[TRAP_NAME] == CAUSE_ECALL_VS)
        count_call(counts->calls, r);
}

/* Every entry of M-mode, from a guest or from its host. */
static void count_machine_trap(PartCounts *counts, const TraceRecord *r)
{
    counts->mtraps++;
    counts->mtrap_cause[r->values[TRAP_NAME] % CAUSES]++;
    if (r->values[TRAP_NAME] == CAUSE_ECALL_HS || r->values[TRAP_NAME] == CAUSE_ECALL_VS)
        count_call(counts->host_calls, r);
}

static void count_cause(PartCounts *counts, const TraceRecord *r)
{
    unsigned to = (unsigned)r->values[TRAP_TO];
    if (to == IN_M) {
        count_machine_trap(counts, r);
    } else if (is_guest_mode(to)) {
        counts->guest_traps++;
        counts->guest_cause[r->values[TRAP_NAME] % CAUSES]++;
    } else if (is_guest_mode(r->mode)) {
        count_exit(counts, r);
    }
}

static bool asks_for_its_end(const TraceRecord *r)
{
    uint64_t ext = r->values[TRAP_EXT];
    return r->values[TRAP_NAME] == CAUSE_ECALL_VS && (ext == SBI_SRST || ext == SBI_SHUTDOWN);
}

/* Has the guest had enough by itself? Then who runs in its place takes nothing from it. */
static bool wants_to_run(const TraceRecord *r)
{
    uint64_t ext = r->values[TRAP_EXT], fid = r->values[TRAP_FID];
    if (r->values[TRAP_EXIT] == EXIT_WFI || asks_for_its_end(r))
        return false;
    if (r->values[TRAP_NAME] != CAUSE_ECALL_VS)
        return true;
    return ext != SBI_SUSP && !(ext == SBI_HSM && (fid == HART_STOP || fid == HART_SUSPEND));
}

static void leave(Verdict *v, VerdictHart *h, const TraceRecord *r)
{
    h->asked_off = asks_for_its_end(r);
    v->some_end |= h->asked_off;
    h->runnable = wants_to_run(r) && !is_ending(v, h->part);
    h->outside = true;
    h->stay_counts = is_counting(v);
    h->left_by = h->part;
    h->left_at = r->own;
    h->left_vgein = h->vgein;
    h->stay_idle = 0;
}

void count_trap(Verdict *v, const TraceRecord *r)
{
    VerdictHart *h = &v->harts[r->hart];
    const bool guest = is_guest_mode(r->mode),
               to_guest = is_guest_mode((unsigned)r->values[TRAP_TO]);
    h->idle = false;
    if (guest)
        h->part = count_guest(v, r->vmid, r->hart);
    if (h->part >= 0 && is_counting(v))
        count_cause(&v->counts[h->part], r);
    if (guest && !to_guest) {
        leave(v, h, r);
        irq_exit(v, r);
    }
    h->mode = (uint8_t)r->values[TRAP_TO];
}

static void end_stay(Verdict *v, VerdictHart *h, uint64_t own)
{
    if (h->outside && h->stay_counts && is_counting(v) && own >= h->left_at + h->stay_idle)
        histogram_add(&v->counts[h->left_by].stays, own - h->left_at - h->stay_idle);
    h->outside = false;
}

static void add_steal(Verdict *v, const VerdictHart *h, int part, uint64_t until)
{
    uint64_t from = MAX(h->away_since[part], h->from);
    if (h->away_since[part] && h->away_runnable[part] && until > from && is_counting(v))
        v->counts[part].steal_ns += until - from;
}

/* A guest gets the hart that another had. */
static void change_hands(Verdict *v, VerdictHart *h, int part, uint64_t own)
{
    add_steal(v, h, part, own);
    h->away_since[part] = 0;
    if (h->part < 0 || h->part == part)
        return;
    h->away_since[h->part] = own;
    h->away_runnable[h->part] = h->runnable;
    h->away_vgein[h->part] = (uint8_t)h->left_vgein;
    if (is_counting(v))
        v->counts[part].shares = v->counts[h->part].shares = true;
}

void count_return(Verdict *v, const TraceRecord *r)
{
    VerdictHart *h = &v->harts[r->hart];
    unsigned to = (unsigned)r->values[RET_TO];
    h->idle = false;
    if (is_guest_mode(to) && !is_guest_mode(r->mode)) {
        int part = count_guest(v, r->vmid, r->hart);
        end_stay(v, h, r->own);
        change_hands(v, h, part, r->own);
        h->part = part;
        if (r->mode != IN_M)
            irq_entered(v, r->hart);
    }
    h->mode = (uint8_t)to;
}

void count_fence(Verdict *v, const TraceRecord *r)
{
    VerdictHart *h = &v->harts[r->hart];
    if (is_guest_mode(r->mode))
        h->part = count_guest(v, r->vmid, r->hart);
    if (h->part < 0 || !is_counting(v))
        return;
    if (is_guest_mode(r->mode))
        v->counts[h->part].fences++;
    else
        v->counts[h->part].host_fences++;
}

/* Who still waits for the hart when the window ends has lost that, too. */
void count_end(Verdict *v)
{
    for (unsigned i = 0; i < v->n_harts; i++)
        for (int part = 1; part < PARTITIONS_MAX; part++)
            add_steal(v, &v->harts[i], part, v->harts[i].since);
}

/* A guest that waits by itself does so until something is pending for it: from then on others take its hart from it. Of what
 * the host holds for it nothing is known. */
void count_pending(Verdict *v, unsigned hart, unsigned file, uint64_t own)
{
    VerdictHart *h = &v->harts[hart];
    if (h->outside && h->left_vgein == file && !h->asked_off)
        h->runnable = true;
    for (unsigned part = 1; part < PARTITIONS_MAX; part++) {
        if (!h->away_since[part] || h->away_vgein[part] != file || h->away_runnable[part])
            continue;
        h->away_runnable[part] = true;
        h->away_since[part] = own;
    }
}

/* Nothing has changed for harts of which no event told since the window ended. */
void count_open_stays(Verdict *v)
{
    for (unsigned part = 0; part < PARTITIONS_MAX && !v->closed; part++)
        v->counts[part].open_stay_ns = v->counts[part].parked_ns = 0;
    for (unsigned i = 0; i < v->n_harts; i++) {
        const VerdictHart *h = &v->harts[i];
        uint64_t now = v->closed ? h->to : v->last_time;
        if (!h->is_cut)
            add_open_stay(v, h, h->idle ? MAX(h->since, now) : h->since);
    }
}

uint64_t longest_stay(const PartCounts *c)
{
    return MAX(c->stays.n ? c->stays.max : 0, c->open_stay_ns);
}

/* Who is throttled is named as traces name partitions. */
void count_throttle(Verdict *v, const TraceRecord *r)
{
    enum { WHO, RESOURCE, ACTION = 5, RES_BUS = 1, ACTION_THROTTLE };
    if (r->values[RESOURCE] != RES_BUS || r->values[ACTION] != ACTION_THROTTLE || !is_counting(v))
        return;
    for (unsigned i = 1; i < partitions_count(v->parts); i++)
        if (partitions_number_traced(v->parts, i) == r->values[WHO]) {
            v->counts[i].shared.throttles++;
            return;
        }
}
