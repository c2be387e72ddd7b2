/* SPDX-License-Identifier: MIT */
/*
 * sights.h - the data of each sight, and what the monitor and panels share of it. One section a sight; its file is
 * NAME.c (harts.c, timeline.c, ...), which has the functions of its SightType.
 */
#ifndef EMU_SIGHT_SIGHTS_H
#define EMU_SIGHT_SIGHTS_H

#include "emu/sight/cache.h"
#include "emu/sight/csr.h"
#include "emu/sight/drum.h"
#include "emu/sight/harts.h"
#include "emu/sight/irq.h"
#include "emu/sight/memory.h"
#include "emu/sight/sight.h"
#include "emu/sight/timeline.h"
#include "emu/sight/walk.h"

#endif
