/* SPDX-License-Identifier: MIT */
/* test_aclint.c - software interrupts and timers, in three devices. */
#include <criterion/criterion.h>

#include "devices/aclint.h"
#include "devices/clint.h"
#include "tests/lib/device_rig.h"

enum { HARTS = 3, MSWI = 0, SSWI = 0x10000, MTIMER = 0x20000, MTIME = 0x7ff8 };

static Rig rig;
static Device *mswi, *sswi, *mtimer;
static IrqLine wires[3][HARTS];

static Device *make_swi(const DeviceType *type, unsigned number, uint64_t offset)
{
    DeviceSite site = rig_site(&rig, type->name);
    site.base.v += offset;
    AclintSwi *swi = (AclintSwi *)device_alloc(type, &site);
    swi->n_harts = HARTS;
    swi->out = wires[number];
    rig_start(&swi->dev);
    return &swi->dev;
}

/* Wires of hart h: MSIP h, SSIP 10 + h, MTIP 20 + h. */
static void setup(void)
{
    rig_init(&rig);
    for (unsigned i = 0; i < 3 * HARTS; i++)
        wires[i / HARTS][i % HARTS] = rig_wire(&rig, i / HARTS * 10 + i % HARTS);
    mswi = make_swi(&aclint_mswi_type, 0, MSWI);
    sswi = make_swi(&aclint_sswi_type, 1, SSWI);
    DeviceSite site = rig_site(&rig, "mtimer");
    site.base.v += MTIMER;
    Clint *timer = (Clint *)device_alloc(&aclint_mtimer_type, &site);
    timer->n_harts = HARTS;
    timer->mtip = wires[2];
    mtimer = &timer->dev;
    rig_start(mtimer);
}

static void teardown(void)
{
    device_free(mswi);
    device_free(sswi);
    device_free(mtimer);
    rig_free(&rig);
}

TestSuite(aclint, .init = setup, .fini = teardown);

Test(aclint, msip_is_a_level)
{
    for (unsigned hart = 0; hart < HARTS; hart++) {
        rig_write(&rig, MSWI + 4 * hart, 4, 0xffffffff);
        cr_expect_eq(rig_read(&rig, MSWI + 4 * hart, 4), 1);
        for (unsigned other = 0; other < HARTS; other++)
            cr_expect_eq(rig.level[other], other == hart);
        rig_write(&rig, MSWI + 4 * hart, 4, 0xfffffffe);
        cr_expect_eq(rig_read(&rig, MSWI + 4 * hart, 4), 0);
        cr_expect_not(rig.level[hart]);
    }
}

Test(aclint, setssip_is_an_edge_and_reads_as_zero)
{
    for (unsigned hart = 0; hart < HARTS; hart++) {
        rig_write(&rig, SSWI + 4 * hart, 4, 0);
        rig_write(&rig, SSWI + 4 * hart, 4, 2);
        cr_expect_eq(rig.changes[10 + hart], 0);
        for (unsigned times = 1; times < 4; times++) {
            rig_write(&rig, SSWI + 4 * hart, 4, 1);
            cr_expect_eq(rig.changes[10 + hart], 2 * times, "up and down");
            cr_expect_eq(rig_read(&rig, SSWI + 4 * hart, 4), 0);
        }
    }
}

Test(aclint, harts_that_are_not_there_have_zeros)
{
    rig_write(&rig, MSWI + 4 * HARTS, 4, 1);
    rig_write(&rig, SSWI + 4 * HARTS, 4, 1);
    rig_write(&rig, MTIMER + 8 * HARTS, 8, 1);
    cr_expect_eq(rig_read(&rig, MSWI + 4 * HARTS, 4), 0);
    cr_expect_eq(rig_read(&rig, MTIMER + 8 * HARTS, 8), 0);
    cr_expect_eq(rig_guest_errors(&rig), 3);
}

Test(aclint, mtimer_is_the_clints_timer_in_another_place)
{
    rig_run_until(&rig, 12345);
    cr_expect_eq(rig_read(&rig, MTIMER + MTIME, 8), 123);
    rig_write(&rig, MTIMER + 8, 8, 200);
    rig_run_until(&rig, 19999);
    cr_expect_not(rig.level[21]);
    rig_run_until(&rig, 20000);
    cr_expect(rig.level[21] && !rig.level[20] && !rig.level[22]);
    cr_expect(rig_read_faults(&rig, MTIMER + MTIME + 8, 8));
}

Test(aclint, state_survives_saving_and_not_reset)
{
    rig_write(&rig, MSWI + 4, 4, 1);
    g_autoptr(GByteArray) saved = rig_save(mswi);
    device_reset(mswi);
    cr_expect_not(rig.level[1]);
    cr_expect_eq(rig_read(&rig, MSWI + 4, 4), 0);
    rig_load(&rig, mswi, saved);
    cr_expect_eq(rig_read(&rig, MSWI + 4, 4), 1);
}
