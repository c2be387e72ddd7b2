/* SPDX-License-Identifier: MIT */
/* test_atomic.c - compare-and-swap, narrow and misaligned atomics, and waiting on a reservation. */
#include <criterion/criterion.h>

#include "cpu/csr.h"
#include "tests/lib/machine_rig.h"

enum { DATA = BOARD_RAM + 0x1000, PMPADDR0 = 0x3b0 };

static Machine *machine;
static Hart *hart;

static void set_up(void)
{
    machine = rig_new(1, NULL, NULL, 0);
    hart = &machine->harts[0];
}

static void tear_down(void)
{
    machine_free(machine);
}

TestSuite(atomic, .init = set_up, .fini = tear_down);

static bool run(InsnId id, unsigned rd, unsigned rs1, unsigned rs2)
{
    hart->pc = BOARD_RAM;
    return rig_execute(machine, rig_encode(id, rd, rs1, rs2, 0));
}

/* norm:Zabha_rd_sign_extension: only the bytes addressed change, and rd has the old ones with their sign. */
Test(atomic, operations_on_bytes_and_halfwords)
{
    static const struct {
        InsnId id;
        uint64_t operand,
            result; /* of memory that was 0x8899aabbccddeeff, at its third byte or halfword */
    } cases[] = {
        { INSN_amoswap_b, 0x11, 0x8899aabbcc11eeff },
        { INSN_amoadd_b, 0x33, 0x8899aabbcc10eeff },
        { INSN_amoxor_b, 0xff, 0x8899aabbcc22eeff },
        { INSN_amoand_b, 0x0f, 0x8899aabbcc0deeff },
        { INSN_amoor_b, 0x22, 0x8899aabbccffeeff },
        { INSN_amomin_b, 0x01, 0x8899aabbccddeeff },
        { INSN_amomax_b, 0x01, 0x8899aabbcc01eeff },
        { INSN_amominu_b, 0x01, 0x8899aabbcc01eeff },
        { INSN_amomaxu_b, 0x01, 0x8899aabbccddeeff },
        { INSN_amoswap_h, 0x1122, 0x88991122ccddeeff },
        { INSN_amoadd_h, 0x5555, 0x88990010ccddeeff },
        { INSN_amoxor_h, 0xffff, 0x88995544ccddeeff },
        { INSN_amoand_h, 0x0ff0, 0x88990ab0ccddeeff },
        { INSN_amoor_h, 0x5500, 0x8899ffbbccddeeff },
        { INSN_amomin_h, 0x0001, 0x8899aabbccddeeff },
        { INSN_amomax_h, 0x0001, 0x88990001ccddeeff },
        { INSN_amominu_h, 0x0001, 0x88990001ccddeeff },
        { INSN_amomaxu_h, 0x0001, 0x8899aabbccddeeff },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool byte = i < 9;
        rig_write64(machine, DATA, 0x8899aabbccddeeff);
        hart->x[11] = DATA + (byte ? 2 : 4);
        hart->x[12] = cases[i].operand | 0xabcdef0000; /* bits beyond the width do not matter */
        cr_assert(run(cases[i].id, 10, 11, 12));
        cr_expect_eq(hart->x[10], byte ? 0xffffffffffffffdd : 0xffffffffffffaabb);
        cr_expect_eq(rig_read64(machine, DATA), cases[i].result, "%s",
                     insn_table[cases[i].id].name);
    }
}

Test(atomic, compare_and_swap_of_every_width)
{
    static const struct {
        InsnId id;
        uint64_t mask, sign;
    } widths[] = {
        { INSN_amocas_b, 0xff, 0xffffffffffffff00 },
        { INSN_amocas_h, 0xffff, 0xffffffffffff0000 },
        { INSN_amocas_w, 0xffffffff, 0xffffffff00000000 },
        { INSN_amocas_d, UINT64_MAX, 0 },
    };
    const uint64_t before = 0x8899aabbccddeeff, operand = 0x1122334455667788;
    for (unsigned i = 0; i < G_N_ELEMENTS(widths); i++) {
        uint64_t mask = widths[i].mask, old = (before & mask) | widths[i].sign;
        rig_write64(machine, DATA, before);
        hart->x[11] = DATA;
        hart->x[12] = operand;
        hart->x[10] = before ^ 1;
        cr_assert(run(widths[i].id, 10, 11, 12));
        cr_expect_eq(rig_read64(machine, DATA), before, "unequal: nothing is stored");
        cr_expect_eq(hart->x[10], old);
        hart->x[10] = (before & mask) |
                      (mask == UINT64_MAX ? 0 : 0x55ull << 56); /* upper bits do not count */
        cr_assert(run(widths[i].id, 10, 11, 12));
        cr_expect_eq(rig_read64(machine, DATA), (before & ~mask) | (operand & mask));
        cr_expect_eq(hart->x[10], old);
        /* With rd = x0 the comparison is with zero. */
        cr_assert(run(widths[i].id, 0, 11, 12));
        cr_expect_eq(rig_read64(machine, DATA), (before & ~mask) | (operand & mask));
        rig_write64(machine, DATA, 0);
        cr_assert(run(widths[i].id, 0, 11, 12));
        cr_expect_eq(rig_read64(machine, DATA), operand & mask);
        cr_expect_eq(hart->x[0], 0);
    }
}

/* norm:Zacas_rv64_amocas-q_op and what follows it. */
Test(atomic, compare_and_swap_of_register_pairs)
{
    rig_write64(machine, DATA, 1);
    rig_write64(machine, DATA + 8, 2);
    hart->x[5] = DATA;
    hart->x[12] = 3, hart->x[13] = 4;
    hart->x[10] = 1, hart->x[11] = 3; /* half of it is equal */
    cr_assert(run(INSN_amocas_q, 10, 5, 12));
    cr_expect_eq(rig_read64(machine, DATA), 1);
    cr_expect_eq(rig_read64(machine, DATA + 8), 2);
    cr_expect_eq(hart->x[10], 1);
    cr_expect_eq(hart->x[11], 2);
    cr_assert(run(INSN_amocas_q, 10, 5, 12));
    cr_expect_eq(rig_read64(machine, DATA), 3);
    cr_expect_eq(rig_read64(machine, DATA + 8), 4);
    /* A pair that begins with x0 reads as zero and takes nothing: x1 has no part in it. */
    hart->x[1] = 77;
    cr_assert(run(INSN_amocas_q, 0, 5, 12));
    cr_expect_eq(rig_read64(machine, DATA), 3);
    cr_expect_eq(hart->x[1], 77);
    hart->x[10] = 3, hart->x[11] = 4;
    cr_assert(run(INSN_amocas_q, 10, 5, 0));
    cr_expect_eq(rig_read64(machine, DATA), 0);
    cr_expect_eq(rig_read64(machine, DATA + 8), 0);
    cr_assert(run(INSN_amocas_q, 0, 5, 12));
    cr_expect_eq(rig_read64(machine, DATA + 8), 4);
    cr_expect_eq(hart->x[1], 77);
    /* Pairs begin with an even register. */
    cr_expect(!run(INSN_amocas_q, 11, 5, 12));
    cr_expect_eq(hart->csr.mcause, CAUSE_ILLEGAL);
    cr_expect(!run(INSN_amocas_q, 10, 5, 13));
    cr_expect_eq(hart->csr.mcause, CAUSE_ILLEGAL);
}

/* norm:Zacas_amocas_w_permission: a page that may only be read will not do, equal or not. */
Test(atomic, compare_and_swap_needs_permission_to_write)
{
    csr_write(hart, PMPADDR0, (DATA >> 2 | 0x1ff)); /* 4 KiB, readable */
    csr_write(hart, CSR_pmpcfg0, 0x99);
    hart->x[11] = DATA;
    hart->x[10] = 5;
    cr_expect(!run(INSN_amocas_d, 10, 11, 12));
    cr_expect_eq(hart->csr.mcause, CAUSE_STORE_ACCESS);
    cr_expect_eq(hart->csr.mtval, DATA);
    cr_expect_eq(hart->x[10], 5);
}

/* norm:zama16b_atomic_ops: AMOs within 16 aligned bytes, and never LR and SC. */
Test(atomic, misaligned_within_16_bytes)
{
    rig_write64(machine, DATA, 0);
    rig_write64(machine, DATA + 8, 0);
    hart->x[12] = 0x1122334455667788;
    hart->x[11] = DATA + 5;
    cr_assert(run(INSN_amoadd_d, 10, 11, 12));
    cr_expect_eq(rig_read64(machine, DATA), 0x6677880000000000);
    cr_expect_eq(rig_read64(machine, DATA + 8), 0x1122334455);
    hart->x[11] = DATA + 9;
    cr_assert(run(INSN_amoswap_w, 10, 11, 12));
    cr_expect_eq(rig_read64(machine, DATA + 8), 0x5566778855);
    hart->x[11] = DATA + 9;
    cr_expect(!run(INSN_amoadd_d, 10, 11, 12));
    cr_expect_eq(hart->csr.mcause, CAUSE_STORE_MISALIGNED);
    cr_expect_eq(hart->csr.mtval, DATA + 9);
    hart->x[11] = DATA + 8;
    cr_expect(!run(INSN_amocas_q, 14, 11, 12));
    cr_expect_eq(hart->csr.mcause, CAUSE_STORE_MISALIGNED);
    hart->x[11] = DATA + 2;
    cr_expect(!run(INSN_lr_w, 10, 11, 0));
    cr_expect_eq(hart->csr.mcause, CAUSE_LOAD_MISALIGNED);
    cr_expect(!run(INSN_sc_w, 10, 11, 12));
    cr_expect_eq(hart->csr.mcause, CAUSE_STORE_MISALIGNED);
}

Test(atomic, misaligned_without_zama16b)
{
    machine_free(machine);
    machine = rig_new(1, "max,zama16b=off", NULL, 0);
    hart = &machine->harts[0];
    hart->x[11] = DATA + 5;
    cr_expect(!run(INSN_amoadd_d, 10, 11, 12));
    cr_expect_eq(hart->csr.mcause, CAUSE_STORE_MISALIGNED);
    cr_expect(!run(INSN_amocas_h, 10, 11, 12));
    cr_expect_eq(hart->csr.mcause, CAUSE_STORE_MISALIGNED);
}

/* Waiting. */

Test(atomic, wrs_without_a_reservation_does_not_wait)
{
    cr_assert(run(INSN_wrs_nto, 0, 0, 0));
    cr_expect(hart_wakes(hart));
    cr_assert(run(INSN_wrs_sto, 0, 0, 0));
    cr_expect(!hart->idle);
}

/* Hart 1 waits on a word that hart 0 writes after a while, and then stores what it found. */
Test(atomic, wrs_ends_when_another_hart_stores_to_the_reservation)
{
    static const InsnId waits[] = { INSN_wrs_nto, INSN_wrs_sto };
    for (unsigned i = 0; i < G_N_ELEMENTS(waits); i++) {
        const uint32_t code[] = {
            rig_encode(INSN_csrrs, 10, 0, 0, 0) | 0xf14u << 20, /* mhartid */
            rig_encode(INSN_bne, 0, 10, 0, 4 * 6),
            rig_encode(INSN_addi, 6, 6, 0, 1), /* hart 0 */
            rig_encode(INSN_blt, 0, 6, 7, (unsigned)-4),
            rig_encode(INSN_sd, 0, 5, 7, 8),
            rig_encode(INSN_sd, 0, 5, 7, 64), /* another granule */
            rig_encode(INSN_jal, 0, 0, 0, 0),
            rig_encode(INSN_lr_d, 11, 5, 0, 0), /* hart 1 */
            rig_encode(INSN_ld, 11, 5, 0, 8),
            rig_encode(INSN_bne, 0, 11, 0, 12),
            rig_encode(waits[i], 0, 0, 0, 0),
            rig_encode(INSN_jal, 0, 0, 0, (unsigned)-16),
            rig_encode(INSN_sd, 0, 5, 11, 128),
            rig_encode(INSN_wfi, 0, 0, 0, 0),
        };
        Machine *m = rig_new(2, NULL, code, G_N_ELEMENTS(code));
        for (unsigned h = 0; h < 2; h++) {
            m->harts[h].x[5] = DATA;
            m->harts[h].x[7] = 30000; /* longer than a quantum */
        }
        rig_run(m, 200000);
        cr_expect_eq(rig_read64(m, DATA + 128), 30000, "%s", insn_table[waits[i]].name);
        /* It slept: a loop would have used as much as hart 0. */
        if (waits[i] == INSN_wrs_nto)
            cr_expect_lt(hart_cycles(&m->harts[1]), 100);
        machine_free(m);
    }
}

/* norm:Zawrs_exec_resume_rules: as WFI, by an interrupt that is enabled in mie though not in mstatus. */
Test(atomic, wrs_ends_with_an_interrupt)
{
    hart->x[11] = DATA;
    cr_assert(run(INSN_lr_d, 10, 11, 0));
    cr_assert(run(INSN_wrs_nto, 0, 0, 0));
    cr_expect(hart->idle);
    cr_expect(!hart_wakes(hart));
    csr_write(hart, CSR_mie, 1 << IRQ_MSI);
    hart_set_irq(hart, IRQ_MSI, true);
    cr_expect(hart_wakes(hart));
    cr_assert(run(INSN_addi, 0, 0, 0));
    cr_expect(!hart->idle);
}

/* norm:Zawrs_priv_illegal_instr_excp: TW concerns waiting without a timeout below M-mode; U-mode by itself does not. */
Test(atomic, wrs_and_privilege)
{
    csr_write(hart, PMPADDR0, ~0ull);
    csr_write(hart, CSR_pmpcfg0, 0x1f);
    hart->x[11] = DATA;
    for (unsigned tw = 0; tw < 2; tw++) {
        csr_write(hart, CSR_mstatus, tw ? MSTATUS_TW : 0);
        hart->mmu.priv = PRIV_U;
        hart_update_context(hart);
        cr_assert(run(INSN_lr_d, 10, 11, 0));
        cr_expect(run(INSN_wrs_sto, 0, 0, 0));
        cr_expect_eq(run(INSN_wrs_nto, 0, 0, 0), !tw);
        cr_expect_eq(hart->idle, !tw);
        hart->idle = false;
    }
    cr_expect_eq(hart->csr.mcause, CAUSE_ILLEGAL);
    cr_expect_eq(hart->mmu.priv, PRIV_M);
    cr_assert(run(INSN_lr_d, 10, 11, 0));
    cr_expect(run(INSN_wrs_nto, 0, 0, 0));
}
