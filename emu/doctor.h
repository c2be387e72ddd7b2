/* SPDX-License-Identifier: MIT */
/* doctor.h - where firmware and other images are, and what is missing of what the program needs. */
#ifndef EMU_DOCTOR_H
#define EMU_DOCTOR_H

#include <stdbool.h>

/* The path of image `name`, to be freed, or NULL. Looked for in $BULKHEAD_IMAGES, images/ and ../images/ beside the
 * program, build/images of the current directory, and ../share/bulkhead beside the program. */
char *doctor_find_image(const char *name);

/* The same for a program that `make guests` builds: ../hyp/ beside this program, and where images are. */
char *doctor_find_program(const char *name);

/* The folder of the program itself; to be freed. */
char *doctor_program_dir(void);

/* Prints the folders it is looked for in. */
void doctor_list_dirs(void);

/* Prints what is there and what to do about the rest. True: the program can be used. */
bool doctor_run(void);

#endif
