/* SPDX-License-Identifier: MIT */
/*
 * timed.h - timed mode of a machine (ADR 0025): when units are cycles of a modelled clock, and what they are spent on.
 *
 * A machine that is made with a TimedConfig has a model of its caches, TLBs and memory bus (mmu/timing/), and is timed
 * from power-on, from a mark of the program, or when somebody says so. Going from one mode to the other begins a new
 * round; virtual time goes on where it is.
 */
#ifndef EMU_TIMED_H
#define EMU_TIMED_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "emu/base/state.h"
#include "mmu/timing/profile.h"

typedef enum { TIMED_AT_RESET, TIMED_AT_MARK, TIMED_BY_MONITOR, TIMED_STARTS } TimedStart;

typedef struct {
    bool on; /* there is a model */
    TimingConfig model;
    uint64_t quantum; /* cycles a hart runs in a round */
    TimedStart start;
    uint64_t mark; /* kind of the mark, and with `has_value` its value */
    uint64_t value;
    bool has_value;
} TimedConfig;

/* "PROFILE[,property=value...]" as -timing has it; `option` is for messages. Fails with what would be right. */
bool timed_parse(TimedConfig *config, const char *option, const char *text, GError **error);
/* The same for what is written in a file: all properties, in a fixed order. */
char *timed_text(const TimedConfig *config);
/* The n-th property as it is written: "llc.size=SIZE", to be freed; NULL: there are no more. */
char *timed_property(size_t number);
/* Lists profiles and properties with their defaults. */
void timed_help(void);

typedef struct Machine Machine;

/* Makes the model if the configuration asks for one. After the harts. */
void timed_new(Machine *machine);
void timed_free(Machine *machine);

/* Timed mode on or off, from now on. Between slices. Nothing happens without a model. */
void timed_switch(Machine *machine, bool on);
/* The machine was reset: rounds begin anew, the model is as new, and timed mode is on or off as it was at power-on, unless
 * that is the monitor's. */
void timed_reset(Machine *machine);

/* State: before harts are visited, and after. Nothing without a model. */
void timed_visit_clock(Machine *machine, StateVisitor *visitor);
void timed_visit_model(Machine *machine, StateVisitor *visitor);

#endif
