/* SPDX-License-Identifier: MIT */
/* commit.c - the trace hash and Spike's commit log; see commit.h. */
#include "cpu/commit.h"

#include <inttypes.h>

#include "cpu/csr.h"
#include "cpu/exec/exec.h"
#include "emu/base/state.h"

static void log_memory(const Commit *commit)
{
    if (!commit->is_load && !commit->is_store)
        return;
    fprintf(commit->log, " mem 0x%016" PRIx64, commit->address);
    if (commit->is_store && commit->size == 16)
        fprintf(commit->log, " 0x%016" PRIx64 "%016" PRIx64, commit->value_high, commit->value);
    else if (commit->is_store)
        fprintf(commit->log, " 0x%0*" PRIx64, (int)commit->size * 2,
                (uint64_t)(commit->size == 8 ? commit->value
                                             : commit->value & (BIT(8 * commit->size) - 1)));
}

/* The second half of a register pair is written, too. */
static bool writes_pair(const Insn *in)
{
    return in->op == INSN_amocas_q && in->rd != REG_SINK;
}

/* An EBREAK that retires was a semihosting call, whose result is in a0. */
static bool is_host_call(const Insn *in)
{
    return in->op == INSN_ebreak;
}

/* "core   0: 3 0x0000000080000000 (0x00000297) x5  0x0000000080000000 mem 0x..." */
static void write_log(const Commit *commit, Hart *hart, const Insn *in, uint64_t pc, unsigned priv,
                      uint32_t raw)
{
    const InsnDef *def = &insn_table[in->op];
    fprintf(commit->log, "core%4u: %u 0x%016" PRIx64 " ", hart->id, priv, pc);
    fprintf(commit->log, (raw & 3) == 3 ? "(0x%08x)" : "(0x%04x)", raw);
    if (def->has_rd && def->rd_is_f)
        fprintf(commit->log, " f%-2u 0x%016" PRIx64, in->rd, hart->f[in->rd]);
    else if (def->has_rd && in->rd != REG_SINK)
        fprintf(commit->log, " x%-2u 0x%016" PRIx64, in->rd, hart->x[in->rd]);
    if (writes_pair(in))
        fprintf(commit->log, " x%-2u 0x%016" PRIx64, in->rd + 1, hart->x[in->rd + 1]);
    if (is_host_call(in))
        fprintf(commit->log, " x10 0x%016" PRIx64, hart->x[10]);
    if (hart->csr_written) {
        unsigned number = hart->csr_written - 1;
        fprintf(commit->log, " c%u_%s 0x%016" PRIx64, number, csr_name(number),
                csr_read(hart, number));
    }
    log_memory(commit);
    fputc('\n', commit->log);
}

/* A load or store of a guest's memory by its hypervisor. */
static bool is_for_guest(const Insn *in)
{
    const char *name = insn_table[in->op].name;
    return g_str_has_prefix(name, "hlv") || g_str_has_prefix(name, "hsv");
}

enum { RW_NONE, RW_R, RW_W };

static void trace_access(const Commit *commit, Hart *hart, const Insn *in, uint64_t pc,
                         uint64_t loaded)
{
    WalkResult at = { 0 };
    if (!is_for_guest(in))
        mmu_peek_translate(&hart->mmu, (Gva){ commit->address }, &at);
    TRACE(hart->trace, mem, hart->id, pc, commit->address, at.gpa.v, at.spa.v, commit->size,
          commit->is_store ? RW_W : RW_R, commit->is_store ? commit->value : loaded,
          bus_is_ram(hart->mmu.bus, at.spa, commit->size));
}

/* The events commit and mem. */
static __attribute__((cold)) void trace_commit(const Commit *commit, Hart *hart, const Insn *in,
                                               uint64_t pc, unsigned priv, uint32_t raw)
{
    const InsnDef *def = &insn_table[in->op];
    const bool accesses = commit->is_load || commit->is_store;
    unsigned rd = is_host_call(in) ? 10 : def->has_rd && in->rd != REG_SINK ? in->rd : 0;
    uint64_t value = hart->x[rd];
    if (def->has_rd && def->rd_is_f) {
        rd = 32 + in->rd;
        value = hart->f[in->rd];
    }
    unsigned csr = hart->csr_written ? hart->csr_written - 1 : 0;
    TRACE(hart->trace, commit, hart->id, pc, raw, priv, rd, rd ? value : 0,
          writes_pair(in) ? hart->x[in->rd + 1] : 0, csr, csr ? csr_read(hart, csr) : 0,
          accesses ? commit->address : 0, accesses ? commit->size : 0,
          commit->is_store  ? RW_W
          : commit->is_load ? RW_R
                            : RW_NONE,
          commit->is_store ? commit->value : 0,
          commit->is_store && commit->size == 16 ? commit->value_high : 0);
    if (accesses)
        trace_access(commit, hart, in, pc, rd ? value : 0);
}

void commit_record(Commit *commit, Hart *hart, const Insn *in, uint64_t pc, unsigned priv,
                   uint32_t raw)
{
    const InsnDef *def = &insn_table[in->op];
    uint64_t hash = hash_word(commit->hash, pc ^ (uint64_t)hart->id << 56);
    if (def->has_rd && (def->rd_is_f || in->rd != REG_SINK))
        hash = hash_word(hash, in->rd ^ (def->rd_is_f ? hart->f[in->rd] : hart->x[in->rd]));
    if (commit->is_store)
        hash = hash_word(hash_word(hash, commit->address), commit->value);
    if (writes_pair(in))
        hash = hash_word(hash_word(hash, hart->x[in->rd + 1]), commit->value_high);
    if (is_host_call(in))
        hash = hash_word(hash, 10 ^ hart->x[10]);
    commit->hash = hash;
    commit->count++;
    if (UNLIKELY(hart->trace->on[TRACE_commit] | hart->trace->on[TRACE_mem]))
        trace_commit(commit, hart, in, pc, priv, raw);
    if (commit->log)
        write_log(commit, hart, in, pc, priv, raw);
    if (UNLIKELY(commit->count == commit->print_at)) {
        fprintf(commit->print_to, "trace hash after %" PRIu64 " instructions: %016" PRIx64 "\n",
                commit->count, commit->hash);
        commit->print_at += commit->print_every;
    }
}

void commit_access(Hart *hart, uint64_t address, unsigned size, Accessed how, uint64_t value)
{
    Commit *commit = hart->commit;
    commit->is_load = how == ACCESSED_READ;
    commit->is_store = how & ACCESSED_WRITE;
    commit->address = address;
    commit->size = size;
    commit->value = value;
}
