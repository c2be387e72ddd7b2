/* SPDX-License-Identifier: MIT */
/*
 * rtc.c - a calendar clock with an alarm: the Goldfish RTC; see rtc.h.
 *
 * Reading the low half of the time latches the high half. Writing the low half of the alarm arms
 * it; drivers write the high half first.
 */
#include "devices/rtc.h"

static uint64_t now(const Rtc *rtc)
{
    return rtc->base_ns + rtc->offset + clock_now(rtc->dev.clock);
}

static void update_irq(Rtc *rtc)
{
    irq_set(&rtc->dev.irq, rtc->pending & rtc->enabled);
}

static void alarm_fired(void *opaque)
{
    Rtc *rtc = opaque;
    rtc->running = 0;
    rtc->pending = 1;
    update_irq(rtc);
}

/* An alarm in the past rings at once. */
static void set_alarm(Rtc *rtc)
{
    uint64_t alarm = (uint64_t)rtc->alarm_high << 32 | rtc->alarm_low, time = now(rtc), deadline;
    rtc->running = 1;
    if (alarm <= time) {
        timer_set(rtc->dev.clock, &rtc->timer, CLOCK_NEVER);
        alarm_fired(rtc);
        return;
    }
    if (__builtin_add_overflow(clock_now(rtc->dev.clock), alarm - time, &deadline))
        deadline = CLOCK_NEVER;
    timer_set(rtc->dev.clock, &rtc->timer, deadline);
}

static void read_time(Device *dev, const Reg *reg, unsigned index)
{
    Rtc *rtc = (Rtc *)dev;
    (void)reg;
    (void)index;
    rtc->time_low = (uint32_t)now(rtc);
    rtc->time_high = (uint32_t)(now(rtc) >> 32);
}

/* Sets one half of the time and keeps the other as it runs. An armed alarm stays at its date. */
static void time_written(Device *dev, const Reg *reg, unsigned index)
{
    Rtc *rtc = (Rtc *)dev;
    bool low = reg->offset == 0;
    uint64_t time =
        low ? set_bits(now(rtc), 31, 0, rtc->time_low) : set_bits(now(rtc), 63, 32, rtc->time_high);
    (void)index;
    rtc->offset += time - now(rtc);
    if (rtc->running)
        set_alarm(rtc);
}

static void alarm_written(Device *dev, const Reg *reg, unsigned index)
{
    (void)reg;
    (void)index;
    set_alarm((Rtc *)dev);
}

static void enabled_written(Device *dev, const Reg *reg, unsigned index)
{
    (void)reg;
    (void)index;
    update_irq((Rtc *)dev);
}

static void clear_alarm_written(Device *dev, const Reg *reg, unsigned index)
{
    Rtc *rtc = (Rtc *)dev;
    (void)reg;
    (void)index;
    rtc->running = 0;
    timer_set(dev->clock, &rtc->timer, CLOCK_NEVER);
}

static void clear_irq_written(Device *dev, const Reg *reg, unsigned index)
{
    Rtc *rtc = (Rtc *)dev;
    (void)reg;
    (void)index;
    rtc->pending = 0;
    update_irq(rtc);
}

static bool rtc_realize(Device *dev, GError **error)
{
    Rtc *rtc = (Rtc *)dev;
    (void)error;
    clock_add_timer(dev->clock, &rtc->timer, alarm_fired, rtc);
    return true;
}

/* The time goes on over a reset, as a clock with a battery does. */
static void rtc_reset(Device *dev)
{
    Rtc *rtc = (Rtc *)dev;
    rtc->time_low = rtc->time_high = rtc->alarm_low = rtc->alarm_high = 0;
    rtc->enabled = rtc->pending = rtc->running = 0;
    timer_set(dev->clock, &rtc->timer, CLOCK_NEVER);
    update_irq(rtc);
}

// clang-format off
#define WORD 0xffffffff
static const Reg rtc_regs[] = {
    { "time_low",     0x00, 1, AT(Rtc, time_low),    REG_RW, WORD, read_time, time_written },
    { "time_high",    0x04, 1, AT(Rtc, time_high),   REG_RW, WORD, NULL,      time_written },
    { "alarm_low",    0x08, 1, AT(Rtc, alarm_low),   REG_RW, WORD, NULL,      alarm_written },
    { "alarm_high",   0x0c, 1, AT(Rtc, alarm_high),  REG_RW, WORD, NULL,      NULL },
    { "irq_enabled",  0x10, 1, AT(Rtc, enabled),     REG_RW, 1,    NULL,      enabled_written },
    { "clear_alarm",  0x14, 1, AT(Rtc, clear_alarm), REG_WO, 0,    NULL,      clear_alarm_written },
    { "alarm_status", 0x18, 1, AT(Rtc, running),     REG_RO, 0,    NULL,      NULL },
    { "clear_irq",    0x1c, 1, AT(Rtc, clear_irq),   REG_WO, 0,    NULL,      clear_irq_written },
};
// clang-format on

static const StateField rtc_fields[] = {
    STATE(Rtc, base_ns),        STATE(Rtc, offset),      STATE(Rtc, time_low),
    STATE(Rtc, time_high),      STATE(Rtc, alarm_low),   STATE(Rtc, alarm_high),
    STATE(Rtc, enabled),        STATE(Rtc, pending),     STATE(Rtc, running),
    STATE(Rtc, timer.deadline), STATE(Rtc, timer.order), STATE_END,
};

static const StateDesc rtc_state = { .name = "rtc", .version = 1, .fields = rtc_fields };

const DeviceType rtc_type = {
    .name = "rtc",
    .compatible = "google,goldfish-rtc",
    .size = sizeof(Rtc),
    .mmio_size = 0x1000,
    .regs = rtc_regs,
    .n_regs = G_N_ELEMENTS(rtc_regs),
    .state = &rtc_state,
    .realize = rtc_realize,
    .reset = rtc_reset,
};
