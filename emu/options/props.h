/* SPDX-License-Identifier: MIT */
/*
 * props.h - the small languages inside option arguments: numbers, sizes, "name=value,name=value" lists.
 *
 * Whoever reads a list takes out the properties it knows; props_finish then refuses what nobody took, and names the
 * nearest of those that were asked for. So the code that acts on a property is the only place that lists it.
 */
#ifndef EMU_OPTIONS_PROPS_H
#define EMU_OPTIONS_PROPS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "emu/base/nearest.h"

typedef struct {
    const char *option; /* "-drive", for messages */
    GPtrArray *names, *values;
    GByteArray *taken;    /* one byte a property */
    GPtrArray *asked_for; /* names that somebody looked for */
    const char
        *implied; /* what the first is called that came without a name; NULL: there was none */
} Props;

/* Splits `text` at commas; two commas stand for one. A first word without '=' is the value of `implied` (may be
 * NULL), any other such word means "=on". Fails on an empty name. */
Props *props_parse(const char *option, const char *text, const char *implied, GError **error);
void props_free(Props *props);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Props, props_free)

/* The value of property `name`, NULL when it is not there; it belongs to `props`. */
const char *props_take(Props *props, const char *name);
/* Is it there? It is not taken by asking. */
bool props_has(const Props *props, const char *name);
/* All its values, up to a NULL; to be freed. */
char **props_take_all(Props *props, const char *name);
/* The one value; fails when it is not there or empty. `example` shows how to give it. */
const char *props_need(Props *props, const char *name, const char *example, GError **error);
/* Leaves `value` alone when the property is not there. */
bool props_bool(Props *props, const char *name, bool *value, GError **error);
bool props_number(Props *props, const char *name, uint64_t *value, GError **error);
/* Accepts the property only with one of the values in `only` (comma list), which describe what is there anyway. */
bool props_only(Props *props, const char *name, const char *only, const char *why, GError **error);
/* Refuses properties that nobody took (EXIT_USAGE). */
bool props_finish(Props *props, GError **error);

/* Decimal, or hexadecimal after 0x; the whole text. */
bool parse_number(const char *text, uint64_t *value);
/* A number with K, M, G or T behind it, or without: then in `unit` bytes. */
bool parse_size(const char *text, uint64_t unit, uint64_t *bytes);
/* Picoseconds of a number with ps, ns, us, ms or s behind it, or without: then in units of `unit` ps; 0: one must be there. */
bool parse_time(const char *text, uint64_t unit, uint64_t *ps);
bool parse_on_off(const char *text, bool *value);

#endif
