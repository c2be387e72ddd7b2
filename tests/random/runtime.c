/* SPDX-License-Identifier: MIT */
/*
 * runtime.c - the part of every program that is not random: trap handlers that write down what they see, the step
 * from one episode to the next, and the end, where everything is hashed and printed.
 *
 * A record of a trap is 40 words: a tag (3, 1 or 2: whether M-mode, the supervisor or the guest handled it; above it
 * the episode), x1 to x31, epc, cause, tval, status, and, but for the guest's, four of the hypervisor. At the end of
 * an episode the machine-mode log gets one with all floating-point registers and many CSRs. Each handler keeps the
 * place of its next record in its scratch register, and saves registers there at once.
 */
#include "runtime.h"
#include "cpu/csr.h"
#include "program.h"

/* '@' is m, s or v, '%' m or s: the guest's registers have the supervisor's names. What is left of the trap budget, the
 * end of the episode and the next episode are in `vars`. */
static const char handler[] =
    "trap_@:\n"
    "  csrrw x31, %scratch, x31\n"
    "SAVE"
    "  addi x2, x31, 320\n"
    "  csrrw x1, %scratch, x2\n"
    "  sd x1, 248(x31)\n"
    "  la x3, vars\n"
    "  ld x1, 16(x3)\n"
    "  slli x1, x1, 8\n"
    "  addi x1, x1, TAG\n"
    "  sd x1, 0(x31)\n"
    "  csrrs x5, %epc, x0\n"
    "  sd x5, 256(x31)\n"
    "  csrrs x4, %cause, x0\n"
    "  sd x4, 264(x31)\n"
    "  csrrs x6, %tval, x0\n"
    "  sd x6, 272(x31)\n"
    "  csrrs x6, %status, x0\n"
    "  ld x7, 24(x3)\n"
    "  and x6, x6, x7\n"
    "  sd x6, 280(x31)\n"
    "MORE"
    "  ld x6, 0(x3)\n"
    "  addi x6, x6, -1\n"
    "  sd x6, 0(x3)\n"
    /* An interrupt is turned off for the rest of the episode. */
    "  bge x4, x0, exception_@\n"
    "  addi x7, x0, 1\n"
    "  sll x7, x7, x4\n"
    "DISABLE"
    "  blt x6, x0, done_@\n"
    "  jal x0, resume_@\n"
    "exception_@:\n"
    "  blt x6, x0, done_@\n"
    /* Where in the 2 MiB of the image, whatever address it was executed at? */
    "  slli x7, x5, 43\n"
    "  srli x7, x7, 43\n"
    "  ld x6, 8(x3)\n"
    "  beq x7, x6, done_@\n"
    "LEAVE"
    /* Fetches that fault end the episode: 1, 12, 20. Everything else is skipped. */
    "  addi x6, x0, 1\n"
    "  beq x4, x6, done_@\n"
    "  addi x6, x0, 12\n"
    "  beq x4, x6, done_@\n"
    "  addi x6, x0, 20\n"
    "  beq x4, x6, done_@\n"
    "  la x6, image\n"
    "  add x6, x6, x7\n"
    "  lhu x6, 0(x6)\n"
    "  andi x6, x6, 3\n"
    "  sltiu x6, x6, 3\n"
    "  slli x6, x6, 1\n"
    "  addi x5, x5, 4\n"
    "  sub x5, x5, x6\n"
    "  csrrw x0, %epc, x5\n"
    "resume_@:\n"
    "RESTORE"
    "  ld x31, 248(x31)\n"
    "  %ret\n"
    "done_@:\n";

/* Of the trap too, with the hypervisor: two of its own, and the status of hypervisor and guest. */
static const char more_h[] = "  csrrs x6, FIRST, x0\n"
                             "  sd x6, 288(x31)\n"
                             "  csrrs x6, SECOND, x0\n"
                             "  sd x6, 296(x31)\n"
                             "  csrrs x6, hstatus, x0\n"
                             "  sd x6, 304(x31)\n"
                             "  csrrs x6, vsstatus, x0\n"
                             "  and x6, x6, x7\n"
                             "  sd x6, 312(x31)\n";

/* How an interrupt is turned off. A guest cannot do that if hvictl may have made it up: it asks for it. */
static const char disable[] = "  csrrc x0, %ie, x7\n";
static const char disable_h[] = "  csrrc x0, hie, x7\n";
static const char ask[] = "quiet_v:\n"
                          "  ecall\n";
static const char answer[] = "  la x6, quiet_v\n"
                             "  slli x6, x6, 43\n"
                             "  srli x6, x6, 43\n"
                             "  bne x7, x6, loud_@\n"
                             "  csrrw x0, hvictl, x0\n"
                             "  ld x6, 32(x31)\n" /* the guest's cause */
                             "  addi x8, x0, 2\n"
                             "  sll x8, x8, x6\n"
                             "  csrrc x0, hie, x8\n"
                             "loud_@:\n";

/* From S-mode an environment call, which is never delegated from there, leads to M-mode; its handler knows the place.
 * So does one from a guest, by way of the supervisor if it is delegated. */
static const char leave[] = "leave_@:\n"
                            "  ecall\n";
static const char leave_to[] = "  la x6, leave_@\n"
                               "  slli x6, x6, 43\n"
                               "  srli x6, x6, 43\n"
                               "  beq x7, x6, done_%\n";

/* M-mode, at the end of an episode: MPRV off, floating point on. */
static const char finish[] = "  lui x5, 0x20000\n"
                             "  csrrc x0, mstatus, x5\n"
                             "  lui x5, 0x6000\n"
                             "  csrrs x0, mstatus, x5\n"
                             "  csrrs x31, mscratch, x0\n"
                             "  addi x1, x0, 14\n"
                             "  sd x1, 0(x31)\n";

static const char next[] = "  csrrw x0, mscratch, x31\n"
                           "next:\n"
                           "  la x3, vars\n"
                           "  ld x4, 16(x3)\n"
                           "  addi x5, x4, 8\n"
                           "  sd x5, 16(x3)\n"
                           "  ld x6, 0(x4)\n"
                           "  la x5, image\n"
                           "  add x5, x5, x6\n"
                           "  beq x6, x0, end\n"
                           "  jalr x0, 0(x5)\n";

static const char start[] = "image:\n"
                            "  la x5, vector_m\n"
                            "  csrrw x0, mtvec, x5\n"
                            "  lui x5, 0x2004000\n" /* mtimecmp */
                            "  addi x6, x0, -1\n"
                            "  sd x6, 0(x5)\n"
                            "  csrrw x0, mie, x0\n"
                            "  la x5, log_m\n"
                            "  csrrw x0, mscratch, x5\n";
static const char start_s[] = "  la x5, log_s\n"
                              "  csrrw x0, sscratch, x5\n";
static const char start_h[] = "  la x5, log_v\n"
                              "  csrrw x0, vsscratch, x5\n";

/* x10: the hash so far; x11 up to x12: what to hash, in pieces of eight words. x1: where to return to. */
static const char end[] =
    "hash:\n"
    "  beq x11, x12, hashed\n"
    "HASH"
    "  addi x11, x11, 64\n"
    "  jal x0, hash\n"
    "hashed:\n"
    "  jalr x0, 0(x1)\n"
    "print:\n"
    "  lui x11, 0x10000000\n"
    "  addi x12, x0, 60\n"
    "digit:\n"
    "  srl x13, x10, x12\n"
    "  andi x13, x13, 15\n"
    "  addi x14, x13, 48\n"
    "  sltiu x13, x13, 10\n"
    "  bne x13, x0, decimal\n"
    "  addi x14, x14, 39\n"
    "decimal:\n"
    "  sb x14, 0(x11)\n"
    "  addi x12, x12, -4\n"
    "  bge x12, x0, digit\n"
    "  addi x14, x0, 10\n"
    "  sb x14, 0(x11)\n"
    "  jalr x0, 0(x1)\n"
    /* All words from x15 to x16, one a line: what to look at when two machines differ. */
    "dump:\n"
    "  addi x17, x1, 0\n"
    "more:\n"
    "  beq x15, x16, dumped\n"
    "  ld x10, 0(x15)\n"
    "  jal x1, print\n"
    "  addi x15, x15, 8\n"
    "  jal x0, more\n"
    "dumped:\n"
    "  jalr x0, 0(x17)\n"
    "stop:\n"
    "  jal x0, stop\n"
    "end:\n"
    "  la x5, stop\n"
    "  csrrw x0, mtvec, x5\n"
    "  csrrs x20, mscratch, x0\n";

static const char end_no_s[] = "  la x21, log_s\n";
static const char end_s[] = "  csrrs x21, sscratch, x0\n";
static const char end_no_h[] = "  la x22, log_v\n";
static const char end_h[] = "  csrrs x22, vsscratch, x0\n";
static const char report[] = "  addi x10, x0, 1\n"
                             "  la x11, log_m\n"
                             "  addi x12, x20, 0\n"
                             "  jal x1, hash\n"
                             "  jal x1, print\n"
                             "  addi x10, x0, 1\n"
                             "  la x11, log_s\n"
                             "  addi x12, x21, 0\n"
                             "  jal x1, hash\n"
                             "  jal x1, print\n"
                             "  addi x10, x0, 1\n"
                             "  la x11, log_v\n"
                             "  addi x12, x22, 0\n"
                             "  jal x1, hash\n"
                             "  jal x1, print\n"
                             "  addi x10, x0, 1\n"
                             "  la x11, data\n"
                             "  la x12, data_end\n"
                             "  jal x1, hash\n"
                             "  jal x1, print\n"
                             "  addi x10, x0, 1\n"
                             "  la x11, tables\n"
                             "  la x12, tables_end\n"
                             "  jal x1, hash\n"
                             "  jal x1, print\n"
                             "  la x3, vars\n"
                             "  ld x4, 32(x3)\n"
                             "  beq x4, x0, quiet\n"
                             "  la x15, log_m\n"
                             "  addi x16, x20, 0\n"
                             "  jal x1, dump\n"
                             "  la x15, log_s\n"
                             "  addi x16, x21, 0\n"
                             "  jal x1, dump\n"
                             "  la x15, log_v\n"
                             "  addi x16, x22, 0\n"
                             "  jal x1, dump\n"
                             "quiet:\n"
                             /* Spike ends by tohost, the others by the finisher. */
                             "  la x5, tohost\n"
                             "  addi x6, x0, 1\n"
                             "  sd x6, 0(x5)\n"
                             "  lui x5, 0x100000\n"
                             "  lui x6, 0x5000\n"
                             "  addi x6, x6, 0x555\n"
                             "  sw x6, 0(x5)\n"
                             "  jal x0, stop\n";

/* A sum in which each word has a weight of its own. */
static void put_end(Program *program)
{
    g_autoptr(GString) text = g_string_new(end), words = g_string_new(NULL);
    for (unsigned i = 0; i < 8; i++)
        g_string_append_printf(words,
                               "ld x13, %u(x11)\n"
                               "add x10, x10, x13\n"
                               "slli x13, x10, 21\n"
                               "add x10, x10, x13\n",
                               8 * i);
    g_string_replace(text, "HASH", words->str, 0);
    asm_text(program, text->str);
}

/* What may be looked at after an episode, and which bits of it. */
// clang-format off
static const struct { const char *name; Extension extension; uint64_t mask; } looked_at[] = {
    { "mstatus",  EXT_I, STATUS_MASK }, { "mepc",    EXT_I, ~0ull },  { "mcause",  EXT_I, ~0ull },
    { "mtval",    EXT_I, ~0ull },       { "medeleg", EXT_S, ~0ull },  { "mideleg", EXT_S, ~BIT(12) },
    { "mie",      EXT_I, ~0ull },       { "mip",     EXT_I, ~0ull },  { "sstatus", EXT_S, STATUS_MASK },
    { "sepc",     EXT_S, ~0ull },       { "scause",  EXT_S, ~0ull },  { "stval",   EXT_S, ~0ull },
    { "satp",     EXT_S, ~0ull },       { "stvec",   EXT_S, ~0ull },  { "senvcfg", EXT_S, ~0ull },
    { "menvcfg",  EXT_U, ~0ull },       { "scounteren", EXT_S, ~0ull }, { "mcounteren", EXT_U, ~0ull },
    { "fcsr",     EXT_F, ~0ull },       { "mtval2",  EXT_H, ~0ull },  { "mtinst",  EXT_H, ~0ull },
    { "hstatus",  EXT_H, ~0ull },       { "hedeleg", EXT_H, ~0ull },  { "hideleg", EXT_H, ~0ull },
    { "hip",      EXT_H, ~0ull },       { "hvip",    EXT_H, ~0ull },  { "hcounteren", EXT_H, ~0ull },
    { "henvcfg",  EXT_H, ~0ull },       { "htval",   EXT_H, ~0ull },  { "htinst",  EXT_H, ~0ull },
    { "hgatp",    EXT_H, ~0ull },       { "vsstatus", EXT_H, STATUS_MASK }, { "vsepc", EXT_H, ~0ull },
    { "vscause",  EXT_H, ~0ull },       { "vstval",  EXT_H, ~0ull },  { "vsatp",   EXT_H, ~0ull },
    { "vsie",     EXT_H, ~0ull },       { "vsip",    EXT_H, ~0ull },
};
// clang-format on

static void write_end_record(Program *program)
{
    unsigned offset = 8;
    for (unsigned n = 0; n < 32; n++, offset += 8)
        if (program->isa->has[EXT_D])
            asm_emit(program, INSN_fsd, OPS(OP_RS1 = 31, OP_RS2 = n, OP_IMM = offset));
        else if (program->isa->has[EXT_F])
            asm_emit(program, INSN_fsw, OPS(OP_RS1 = 31, OP_RS2 = n, OP_IMM = offset));
    for (unsigned i = 0; i < G_N_ELEMENTS(looked_at); i++, offset += 8) {
        if (!program->isa->has[looked_at[i].extension])
            continue;
        g_autofree char *text = g_strdup_printf("csrrs x5, %s, x0", looked_at[i].name);
        asm_text(program, text);
        if (looked_at[i].mask != ~0ull) {
            asm_constant(program, 6, looked_at[i].mask);
            asm_text(program, "and x5, x5, x6");
        }
        asm_emit(program, INSN_sd, OPS(OP_RS1 = 31, OP_RS2 = 5, OP_IMM = offset));
    }
    asm_emit(program, INSN_addi, OPS(OP_RD = 31, OP_RS1 = 31, OP_IMM = END_RECORD));
    g_assert(offset <= END_RECORD);
}

/* The places where a handler of less privilege gives up, as that of `level` looks for them. */
static void add_leaves(GString *text, const char *level, const char *from)
{
    for (; *from; from++) {
        g_autoptr(GString) one = g_string_new(leave_to);
        g_string_replace(one, "%", level, 0);
        g_string_replace(one, "@", (char[]){ *from, '\0' }, 0);
        g_string_append(text, one->str);
    }
}

/* `leaves`: of which handlers. */
static void put_handler(Program *program, const char *level, const char *tag, const char *leaves)
{
    g_autoptr(GString) save = g_string_new(NULL), restore = g_string_new(NULL);
    g_autoptr(GString) left = g_string_new(NULL), more = g_string_new(NULL);
    bool is_m = level[0] == 'm', is_v = level[0] == 'v', has_h = program->isa->has[EXT_H] && !is_v;
    bool asks = program->isa->has[EXT_H] && program->isa->has[EXT_Ssaia];
    g_autofree char *off =
        g_strconcat(asks && is_v ? ask : disable, has_h && !is_m ? disable_h : "", NULL);
    for (unsigned n = 1; n < 31; n++) {
        g_string_append_printf(save, "sd x%u, %u(x31)\n", n, n * 8);
        g_string_append_printf(restore, "ld x%u, %u(x31)\n", n, n * 8);
    }
    add_leaves(left, level, leaves);
    g_string_append(left, asks && !is_v ? answer : "");
    g_string_append(more, has_h ? more_h : "");
    g_string_replace(more, "FIRST", is_m ? "mtval2" : "htval", 0);
    g_string_replace(more, "SECOND", is_m ? "mtinst" : "htinst", 0);
    g_autoptr(GString) text = g_string_new(handler);
    g_string_replace(text, "SAVE", save->str, 0);
    g_string_replace(text, "RESTORE", restore->str, 0);
    g_string_replace(text, "MORE", more->str, 0);
    g_string_replace(text, "DISABLE", off, 0);
    g_string_replace(text, "LEAVE", left->str, 0);
    g_string_replace(text, "TAG", tag, 0);
    g_string_replace(text, "@", level, 0);
    g_string_replace(text, "%", is_m ? "m" : "s", 0);
    asm_text(program, text->str);
}

/* Direct and vectored handlers begin at the same place: a jump for each interrupt. */
static void put_vector(Program *program, const char *level)
{
    g_autofree char *label = g_strdup_printf("vector_%s:", level);
    g_autofree char *jump = g_strdup_printf("jal x0, trap_%s", level);
    program->at = (program->at + 255) & ~255u;
    asm_text(program, label);
    for (unsigned i = 0; i < 64; i++)
        asm_text(program, jump);
}

static void make_labels(Program *program)
{
    asm_label(program, "vars", VARS - RAM_BASE);
    asm_label(program, "tohost", TOHOST - RAM_BASE);
    asm_label(program, "tables", TABLES - RAM_BASE);
    asm_label(program, "tables_end", program->tables_end);
    asm_label(program, "data", DATA - RAM_BASE);
    asm_label(program, "data_end", DATA - RAM_BASE + DATA_PAGES * PAGE);
    asm_label(program, "log_m", LOG_M - RAM_BASE);
    asm_label(program, "log_s", LOG_S - RAM_BASE);
    asm_label(program, "log_v", LOG_V - RAM_BASE);
}

/* The handler of the supervisor, or of the guest, and what it does at the end of an episode. */
static void put_lower(Program *program, const char *level, const char *tag, const char *leaves)
{
    g_autoptr(GString) text = g_string_new(leave);
    g_string_replace(text, "@", level, 0);
    put_vector(program, level);
    put_handler(program, level, tag, leaves);
    asm_text(program, text->str);
}

void runtime_make(Program *program)
{
    bool has_s = program->isa->has[EXT_S], has_h = program->isa->has[EXT_H];
    make_labels(program);
    program->at = 0;
    asm_text(program, start);
    asm_text(program, has_s ? start_s : "");
    asm_text(program, has_h ? start_h : "");
    asm_text(program, "jal x0, next");
    put_vector(program, "m");
    put_handler(program, "m", "3", has_h ? "sv" : has_s ? "s" : "");
    asm_text(program, finish);
    write_end_record(program);
    asm_text(program, next);
    if (has_s)
        put_lower(program, "s", "1", has_h ? "v" : "");
    if (has_h)
        put_lower(program, "v", "2", "");
    put_end(program);
    asm_text(program, has_s ? end_s : end_no_s);
    asm_text(program, has_h ? end_h : end_no_h);
    asm_text(program, report);
    g_assert(program->at < TOHOST - RAM_BASE);
}
