/* SPDX-License-Identifier: MIT */
/* grade.h - a lab is run once; then any number of answers are judged by what was measured. */
#ifndef EMU_LAB_GRADE_H
#define EMU_LAB_GRADE_H

#include "emu/lab/answers.h"

typedef struct {
    const Lab *lab;
    Quantity *facts;    /* one for each of the lab's */
    bool *ended;        /* one for each run: as it should, so that it could be measured */
    Outcomes *outcomes; /* of runs and their rules */
} Measured;

/* Runs the lab; measured_free. `machine`: a student's machine file, or NULL. `keep`: a folder where recordings and reports
 * stay; NULL: they do not. Fails if it cannot be run; a run that ends badly is an outcome. */
Measured *measured_new(const Lab *lab, const char *machine, const char *keep, GError **error);
void measured_free(Measured *measured);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Measured, measured_free)

/* Judges answers; a line that could not be read is an outcome, too. NULL: a question has no right answer (EXIT_CONFIG). */
Outcomes *measured_judge(const Measured *measured, const Answers *answers, GError **error);

/* What `problem` leaves of a file of answers that cannot be judged: none of the lab's points. */
Outcomes *grade_nothing(const Lab *lab, const GError *problem);

#endif
