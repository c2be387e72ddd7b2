/* SPDX-License-Identifier: MIT */
/*
 * answers.h - what a student answers: a text of lines.
 *
 *   # lab 13
 *   color_of_address = 7
 *   bytes_per_color  = 32 KiB      # a unit may be left out: it is then the question's
 *   same_time        = no
 */
#ifndef EMU_LAB_ANSWERS_H
#define EMU_LAB_ANSWERS_H

#include "emu/lab/lab.h"

typedef struct {
    bool given;
    unsigned line;
    Quantity value; /* in the question's unit */
} Answer;

typedef struct {
    Answer *at; /* of each question of the lab */
    Findings *findings;
} Answers;

/* Reads `text` of `size` bytes; what is wrong is in the findings. `path` is for them. */
Answers *answers_parse(const Lab *lab, const char *path, const char *text, size_t size);
/* The same for a file; prints the findings to stderr. Lines that cannot be read take nothing from the others. NULL: the file
 * cannot be read (EXIT_FILE), or is no text (EXIT_CONFIG). */
Answers *answers_read(const Lab *lab, const char *path, GError **error);
void answers_free(Answers *answers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answers, answers_free)

/* An empty file of answers, with the questions: what lab run shows. */
void answers_print_questions(const Lab *lab, FILE *out);

#endif
