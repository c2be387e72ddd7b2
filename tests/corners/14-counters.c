/* SPDX-License-Identifier: MIT */
/*
 * 14 counters - who may read the counters: mcounteren says whether it is illegal, hcounteren and for VU-mode scounteren
 * whether it is a virtual instruction.
 *
 * norm:hcounteren_op, norm:hcounteren_acc, norm:hcounteren_sz, norm:hcounteren_warl,
 * norm:H_virtinst_vs_nonhighctr_h0_m1, norm:H_virtinst_vu_nonhighctr_h0_s0_m1
 */
#include "lib/corner.h"

const char corner_name[] = "14 counters";

typedef struct {
    const char *what;
    uintptr_t read, write;
    uint32_t bit;
} Counter;
#define COUNTER(name, number)                                                   \
    {                                                                           \
        name, CODE("csrr a0, " name), CODE("csrw " name ", a0"), 1u << (number) \
    }

/* The bit alone, and all others alone. */
static void set_enables(uint32_t bit, bool m, bool h, bool s)
{
    CSR_WRITE(mcounteren, m ? bit : ~bit);
    CSR_WRITE(hcounteren, h ? bit : ~bit);
    CSR_WRITE(scounteren, s ? bit : ~bit);
}

static void check_reads(const Counter *counter)
{
    for (unsigned i = 0; i < 8; i++) {
        set_enables(counter->bit, i & 1, i & 2, i & 4);
        for (Mode mode = M; mode <= VU; mode++) {
            check_cause(counter->what, mode, counter->read,
                        enabled_cause(mode, i & 1, i & 2, i & 4));
            check_cause(counter->what, mode, counter->write, ILLEGAL); /* read-only, for all */
        }
    }
}

/* stimecmp in VS-mode. */
static void check_stimecmp(void)
{
    static const struct {
        const char *what;
        bool m, h, menvcfg, henvcfg;
        uint64_t cause;
    } rows[] = {
        { "stimecmp", true, true, true, true, OK },
        { "stimecmp, hcounteren.TM clear", true, false, true, true, VIRTUAL },
        { "stimecmp, mcounteren.TM clear", false, true, true, true, ILLEGAL },
        { "stimecmp, both TM clear", false, false, true, true, ILLEGAL },
        { "stimecmp, henvcfg.STCE clear", true, true, true, false, VIRTUAL },
        { "stimecmp, menvcfg.STCE clear", true, true, false, true, ILLEGAL },
        { "stimecmp, both STCE clear", true, true, false, false, ILLEGAL },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CSR_WRITE(mcounteren, rows[i].m ? 2 : ~2u);
        CSR_WRITE(hcounteren, rows[i].h ? 2 : ~2u);
        CSR_WRITE(henvcfg, rows[i].henvcfg ? ENVCFG_STCE : 0);
        CSR_WRITE(menvcfg, rows[i].menvcfg ? ENVCFG_STCE : 0);
        check_cause(rows[i].what, VS, CODE("csrr a0, stimecmp"), rows[i].cause);
        check_cause(rows[i].what, VS, CODE("csrw stimecmp, a1"), rows[i].cause);
        check_cause(rows[i].what, VU, CODE("csrr a0, stimecmp"),
                    rows[i].cause == ILLEGAL ? ILLEGAL : VIRTUAL);
        CSR_WRITE(menvcfg, ENVCFG_STCE);
        CSR_WRITE(henvcfg, ENVCFG_STCE);
        CSR_WRITE(vstimecmp, ~0ul);
    }
}

/* 32 bits that hold what is written, where they can. */
static void check_register(void)
{
    CSR_WRITE(hcounteren, ~0ul);
    uint64_t writable = CSR_READ(hcounteren);
    check("hcounteren: more than 32 bits", 0, writable >> 32);
    check("hcounteren: CY, TM, IR", 7, writable & 7);
    for (unsigned i = 0; i < 32; i++) {
        CSR_WRITE(hcounteren, 1ul << i);
        check("hcounteren: one bit", writable & 1ul << i, CSR_READ(hcounteren));
    }
}

void corner(void)
{
    const Counter counters[] = { COUNTER("cycle", 0), COUNTER("time", 1), COUNTER("instret", 2),
                                 COUNTER("hpmcounter3", 3), COUNTER("hpmcounter31", 31) };
    for (unsigned i = 0; i < sizeof counters / sizeof counters[0]; i++)
        check_reads(&counters[i]);
    check_stimecmp();
    check_register();
}
