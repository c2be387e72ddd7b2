/* SPDX-License-Identifier: MIT */
/*
 * 02 transformed-instructions - htinst and mtinst of faulting loads and stores, and their zero for everything else.
 *
 * The transformation keeps what the instruction does and drops where: immediates are zero, and rs1 is the distance of
 * the fault from the beginning of the access. Compressed instructions are expanded, and lose bit 1.
 * norm:H_trap_xtinst, norm:H_trap_xtinst_val, norm:H_trap_xtinst_exception_lead-in,
 * norm:H_trap_xtinst_exception_list, norm:H_tinst_addr_offset, norm:H_trap_xtinst_interrupt, norm:htinst_sz_acc_op,
 * norm:htinst_val, norm:mtinst_sz_acc_op, norm:mtinst_val
 *
 * variants: -cpu max,htinst=zero
 * notes: -cpu max,htinst=zero => no transformed instructions
 */
#include "lib/corner.h"

const char corner_name[] = "02 transformed-instructions";

/* What the transformation of the first is, is written as the second; a0 and a1 hold the address. */
typedef struct {
    const char *text;
    uintptr_t code, transformed;
    bool compressed;
} Pair;
#define PAIR(text, transformed)                    \
    {                                              \
        text, CODE(text), CODE(transformed), false \
    }
#define SHORT(text, transformed)                                  \
    {                                                             \
        text, CODE(".option rvc\n" text), CODE(transformed), true \
    }

static void check_pair(const char *what, const Pair *pair, Mode mode, uint64_t address,
                       uint64_t fault)
{
    Trap trap = run(mode, pair->code, address, address);
    uint32_t word = *(const uint32_t *)pair->transformed;
    check_trap(what,
               (Trap){ .to = HS,
                       .from = mode,
                       .cause = trap.cause == STORE_GUEST_PAGE ? STORE_GUEST_PAGE : LOAD_GUEST_PAGE,
                       .tval = fault,
                       .tval2 = (GPA(1) + (fault - GVA(1))) >> 2,
                       .tinst = pair->compressed ? word & ~2u : word,
                       .gva = true },
               trap);
}

/* Page 1 is in no memory. */
static void check_aligned(void)
{
    const Pair pairs[] = {
        PAIR("lb a2, 0(a0)", "lb a2, 0(x0)"),
        PAIR("lbu t6, 0(a0)", "lbu t6, 0(x0)"),
        PAIR("lh a2, 0(a0)", "lh a2, 0(x0)"),
        PAIR("lhu a2, 0(a0)", "lhu a2, 0(x0)"),
        PAIR("lw a2, 0(a0)", "lw a2, 0(x0)"),
        PAIR("lwu a2, 0(a0)", "lwu a2, 0(x0)"),
        PAIR("ld x0, 0(a0)", "ld x0, 0(x0)"),
        PAIR("flw fa2, 0(a0)", "flw fa2, 0(x0)"),
        PAIR("fld ft11, 0(a0)", "fld ft11, 0(x0)"),
        PAIR("sb a2, 0(a0)", "sb a2, 0(x0)"),
        PAIR("sh a2, 0(a0)", "sh a2, 0(x0)"),
        PAIR("sw a2, 0(a0)", "sw a2, 0(x0)"),
        PAIR("sd t6, 0(a0)", "sd t6, 0(x0)"),
        PAIR("fsw fa2, 0(a0)", "fsw fa2, 0(x0)"),
        PAIR("fsd fa2, 0(a0)", "fsd fa2, 0(x0)"),
        PAIR("lr.d.aqrl a2, (a0)", "lr.d.aqrl a2, (x0)"),
        PAIR("amoadd.w.aq a2, t6, (a0)", "amoadd.w.aq a2, t6, (x0)"),
        PAIR("amomaxu.d a2, a3, (a0)", "amomaxu.d a2, a3, (x0)"),
        SHORT("c.lw a2, 0(a0)", "lw a2, 0(x0)"),
        SHORT("c.ld a2, 0(a0)", "ld a2, 0(x0)"),
        SHORT("c.fld fa2, 0(a0)", "fld fa2, 0(x0)"),
        SHORT("c.sw a2, 0(a0)", "sw a2, 0(x0)"),
        SHORT("c.sd a2, 0(a0)", "sd a2, 0(x0)"),
        SHORT("c.fsd fa2, 0(a0)", "fsd fa2, 0(x0)"),
    };
    map(1, S_RWX, 0);
    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        check_pair(pairs[i].text, &pairs[i], VS, GVA(1) + 64, GVA(1) + 64);
}

static void check_immediates(void)
{
    const Pair pairs[] = {
        PAIR("ld a2, 2047(a0)", "ld a2, 0(x0)"),
        PAIR("sd a2, 2047(a0)", "sd a2, 0(x0)"),
        PAIR("sb a2, 2047(a0)", "sb a2, 0(x0)"),
    };
    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        check_pair(pairs[i].text, &pairs[i], VS, GVA(1) + 1, GVA(1) + 2048);
    const Pair negative = PAIR("ld a2, -2048(a0)", "ld a2, 0(x0)");
    check_pair("ld, negative", &negative, VS, GVA(1) + 2048, GVA(1));
    const Pair compressed[] = {
        SHORT("c.ld a2, 248(a0)", "ld a2, 0(x0)"),
        SHORT("c.sd a2, 248(a0)", "sd a2, 0(x0)"),
    };
    for (unsigned i = 0; i < 2; i++)
        check_pair(compressed[i].text, &compressed[i], VS, GVA(1), GVA(1) + 248);
}

/* Page 0 is there, page 1 is not; the access begins `before` bytes ahead of it. */
static void check_misaligned(void)
{
    const struct {
        Pair pair;
        unsigned before;
    } rows[] = {
        { PAIR("ld a2, 0(a0)", "ld a2, 0(x1)"), 1 },
        { PAIR("ld a2, 0(a0)", "ld a2, 0(x4)"), 4 },
        { PAIR("ld a2, 0(a0)", "ld a2, 0(x7)"), 7 },
        { PAIR("lw a2, 0(a0)", "lw a2, 0(x3)"), 3 },
        { PAIR("sd a2, 0(a0)", "sd a2, 0(x5)"), 5 },
        { PAIR("sh a2, 0(a0)", "sh a2, 0(x1)"), 1 },
        { PAIR("fld fa2, 0(a0)", "fld fa2, 0(x2)"), 2 },
        { SHORT("c.ld a2, 0(a0)", "ld a2, 0(x6)"), 6 },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_pair("misaligned", &rows[i].pair, VS, GVA(1) - rows[i].before, GVA(1));
}

/* funct7 and rs2 of HLV tell one from the other, and stay. */
static void check_guest_accesses(void)
{
    const Pair pairs[] = {
        PAIR("hlv.b a2, (a0)", "hlv.b a2, (x0)"),     PAIR("hlv.bu a2, (a0)", "hlv.bu a2, (x0)"),
        PAIR("hlv.h a2, (a0)", "hlv.h a2, (x0)"),     PAIR("hlv.hu a2, (a0)", "hlv.hu a2, (x0)"),
        PAIR("hlvx.hu a2, (a0)", "hlvx.hu a2, (x0)"), PAIR("hlv.w a2, (a0)", "hlv.w a2, (x0)"),
        PAIR("hlv.wu a2, (a0)", "hlv.wu a2, (x0)"),   PAIR("hlvx.wu a2, (a0)", "hlvx.wu a2, (x0)"),
        PAIR("hlv.d a2, (a0)", "hlv.d a2, (x0)"),     PAIR("hsv.b a2, (a0)", "hsv.b a2, (x0)"),
        PAIR("hsv.h a2, (a0)", "hsv.h a2, (x0)"),     PAIR("hsv.w a2, (a0)", "hsv.w a2, (x0)"),
        PAIR("hsv.d a2, (a0)", "hsv.d a2, (x0)"),
    };
    const Pair crossing = PAIR("hlv.d a2, (a0)", "hlv.d a2, (x3)");
    CSR_SET(hstatus, HSTATUS_SPVP);
    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        check_pair(pairs[i].text, &pairs[i], HS, GVA(1) + 64, GVA(1) + 64);
    check_pair("hlv.d, misaligned", &crossing, HS, GVA(1) - 3, GVA(1));
}

/* Everything else leaves zero, also where something else was. */
static void check_zero(const char *what, Mode mode, uintptr_t code)
{
    Trap trap;
    CSR_WRITE(htinst, 0x3000);
    CSR_WRITE(mtinst, 0x3000);
    trap = run(mode, code, GVA(1), 0);
    check(what, 0, trap.tinst);
}

static void check_others(void)
{
    check_zero("fetch", VS, GVA(1));
    check_zero("illegal", VS, CODE(".word 0"));
    check_zero("virtual", VS, CODE("csrr a0, hgatp"));
    check_zero("ebreak", VS, CODE("ebreak"));
    check_zero("ecall", VU, CODE("ecall"));
    CSR_WRITE(hvip, VSSI);
    CSR_WRITE(hie, VSSI);
    check_zero("interrupt", VS, CODE("nop"));
    CSR_WRITE(hvip, 0);
}

void corner(void)
{
    CSR_SET(mstatus, SSTATUS_FS);
    CSR_SET(vsstatus, SSTATUS_FS);
    check_aligned();
    check_immediates();
    check_misaligned();
    check_guest_accesses();
    check_others();
    CSR_WRITE(medeleg, 0);
    CSR_WRITE(mideleg, 0);
    check_others();
}
