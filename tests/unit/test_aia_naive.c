/* SPDX-License-Identifier: MIT */
/*
 * test_aia_naive.c - a hart's interrupts against a model written straight from the AIA specification.
 *
 * Registers are written, wires and interrupt files change, the mode changes, all at random; after each of these the
 * registers, mtopi, stopi and vstopi, the interrupt that is taken, whether WFI ends, and who may access what must be
 * as the model says. What a hart may choose (which bits stick) is read back. `make check-aia` does a million and
 * more.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "cpu/csr.h"
#include "emu/base/random.h"
#include "tests/lib/machine_rig.h"
#include "tests/lib/naive_aia.h"

enum { USUALLY = 100000 };
#define STCE BIT(63)

typedef struct {
    Machine *machine;
    Hart *hart;
    NaiveAia model;
    AiaPort port;
    uint64_t seed;
    unsigned met[4][64]; /* interrupts taken: by nobody, M-, S-, VS-mode */
    unsigned refused[3]; /* accesses by NaiveRefusal */
    unsigned sleeping;
} World;

static uint64_t rnd(World *w)
{
    return random_next(&w->seed);
}

static uint64_t below(World *w, uint64_t limit)
{
    return rnd(w) % limit;
}

static bool one_in(World *w, unsigned n)
{
    return below(w, n) == 0;
}

/* Few bits most of the time, so that everybody's turn comes; or many, or all. */
static uint64_t random_bits(World *w)
{
    uint64_t a = rnd(w), b = rnd(w), few = a & b & rnd(w) & rnd(w);
    switch (below(w, 8)) {
    case 0: return a | b;
    case 1: return ~0ull;
    case 2: return a & MASK(13, 0);
    case 3: return a & b;
    default: return few & rnd(w);
    }
}

/* The interrupt files. */

static unsigned port_topei(void *to, unsigned file)
{
    const World *w = to;
    return w->model.topei[file];
}

static void port_claim(void *to, unsigned file)
{
    (void)to, (void)file;
}

/* Whoever signals an external interrupt knows its number: here always the file. */
static unsigned external_number(void *to, unsigned hart, bool is_machine)
{
    const World *w = to;
    (void)hart;
    return w->model.topei[is_machine ? AIA_FILE_M : AIA_FILE_S];
}

static bool port_exists(unsigned select)
{
    return select < 0x80 || select % 2 == 0;
}

static bool port_read(void *to, unsigned file, unsigned select, uint64_t *value)
{
    (void)to, (void)file;
    *value = 0;
    return port_exists(select);
}

static bool port_write(void *to, unsigned file, unsigned select, uint64_t value)
{
    (void)to, (void)file, (void)value;
    return port_exists(select);
}

/* What changes. */

static void write_both(World *w, unsigned csr, uint64_t value)
{
    csr_write(w->hart, csr, value);
    naive_aia_write(&w->model, csr, value);
}

static void write_some_register(World *w)
{
    static const uint16_t registers[] = {
        NAIVE_MIP, NAIVE_MIE,  NAIVE_MVIP, NAIVE_SIP,  NAIVE_SIE,   NAIVE_HIP,
        NAIVE_HIE, NAIVE_HVIP, NAIVE_VSIP, NAIVE_VSIE, NAIVE_HGEIE,
    };
    write_both(w, registers[below(w, G_N_ELEMENTS(registers))], random_bits(w));
}

/* csrrs and csrrc of mip: norm:mip_seip_rdcsr */
static void modify_mip(World *w)
{
    uint64_t value = random_bits(w), old = naive_aia_read(&w->model, NAIVE_MIP);
    uint64_t hers = csr_read_for_modify(w->hart, NAIVE_MIP);
    if (!(w->model.mvien & BIT(9)))
        old = (old & ~BIT(9)) | (w->model.mvip & BIT(9));
    bool set = one_in(w, 2);
    csr_write(w->hart, NAIVE_MIP, set ? hers | value : hers & ~value);
    naive_aia_write(&w->model, NAIVE_MIP, set ? old | value : old & ~value);
}

static uint64_t stick(World *w, unsigned csr, uint64_t value)
{
    csr_write(w->hart, csr, value);
    return csr_read(w->hart, csr);
}

/* Which bits of these stick is the hart's choice, within limits; and then some others are unspecified. */
static void write_delegations(World *w)
{
    NaiveAia *h = &w->model;
    const uint64_t always = BIT(2) | BIT(6) | BIT(10) | (h->geilen ? BIT(12) : 0);
    h->mideleg = stick(w, NAIVE_MIDELEG, random_bits(w));
    cr_assert_eq(h->mideleg & always, always, "norm:mideleg_acc_h");
    cr_assert_eq(h->mideleg & ~(h->mie_bits | always), 0);
    h->mvien = stick(w, NAIVE_MVIEN, random_bits(w));
    cr_assert_eq(h->mvien & MASK(12, 0) & ~(BIT(1) | BIT(9)), 0, "mvien");
    h->hvien = stick(w, NAIVE_HVIEN, random_bits(w));
    cr_assert_eq(h->hvien & MASK(12, 0), 0, "hvien");
    h->hideleg = stick(w, NAIVE_HIDELEG, random_bits(w));
    cr_assert_eq(h->hideleg & ((MASK(12, 0) & ~0x444ull) | ~(h->mideleg | h->mvien)), 0, "hideleg");
    static const uint16_t unspecified[] = { NAIVE_MVIP, NAIVE_SIE, NAIVE_HVIP, NAIVE_VSIE };
    for (unsigned i = 0; i < 4; i++)
        write_both(w, unspecified[i], random_bits(w));
}

static void write_guest_control(World *w)
{
    NaiveAia *h = &w->model;
    uint64_t iid = one_in(w, 4) ? 9 : below(w, 64);
    uint64_t hvictl = (rnd(w) & (BIT(9) | BIT(8) | BIT(30))) | iid << 16 |
                      (one_in(w, 3) ? 0 : below(w, one_in(w, 2) ? 256 : 8));
    h->hvictl = stick(w, NAIVE_HVICTL, hvictl);
    cr_assert_eq(h->hvictl, hvictl, "hvictl");
    h->hviprio[0] = stick(w, NAIVE_HVIPRIO1, rnd(w) & rnd(w) & 0x1f1f1f1f1f1f1f1f);
    h->hviprio[1] = stick(w, NAIVE_HVIPRIO2, rnd(w) & rnd(w) & 0x1f1f1f1f1f1f1f1f);
    cr_assert_eq(h->hviprio[0] & 0xff00ff00ff, 0, "hviprio1");
}

static void write_vgein(World *w)
{
    w->model.vgein = (unsigned)below(w, w->model.geilen + 1);
    csr_write(w->hart, CSR_hstatus, (uint64_t)w->model.vgein << 12);
    cr_assert_eq(csr_read(w->hart, CSR_hstatus) >> 12 & 63, w->model.vgein);
}

/* One register of eight priorities. "The priority number for a machine-level external interrupt must be read-only
 * zero", and for those that can never be enabled. */
static void write_priorities(World *w)
{
    unsigned level = (unsigned)below(w, 2), first = (unsigned)below(w, 8) * 8;
    csr_write(w->hart, level ? NAIVE_SISELECT : NAIVE_MISELECT, 0x30 + first / 4);
    w->model.siselect = (unsigned)csr_read(w->hart, NAIVE_SISELECT);
    w->model.miselect = (unsigned)csr_read(w->hart, NAIVE_MISELECT);
    uint64_t value = stick(w, level ? NAIVE_SIREG : NAIVE_MIREG,
                           w->model.imsic ? rnd(w) & 0x1f00001f1f1f1f00 : 0);
    for (unsigned i = 0; i < 8; i++) {
        unsigned n = first + i;
        w->model.iprio[level][n] = (uint8_t)bits(value, i * 8 + 7, i * 8);
        bool never = level ? n == 9 : n == 11 || !(w->model.mie_bits & BIT(n));
        cr_assert(!never || !w->model.iprio[level][n], "iprio of %u", n);
    }
}

static void write_select(World *w)
{
    static const uint16_t selects[] = { NAIVE_MISELECT, NAIVE_SISELECT, NAIVE_VSISELECT };
    unsigned *const mine[] = { &w->model.miselect, &w->model.siselect, &w->model.vsiselect };
    unsigned which = (unsigned)below(w, 3);
    unsigned value = (unsigned)(one_in(w, 2) ? 0x30 + below(w, 16) : 0x70 + below(w, 0x90));
    csr_write(w->hart, selects[which], value);
    cr_assert_eq(csr_read(w->hart, selects[which]), value, "select register");
    *mine[which] = value;
}

static void write_timers(World *w)
{
    bool stce = one_in(w, 2), vstce = one_in(w, 2), passed = one_in(w, 2), vpassed = one_in(w, 2);
    csr_write(w->hart, CSR_menvcfg, stce ? STCE : 0);
    csr_write(w->hart, CSR_henvcfg, vstce ? STCE : 0);
    csr_write(w->hart, CSR_stimecmp, passed ? 0 : ~0ull);
    csr_write(w->hart, CSR_htimedelta, 1000);
    csr_write(w->hart, CSR_vstimecmp, vpassed ? 500 : ~0ull);
    w->model.stce = stce;
    w->model.vstce = stce && vstce;
    w->model.stimer = passed;
    w->model.vstimer = vpassed;
}

static void write_state_enables(World *w)
{
    const uint64_t bits = BIT(60) | BIT(59) | (w->model.imsic ? BIT(58) : 0);
    w->model.mstateen0 = (one_in(w, 2) ? ~0ull : rnd(w)) & bits;
    w->model.hstateen0 = (one_in(w, 2) ? ~0ull : rnd(w)) & bits & w->model.mstateen0;
    csr_write(w->hart, CSR_mstateen0, w->model.mstateen0 | BIT(63));
    csr_write(w->hart, CSR_hstateen0, w->model.hstateen0 | BIT(63));
}

/* Wires. A file that reports something may be told not to deliver it. */
static void change_wires(World *w)
{
    static const unsigned inputs[2] = { 11, 9 };
    NaiveAia *h = &w->model;
    unsigned file = (unsigned)below(w, 2 + h->geilen);
    file += file >= 2; /* guests count from 1 */
    h->topei[file] = one_in(w, 3) ? 0
                                  : (unsigned)(1 + below(w, one_in(w, 4)   ? 2047
                                                            : one_in(w, 2) ? 40
                                                                           : 8));
    bool level = h->topei[file] && !one_in(w, 4);
    if (file < 2) {
        h->lines = set_bits(h->lines, inputs[file], inputs[file], level);
        hart_set_irq(w->hart, inputs[file], level);
    } else {
        h->hgeip = set_bits(h->hgeip, file - 2, file - 2, level);
        hart_set_irq(w->hart, IRQ_GUEST_EXTERNAL + file - 2, level);
    }
    unsigned other = one_in(w, 2) ? 3 : 7;
    level = one_in(w, 3);
    h->lines = set_bits(h->lines, other, other, level);
    hart_set_irq(w->hart, other, level);
    if (one_in(w, 8)) { /* an edge */
        hart_set_irq(w->hart, 1, true);
        hart_set_irq(w->hart, 1, false);
        h->ssip = 1;
    }
}

static void change_mode(World *w)
{
    static const uint8_t privs[] = { PRIV_U, PRIV_S, PRIV_S, PRIV_M };
    NaiveAia *h = &w->model;
    h->priv = privs[below(w, 4)];
    h->v = h->priv != PRIV_M && !one_in(w, 3);
    h->mie_bit = one_in(w, 2);
    h->sie_bit = one_in(w, 2);
    h->vsie_bit = one_in(w, 2);
    csr_write(w->hart, CSR_mstatus, h->mie_bit << 3 | h->sie_bit << 1);
    csr_write(w->hart, CSR_vsstatus, h->vsie_bit << 1);
    w->hart->mmu.priv = (uint8_t)h->priv;
    w->hart->mmu.v = h->v;
    hart_update_context(w->hart);
    hart_update_irq(w->hart);
}

static void change_something(World *w)
{
    static void (*const changes[])(World *) = {
        write_some_register, write_some_register, write_some_register, write_some_register,
        modify_mip,          write_delegations,   write_guest_control, write_vgein,
        write_priorities,    write_select,        write_timers,        write_state_enables,
        change_wires,        change_wires,        change_mode,         change_mode,
    };
    changes[below(w, G_N_ELEMENTS(changes))](w);
}

/* Comparison. */

static void compare_registers(World *w, unsigned step)
{
    static const uint16_t registers[] = {
        NAIVE_MIP,  NAIVE_MIE,  NAIVE_MVIP, NAIVE_SIP,   NAIVE_SIE,   NAIVE_HIP,     NAIVE_HIE,
        NAIVE_HVIP, NAIVE_VSIP, NAIVE_VSIE, NAIVE_HGEIP, NAIVE_HGEIE, NAIVE_HIDELEG,
    };
    for (unsigned i = 0; i < 3; i++) {
        unsigned csr = registers[below(w, G_N_ELEMENTS(registers))];
        uint64_t is = csr_read(w->hart, csr), should = naive_aia_read(&w->model, csr);
        cr_assert_eq(
            is, should,
            "step %u: %s is 0x%lx, not 0x%lx (mideleg 0x%lx mvien 0x%lx hideleg 0x%lx hvien 0x%lx)",
            step, csr_name(csr), is, should, w->model.mideleg, w->model.mvien, w->model.hideleg,
            w->model.hvien);
    }
}

/* Without an IMSIC nobody says which priority an external interrupt has. */
static uint64_t comparable(const World *w, uint64_t topi)
{
    bool unknown = !w->model.imsic && (topi >> 16 == 9 || topi >> 16 == 11);
    return unknown ? topi & ~0xffull : topi;
}

static void compare_tops(World *w, unsigned step)
{
    static const uint16_t tops[] = { NAIVE_MTOPI, NAIVE_STOPI, NAIVE_VSTOPI };
    for (unsigned i = 0; i < 3; i++) {
        uint64_t is = comparable(w, csr_read(w->hart, tops[i]));
        uint64_t should = comparable(w, naive_aia_topi(&w->model, tops[i]));
        cr_assert_eq(is, should, "step %u: %s is 0x%lx, not 0x%lx (hvictl 0x%lx VGEIN %u)", step,
                     csr_name(tops[i]), is, should, w->model.hvictl, w->model.vgein);
    }
}

static void compare_traps(World *w, unsigned step)
{
    static const char modes[] = {
        [LEVEL_M] = 'M', [LEVEL_HS] = 'S', [LEVEL_VS] = 'V', [LEVEL_NONE] = 0
    };
    unsigned is = 0, should = 0;
    char who = modes[hart_find_interrupt(w->hart, &is)],
         wanted = naive_aia_trap(&w->model, &should);
    cr_assert(who == wanted && (!who || is == should), "step %u: %c-mode takes %u, not %c-mode %u",
              step, who ? who : '-', is, wanted ? wanted : '-', should);
    cr_assert_eq(!!(w->hart->attention & ATTENTION_IRQ), !!wanted, "step %u: attention", step);
    w->met[wanted == 'M' ? 1 : wanted == 'S' ? 2 : wanted == 'V' ? 3 : 0][should & 63]++;
    bool wakes = naive_aia_wakes(&w->model); /* it may end for other reasons, too */
    cr_assert(!wakes || hart_wakes(w->hart),
              "step %u: WFI goes on; mtopi 0x%lx stopi 0x%lx vstopi 0x%lx hvictl 0x%lx", step,
              naive_aia_topi(&w->model, NAIVE_MTOPI), naive_aia_topi(&w->model, NAIVE_STOPI),
              naive_aia_topi(&w->model, NAIVE_VSTOPI), w->model.hvictl);
    w->sleeping += !wakes;
}

/* Takes it, really: the cause is told to the mode that the model says. */
static void take(World *w, unsigned step)
{
    static const struct {
        char mode;
        unsigned cause, priv;
        bool v;
    } rows[] = { { 'M', CSR_mcause, 3, false },
                 { 'S', CSR_scause, 1, false },
                 { 'V', CSR_vscause, 1, true } };
    unsigned number = 0;
    char wanted = naive_aia_trap(&w->model, &number);
    if (!wanted)
        return;
    hart_take_interrupt(w->hart);
    for (unsigned i = 0; i < 3; i++)
        if (rows[i].mode == wanted)
            cr_assert(csr_read(w->hart, rows[i].cause) == (BIT(63) | number) &&
                          w->hart->mmu.priv == rows[i].priv && w->hart->mmu.v == rows[i].v,
                      "step %u: %c-mode is told 0x%lx, not interrupt %u", step, wanted,
                      csr_read(w->hart, rows[i].cause), number);
    csr_write(w->hart, CSR_hstatus, (uint64_t)w->model.vgein << 12);
    change_mode(w);
}

static void compare_accesses(World *w, unsigned step)
{
    static const uint16_t registers[] = {
        NAIVE_SIE,    NAIVE_SIP,     NAIVE_STIMECMP, NAIVE_SISELECT,  NAIVE_SIREG,    NAIVE_STOPEI,
        NAIVE_STOPI,  NAIVE_VSIE,    NAIVE_VSIP,     NAIVE_VSISELECT, NAIVE_VSIREG,   NAIVE_VSTOPEI,
        NAIVE_VSTOPI, NAIVE_HIDELEG, NAIVE_HIE,      NAIVE_HGEIE,     NAIVE_HVIEN,    NAIVE_HVICTL,
        NAIVE_HIP,    NAIVE_HVIP,    NAIVE_HVIPRIO1, NAIVE_HVIPRIO2,  NAIVE_HGEIP,    NAIVE_MIDELEG,
        NAIVE_MIE,    NAIVE_MVIEN,   NAIVE_MVIP,     NAIVE_MIP,       NAIVE_MISELECT, NAIVE_MIREG,
        NAIVE_MTOPEI, NAIVE_MTOPI,
    };
    for (unsigned i = 0; i < 3; i++) {
        unsigned csr = registers[below(w, G_N_ELEMENTS(registers))];
        bool write = one_in(w, 2);
        if (csr == NAIVE_STIMECMP && !w->model.vstce)
            continue;
        CsrAccess is = csr_check(w->hart, csr, write);
        NaiveRefusal should = naive_aia_check(&w->model, csr, write);
        cr_assert_eq(
            (unsigned)is, (unsigned)should,
            "step %u: %s of %s with V=%u in %u: %u, not %u (mstateen0 0x%lx hstateen0 0x%lx siselect 0x%x "
            "vsiselect 0x%x VGEIN %u)",
            step, write ? "write" : "read", csr_name(csr), w->model.v, w->model.priv, is, should,
            w->model.mstateen0, w->model.hstateen0, w->model.siselect, w->model.vsiselect,
            w->model.vgein);
        w->refused[should]++;
    }
}

/* The test. */

static void begin(World *w, bool imsic)
{
    memset(w, 0, sizeof *w);
    w->machine = rig_in(PRIV_M, imsic ? "max,smaia=on,ssaia=on,geilen=5" : "max,smaia=on,ssaia=on");
    w->hart = &w->machine->harts[0];
    w->seed = imsic ? 1 : 2;
    w->port = (AiaPort){ port_topei, port_claim, port_read, port_write, w, NAIVE_GUESTS };
    w->hart->external = (IrqPriority){ imsic ? external_number : NULL, w };
    if (imsic)
        w->hart->aia = &w->port;
    cr_assert(machine_reset(w->machine, NULL));
    w->model = (NaiveAia){ .imsic = imsic, .geilen = imsic ? NAIVE_GUESTS : 0, .priv = 3 };
    w->model.siselect = w->model.vsiselect = w->model.miselect = 0x30;
    if (!imsic)
        w->model.topei[0] = w->model.topei[1] = 1;
    csr_write(w->hart, CSR_mcounteren, ~0ull);
    csr_write(w->hart, CSR_hcounteren, ~0ull);
    w->model.mie_bits = stick(w, NAIVE_MIE, ~0ull);
    write_both(w, NAIVE_MIE, 0);
    static void (*const all[])(World *) = { write_delegations, write_guest_control, write_vgein,
                                            write_timers,      write_state_enables, change_wires,
                                            change_mode };
    for (unsigned i = 0; i < G_N_ELEMENTS(all); i++)
        all[i](w);
    for (unsigned i = 0; i < 3; i++)
        csr_write(w->hart, (unsigned[]){ NAIVE_MISELECT, NAIVE_SISELECT, NAIVE_VSISELECT }[i],
                  0x30);
}

static void live(World *w, bool imsic)
{
    const char *wanted = getenv("AIA_STATES");
    unsigned steps = wanted ? (unsigned)strtoul(wanted, NULL, 10) : USUALLY;
    begin(w, imsic);
    for (unsigned i = 0; i < steps; i++) {
        change_something(w);
        compare_registers(w, i);
        compare_tops(w, i);
        compare_traps(w, i);
        compare_accesses(w, i);
        if (one_in(w, 16))
            take(w, i);
    }
    machine_free(w->machine);
}

static World world;

Test(aia_naive, interrupts_are_what_the_specification_says)
{
    World *w = &world;
    live(w, true);
    static const uint8_t m[] = { 1, 3, 5, 7, 9, 11, 13 },
                         s[] = { 1, 2, 5, 6, 9, 10, 12, 13, 35, 43, 63 };
    for (unsigned i = 0; i < sizeof m; i++)
        cr_expect_gt(w->met[1][m[i]], 20, "M-mode takes %u: %u times", m[i], w->met[1][m[i]]);
    for (unsigned i = 0; i < sizeof s; i++)
        cr_expect_gt(w->met[2][s[i]], 10, "S-mode takes %u: %u times", s[i], w->met[2][s[i]]);
    for (unsigned i = 0; i < 3; i++)
        cr_expect_gt(w->refused[i], USUALLY / 50, "refusal %u: %u times", i, w->refused[i]);
    unsigned vs = 0;
    for (unsigned i = 0; i < 64; i++)
        vs += w->met[3][i];
    cr_expect_gt(vs, USUALLY / 200, "VS-mode takes one: %u times", vs);
    cr_expect_gt(w->met[3][9], 20, "VS-mode takes 9: %u times", w->met[3][9]);
    cr_expect_gt(w->sleeping, USUALLY / 1000, "WFI sleeps: %u times", w->sleeping);
}

Test(aia_naive, interrupts_without_an_imsic)
{
    live(&world, false);
}
