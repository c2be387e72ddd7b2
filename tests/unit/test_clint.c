/* SPDX-License-Identifier: MIT */
/* test_clint.c - software interrupts and timers. */
#include <criterion/criterion.h>

#include "devices/clint.h"
#include "tests/lib/device_rig.h"

enum { HARTS = 4, MTIMECMP = 0x4000, MTIME = 0xbff8 };

static Rig rig;
static Clint *clint;
static IrqLine msip[HARTS], mtip[HARTS];
static unsigned time_sets;

static void time_set(void *opaque)
{
    (void)opaque;
    time_sets++;
}

/* Wires 0..3 are MSIP, 10..13 MTIP. */
static Clint *make_clint(Rig *where)
{
    DeviceSite site = rig_site(where, "clint");
    Clint *made = (Clint *)device_alloc(&clint_type, &site);
    for (unsigned hart = 0; hart < HARTS; hart++) {
        msip[hart] = rig_wire(where, hart);
        mtip[hart] = rig_wire(where, 10 + hart);
    }
    made->n_harts = HARTS;
    made->msip = msip;
    made->mtip = mtip;
    made->time_set = time_set;
    rig_start(&made->dev);
    return made;
}

static void setup(void)
{
    rig_init(&rig);
    clint = make_clint(&rig);
}

static void teardown(void)
{
    device_free(&clint->dev);
    rig_free(&rig);
}

TestSuite(clint, .init = setup, .fini = teardown);

Test(clint, msip_drives_the_software_interrupt_of_its_hart)
{
    for (unsigned hart = 0; hart < HARTS; hart++) {
        rig_write(&rig, 4 * hart, 4, 0xffffffff);
        cr_expect_eq(rig_read(&rig, 4 * hart, 4), 1, "only bit 0 exists");
        for (unsigned other = 0; other < HARTS; other++)
            cr_expect_eq(rig.level[other], other == hart);
        rig_write(&rig, 4 * hart, 4, 0);
        cr_expect_not(rig.level[hart]);
    }
    rig_write(&rig, 4 * HARTS, 4, 1);
    cr_expect_eq(rig_read(&rig, 4 * HARTS, 4), 0);
    cr_expect_eq(rig_guest_errors(&rig), 1);
}

Test(clint, no_interrupt_is_pending_after_reset)
{
    rig_run_until(&rig, 1000000000);
    for (unsigned wire = 0; wire < RIG_WIRES; wire++)
        cr_expect_not(rig.level[wire]);
}

Test(clint, mtime_counts_at_ten_megahertz)
{
    rig_run_until(&rig, 123456789);
    cr_expect_eq(rig_read(&rig, MTIME, 8), 1234567);
    cr_expect_eq(rig_read(&rig, MTIME, 4), 1234567);
    cr_expect_eq(rig_read(&rig, MTIME + 4, 4), 0);
    cr_expect_eq(clint_mtime(clint), 1234567);
}

Test(clint, timer_interrupt_is_a_level_that_follows_mtimecmp)
{
    for (unsigned hart = 0; hart < HARTS; hart++)
        rig_write(&rig, MTIMECMP + 8 * hart, 8, 100 * (hart + 1));
    for (unsigned hart = 0; hart < HARTS; hart++) {
        rig_run_until(&rig, 10000 * (hart + 1) - 1);
        cr_expect_not(rig.level[10 + hart], "hart %u one unit early", hart);
        rig_run_until(&rig, 10000 * (hart + 1));
        cr_expect(rig.level[10 + hart], "hart %u", hart);
    }
    rig_write(&rig, MTIMECMP, 8, 1000);
    cr_expect_not(rig.level[10]);
    rig_write(&rig, MTIMECMP, 8, 400);
    cr_expect(rig.level[10], "equal counts");
    rig_write(&rig, MTIMECMP, 8, UINT64_MAX);
    cr_expect_not(rig.level[10]);
}

Test(clint, mtimecmp_may_be_written_in_halves)
{
    rig_write(&rig, MTIMECMP, 4, 0xffffffff);
    rig_write(&rig, MTIMECMP + 4, 4, 0);
    rig_write(&rig, MTIMECMP, 4, 50);
    cr_expect_eq(rig_read(&rig, MTIMECMP, 8), 50);
    rig_run_until(&rig, 4999);
    cr_expect_not(rig.level[10]);
    rig_run_until(&rig, 5000);
    cr_expect(rig.level[10]);
}

Test(clint, setting_mtime_moves_the_deadlines)
{
    rig_write(&rig, MTIMECMP, 8, 1000);
    rig_run_until(&rig, 10000);
    time_sets = 0;
    rig_write(&rig, MTIME, 8, 990);
    cr_expect_eq(time_sets, 1);
    rig_run_until(&rig, 10999);
    cr_expect_not(rig.level[10]);
    rig_run_until(&rig, 11000);
    cr_expect(rig.level[10]);
    cr_expect_eq(rig_read(&rig, MTIME, 8), 1000);
    rig_write(&rig, MTIME + 4, 4, 5);
    cr_expect_eq(rig_read(&rig, MTIME, 8), 0x5000003e8, "the other half goes on");
    rig_write(&rig, MTIME, 8, 0);
    cr_expect_not(rig.level[10]);
}

Test(clint, deadlines_out_of_reach_are_never)
{
    cr_expect_eq(clint_deadline(clint, UINT64_MAX), CLOCK_NEVER);
    cr_expect_eq(clint_deadline(clint, 7), 700);
    rig_run_until(&rig, 1000);
    cr_expect_eq(clint_deadline(clint, 7), 1000);
    rig_write(&rig, MTIME, 8, UINT64_MAX - 1);
    cr_expect_eq(clint_deadline(clint, UINT64_MAX), 1100);
}

/* mtime >= mtimecmp is a comparison of what they are now. norm:mtime_intr_pending, norm:mtime_wrap */
Test(clint, interrupt_goes_when_mtime_wraps)
{
    rig_write(&rig, MTIMECMP, 8, UINT64_MAX - 1);
    rig_write(&rig, MTIMECMP + 8, 8, 0);
    rig_write(&rig, MTIME, 8, UINT64_MAX - 2);
    cr_expect_not(rig.level[10]);
    rig_run_until(&rig, 100);
    cr_expect(rig.level[10]);
    rig_run_until(&rig, 299);
    cr_expect(rig.level[10]);
    time_sets = 0;
    rig_run_until(&rig, 300);
    cr_expect_eq(rig_read(&rig, MTIME, 8), 0);
    cr_expect_not(rig.level[10]);
    cr_expect(rig.level[11]);
    cr_expect_eq(time_sets, 1, "whoever else waits for a time");
}

Test(clint, unknown_registers_fault)
{
    static const struct {
        uint64_t offset;
        unsigned size;
    } vectors[] = { { 0x3000, 4 }, { 0x8000, 8 }, { 0xc000, 4 }, { 0, 8 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(vectors); i++)
        cr_expect(rig_read_faults(&rig, vectors[i].offset, vectors[i].size), "0x%lx",
                  (unsigned long)vectors[i].offset);
}

Test(clint, state_survives_saving)
{
    Rig other;
    rig_init(&other);
    rig_run_until(&rig, 777);
    rig_write(&rig, MTIME, 8, 5000);
    rig_write(&rig, MTIMECMP + 8, 8, 5001);
    rig_write(&rig, 8, 4, 1);
    g_autoptr(GByteArray) saved = rig_save(&clint->dev);
    Clint *copy = make_clint(&other);
    rig_run_until(&other, 777);
    rig_load(&other, &copy->dev, saved);
    cr_expect_eq(rig_hash(&clint->dev), rig_hash(&copy->dev));
    rig_run_until(&other, 799);
    cr_expect_not(other.level[11]);
    rig_run_until(&other, 800);
    cr_expect(other.level[11]);
    cr_expect_eq(rig_read(&other, MTIME, 8), 5001);
    device_free(&copy->dev);
    rig_free(&other);
}
