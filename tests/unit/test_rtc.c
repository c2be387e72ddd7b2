/* SPDX-License-Identifier: MIT */
/* test_rtc.c - the Goldfish clock: time, alarm, interrupt. */
#include <criterion/criterion.h>

#include "devices/rtc.h"
#include "tests/lib/device_rig.h"

enum {
    LOW,
    HIGH = 4,
    ALARM_LOW = 8,
    ALARM_HIGH = 12,
    IRQ = 16,
    CLEAR_ALARM = 20,
    ALARM = 24,
    CLEAR_IRQ = 28
};

#define START 1700000000000000000ull

static Rig rig;
static Rtc *rtc;

static Rtc *make_rtc(Rig *where)
{
    DeviceSite site = rig_site(where, "rtc");
    Rtc *made = (Rtc *)device_alloc(&rtc_type, &site);
    made->base_ns = START;
    rig_start(&made->dev);
    return made;
}

static void setup(void)
{
    rig_init(&rig);
    rtc = make_rtc(&rig);
}

static void teardown(void)
{
    device_free(&rtc->dev);
    rig_free(&rig);
}

TestSuite(rtc, .init = setup, .fini = teardown);

static uint64_t get_time(void)
{
    uint64_t low = rig_read(&rig, LOW, 4);
    return rig_read(&rig, HIGH, 4) << 32 | low;
}

static void set_alarm(uint64_t time)
{
    rig_write(&rig, ALARM_HIGH, 4, time >> 32);
    rig_write(&rig, ALARM_LOW, 4, (uint32_t)time);
}

Test(rtc, starts_at_its_date_and_counts_virtual_nanoseconds)
{
    cr_expect_eq(get_time(), START);
    rig_run_until(&rig, 123456789012345);
    cr_expect_eq(get_time(), START + 123456789012345);
}

Test(rtc, reading_the_low_half_latches_the_high_half)
{
    uint64_t carry = (1ull << 32) - (uint32_t)START;
    rig_run_until(&rig, carry - 1);
    cr_expect_eq(rig_read(&rig, LOW, 4), 0xffffffff);
    rig_run_until(&rig, carry + 5);
    cr_expect_eq(rig_read(&rig, HIGH, 4), START >> 32);
    cr_expect_eq(rig_read(&rig, LOW, 4), 5);
    cr_expect_eq(rig_read(&rig, HIGH, 4), (START >> 32) + 1);
}

Test(rtc, the_time_can_be_set)
{
    rig_run_until(&rig, 1000);
    rig_write(&rig, HIGH, 4, 0x12345678);
    rig_write(&rig, LOW, 4, 0x9abcdef0);
    cr_expect_eq(get_time(), 0x123456789abcdef0);
    rig_run_until(&rig, 1016);
    cr_expect_eq(get_time(), 0x123456789abcdf00);
}

Test(rtc, the_alarm_rings_at_its_time)
{
    rig_write(&rig, IRQ, 4, 1);
    set_alarm(START + 5000);
    cr_expect_eq(rig_read(&rig, ALARM, 4), 1);
    rig_run_until(&rig, 4999);
    cr_expect_not(rig.level[0]);
    rig_run_until(&rig, 5000);
    cr_expect(rig.level[0]);
    cr_expect_eq(rig_read(&rig, ALARM, 4), 0);
    rig_write(&rig, CLEAR_IRQ, 4, 1);
    cr_expect_not(rig.level[0]);
    set_alarm(START + 1);
    cr_expect(rig.level[0], "an alarm in the past rings at once");
    rig_write(&rig, IRQ, 4, 0);
    cr_expect_not(rig.level[0]);
    rig_write(&rig, IRQ, 4, 1);
    cr_expect(rig.level[0], "the interrupt stays pending while disabled");
}

Test(rtc, a_cleared_alarm_does_not_ring)
{
    rig_write(&rig, IRQ, 4, 1);
    set_alarm(START + 5000);
    rig_write(&rig, CLEAR_ALARM, 4, 1);
    cr_expect_eq(rig_read(&rig, ALARM, 4), 0);
    rig_run_until(&rig, 100000);
    cr_expect_not(rig.level[0]);
}

Test(rtc, an_alarm_keeps_its_date_when_the_time_is_set)
{
    rig_write(&rig, IRQ, 4, 1);
    set_alarm(START + 5000);
    rig_write(&rig, LOW, 4, (uint32_t)START + 4000);
    rig_run_until(&rig, 999);
    cr_expect_not(rig.level[0]);
    rig_run_until(&rig, 1000);
    cr_expect(rig.level[0]);
}

Test(rtc, state_survives_saving)
{
    Rig other;
    rig_init(&other);
    rig_write(&rig, IRQ, 4, 1);
    set_alarm(START + 700);
    g_autoptr(GByteArray) saved = rig_save(&rtc->dev);
    Rtc *copy = make_rtc(&other);
    rig_load(&other, &copy->dev, saved);
    cr_expect_eq(rig_hash(&rtc->dev), rig_hash(&copy->dev));
    rig_run_until(&other, 699);
    cr_expect_not(other.level[0]);
    rig_run_until(&other, 700);
    cr_expect(other.level[0]);
    device_free(&copy->dev);
    rig_free(&other);
}
