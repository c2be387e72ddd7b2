/* SPDX-License-Identifier: MIT */
/* edid.h - what a screen tells of itself: VESA's "Enhanced Extended Display Identification Data", structure 1.4. */
#ifndef DEVICES_EDID_H
#define DEVICES_EDID_H

#include <stdint.h>

enum { EDID_SIZE = 128, EDID_MOST_SIDE = 4095 };

/* The block of screen `number` that is best at `width` x `height` (1 to EDID_MOST_SIDE). */
void edid_write(uint8_t edid[EDID_SIZE], unsigned width, unsigned height, unsigned number);

#endif
