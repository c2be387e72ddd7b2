/* SPDX-License-Identifier: MIT */
/*
 * rtc.h - a calendar clock with an alarm: the Goldfish RTC.
 *
 * It counts nanoseconds since 1970 in virtual time: a fixed start date plus what the machine's
 * clock says, so that a run tells the same time on every host.
 */
#ifndef DEVICES_RTC_H
#define DEVICES_RTC_H

#include "devices/device.h"

typedef struct {
    Device dev;
    uint64_t base_ns;                /* configuration: the time at virtual time 0, ns since 1970 */
    uint64_t offset;                 /* what software added by setting the time */
    uint32_t time_low, time_high;    /* latched by reading time_low */
    uint32_t alarm_low, alarm_high;  /* ns since 1970 */
    uint32_t enabled, pending;       /* bit 0: the interrupt */
    uint32_t running;                /* bit 0: the alarm is set */
    uint32_t clear_alarm, clear_irq; /* what was written to those registers; no meaning */
    Timer timer;
} Rtc;

extern const DeviceType rtc_type;

#endif
