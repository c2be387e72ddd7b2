/* SPDX-License-Identifier: MIT */
/* nearest.h - which word somebody may have meant, of those that there are. */
#ifndef EMU_BASE_NEAREST_H
#define EMU_BASE_NEAREST_H

/* How many letters must be changed, added, left out or swapped with the next to make one word of the other. */
unsigned edit_distance(const char *a, const char *b);

/* The word of `words` (NULL-ended) nearest to `word`, or NULL if none is near enough to have been meant. */
const char *nearest_word(const char *word, const char *const *words);

#endif
