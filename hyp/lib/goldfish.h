/* SPDX-License-Identifier: MIT */
/* goldfish.h - registers of the Goldfish real-time clock, which counts nanoseconds. Reading the low half of the time latches
 * the high one; writing the low half of the alarm arms it. */
#ifndef HYP_LIB_GOLDFISH_H
#define HYP_LIB_GOLDFISH_H

enum {
    TIME_LOW = 0x00,
    TIME_HIGH = 0x04,
    ALARM_LOW = 0x08,
    ALARM_HIGH = 0x0c,
    IRQ_ENABLED = 0x10,
    CLEAR_ALARM = 0x14,
    ALARM_STATUS = 0x18, /* 1: armed */
    CLEAR_INTERRUPT = 0x1c,
};

#endif
