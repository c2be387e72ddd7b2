/* SPDX-License-Identifier: MIT */
/*
 * plug.h - devices that -device puts on the board itself, beside those in virtio slots.
 *
 * One table says which there are, where they come, and what can be said of each: the command line, machine files,
 * snapshots and recordings are served from it. A property is a number, however it is written.
 */
#ifndef EMU_PLUG_H
#define EMU_PLUG_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "devices/device.h"
#include "emu/base/host.h"

struct Machine;

/* Most that can be plugged in, and most properties of one. */
enum { PLUG_MOST = 10, PLUG_VALUES = 6 };

typedef enum {
    PLUG_NUMBER, /* 7 or 0x10 */
    PLUG_FLAG,   /* on or off: 1 or 0 */
    PLUG_WORD,   /* one of `words`, by its number from 0 on */
    PLUG_MICROS, /* microseconds, also 8.138; in ps */
} PlugForm;

typedef struct {
    const char *name; /* NULL: the end */
    PlugForm form;
    uint64_t least, most;
    uint64_t fallback; /* may lie outside: not said */
    const char *words; /* "any|address"; of a number, an example */
} PlugProperty;

typedef struct PlugKind PlugKind;

/* One that is plugged in. */
typedef struct {
    const PlugKind *kind;
    uint64_t values[PLUG_VALUES]; /* in the order of the kind's properties */
    HostChar *chr;                /* its line; NULL: it has none */
} Plug;

typedef struct {
    Plug at[PLUG_MOST];
    unsigned n;
} Plugs;

struct PlugKind {
    const char *driver; /* what -device calls it */
    const DeviceType *type;
    uint64_t base; /* of the first; the others follow 4 KiB and an interrupt apart */
    unsigned irq;
    unsigned most;    /* how many there can be */
    bool has_line;    /* it is the end of a chardev */
    bool reaches_ram; /* by itself */
    const PlugProperty *properties;
    /* Refuses values that do not go together, and fills in what was not said. NULL: there is nothing to do. */
    bool (*check)(uint64_t *values, GError **error);
    /* Sets configuration fields of the device before it is realized. NULL: it has none. */
    void (*configure)(struct Machine *machine, Device *dev, const Plug *plug);
};

/* The kind that -device calls so, NULL: there is none. plug_kind_at: by number; NULL: no more. */
const PlugKind *plug_find(const char *driver);
const PlugKind *plug_kind_at(unsigned number);

/* One more of `kind`, of which nothing is said yet; NULL: there are as many as there can be. */
Plug *plugs_put(Plugs *plugs, const PlugKind *kind);
/* Sets property `number` from text; fails naming the property and what to write. */
bool plug_set(Plug *plug, unsigned number, const char *text, GError **error);
/* Do the values go together? To be asked when all are set; fills in what was not said. */
bool plug_check(Plug *plug, GError **error);

/* Where device `number` of a kind comes. */
uint64_t plug_base(const PlugKind *kind, unsigned number);
unsigned plug_irq(const PlugKind *kind, unsigned number);

/* What -device said, without its line: "drum,rpm=1800,fields=22"; and one more that is so. False: it makes no sense. */
void plug_append(const Plug *plug, GString *out);
bool plugs_read(Plugs *plugs, const char *text);

/* Builds all that the configuration has plugged in, in its order. */
bool plugs_add(struct Machine *machine, GError **error);

#endif
