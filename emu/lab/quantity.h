/* SPDX-License-Identifier: MIT */
/* quantity.h - answers: numbers with units, or words; and sums that lead to them. */
#ifndef EMU_LAB_QUANTITY_H
#define EMU_LAB_QUANTITY_H

#include <stdbool.h>

#include <glib.h>

enum { QUANTITY_LONGEST = 31 };

/* A number, or a word. */
typedef struct {
    bool is_word;
    double number;
    char word[QUANTITY_LONGEST + 1];
} Quantity;

/* A number as people write it, decimal or hexadecimal behind 0x, at the beginning of `text`. Returns what is behind it, or
 * NULL: there is none. */
const char *quantity_number(const char *text, double *number);
/* Makes a word of `text`: true and false are yes and no. False: it is too long, or has other letters than words have. */
bool quantity_word(const char *text, Quantity *out);
/* For people; to be freed. `unit` may be NULL. */
char *quantity_text(const Quantity *value, const char *unit);

/* How many of `to` one of `from` is, such as 1024 of B for KiB. False: they do not go together. Either may be NULL, which
 * goes with everything; so does a unit that is not known with itself, also without its s. */
bool quantity_convert(const char *from, const char *to, double *factor);
/* Units that go with `unit`, as a list for people; to be freed. */
char *quantity_units(const char *unit);

/* A tolerance: "0.5", or "5%". */
bool quantity_tolerance(const char *text, double *absolute, double *relative);
/* Is `value` this right answer? Words are the same in large and small letters. */
bool quantity_matches(const Quantity *value, const Quantity *right, const char *tolerance);

/* What a name stands for. False: nothing. */
typedef bool QuantityOfName(void *opaque, const char *name, Quantity *value);
/* Works out `text`, a sum as settings.def explains it. Fails with EXIT_CONFIG. */
bool quantity_sum(const char *text, QuantityOfName *look_up, void *opaque, Quantity *value,
                  GError **error);

#endif
